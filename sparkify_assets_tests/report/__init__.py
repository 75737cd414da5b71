"""Tests of the listening report."""
