"""Figures of the days' plays, for people to watch from day to day."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

HOURS = 24


@dataclass(frozen=True)
class DayOfPlays:
    """The plays of one day.

    Attributes:
        plays: how many there are.
        matched: how many of them have their song in the catalogue.
        by_hour: plays in each hour, UTC, from 0 to 23.
    """

    plays: int
    matched: int
    by_hour: tuple[int, ...]

    @property
    def match_rate(self) -> float:
        """The share of the plays that have their song in the catalogue; 0 where there is no play."""
        return self.matched / self.plays if self.plays else 0.0


def plays_by_day(songplays: pl.DataFrame) -> dict[str, DayOfPlays]:
    """Count the plays of each day that has any, by `log_date` as text.

    Args:
        songplays: as `Songplays`.
    """
    counted = (
        songplays.lazy()
        .group_by("log_date", pl.col("start_time").dt.hour().alias("hour"))
        .agg(pl.len(), pl.col("song_id").is_not_null().sum().alias("matched"))
        .sort("log_date")
        .collect()
    )
    by_hour: dict[str, list[int]] = {}
    matched: dict[str, int] = {}
    for day, hour, plays, known in counted.iter_rows():
        by_hour.setdefault(str(day), [0] * HOURS)[hour] = plays
        matched[str(day)] = matched.get(str(day), 0) + known
    return {day: DayOfPlays(sum(hours), matched[day], tuple(hours)) for day, hours in by_hour.items()}
