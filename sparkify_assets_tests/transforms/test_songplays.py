"""Songplays: one row a play, with the song of the catalogue that matches exactly."""

import datetime as dt

import polars as pl
import pytest

from sparkify_assets.schemas import SongplayClaims, Songplays
from sparkify_assets.transforms.songplays import build_songplay_claims, build_songplays
from sparkify_assets.transforms.songs import build_songs

from .records import DAY, NOON_MS, events, song_records

SONGS = build_songs(song_records({}))
DAY_NUMBER = 17850  # days from 1970-01-01 to 2018-11-15


def matched(plays: pl.DataFrame, songs: pl.DataFrame) -> list[tuple[str | None, str | None]]:
    return build_songplays(plays, songs).select("song_id", "artist_id").rows()


def test_columns_are_those_of_the_table() -> None:
    built = build_songplays(events({"position": 41}), SONGS)

    assert Songplays.is_valid(built)
    assert built.rows(named=True) == [
        {
            "songplay_id": DAY_NUMBER * 10**11 + 41,
            "start_time": dt.datetime(2018, 11, 15, 12, tzinfo=dt.UTC),
            "user_id": 7,
            "level": "free",
            "song_id": "SO1",
            "artist_id": "AR1",
            "session_id": 12,
            "item_in_session": 0,
            "location": "Reno, NV",
            "user_agent": "Browser",
            "song": "Tea",
            "artist": "The Cups",
            "length": 200.5,
            "log_date": DAY,
        }
    ]


def test_plays_alone_have_a_row() -> None:
    built = build_songplays(events({"page": "Home"}, {}, {"page": "nextsong"}, {"page": "NextSong "}), SONGS)

    assert built["item_in_session"].to_list() == [1]


def test_level_is_that_of_the_event() -> None:
    built = build_songplays(events({"level": "paid"}, {"level": "free"}), SONGS)

    assert built["level"].to_list() == ["paid", "free"]


@pytest.mark.parametrize(
    "difference",
    [
        {"song": "tea"},
        {"song": "Tea "},
        {"song": None},
        {"song": ""},
        {"artist": "THE CUPS"},
        {"artist": None},
        {"length": 200.50000000000003},
        {"length": 200.49},
        {"length": None},
    ],
)
def test_play_that_differs_from_the_song_matches_none_and_stays(difference: dict[str, object]) -> None:
    built = build_songplays(events(difference), SONGS)

    (name, logged), *_ = difference.items()
    assert built.select("song_id", "artist_id", name).rows() == [(None, None, logged)]


def test_nothing_logged_matches_nothing() -> None:
    assert matched(events({"song": None, "artist": None, "length": None}), SONGS) == [(None, None)]


def test_title_with_one_accent_more_does_not_match() -> None:
    composed, decomposed = "Th\u00e9", "The\u0301"

    assert matched(events({"song": decomposed}), build_songs(song_records({"title": composed}))) == [(None, None)]


def test_smallest_song_id_of_several_matches_and_no_play_fans_out() -> None:
    songs = build_songs(
        song_records(
            {"song_id": "SO9", "artist_id": "AR0"},
            {"song_id": "SO10", "artist_id": "AR9"},
            {"song_id": "SO2", "artist_id": "AR2"},
        )
    )

    assert matched(events({}, {}), songs) == [("SO10", "AR9"), ("SO10", "AR9")]
    assert matched(events({}, {}), songs.reverse()) == [("SO10", "AR9"), ("SO10", "AR9")]


def test_artist_is_compared_as_credited_in_the_songs_file() -> None:
    songs = build_songs(song_records({"artist_name": "The Cups feat. Kettle"}))

    assert matched(events({}, {"artist": "The Cups feat. Kettle"}), songs) == [(None, None), ("SO1", "AR1")]


def test_twice_decoded_song_and_artist_are_repaired_and_match() -> None:
    songs = build_songs(song_records({"title": "Jóga", "artist_name": "Björk"}))

    built = build_songplays(events({"song": "JÃ\x83Â³ga", "artist": "BjÃ\x83Â¶rk"}), songs)

    assert built.select("song", "artist", "song_id").rows() == [("Jóga", "Björk", "SO1")]


def test_location_and_user_agent_are_not_repaired() -> None:
    built = build_songplays(events({"location": "MÃ\x83Â¶ln", "user_agent": "BÃ\x83Â¶"}), SONGS)

    assert built.select("location", "user_agent").rows() == [("MÃ\x83Â¶ln", "BÃ\x83Â¶")]


def test_empty_location_and_user_agent_become_null() -> None:
    built = build_songplays(events({"location": "", "user_agent": ""}, {"location": " ", "user_agent": None}), SONGS)

    assert built.select("location", "user_agent").rows() == [(None, None), (" ", None)]


def test_empty_song_and_artist_stay() -> None:
    built = build_songplays(events({"song": "", "artist": ""}), SONGS)

    assert built.select("song", "artist").rows() == [("", "")]


@pytest.mark.parametrize(
    ("day", "position", "songplay_id"),
    [
        (dt.date(1970, 1, 1), 0, 0),
        (dt.date(1970, 1, 2), 5, 100_000_000_005),
        (DAY, 99_999_999_999, 1_785_099_999_999_999),
        (dt.date(1969, 12, 31), 0, -100_000_000_000),
        (dt.date(1969, 12, 31), 99_999_999_999, -1),
        (dt.date(2216, 8, 9), 99_999_999_999, 9_007_099_999_999_999),  # the last day wholly below 2^53
    ],
)
def test_id_is_the_days_number_and_the_lines_position(day: dt.date, position: int, songplay_id: int) -> None:
    built = build_songplays(events({"log_date": day, "position": position}), SONGS)

    assert built["songplay_id"].to_list() == [songplay_id]


def test_id_follows_the_day_of_the_file_not_of_the_event() -> None:
    built = build_songplays(events({"ts": NOON_MS - 3 * 86_400_000}), SONGS)

    assert built.select("songplay_id", "log_date").rows() == [(DAY_NUMBER * 10**11, DAY)]


def test_rows_are_ordered_by_id_whatever_the_order_of_the_events() -> None:
    plays = events({}, {"log_date": dt.date(2018, 11, 14), "position": 8}, {}, {"page": "Home"})

    built = build_songplays(plays, SONGS)

    assert built["songplay_id"].is_sorted()
    assert build_songplays(plays.reverse().lazy(), SONGS).equals(built)


@pytest.mark.parametrize("ts", [-1, 0, 1541105830796])
def test_start_time_keeps_milliseconds(ts: int) -> None:
    assert build_songplays(events({"ts": ts}), SONGS)["start_time"].dt.epoch("us").to_list() == [ts * 1000]


def test_no_plays_and_no_songs_give_no_rows() -> None:
    none = build_songs(song_records())

    assert build_songplays(events(), SONGS).equals(Songplays.create_empty())
    assert build_songplays(events({"page": "Home"}), none).equals(Songplays.create_empty())
    assert matched(events({}), none) == [(None, None)]


def test_claims_are_the_keys_of_users_events_that_are_no_plays_in_order() -> None:
    built = build_songplay_claims(
        events(
            {"page": "Logout", "user_id": 9}, {"page": "NextSong"}, {"page": "Home", "user_id": None}, {"page": "Home"}
        )
    )

    noon = dt.datetime(2018, 11, 15, 12, tzinfo=dt.UTC)
    assert SongplayClaims.is_valid(built)
    assert built.rows() == [(noon, 7, 12, 3, DAY), (noon, 9, 12, 0, DAY)]


def test_no_events_give_no_claims() -> None:
    assert build_songplay_claims(events()).equals(SongplayClaims.create_empty())
