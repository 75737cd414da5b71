"""Generated logs follow the rules of the real ones: each is asserted of the files themselves."""

import datetime as dt
import json
from collections import Counter, defaultdict
from itertools import pairwise
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np
import pytest

from sparkify_assets.generator.generate import generate
from sparkify_assets.generator.plan import Plan
from sparkify_assets.sample import pages
from sparkify_assets.transforms.text import repair_twice_decoded

Record = dict[str, Any]
LEVEL_AFTER = {pages.UPGRADE: "paid", pages.DOWNGRADE: "free"}
PLAN = Plan(days=14, events_per_day=3_000, first_day=dt.date(2018, 11, 5), listeners=900, songs=2_000, seed=3)


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder of two whole weeks."""
    out = tmp_path_factory.mktemp("generated")
    generate(PLAN, out)
    return out


@pytest.fixture(scope="module")
def lines(data: Path) -> dict[dt.date, list[str]]:
    """Return the lines of each day's file."""
    days = [PLAN.first_day + dt.timedelta(days=number) for number in range(PLAN.days)]
    return {
        day: (data / f"log_data/2018/11/{day}-events.json").read_bytes().decode("ascii").split("\n") for day in days
    }


@pytest.fixture(scope="module")
def events(lines: dict[dt.date, list[str]]) -> list[Record]:
    return [json.loads(line) for day in lines.values() for line in day]


@pytest.fixture(scope="module")
def plays(events: list[Record]) -> list[Record]:
    return [event for event in events if event["page"] == "NextSong"]


@pytest.fixture(scope="module")
def sessions(events: list[Record]) -> list[list[Record]]:
    by_session = defaultdict[int, list[Record]](list)
    for event in events:
        by_session[event["sessionId"]].append(event)
    return list(by_session.values())


@pytest.fixture(scope="module")
def songs(data: Path) -> list[Record]:
    return [json.loads(path.read_bytes()) for path in sorted((data / "song_data").rglob("*.json"))]


def test_number_of_events_is_the_one_asked_for(events: list[Record]) -> None:
    assert 0.95 < len(events) / PLAN.events < 1.05


def test_every_day_has_its_own_events_in_order(lines: dict[dt.date, list[str]]) -> None:
    for day, texts in lines.items():
        times = [json.loads(text)["ts"] for text in texts]

        assert times == sorted(times)
        assert {dt.datetime.fromtimestamp(ts / 1000, dt.UTC).date() for ts in times} == {day}


def test_every_line_has_the_keys_of_the_real_ones_in_alphabetical_order(events: list[Record]) -> None:
    assert {tuple(event) for event in events} == {tuple(sorted(events[0]))}
    assert len(events[0]) == 18


def test_sessions_count_their_items_from_zero_without_a_gap(sessions: list[list[Record]]) -> None:
    assert all([event["itemInSession"] for event in session] == list(range(len(session))) for session in sessions)
    assert all(len({event["userId"] for event in session} - {""}) <= 1 for session in sessions)
    assert sum(session[0]["ts"] // 86_400_000 < session[-1]["ts"] // 86_400_000 for session in sessions) > 20


def test_next_song_starts_when_the_one_before_is_over(sessions: list[list[Record]]) -> None:
    pairs = [(one, two) for session in sessions for one, two in pairwise(session) if one["song"] and two["song"]]

    assert len(pairs) > 5_000
    assert all(two["ts"] - one["ts"] == int(one["length"]) * 1000 for one, two in pairs)


def test_song_goes_on_while_other_pages_are_looked_at(sessions: list[list[Record]]) -> None:
    on_time = late = 0
    for session in sessions:
        playing: Record | None = None
        for event in session:
            if event["song"]:
                if playing is not None:
                    over = playing["ts"] + int(playing["length"]) * 1000
                    assert event["ts"] >= over
                    on_time, late = on_time + (event["ts"] == over), late + (event["ts"] > over)
                playing = event
            elif event["page"] == pages.LOGOUT:
                playing = None

    assert on_time > 20 * late > 0


def test_nothing_is_played_twice_in_a_row(sessions: list[list[Record]]) -> None:
    played = [[(e["song"], e["artist"], e["length"]) for e in session if e["song"]] for session in sessions]

    assert all(one != two for songs in played for one, two in pairwise(songs))


def test_redirects_come_one_second_later(sessions: list[list[Record]]) -> None:
    pairs = [pair for session in sessions for pair in pairwise(session)]
    redirects = [(one, two) for one, two in pairs if two["status"] == 307]

    assert len(redirects) > 200
    assert {two["page"] for _, two in redirects} == pages.REDIRECTS
    assert {two["ts"] - one["ts"] for one, two in redirects} == {1000}


def test_levels_change_by_their_pages_alone_and_are_carried_over(events: list[Record]) -> None:
    levels: dict[str, str] = {}
    changes = Counter[str]()
    for event in events:
        if not (user := event["userId"]):
            continue
        assert levels.get(user, event["level"]) == event["level"]
        levels[user] = LEVEL_AFTER.get(event["page"], str(event["level"]))
        changes[event["page"]] += levels[user] != event["level"]

    assert changes[pages.UPGRADE] > 20
    assert changes[pages.DOWNGRADE] > 5


def test_login_is_carried_over_between_sessions(sessions: list[list[Record]]) -> None:
    by_user = defaultdict[str, list[list[Record]]](list)
    for session in sorted(sessions, key=lambda session: (session[0]["ts"], session[0]["sessionId"])):
        if users := {event["userId"] for event in session} - {""}:
            by_user[users.pop()].append(session)
    pairs = [pair for life in by_user.values() for pair in pairwise(life)]
    left_out = [(one, two) for one, two in pairs if one[-1]["userId"] == "" or one[-1]["page"] == pages.LOGOUT]

    assert len(left_out) > 50
    assert all(two[0]["auth"] == "Logged Out" for _, two in left_out)
    # A session of a guest who never logs in can't be told from another's: it hides the logout of a few.
    logged_in = [(one, two) for one, two in pairs if one[-1]["userId"] and one[-1]["page"] != pages.LOGOUT]
    assert all(two[0]["auth"] == "Logged In" for _, two in logged_in)


def test_sessions_of_a_listener_do_not_overlap(sessions: list[list[Record]]) -> None:
    spans = defaultdict[str, list[tuple[int, int]]](list)
    for session in sessions:
        if users := {event["userId"] for event in session} - {""}:
            spans[users.pop()].append((session[0]["ts"], session[-1]["ts"]))

    assert all(one[1] < two[0] for of_user in spans.values() for one, two in pairwise(sorted(of_user)))


def test_guests_are_nobody(events: list[Record]) -> None:
    guests = [event for event in events if event["userId"] == ""]
    fields = ("firstName", "lastName", "gender", "location", "registration", "userAgent", "song", "artist", "length")

    assert 0.01 < len(guests) / len(events) < 0.1
    assert {event[field] for event in guests for field in fields} == {None}
    assert {event["auth"] for event in guests} == {"Logged Out"}


def test_afternoons_and_working_days_are_busiest(plays: list[Record]) -> None:
    moments = [dt.datetime.fromtimestamp(play["ts"] / 1000, dt.UTC) for play in plays]
    by_hour, by_weekday = Counter(at.hour for at in moments), Counter(at.weekday() for at in moments)

    assert by_hour.most_common(1)[0][0] in range(15, 20)
    assert by_hour[16] > 3 * by_hour[3]
    assert by_weekday[5] + by_weekday[6] < 0.7 * (by_weekday[1] + by_weekday[2])


def test_a_few_songs_are_played_often_and_most_seldom(plays: list[Record]) -> None:
    counts = sorted(Counter((play["song"], play["artist"], play["length"]) for play in plays).values(), reverse=True)

    assert sum(counts[: len(counts) // 10]) > 0.4 * len(plays)
    assert counts[0] > 20 * median(counts)
    assert counts[0] < 0.05 * len(plays)


def test_activity_of_listeners_is_lognormal(sessions: list[list[Record]]) -> None:
    users = [users.pop() for session in sessions if (users := {event["userId"] for event in session} - {""})]
    logs = np.log(np.array(list(Counter(users).values())))

    # Counts of sessions blur the small ones; the spread and the tail are those of the sample all the same.
    assert 0.6 < logs.std() < 1.1
    assert np.exp(logs.max() - np.median(logs)) > 5


def test_share_of_plays_that_match_is_the_one_asked_for(plays: list[Record], songs: list[Record]) -> None:
    listed = {(song["title"], song["artist_name"], song["duration"]) for song in songs}
    played = [tuple(repair_twice_decoded(play[key]) for key in ("song", "artist")) for play in plays]
    matched = sum((*text, play["length"]) in listed for text, play in zip(played, plays, strict=True))

    assert abs(matched / len(plays) - PLAN.match_rate) < 0.03


def test_a_twentieth_of_the_plays_is_decoded_twice(plays: list[Record]) -> None:
    broken = [play for play in plays if not (play["song"] + play["artist"]).isascii()]

    assert 0.03 < len(broken) / len(plays) < 0.07
    assert all(any(repair_twice_decoded(play[key]) != play[key] for key in ("song", "artist")) for play in broken)


def test_song_files_are_distinct_and_lie_in_folders_of_their_letters(data: Path, songs: list[Record]) -> None:
    paths = [path.relative_to(data / "song_data") for path in (data / "song_data").rglob("*.json")]

    assert len({path.name for path in paths}) == len({song["song_id"] for song in songs}) == PLAN.songs
    assert all(path.parts[:-1] == tuple(path.name[2:5]) for path in paths)
    assert max(Counter(path.parent for path in paths).values()) < 100


def test_song_files_leave_out_what_real_ones_leave_out(songs: list[Record]) -> None:
    assert 0.45 < sum(song["year"] == 0 for song in songs) / len(songs) < 0.65
    assert 0.35 < sum(song["artist_location"] == "" for song in songs) / len(songs) < 0.55
    assert all(0 < song["duration"] < 600 for song in songs)


def test_some_artists_have_several_songs_homes_and_guests(songs: list[Record]) -> None:
    by_artist = defaultdict[str, list[Record]](list)
    for song in songs:
        by_artist[song["artist_id"]].append(song)

    assert 2 < len(songs) / len(by_artist) < 6
    assert sum(len({song["artist_location"] for song in of}) > 1 for of in by_artist.values()) > 5
    assert sum(len({song["artist_name"] for song in of}) > 1 for of in by_artist.values()) > 5
