"""Fields that we do not know: counted by file, under names that can be stored."""

from collections.abc import Sequence

import polars as pl

from sparkify_assets.schemas import UnknownFields
from sparkify_assets.schemas.fields import no_rows


def count_by_field(unknown: Sequence[pl.DataFrame]) -> pl.DataFrame:
    """Return UnknownFields of frames that have a row (file, field) per record and field that we do not know."""
    some = [frame for frame in unknown if frame.height]
    if not some:
        return no_rows(UnknownFields)
    rows = pl.concat(some)
    counted = rows.group_by("file", "field").agg(pl.len().cast(pl.Int64).alias("records"))
    return counted.sort("file", "field")


def storable(name: str) -> str:
    """Return a field's name as text that can be stored: NUL and half surrogate pairs are shown as escapes."""
    return name.replace("\0", "\\x00").encode("utf-8", "backslashreplace").decode()
