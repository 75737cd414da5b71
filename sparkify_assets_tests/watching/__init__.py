"""Tests of the watching of the folder."""
