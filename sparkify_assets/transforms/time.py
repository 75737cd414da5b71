"""The table `time`."""

from collections.abc import Sequence

import polars as pl

from sparkify_assets.schemas import Time
from sparkify_assets.schemas.staged import PLAY


def moment(epoch_ms: str) -> pl.Expr:
    """Return the column of epoch milliseconds as UTC timestamps of microsecond type."""
    return (pl.col(epoch_ms) * 1000).cast(pl.Datetime("us", "UTC"))


def build_time(events: pl.DataFrame | pl.LazyFrame) -> pl.DataFrame:
    """Build one row per distinct start time of a play, ordered by it.

    Args:
        events: as `Events`.

    Returns:
        the columns of `Time`, as `take_apart` gives them.
    """
    return take_apart(in_order([start_times(events)]))


def start_times(events: pl.DataFrame | pl.LazyFrame) -> pl.DataFrame:
    """Return the distinct start times of the plays: a column start_time, UTC, in no order.

    Args:
        events: as `Events`.
    """
    plays = events.lazy().filter(pl.col("page") == PLAY)
    return plays.select(moment("ts").alias("start_time")).unique().collect()


def in_order(found: Sequence[pl.DataFrame]) -> pl.DataFrame:
    """Return all the start times, each once, in order.

    Args:
        found: frames with a column start_time, UTC; at least one.
    """
    return pl.concat(found).unique().sort("start_time")


def take_apart(start_times: pl.DataFrame) -> pl.DataFrame:
    """Build the rows of `Time` of moments that are given each once.

    Args:
        start_times: a column start_time, UTC.

    Returns:
        the columns of `Time`: hour 0-23, ISO 8601 week, calendar year, weekday with Monday = 0.
    """
    at = pl.col("start_time").dt
    return start_times.select(
        "start_time",
        hour=at.hour().cast(pl.Int16),
        day=at.day().cast(pl.Int16),
        week=at.week().cast(pl.Int16),
        month=at.month().cast(pl.Int16),
        year=at.year().cast(pl.Int16),
        weekday=(at.weekday() - 1).cast(pl.Int16),
    ).select(Time.column_names())
