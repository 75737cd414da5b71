"""Tests of sparkify_assets.generator."""
