"""The table `artists`."""

import polars as pl

from sparkify_assets.schemas import Artists

NAMES = {
    "artist_name": "name",
    "artist_location": "location",
    "artist_latitude": "latitude",
    "artist_longitude": "longitude",
}


def build_artists(song_records: pl.DataFrame) -> pl.DataFrame:
    """Build one row per artist, ordered by artist_id; the whole row of the last record wins.

    Args:
        song_records: as `SongRecords`, in any order.

    Returns:
        the columns of `Artists`; `location` is null where the file says ''. A latitude of 0 is a value.
    """
    return (
        song_records.sort("file", "line")
        .unique("artist_id", keep="last", maintain_order=True)
        .rename(NAMES)
        .with_columns(
            pl.col("location").replace("", None),
            pl.col("latitude", "longitude") + 0.0,  # makes 0.0 of -0.0: Postgres takes them for equal, and keeps either
        )
        .select(Artists.column_names())
        .sort("artist_id")
    )
