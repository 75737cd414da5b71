"""Tests of sparkify_assets, one file a module."""
