"""Each day's plays are counted by hour, and those with a known song."""

import datetime as dt

import polars as pl

from sparkify_assets.schemas import Songplays
from sparkify_assets.transforms.listening import HOURS, DayOfPlays, plays_by_day


def test_plays_are_counted_by_day_of_the_file_and_hour_of_the_play() -> None:
    plays = songplays(("2018-11-16", 0, None), ("2018-11-15", 23, "SO1"), ("2018-11-15", 23, None))

    days = plays_by_day(plays)

    assert list(days) == ["2018-11-15", "2018-11-16"]
    assert days["2018-11-15"] == DayOfPlays(plays=2, matched=1, by_hour=(*[0] * 23, 2))
    assert days["2018-11-16"].by_hour == (1, *[0] * 23)
    assert (days["2018-11-15"].match_rate, days["2018-11-16"].match_rate) == (0.5, 0)


def test_no_play_gives_no_day_and_no_division() -> None:
    assert plays_by_day(songplays()) == {}
    assert DayOfPlays(0, 0, (0,) * HOURS).match_rate == 0


def songplays(*plays: tuple[str, int, str | None]) -> pl.DataFrame:
    """Return plays of (day, hour, song_id), all started on one date."""
    rows = [
        {
            "log_date": dt.date.fromisoformat(day),
            "start_time": dt.datetime(2018, 11, 15, hour, 59, tzinfo=dt.UTC),
            "song_id": song,
        }
        for day, hour, song in plays
    ]
    schema = {name: Songplays.create_empty().schema[name] for name in ("log_date", "start_time", "song_id")}
    return pl.DataFrame(rows, schema=schema)
