"""The ledger `loaded_files`: the accounts of the files of a load, as rows that say what the star holds."""

import datetime as dt

import polars as pl

from sparkify_assets.schemas import LoadedFiles

SONGS = "songs"
"""The portion of the song files: they are loaded together, a log file with its day."""


def build_loaded_logs(files: pl.DataFrame, loaded_at: dt.datetime, run_id: str) -> pl.DataFrame:
    """Build one row per log file, ordered by path.

    Args:
        files: as `EventFiles`.
        loaded_at: the moment, with a time zone.
        run_id: the run that loads.

    Returns:
        the columns of `LoadedFiles`; the portion is the day, such as '2018-11-15'.
    """
    of_logs = files.with_columns(
        portion=pl.col("log_date").dt.to_string("%Y-%m-%d"),
        day=pl.col("log_date"),
        records=pl.col("events"),
        loaded_at=pl.lit(loaded_at, dtype=LoadedFiles.columns()["loaded_at"].dtype),
        run_id=pl.lit(run_id),
    )
    return _ledger(of_logs, "log")


def build_loaded_songs(files: pl.DataFrame) -> pl.DataFrame:
    """Build one row per song file, ordered by path; the row of a file that was not read again stays as it was.

    Args:
        files: as `SongFiles`, with the reading noted.

    Returns:
        the columns of `LoadedFiles`; day, plays and duplicates are null.
    """
    none = pl.lit(None)
    of_songs = files.with_columns(
        portion=pl.lit(SONGS),
        day=none.cast(pl.Date),
        records=pl.col("songs"),
        plays=none.cast(pl.Int64),
        duplicates=none.cast(pl.Int64),
        loaded_at=pl.col("read_at"),
        run_id=pl.col("read_by"),
    )
    return _ledger(of_songs, "song")


def _ledger(files: pl.DataFrame, kind: str) -> pl.DataFrame:
    return (
        files.with_columns(kind=pl.lit(kind).cast(LoadedFiles.columns()["kind"].dtype), path=pl.col("file"))
        .select(LoadedFiles.column_names())
        .sort("path")
    )
