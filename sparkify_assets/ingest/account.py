"""What became of the lines of raw files, as figures: of all files together, and of each day."""

from typing import Any

import polars as pl


def figures_of_files(files: pl.DataFrame, unknown: pl.DataFrame) -> dict[str, Any]:
    """Return the totals over the files.

    Args:
        files: EventFiles or SongFiles.
        unknown: UnknownFields of the same files.

    Returns:
        `files`, each count of the frame summed, `reject_rate` (share of the lines, as the record gate takes it; 0 where
        there is none) and `unknown_fields`, the fields that we do not know with the records that have them.
    """
    counted = files.select(pl.col(pl.Int64).sum()).row(0, named=True)
    fields = unknown.group_by("field").agg(pl.col("records").sum()).sort("field")
    return {
        "files": files.height,
        **counted,
        "reject_rate": counted["rejected"] / counted["lines"] if counted["lines"] else 0.0,
        "unknown_fields": ", ".join(f"{field} ({records})" for field, records in fields.iter_rows()) or "none",
    }
