"""Sessions number their events 0, 1, 2 …: a number that is missing is an event that was lost on the way."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

import polars as pl

SESSIONS_SHOWN = 5


@dataclass(frozen=True)
class Gaps:
    """What is missing.

    Attributes:
        sessions: how many sessions there are.
        broken: how many of them lack items.
        missing_items: how many items they lack.
        examples: some of those sessions, by id.
    """

    sessions: int
    broken: int
    missing_items: int
    examples: tuple[int, ...]


def sessions_of(day: dt.date, events: pl.DataFrame) -> pl.DataFrame:
    """Return one row per session of a day: its least and greatest item, and how many it has.

    Args:
        day: the day of the events.
        events: as `Events`, guests' events too: a session may begin before its user logs in.
    """
    return (
        events.lazy()
        .group_by("session_id")
        .agg(
            pl.col("item_in_session").min().alias("least"),
            pl.col("item_in_session").max().alias("greatest"),
            pl.len().cast(pl.Int64).alias("items"),
        )
        .with_columns(pl.lit(day).alias("day"))
        .collect()
    )


def find_gaps(days: Sequence[pl.DataFrame], first_day: dt.date) -> Gaps:
    """Find the items that are missing from the sessions of days that follow each other.

    A session that is there on the first day may have begun the day before: of it only items between those seen count.
    Two sessions with one id are taken for one, and an item that is there twice counts twice: both can hide a gap, none
    makes one up.

    Args:
        days: `sessions_of` each day, at least one.
        first_day: the first of them, whether it has a session or not.
    """
    least = pl.when(pl.col("first") == first_day).then(pl.col("least")).otherwise(0)
    sessions = (
        pl.concat(days)
        .lazy()
        .group_by("session_id")
        .agg(pl.min("least"), pl.max("greatest"), pl.sum("items"), pl.min("day").alias("first"))
        .with_columns((pl.col("greatest") - least + 1 - pl.col("items")).clip(0).alias("missing"))
        .collect()
    )
    broken = sessions.filter(pl.col("missing") > 0).sort("session_id")
    return Gaps(
        sessions=sessions.height,
        broken=broken.height,
        missing_items=int(broken["missing"].sum()),
        examples=tuple(broken["session_id"].head(SESSIONS_SHOWN)),
    )
