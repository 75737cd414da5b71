"""Tests of the sample generator and of the data it made."""
