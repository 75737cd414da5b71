"""Files have the form of the real ones, to the byte."""

from dataclasses import replace
from pathlib import Path

import pytest

from sparkify_assets.sample.artists import NOWHERE, Home
from sparkify_assets.sample.catalogue import Song
from sparkify_assets.sample.listeners import Listener
from sparkify_assets.sample.sessions import Event
from sparkify_assets.sample.write import decoded_twice, event_text, song_text, write_sample

SONG = Song(
    track_id="TRABCDE128F0000001",
    song_id="SOABCDE12A00000001",
    artist_id="ARABCDE1187B000001",
    artist_name="Café / Bar",
    home=Home("Lyon, France", 45.5, 0.0),
    title="Tea",
    duration_s=201.5,
    year=0,
)
LISTENER = Listener(7, "Ada", "Finch", "F", "Reno, NV", '"Mozilla/5.0 (A, B)"', 1541000000, "free", True, 1.0)
EVENING = 1541116799  # 2018-11-01T23:59:59Z
PLAY = Event(EVENING, LISTENER, False, 12, 3, "NextSong", "free", SONG)
GUEST = Event(EVENING + 1, LISTENER, True, 12, 4, "Home", "paid", None)


def test_song_is_one_object_with_the_real_keys() -> None:
    assert song_text(SONG) == (
        '{"num_songs": 1, "artist_id": "ARABCDE1187B000001", "artist_latitude": 45.5, "artist_longitude": 0.0, '
        '"artist_location": "Lyon, France", "artist_name": "Caf\\u00e9 / Bar", "song_id": "SOABCDE12A00000001", '
        '"title": "Tea", "duration": 201.5, "year": 0}'
    )


def test_unknown_home_is_null_and_empty() -> None:
    assert '"artist_latitude": null, "artist_longitude": null, "artist_location": "",' in song_text(
        replace(SONG, home=NOWHERE)
    )


def test_play_has_escapes_and_twice_decoded_text() -> None:
    assert event_text(PLAY) == (
        '{"artist":"Caf\\u00c3\\u0083\\u00c2\\u00a9 \\/ Bar","auth":"Logged In","firstName":"Ada","gender":"F",'
        '"itemInSession":3,"lastName":"Finch","length":201.5,"level":"free","location":"Reno, NV","method":"PUT",'
        '"page":"NextSong","registration":1541000000377.0,"sessionId":12,"song":"Tea","status":200,'
        '"ts":1541116799377,"userAgent":"\\"Mozilla\\/5.0 (A, B)\\"","userId":"7"}'
    )


def test_guest_is_nobody_with_a_level() -> None:
    assert event_text(GUEST) == (
        '{"artist":null,"auth":"Logged Out","firstName":null,"gender":null,"itemInSession":4,"lastName":null,'
        '"length":null,"level":"paid","location":null,"method":"GET","page":"Home","registration":null,'
        '"sessionId":12,"song":null,"status":200,"ts":1541116800377,"userAgent":null,"userId":""}'
    )


@pytest.mark.parametrize(("text", "logged"), [("Björk", "BjÃ\x83Â¶rk"), ("plain", "plain")])
def test_text_is_decoded_twice(text: str, logged: str) -> None:
    assert decoded_twice(text) == logged


def test_files_are_cut_by_utc_day_and_end_without_newline(tmp_path: Path) -> None:
    write_sample(tmp_path, [SONG], [PLAY, GUEST])

    months = tmp_path / "log_data" / "2018" / "11"
    assert (tmp_path / "song_data" / "A" / "B" / "C" / "TRABCDE128F0000001.json").read_text() == song_text(SONG)
    assert (months / "2018-11-01-events.json").read_text() == event_text(PLAY)
    assert (months / "2018-11-02-events.json").read_text() == event_text(GUEST)


def test_writing_again_leaves_nothing_of_before(tmp_path: Path) -> None:
    write_sample(tmp_path, [SONG], [PLAY, GUEST])
    write_sample(tmp_path, [replace(SONG, track_id="TRAXYZE128F0000002")], [GUEST])

    files = sorted(path.name for path in tmp_path.rglob("*") if path.is_file())
    assert files == ["2018-11-02-events.json", "TRAXYZE128F0000002.json"]
    assert sorted(path.name for path in tmp_path.iterdir()) == ["log_data", "song_data"]
