"""The table `songs`."""

import polars as pl

from sparkify_assets.schemas import Songs

UNKNOWN_YEAR = 0  # what the song files write


def build_songs(song_records: pl.DataFrame) -> pl.DataFrame:
    """Build one row per song, ordered by song_id; the whole row of the last record wins.

    Args:
        song_records: as `SongRecords`, in any order.

    Returns:
        the columns of `Songs`; `year` is null where the file says 0.
    """
    return (
        song_records.sort("file", "line")
        .unique("song_id", keep="last", maintain_order=True)
        .with_columns(pl.col("year").replace(UNKNOWN_YEAR, None))
        .select(Songs.column_names())
        .sort("song_id")
    )
