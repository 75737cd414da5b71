"""Tests of sparkify_assets.postgres, against real servers."""
