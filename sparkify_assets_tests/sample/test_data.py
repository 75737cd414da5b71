"""The committed sample holds the quirks of the real data, and nothing that is refused."""

import datetime as dt
import json
from collections import Counter, defaultdict
from pathlib import Path
from typing import Any

import pytest

from sparkify_assets.transforms.text import repair_twice_decoded
from sparkify_assets_tests.oracle.star import Star, build_star

DATA = Path(__file__).resolve().parents[2] / "data"
DAYS = [dt.date(2018, 11, day) for day in range(1, 31)]
GUEST_FIELDS = ("firstName", "lastName", "gender", "location", "registration", "userAgent", "song", "artist", "length")

Record = dict[str, Any]


@pytest.fixture(scope="module")
def lines() -> dict[dt.date, list[str]]:
    """Return the lines of each day's file."""
    return {
        day: (DATA / f"log_data/2018/11/{day}-events.json").read_bytes().decode("ascii").split("\n") for day in DAYS
    }


@pytest.fixture(scope="module")
def events(lines: dict[dt.date, list[str]]) -> list[Record]:
    return [json.loads(line) for day in DAYS for line in lines[day]]


@pytest.fixture(scope="module")
def plays(events: list[Record]) -> list[Record]:
    return [event for event in events if event["page"] == "NextSong"]


@pytest.fixture(scope="module")
def songs() -> list[Record]:
    """Return the song records in the order of their paths."""
    return [json.loads(path.read_bytes()) for path in sorted((DATA / "song_data").rglob("*.json"))]


@pytest.fixture(scope="module")
def star() -> Star:
    return build_star(DATA, DAYS[0], DAYS[-1])


def sessions_of(events: list[Record]) -> list[list[Record]]:
    by_session = defaultdict[int, list[Record]](list)
    for event in events:
        by_session[event["sessionId"]].append(event)
    return list(by_session.values())


def test_song_files_lie_in_folders_of_their_letters() -> None:
    paths = [path.relative_to(DATA / "song_data") for path in (DATA / "song_data").rglob("*.json")]

    assert len(paths) == 100
    assert all(path.parts[:-1] == tuple(path.name[2:5]) for path in paths)
    assert len({path.parent for path in paths}) == 12


def test_every_day_has_its_events_in_order(lines: dict[dt.date, list[str]]) -> None:
    for day in DAYS:
        times = [json.loads(line)["ts"] for line in lines[day]]

        assert times == sorted(times)
        assert {dt.datetime.fromtimestamp(ts / 1000, dt.UTC).date() for ts in times} == {day}


def test_every_line_has_the_18_keys_in_alphabetical_order(events: list[Record]) -> None:
    assert {tuple(event) for event in events} == {tuple(sorted(events[0]))}
    assert len(events[0]) == 18


def test_slashes_and_quotes_are_escaped(lines: dict[dt.date, list[str]]) -> None:
    text = "".join(line for day in DAYS for line in lines[day])

    assert text.count("/") == text.count("\\/") > 10_000
    assert 0.5 < text.count('"userAgent":"\\"Mozilla') / text.count('"userAgent":"') < 0.9


def test_guests_are_nobody(events: list[Record]) -> None:
    guests = [event for event in events if event["userId"] == ""]

    assert 200 < len(guests) < 400
    assert {event[field] for event in guests for field in GUEST_FIELDS} == {None}
    assert {event["auth"] for event in guests} == {"Logged Out"}
    assert {event["level"] for event in guests} == {"free", "paid"}


def test_sizes_are_those_promised(events: list[Record], plays: list[Record], songs: list[Record]) -> None:
    assert len(events) == 7_920
    assert len(plays) == 6_579
    assert len({play["ts"] for play in plays}) == 6_571
    assert len({play["userId"] for play in plays}) == 93
    assert len({song["artist_id"] for song in songs}) == 86


def test_song_files_leave_out_what_real_ones_leave_out(songs: list[Record]) -> None:
    assert sum(song["year"] == 0 for song in songs) == 58
    assert sum(song["artist_latitude"] is None for song in songs) == 49
    assert sum(song["artist_location"] == "" for song in songs) == 39
    assert sum(song["artist_latitude"] == 0 for song in songs) == 1


def test_one_artist_moved_between_two_files(songs: list[Record]) -> None:
    homes = defaultdict[str, set[str]](set)
    for song in songs:
        homes[song["artist_id"]].add(song["artist_location"])

    assert [len(places) for places in homes.values() if len(places) > 1] == [2]


def test_sessions_have_no_gap_and_some_cross_midnight(events: list[Record]) -> None:
    sessions = sessions_of(events)

    assert all([event["itemInSession"] for event in session] == list(range(len(session))) for session in sessions)
    assert sum(session[0]["ts"] // 86_400_000 < session[-1]["ts"] // 86_400_000 for session in sessions) == 12


def test_levels_change_in_both_directions(events: list[Record]) -> None:
    pages = Counter(event["page"] for event in events)

    assert pages["Submit Upgrade"] == 12
    assert pages["Submit Downgrade"] == 3


def test_a_twentieth_of_the_plays_is_decoded_twice(plays: list[Record]) -> None:
    broken = [play for play in plays if not (play["song"] + play["artist"]).isascii()]

    assert 0.04 < len(broken) / len(plays) < 0.06
    assert all(any(repair_twice_decoded(play[field]) != play[field] for field in ("song", "artist")) for play in broken)


def test_afternoons_and_working_days_are_busiest(plays: list[Record]) -> None:
    moments = [dt.datetime.fromtimestamp(play["ts"] / 1000, dt.UTC) for play in plays]
    by_hour, by_date = Counter(at.hour for at in moments), Counter(at.date() for at in moments)
    weekend = [count for day, count in by_date.items() if day.weekday() >= 5]

    assert by_hour.most_common(1)[0][0] in range(14, 20)
    assert sum(weekend) / len(weekend) < 0.75 * (len(plays) - sum(weekend)) / (30 - len(weekend))


def test_nothing_is_refused_and_most_plays_match(star: Star) -> None:
    matched = [play for play in star.songplays if play[4] is not None]

    assert star.rejected_events == star.rejected_songs == []
    assert len(star.songplays) == 6_579
    assert len(matched) == 5_590


def test_top_ten_looks_like_a_chart(star: Star) -> None:
    titles = {song[0]: song[1] for song in star.songs}
    chart = Counter(titles[play[4]] for play in star.songplays if play[4] is not None).most_common(10)

    counts = [count for _, count in chart]
    assert [title for title, _ in chart][:3] == [
        "Out Of Office",
        "Wooden Spoon Solo",
        "Twenty Questions And No Answers",
    ]
    assert len(set(counts)) == 10
    assert 2 < counts[0] / counts[-1] < 4
