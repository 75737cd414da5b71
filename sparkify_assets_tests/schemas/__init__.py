"""Tests of the tables as they are declared."""
