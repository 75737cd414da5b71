"""The record gate: a record that breaks a rule is refused, with the rule's name."""

import datetime as dt

import polars as pl
import pytest

from sparkify_assets.schemas import Events, SongRecords
from sparkify_assets.schemas.staged import FIRST_MOMENT_MS, LAST_MOMENT_MS
from sparkify_assets_tests.transforms.records import events, song_records


def broken(difference: dict[str, object]) -> list[str]:
    """Return the rules that an event with this difference breaks."""
    return sorted(Events.filter(events(difference)).failure.counts())


def broken_by_song(difference: dict[str, object]) -> list[str]:
    """Return the rules that a song record with this difference breaks."""
    return sorted(SongRecords.filter(song_records(difference)).failure.counts())


@pytest.mark.parametrize(
    ("difference", "rules"),
    [
        ({"user_id": None}, ["play_has_user"]),
        ({"level": "gold"}, ["user_has_known_level"]),
        ({"level": None}, ["user_has_known_level"]),
        ({"level": "Free"}, ["user_has_known_level"]),
        ({"length": 0.0}, ["play_has_positive_length"]),
        ({"length": -0.5}, ["play_has_positive_length"]),
        ({"page": "Home", "level": "gold"}, ["user_has_known_level"]),
        ({"page": ""}, ["page|min_length"]),
        ({"page": None}, ["page|nullability"]),
        ({"ts": None}, ["ts|nullability"]),
        ({"ts": FIRST_MOMENT_MS - 1}, ["ts|min"]),
        ({"ts": LAST_MOMENT_MS + 1}, ["ts|max"]),
        ({"session_id": None}, ["session_id|nullability"]),
        ({"item_in_session": None}, ["item_in_session|nullability"]),
    ],
)
def test_event_that_breaks_a_rule_is_refused(difference: dict[str, object], rules: list[str]) -> None:
    assert broken(difference) == rules


@pytest.mark.parametrize(
    "difference",
    [
        {},
        {"length": None},
        {"song": None, "artist": None},
        {"user_id": None, "page": "Home"},
        {"user_id": None, "page": "Home", "level": "gold"},
        {"page": "Home", "length": -1.0},
        {"ts": FIRST_MOMENT_MS},
        {"ts": LAST_MOMENT_MS},
        {"user_id": -1, "session_id": -1},
        {"location": "", "user_agent": ""},
    ],
)
def test_event_that_keeps_the_rules_goes_on(difference: dict[str, object]) -> None:
    assert broken(difference) == []


@pytest.mark.parametrize(
    ("difference", "rules"),
    [
        ({"song_id": ""}, ["song_id|min_length"]),
        ({"artist_id": None}, ["artist_id|nullability"]),
        ({"title": None}, ["title|nullability"]),
        ({"artist_name": None}, ["artist_name|nullability"]),
        ({"artist_latitude": 90.5}, ["artist_latitude|max"]),
        ({"artist_latitude": -90.5}, ["artist_latitude|min"]),
        ({"artist_longitude": 180.5}, ["artist_longitude|max"]),
        ({"artist_longitude": -180.5}, ["artist_longitude|min"]),
        ({"duration": 0.0}, ["duration|min_exclusive"]),
        ({"duration": None}, ["duration|nullability"]),
    ],
)
def test_song_record_that_breaks_a_rule_is_refused(difference: dict[str, object], rules: list[str]) -> None:
    assert broken_by_song(difference) == rules


@pytest.mark.parametrize(
    "difference",
    [
        {},
        {"year": None},
        {"year": 0},
        {"title": "", "artist_location": ""},
        {"artist_latitude": 0.0, "artist_longitude": 0.0},
        {"artist_latitude": 90.0, "artist_longitude": -180.0},
    ],
)
def test_song_record_that_keeps_the_rules_goes_on(difference: dict[str, object]) -> None:
    assert broken_by_song(difference) == []


def test_every_moment_that_is_let_in_has_a_calendar_date() -> None:
    ends = pl.Series([FIRST_MOMENT_MS, LAST_MOMENT_MS]).cast(pl.Datetime("ms", "UTC")).to_list()

    assert ends == [
        dt.datetime(1, 1, 1, tzinfo=dt.UTC),
        dt.datetime(9999, 12, 31, 23, 59, 59, 999_000, tzinfo=dt.UTC),
    ]
