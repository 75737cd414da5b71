"""Declarations of ways to publish."""

from __future__ import annotations

import pytest

from sparkify_assets.postgres.modes import ReplacePartition


def test_a_unique_key_needs_a_place_for_the_rows_that_lose() -> None:
    with pytest.raises(ValueError, match="a key unique across partitions needs a table for the rows"):
        ReplacePartition("day", unique=("station_id", "minute"))
