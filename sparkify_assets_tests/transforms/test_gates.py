"""The publish gate names every rule that does not hold, with counts."""

import datetime as dt

import polars as pl
import pytest

from sparkify_assets.errors import FrameError
from sparkify_assets.transforms.artists import build_artists
from sparkify_assets.transforms.gates import (
    Gate,
    gate_artists,
    gate_songplays,
    gate_songs,
    gate_start_times,
    gate_time,
    gate_user_days,
)
from sparkify_assets.transforms.songplays import build_songplays
from sparkify_assets.transforms.songs import build_songs
from sparkify_assets.transforms.time import build_time
from sparkify_assets.transforms.users import build_user_days

from .records import events, song_records

RECORDS = song_records({}, {"song_id": "SO2", "artist_id": "AR2", "title": "Milk"}, {"song_id": "SO3"})
ARTISTS = build_artists(RECORDS)
SONGS = build_songs(RECORDS)
EVENTS = events({}, {"page": "Home"}, {"user_id": 9}, {"user_id": None, "page": "Home"})
USER_DAYS = build_user_days(EVENTS)
TIME = build_time(EVENTS)
SONGPLAYS = build_songplays(EVENTS, SONGS)


def test_frames_as_built_pass_with_their_figures() -> None:
    gates = [
        gate_artists(ARTISTS, RECORDS),
        gate_songs(SONGS, RECORDS),
        gate_user_days(USER_DAYS, EVENTS.lazy()),
        gate_time(TIME),
        gate_start_times(TIME, EVENTS.lazy()),
        gate_songplays(SONGPLAYS, EVENTS.lazy(), SONGS),
    ]

    assert [gate.failures for gate in gates] == [()] * 6
    assert all(gate.passed for gate in gates)
    assert [dict(gate.figures) for gate in gates] == [
        {"rows": 2, "artists in the records": 2},
        {"rows": 3, "songs in the records": 3},
        {"rows": 2, "user days in the events": 2, "plays in the events": 2},
        {"rows": 1},
        {"plays in the events": 2},
        {"rows": 2, "plays in the events": 2, "plays with a known song": 2},
    ]


def test_what_portions_fail_and_count_is_gathered() -> None:
    portions = [Gate((), {"rows": 2, "plays": 1}), Gate(("too few",), {"rows": 3, "plays": 4}), Gate(("too many",))]

    assert Gate.of_portions(portions) == Gate(("too few", "too many"), {"rows": 5, "plays": 5})
    assert Gate.of_portions([]).passed


def test_empty_frames_pass() -> None:
    no_records, no_events = song_records(), events()
    no_songs = build_songs(no_records)

    assert gate_artists(build_artists(no_records), no_records).passed
    assert gate_songs(no_songs, no_records).passed
    assert gate_user_days(build_user_days(no_events), no_events.lazy()).passed
    assert gate_time(build_time(no_events)).passed
    assert gate_start_times(build_time(no_events), no_events.lazy()).passed
    assert gate_start_times(TIME, no_events.lazy()).passed
    assert gate_songplays(build_songplays(no_events, no_songs), no_events.lazy(), no_songs).passed


def test_lost_artist_is_counted() -> None:
    gate = gate_artists(ARTISTS.head(1), RECORDS)

    assert not gate.passed
    assert gate.failures == ("counts do not reconcile: 1 rows, 2 artists in the records",)


def test_doubled_key_is_named_and_counted() -> None:
    gate = gate_artists(pl.concat([ARTISTS, ARTISTS.head(1)]), RECORDS)

    assert gate.failures == (
        "rule 'primary_key' is broken by 2 row(s)",
        "counts do not reconcile: 3 rows, 2 artists in the records",
    )


def test_every_broken_rule_is_named() -> None:
    gate = gate_artists(ARTISTS.with_columns(name=pl.lit(None, pl.String), latitude=pl.lit(90.5)), RECORDS)

    assert sorted(gate.failures) == [
        "rule 'latitude|max' is broken by 2 row(s)",
        "rule 'name|nullability' is broken by 2 row(s)",
    ]


def test_song_of_an_unknown_artist_is_counted() -> None:
    gate = gate_songs(SONGS.with_columns(artist_id=pl.lit("AR3")), RECORDS)

    assert gate.failures == ("3 row(s) refer to an unknown artist_id",)


def test_lost_song_is_counted() -> None:
    gate = gate_songs(SONGS.head(2), RECORDS)

    assert gate.failures == ("counts do not reconcile: 2 rows, 3 songs in the records",)


def test_lost_user_day_is_counted() -> None:
    gate = gate_user_days(USER_DAYS.tail(1), EVENTS.lazy())

    assert gate.failures == ("counts do not reconcile: 1 rows, 2 user days in the events, 2 plays in the events",)


def test_lost_play_of_a_user_day_is_counted() -> None:
    gate = gate_user_days(USER_DAYS.with_columns(plays=pl.lit(0, pl.Int64)), EVENTS.lazy())

    assert gate.failures == ("counts do not reconcile: 2 rows, 2 user days in the events, 2 plays in the events",)


def test_lost_start_time_fails_and_another_one_more_does_not() -> None:
    other = TIME.with_columns(start_time=pl.col("start_time") + dt.timedelta(seconds=1))

    assert gate_start_times(pl.concat([TIME, other]), EVENTS.lazy()).passed
    assert gate_start_times(other, EVENTS.lazy()).failures == ("1 start time(s) of plays have no row",)


def test_weekday_out_of_range_is_named() -> None:
    gate = gate_time(TIME.with_columns(weekday=pl.lit(7, pl.Int16)))

    assert gate.failures == ("rule 'weekday|max' is broken by 1 row(s)",)


def test_lost_play_is_counted() -> None:
    gate = gate_songplays(SONGPLAYS.head(1), EVENTS.lazy(), SONGS)

    assert gate.failures == ("counts do not reconcile: 1 rows, 2 plays in the events, 1 plays with a known song",)


def test_fanned_out_play_is_named() -> None:
    gate = gate_songplays(pl.concat([SONGPLAYS, SONGPLAYS.head(1)]), EVENTS.lazy(), SONGS)

    assert gate.failures == (
        "rule 'primary_key' is broken by 2 row(s)",
        "counts do not reconcile: 3 rows, 2 plays in the events, 3 plays with a known song",
        "1 play(s) deliver an event that another play of the day has",
    )


def test_event_twice_under_two_ids_is_named() -> None:
    twice = events({}, {"item_in_session": 0})

    gate = gate_songplays(build_songplays(twice, SONGS), twice.lazy(), SONGS)

    assert gate.failures == ("1 play(s) deliver an event that another play of the day has",)


def test_event_on_two_days_passes() -> None:
    both = events({}, {"item_in_session": 0, "log_date": dt.date(2018, 11, 16)})

    assert gate_songplays(build_songplays(both, SONGS), both.lazy(), SONGS).passed


@pytest.mark.parametrize("change", [{"song_id": "SO9"}, {"artist_id": "AR9"}, {"artist_id": None}])
def test_match_with_an_unknown_song_or_another_artist_is_counted(change: dict[str, str | None]) -> None:
    changed = SONGPLAYS.with_columns(pl.lit(value, pl.String).alias(name) for name, value in change.items())

    gate = gate_songplays(changed, EVENTS.lazy(), SONGS)

    assert gate.failures == ("2 row(s) refer to an unknown song_id",)


def test_frame_of_other_columns_or_types_is_an_error_of_one_sentence() -> None:
    with pytest.raises(FrameError, match=r"^the frame does not fit its schema: .*'year', got: Int64.*nothing was.*$"):
        gate_songs(SONGS.cast({"year": pl.Int64}), RECORDS)
    with pytest.raises(FrameError, match=r"^the frame does not fit its schema: .*'name'; nothing was written$"):
        gate_artists(ARTISTS.drop("name"), RECORDS)
