"""The oracle itself: each rule on a small hand-made set, the hostile sets, the real data's known answers."""

import gzip
import json
import os
import random
from collections import Counter
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from sparkify_assets_tests.oracle import hostile
from sparkify_assets_tests.oracle.star import (
    Number,
    RefusedError,
    Star,
    build_star,
    day_of,
    parse_event,
    parse_song,
    repair,
    whole,
)

FIRST, LAST = date(2018, 11, 1), date(2018, 11, 30)
DAY = date(2018, 11, 5)
TS = 1541105830796  # 2018-11-01T20:57:10.796Z
DAY_5, DAY_6 = "log_data/2018-11-05-events.json", "log_data/2018-11-06-events.json"
REAL_DATA = os.environ.get("SPARKIFY_REAL_DATA")  # a folder with the public data set


def event(**changes: object) -> str:
    """Return the line of a play, with these fields changed; `...` takes a field out."""
    fields: dict[str, object] = {
        "artist": "Elena",
        "firstName": "Ada",
        "gender": "F",
        "itemInSession": 0,
        "lastName": "Frye",
        "length": 269.5,
        "level": "free",
        "location": "Here",
        "page": "NextSong",
        "sessionId": 1,
        "song": "Matins",
        "ts": TS,
        "userAgent": "Agent",
        "userId": "15",
    }
    return json.dumps({key: value for key, value in (fields | changes).items() if value is not ...})


def song(**changes: object) -> str:
    """Return the line of a song, with these fields changed; `...` takes a field out."""
    fields: dict[str, object] = {
        "artist_id": "AR1",
        "artist_latitude": None,
        "artist_location": "Here",
        "artist_longitude": None,
        "artist_name": "Elena",
        "duration": 269.5,
        "song_id": "SO1",
        "title": "Matins",
        "year": 2005,
    }
    return json.dumps({key: value for key, value in (fields | changes).items() if value is not ...})


def build(folder: Path, files: dict[str, str | bytes | list[str]]) -> Star:
    """Write the files, of lines, text or bytes, and build their star."""
    for name, content in files.items():
        joined = "\n".join(content) if isinstance(content, list) else content
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(joined.encode() if isinstance(joined, str) else joined)
    return build_star(folder, FIRST, LAST)


def ids(star: Star) -> list[int]:
    return [row[0] for row in star.songplays]


# --- files and lines ----------------------------------------------------------------------------------


def test_rows_have_the_columns_of_the_design(tmp_path: Path) -> None:
    star = build(tmp_path, {DAY_5: [event()], "song_data/A/x.json": [song()]})

    start = datetime(2018, 11, 1, 20, 57, 10, 796000, tzinfo=UTC)
    assert star.songs == [("SO1", "Matins", "AR1", "Elena", 2005, 269.5)]
    assert star.artists == [("AR1", "Elena", "Here", None, None)]
    assert star.users == [(15, "Ada", "Frye", "F", "free")]
    assert star.time == [(start, 20, 1, 44, 11, 2018, 3)]
    key = 17840 * 10**11
    texts = ("Here", "Agent", "Matins", "Elena")
    assert star.songplays == [(key, start, 15, "free", "SO1", "AR1", 1, 0, *texts, 269.5, DAY)]


def test_hidden_linked_misnamed_and_special_files_do_not_count(tmp_path: Path) -> None:
    for name in (".x.json", "._x.json", ".ipynb_checkpoints/x.json", "x.JSON", "x.jsonl", "x.json.bak"):
        build(tmp_path, {f"song_data/{name}": [song(song_id="HIDDEN")]})
    build(tmp_path, {"song_data/deep/er/x.json": [song()], "elsewhere/y.json": [song(song_id="LINKED")]})
    (tmp_path / "song_data/link.json").symlink_to(tmp_path / "elsewhere/y.json")
    (tmp_path / "song_data/links").symlink_to(tmp_path / "elsewhere")
    (tmp_path / "song_data/folder.json").mkdir()
    os.mkfifo(tmp_path / "song_data/pipe.json")

    star = build(tmp_path, {})

    assert star.song_files == ["song_data/deep/er/x.json"]
    assert [row[0] for row in star.songs] == ["SO1"]


@pytest.mark.parametrize(
    ("name", "day"),
    [
        ("2018-11-05-events.json", DAY),
        ("late_2018-11-05.json.gz", DAY),
        ("2018-13-01_2018-11-05.json", DAY),
        ("2018-11-31-2018-11-05-2018-11-06.json", DAY),
        ("2018-11-05/events.json", None),
        ("0000-11-05.json", None),
        ("events.json", None),
    ],
)
def test_day_is_the_first_valid_date_in_the_name(name: str, day: date | None) -> None:
    assert day_of(f"log_data/{name}") == day


def test_log_files_of_other_days_are_passed_over(tmp_path: Path) -> None:
    others = ("events.json", "2018-12-01.json", "2018-10-31.json")

    star = build(tmp_path, {f"log_data/{name}": [event(), "bad"] for name in others})

    assert (star.songplays, star.rejected_events, star.counts) == ([], [], {})


def test_position_counts_all_physical_lines_of_the_day_in_path_order(tmp_path: Path) -> None:
    star = build(
        tmp_path,
        {
            "log_data/a/2018-11-05.json": [event(ts=TS + 4)],  # position 6: '/' follows '-'
            "log_data/a-b/2018-11-05.json": "",
            "log_data/a-c/2018-11-05.json": "\ufeff\r\n" + event(ts=TS + 1) + "\r\nbad\r\n \t\r\n",
            "log_data/a-d/2018-11-05.json.gz": b"\x1f\x8b",  # damaged: no line
            "log_data/a-e/2018-11-05.json": event() + "\n" + event(page="Home", ts=TS + 2),
            "log_data/Z/2018-11-06.json": [event(ts=TS + 3)],
        },
    )

    key = 17840 * 10**11
    assert ids(star) == [key + 1, key + 4, key + 6, key + 10**11]
    assert star.rejected_events == [
        ("log_data/a-c/2018-11-05.json", 3),
        ("log_data/a-d/2018-11-05.json.gz", 0),
    ]
    counts = star.counts[DAY]
    assert (counts.lines, counts.blank, counts.events, counts.rejected, counts.damaged) == (7, 2, 4, 2, 1)


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("x.json.gz", gzip.compress(song().encode(), mtime=0)[:-1]),
        ("x.json.gz", gzip.compress(song().encode(), mtime=0)[:20]),
        ("x.json.gz", gzip.compress(song().encode(), mtime=0)[:-8] + bytes(8)),
        ("x.json.gz", song().encode()),
        ("x.json", ("\ufeff" + song()).encode("utf-16-le")),
        ("x.json", ("\ufeff" + song()).encode("utf-16-be")),
        ("x.json", b"<html>\n" + song().encode()),
        ("x.json", b"\xef\xbb\xbf\r\n <p>\n" + song().encode()),
    ],
)
def test_damaged_file_is_one_reject(tmp_path: Path, name: str, content: bytes) -> None:
    star = build(tmp_path, {f"song_data/{name}": content, f"log_data/2018-11-05-{name}": content})

    assert star.rejected_songs == [(f"song_data/{name}", 0)]
    assert star.rejected_events == [(f"log_data/2018-11-05-{name}", 0)]
    assert star.songs == []


def test_lone_carriage_return_and_unicode_line_ends_end_no_line(tmp_path: Path) -> None:
    odd = event(song="a\u2028b\u0085c").replace("\\u2028", "\u2028").replace("\\u0085", "\u0085")

    star = build(tmp_path, {DAY_5: odd.replace(", ", ",\r", 1)})

    assert star.counts[DAY].lines == 1
    assert star.songplays[0][10] == "a\u2028b\u0085c"


def test_song_over_several_lines_is_one_record_at_line_1(tmp_path: Path) -> None:
    pretty = json.dumps(json.loads(song()), indent=2)

    star = build(
        tmp_path,
        {
            "song_data/good.json": "\ufeff\n" + pretty.replace("\n", "\r\n") + "\n",
            "song_data/bad.json": pretty.replace("269.5", "0"),
            "song_data/lines.json": ["", song(song_id="SO2"), "", song(song_id="SO3"), "bad"],
            "song_data/late.json": ["", song(year=True)],
        },
    )

    assert [row[0] for row in star.songs] == ["SO1", "SO2", "SO3"]
    assert star.rejected_songs == [
        ("song_data/bad.json", 1),
        ("song_data/late.json", 2),
        ("song_data/lines.json", 5),
    ]


# --- values -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("15", 15),
        ("15.000", 15),
        ("1.5e1", 15),
        ("150e-1", 15),
        ("-0", 0),
        ("0e99", 0),
        ("9007199254740993.0", 2**53 + 1),
        ("15.5", None),
        ("1e-400", None),
        ("1e999", None),
        ("1e99999999999999999999", None),
        ("9" * 5000, None),
    ],
)
def test_number_without_fraction_is_that_integer(text: str, value: int | None) -> None:
    assert whole(Number(text)) == value


@pytest.mark.parametrize(("value", "user"), [(15, 15), (15.0, 15), ("15", 15), ("15.0", 15), ("-1e1", -10)])
def test_user_is_a_number_or_a_number_in_quotes(value: object, user: int) -> None:
    assert parse_event(event(userId=value).encode(), DAY, 0).user_id == user


@pytest.mark.parametrize("value", ["", None, ...])
def test_no_user_is_a_guest(value: object) -> None:
    line = event(userId=value, page="Home", level="gold", length=-1)

    assert parse_event(line.encode(), DAY, 0).user_id is None


@pytest.mark.parametrize(
    "line",
    [
        event(userId="15")
        .replace("{", '{"auth": 1, "auth": NULL, "x": 1e999, "y": "\\u0000\\ud800", ')
        .replace("NULL", "[{}]"),
        event(song="[Untitled]", artist="{Braces}"),
        event(song="\U0001f3b5"),
        event(length=...),
        event(length=10**30),
        event(page="Home", length=0),
        event(ts=-62135596800000),
        event(ts=253402300799999),
        event(itemInSession=-(2**31)),
        "\t " + event() + " \r",
    ],
)
def test_line_that_breaks_no_rule_is_an_event(line: str) -> None:
    parse_event(line.encode(), DAY, 0)


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        (event(page=...), "page: missing"),
        (event(page=""), "page: empty"),
        (event(ts=None), "ts: no number"),
        (event(ts=str(TS)), "ts: no number"),
        (event(ts=TS + 0.5), "ts: .* is no integer"),
        (event(ts=253402300800000), "ts: .* is no integer"),
        (event(sessionId=True), "sessionId: no number"),
        (event(sessionId=2**63), "sessionId: .* is no integer"),
        (event(itemInSession=2**31), "itemInSession: .* is no integer"),
        (event(userId=" 15"), "userId: text that is no number"),
        (event(userId="1_0"), "userId: text that is no number"),
        (event(userId="\uff11"), "userId: text that is no number"),
        (event(userId="1.5"), "userId: .* is no integer"),
        (event(userId=False), "userId: no number"),
        (event(userId=""), "userId: a play without user"),
        (event(level="Free"), "level: neither"),
        (event(level=None, page="Home"), "level: neither"),
        (event(length=0), "length: not positive"),
        (event(length="1"), "length: no number"),
        (event(length="X").replace('"X"', "1e999"), "length: not finite"),
        (event(song=1979), "song: no text"),
        (event(location={"a": "b"}), "location: no text"),
        (event(firstName="a\0"), "firstName: holds a NUL"),
        (event(artist="\udc00\ud800"), "artist: holds a lone surrogate"),
        (event().replace("{", '{"p\\u0061ge": "NextSong", '), "page: given twice"),
        (event(x=float("nan")), "NaN"),
        (event(length=float("-inf")), "-Infinity"),
        (event() + event(), "no JSON"),
        (event()[:-1], "no JSON"),
        ("[" + event() + "]", "no object"),
        ("\ufeff" + event(), "no JSON"),
        (event() + "\u00a0", "no JSON"),
        ("{}", "ts: no number"),
    ],
)
def test_line_that_breaks_a_rule_is_refused(line: str, reason: str) -> None:
    with pytest.raises(RefusedError, match=reason):
        parse_event(line.encode(), DAY, 0)


@pytest.mark.parametrize("junk", [b"\xff", b"\xc0\xaf", b"\xed\xa0\x80", b"Bj\xf6rk"])
def test_bytes_that_are_no_utf_8_are_refused_even_where_unused(junk: bytes) -> None:
    line = event(auth="X").encode().replace(b"X", junk)

    with pytest.raises(RefusedError, match="utf-8"):
        parse_event(line, DAY, 0)


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        (song(song_id=""), "song_id: empty"),
        (song(artist_id=None), "artist_id: missing"),
        (song(title=...), "title: missing"),
        (song(artist_name=None), "artist_name: missing"),
        (song(duration=0), "duration"),
        (song(duration=None), "duration"),
        (song(duration="1"), "duration: no number"),
        (song(year=32768), "year"),
        (song(year="2005"), "year: no number"),
        (song(artist_latitude=90.5), "artist_latitude: out of range"),
        (song(artist_longitude=-180.5), "artist_longitude: out of range"),
        (song(artist_location=5), "artist_location: no text"),
    ],
)
def test_song_that_breaks_a_rule_is_refused(line: str, reason: str) -> None:
    with pytest.raises(RefusedError, match=reason):
        parse_song(line.encode())


def test_empty_becomes_null_and_zero_latitude_stays(tmp_path: Path) -> None:
    star = build(
        tmp_path,
        {
            "song_data/x.json": [song(title="", artist_location="", year=0, artist_latitude=0)],
            DAY_5: [event(location="", userAgent="", firstName="", song="")],
        },
    )

    assert star.songs[0][1:5] == ("", "AR1", "Elena", None)
    assert star.artists == [("AR1", "Elena", None, 0.0, None)]
    assert star.users[0][1] == ""
    assert star.songplays[0][8:11] == (None, None, "")
    assert star.songplays[0][4] == "SO1"  # an empty title matches like any other


@pytest.mark.parametrize(
    ("logged", "kept"),
    [
        ("Bj\u00c3\u0083\u00c2\u00b6rk", "Bj\u00f6rk"),
        ("Bj\u00c3\u00b6rk", "Bj\u00c3\u00b6rk"),  # decoded wrongly once only
        ("Bj\u00f6rk", "Bj\u00f6rk"),
        ("Bj\u00c3\u0083\u00c2\u00b6rk \u20ac", "Bj\u00c3\u0083\u00c2\u00b6rk \u20ac"),  # no Latin-1
        ("plain", "plain"),
        ("", ""),
        (None, None),
    ],
)
def test_repair_undoes_two_rounds_or_none(logged: str | None, kept: str | None) -> None:
    assert repair(logged) == kept


# --- which record wins --------------------------------------------------------------------------------


def test_level_is_that_of_the_latest_event_of_any_page(tmp_path: Path) -> None:
    star = build(
        tmp_path,
        {
            DAY_5: [event(ts=TS + 5, level="paid", page="Home", itemInSession=9), event(level="free")],
            DAY_6: [event(ts=TS + 4, level="free", firstName="Old"), event(userId="7", page="Home")],
        },
    )

    assert star.users == [(15, "Ada", "Frye", "F", "paid")]
    assert [row[3] for row in star.songplays] == ["free", "free"]


def test_latest_event_is_by_ts_then_session_then_item(tmp_path: Path) -> None:
    star = build(
        tmp_path,
        {
            DAY_5: [
                event(sessionId=10, itemInSession=2, firstName="Second"),
                event(sessionId=10, itemInSession=10, firstName="Last"),
                event(sessionId=9, itemInSession=11, firstName="First"),
            ]
        },
    )

    assert star.users[0][1] == "Last"


def test_event_in_two_days_counts_once_the_later_day_wins_whatever_its_page(tmp_path: Path) -> None:
    files: dict[str, str | bytes | list[str]] = {
        "log_data/z/2018-11-05.json": [event(song="old"), event(itemInSession=1)],
        "log_data/a/2018-11-06.json": [event(song="new", userId=15.0), event(itemInSession=1, page="Home")],
    }

    star = build(tmp_path, files)

    assert [(row[10], row[13]) for row in star.songplays] == [("new", date(2018, 11, 6))]
    assert star.counts[DAY].superseded == 2
    (tmp_path / "log_data/a/2018-11-06.json").unlink()
    assert [row[10] for row in build(tmp_path, {}).songplays] == ["old", "Matins"]


def test_event_twice_in_a_day_is_the_last_copy_by_path_and_line(tmp_path: Path) -> None:
    star = build(
        tmp_path,
        {
            "log_data/b/2018-11-05.json": [event(song="2"), event(song="3"), event(userId="", page="Home")],
            "log_data/a/2018-11-05.json": [event(song="1"), event(userId=None, page="Home")],
        },
    )

    assert [(row[10], row[0] % 10**11) for row in star.songplays] == [("3", 3)]
    assert (star.counts[DAY].events, star.counts[DAY].duplicates) == (2, 3)


def test_time_has_each_start_once_though_two_users_share_it(tmp_path: Path) -> None:
    new_year_eve = 1_546_214_400_000  # Monday 2018-12-31, of ISO week 1

    star = build(tmp_path, {DAY_5: [event(ts=new_year_eve), event(ts=new_year_eve, userId=7)]})

    assert star.time == [(datetime(2018, 12, 31, tzinfo=UTC), 0, 31, 1, 12, 2018, 0)]
    assert len(star.songplays) == 2


def test_whole_song_row_of_the_last_path_wins(tmp_path: Path) -> None:
    star = build(
        tmp_path,
        {
            "song_data/a-b/x.json": [song(artist_location="First", artist_latitude=1.5, title="First")],
            "song_data/a/x.json": [song(artist_id="AR2", artist_name="Other", year=None)],
            "song_data/Z/x.json": [song(artist_location="Before both", title="Before both")],
        },
    )

    assert star.songs == [("SO1", "Matins", "AR2", "Other", None, 269.5)]
    assert star.artists == [("AR1", "Elena", "First", 1.5, None), ("AR2", "Other", "Here", None, None)]


def test_play_matches_exactly_and_the_smallest_song_id(tmp_path: Path) -> None:
    star = build(
        tmp_path,
        {
            "song_data/a.json": [song(song_id="SO2", artist_id="AR2"), song(), song(song_id="so0")],
            "song_data/b.json": [song(song_id="SO0", title="M\u00e4tins"), song(song_id="SO", duration=1)],
            DAY_5: [
                event(),
                event(itemInSession=1, song="matins"),
                event(itemInSession=2, song="M\u00c3\u0083\u00c2\u00a4tins"),
                event(itemInSession=3, length=269.50000000000006),
                event(itemInSession=4, artist=None),
            ],
        },
    )

    assert [row[4] for row in star.songplays] == ["SO1", None, "SO0", None, None]


# --- hostile sets -------------------------------------------------------------------------------------


@pytest.mark.parametrize("seed", range(10))
def test_hostile_set_without_bad_lines_has_no_reject(tmp_path: Path, seed: int) -> None:
    hostile.write_hostile_set(tmp_path, seed, bad=0.0)
    before = build_star(tmp_path, hostile.FIRST_DAY, hostile.LAST_DAY)
    days = hostile.mutate(tmp_path, seed)
    after = build_star(tmp_path, hostile.FIRST_DAY, hostile.LAST_DAY)

    for star in (before, after):
        assert star.songplays
        assert star.rejected_events == star.rejected_songs == []
    assert days


@pytest.mark.parametrize("seed", range(10))
def test_every_line_of_a_hostile_set_is_accounted_for(tmp_path: Path, seed: int) -> None:
    hostile.write_hostile_set(tmp_path, seed, bad=0.05, damaged=True)

    star = build_star(tmp_path, hostile.FIRST_DAY, hostile.LAST_DAY)

    for counts in star.counts.values():
        kinds = counts.blank + counts.events + counts.duplicates + counts.rejected
        assert counts.lines + counts.damaged == kinds
    assert star.over_limit() == []
    assert [line for _, line in star.rejected_events].count(0) == 1
    assert [line for _, line in star.rejected_songs].count(0) == 1


def test_hostile_set_is_repeatable(tmp_path: Path) -> None:
    for name in ("one", "two"):
        hostile.write_hostile_set(tmp_path / name, 7)
        hostile.mutate(tmp_path / name, 8)

    one, two = (
        {path.relative_to(root): path.read_bytes() for path in root.rglob("*") if path.is_file()}
        for root in (tmp_path / "one", tmp_path / "two")
    )
    assert one == two


def test_every_bad_line_is_refused() -> None:
    rng = random.Random(1)

    for _ in range(3000):
        with pytest.raises(RefusedError):
            parse_event(hostile.bad_line(rng, hostile.play(rng), hostile.BAD_EVENT), DAY, 0)
        with pytest.raises(RefusedError):
            parse_song(hostile.bad_line(rng, hostile.song(rng), hostile.BAD_SONG))


def test_limit_is_passed_by_more_than_5_percent_of_20_lines(tmp_path: Path) -> None:
    good = [event(itemInSession=number) for number in range(18)]

    star = build(
        tmp_path,
        {
            "log_data/2018-11-05.json": [*good, "bad", event(page="Home")],
            "log_data/2018-11-06.json": [*good, "bad", "bad"],
            "log_data/2018-11-07.json": ["bad"],
        },
    )

    assert star.over_limit() == ["log_data/2018-11-06.json"]


# --- the real data ------------------------------------------------------------------------------------

if REAL_DATA:

    def test_real_data_gives_the_known_answers() -> None:
        assert REAL_DATA is not None

        star = build_star(Path(REAL_DATA), FIRST, LAST)

        tables = (star.songs, star.artists, star.users, star.time, star.songplays)
        assert [len(rows) for rows in tables] == [71, 69, 96, 6813, 6820]
        assert star.rejected_events == star.rejected_songs == []
        assert sum(counts.events for counts in star.counts.values()) == 8056
        assert Counter(row[4] for row in star.users) == {"free": 74, "paid": 22}
        moment = datetime(2018, 11, 21, 21, 56, 47, 796000, tzinfo=UTC)
        matched = [row for row in star.songplays if row[4] is not None]
        assert [(row[1], row[2], row[4], row[6], row[7]) for row in matched] == [
            (moment, 15, "SOZCTXZ12AB0182364", 818, 5)
        ]
        assert Counter(row[3] for row in star.songplays) == {"free": 1229, "paid": 5591}
        times = {row[0]: row for row in star.time}
        weeks = Counter(times[row[1]][3] for row in star.songplays)
        assert weeks == {44: 410, 45: 1257, 46: 1958, 47: 1711, 48: 1484}
        weekdays = Counter(times[row[1]][6] for row in star.songplays)
        assert [weekdays[day] for day in range(7)] == [1014, 1071, 1364, 1052, 1295, 628, 396]
        assert Counter(times[row[1]][1] for row in star.songplays).most_common(1) == [(16, 542)]
        assert Counter(row[2] for row in star.songplays).most_common(1) == [(49, 689)]
        assert Counter(row[10] for row in star.songplays).most_common(1) == [("You're The One", 37)]
        assert Counter(row[11] for row in star.songplays).most_common(1) == [("Coldplay", 58)]
