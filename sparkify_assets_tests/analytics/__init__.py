"""Tests of sparkify_assets.analytics, against a real server."""
