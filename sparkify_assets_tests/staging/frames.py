"""Frames to stage."""

import polars as pl

from sparkify_assets.staging.area import StagingArea

ONE, TWO = pl.DataFrame({"n": [1]}), pl.DataFrame({"n": [2]})


def stage(area: StagingArea, run_id: str, **frames: pl.DataFrame) -> int:
    """Stage one part of an asset without partitions; return the version."""
    with area.draft("logs", run_id, []) as draft:
        draft.add("", frames or {"events": ONE})
        draft.commit()
    return draft.version
