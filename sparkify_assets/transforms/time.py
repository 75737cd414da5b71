"""The table `time`."""

import polars as pl

from sparkify_assets.schemas import Time
from sparkify_assets.schemas.staged import PLAY


def moment(epoch_ms: str) -> pl.Expr:
    """Return the column of epoch milliseconds as UTC timestamps of microsecond type."""
    return (pl.col(epoch_ms) * 1000).cast(pl.Datetime("us", "UTC"))


def build_time(events: pl.DataFrame | pl.LazyFrame, waiting: pl.DataFrame | None = None) -> pl.DataFrame:
    """Build one row per distinct start time of a play, ordered by it.

    Args:
        events: as `Events`.
        waiting: a column start_time, UTC: moments of plays that wait, which are to have their rows too.

    Returns:
        the columns of `Time`, as `take_apart` gives them.
    """
    played = events.lazy().filter(pl.col("page") == PLAY).select(moment("ts").alias("start_time"))
    return take_apart(played if waiting is None else pl.concat([played, waiting.lazy()]))


def take_apart(start_times: pl.DataFrame | pl.LazyFrame) -> pl.DataFrame:
    """Build the rows of `Time` of those moments, each once, ordered.

    Args:
        start_times: a column start_time, UTC.

    Returns:
        the columns of `Time`: hour 0-23, ISO 8601 week, calendar year, weekday with Monday = 0.
    """
    at = pl.col("start_time").dt
    return (
        start_times.lazy()
        .select("start_time")
        .unique()
        .sort("start_time")
        .with_columns(
            hour=at.hour().cast(pl.Int16),
            day=at.day().cast(pl.Int16),
            week=at.week().cast(pl.Int16),
            month=at.month().cast(pl.Int16),
            year=at.year().cast(pl.Int16),
            weekday=(at.weekday() - 1).cast(pl.Int16),
        )
        .select(Time.column_names())
        .collect()
    )
