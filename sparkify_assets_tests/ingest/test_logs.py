"""The log files of a day, or of many days, to events and refusals."""

import datetime as dt
import gzip
import threading
import time
import weakref
from collections.abc import Sequence
from pathlib import Path

import polars as pl
import pytest

from sparkify_assets.errors import IngestError
from sparkify_assets.ingest.lines import LineReader
from sparkify_assets.ingest.logs import DayOfLogs, read_day, read_days
from sparkify_assets.ingest.raw_files import RawFile
from sparkify_assets.schemas import EventFiles, Events, RejectedEvents, UnknownFields
from sparkify_assets_tests.ingest.raw_records import Raw, event, put

PATIENCE_S = 5.0
DAY = dt.date(2018, 11, 15)


def of_lines(data: Path, *contents: bytes) -> DayOfLogs:
    """Read a day of files that hold `contents`."""
    return read_day(DAY, [put(data, f"log_data/2018-11-15-{n}.json", text) for n, text in enumerate(contents)])


def counts(read: DayOfLogs) -> list[tuple[int, ...]]:
    """Return lines, blank, events, plays, duplicates and rejected of every file."""
    return read.files.select("lines", "blank", "events", "plays", "duplicates", "rejected").rows()


def test_frames_are_of_their_schemas(tmp_path: Path) -> None:
    for read in (of_lines(tmp_path, event(zone=1) + b"\n" + event(ts=None)), read_day(DAY, [])):
        Events.validate(read.events)
        RejectedEvents.validate(read.rejected)
        EventFiles.validate(read.files)
        UnknownFields.validate(read.unknown_fields)


def test_event_is_read_with_where_it_came_from(tmp_path: Path) -> None:
    read = of_lines(tmp_path, event())

    assert read.events.rows(named=True) == [
        {
            "log_date": DAY,
            "file": "log_data/2018-11-15-0.json",
            "line": 1,
            "position": 0,
            "ts": 1541105830796,
            "user_id": 15,
            "session_id": 77,
            "item_in_session": 3,
            "page": "NextSong",
            "level": "paid",
            "first_name": "Ada",
            "last_name": "Byron",
            "gender": "F",
            "location": "Oslo",
            "user_agent": '"Mozilla/5.0"',
            "song": "Late Train",
            "artist": "The Ghost Pines",
            "length": 201.5,
        }
    ]


def test_positions_count_all_physical_lines_of_the_day(tmp_path: Path) -> None:
    first = b"\xef\xbb\xbf" + event(ts=1) + b"\r\n\r\n" + event(ts=None) + b"\n" + event(ts=2)
    second = b""
    third = b"\n" + event(ts=3) + b"\n" + event(ts=3) + b"\n"

    read = of_lines(tmp_path, first, second, third)

    assert read.events.select("ts", "line", "position").rows() == [(1, 1, 0), (2, 4, 3), (3, 3, 6)]
    assert counts(read) == [(4, 1, 2, 2, 0, 1), (0, 0, 0, 0, 0, 0), (3, 1, 1, 1, 1, 0)]


def test_rejected_record_tells_where_and_why(tmp_path: Path) -> None:
    read = of_lines(tmp_path, event() + b"\n" + b'{"ts": \0' + b"\n" + event(userId="") + b"\n" + event(song=5))

    assert read.rejected.rows() == [
        (
            "log_data/2018-11-15-0.json",
            2,
            "not_json",
            "not valid JSON: Expecting value at character 8, expected a JSON object",
            r'{"ts": \x00',
            DAY,
        ),
        (
            "log_data/2018-11-15-0.json",
            3,
            "missing_user",
            "userId is missing or empty, expected the user of a play",
            event(userId="").decode(),
            DAY,
        ),
        (
            "log_data/2018-11-15-0.json",
            4,
            "wrong_type",
            "song is 5, expected text",
            event(song=5).decode(),
            DAY,
        ),
    ]


def test_event_delivered_twice_counts_once_as_its_last_copy(tmp_path: Path) -> None:
    guest = event(userId="", page="Home", level=None)
    first = b"\n".join([event(song="old"), guest, event(song="other", itemInSession=4)])
    second = b"\n".join([guest, event(page="Help", song=None), guest])

    read = of_lines(tmp_path, first, second)

    assert read.events.select("file", "line", "user_id", "page", "song").rows() == [
        ("log_data/2018-11-15-0.json", 3, 15, "NextSong", "other"),
        ("log_data/2018-11-15-1.json", 2, 15, "Help", None),
        ("log_data/2018-11-15-1.json", 3, None, "Home", "Late Train"),
    ]
    assert counts(read) == [(3, 0, 1, 1, 2, 0), (3, 0, 2, 0, 1, 0)]


@pytest.mark.parametrize(
    "change", [{"ts": 5}, {"userId": "16"}, {"userId": "", "page": "Home"}, {"sessionId": 5}, {"itemInSession": 5}]
)
def test_events_that_differ_in_their_key_both_count(tmp_path: Path, change: dict[str, object]) -> None:
    assert of_lines(tmp_path, event() + b"\n" + event(**change)).events.height == 2


def test_refused_copy_takes_no_event_away(tmp_path: Path) -> None:
    read = of_lines(tmp_path, event() + b"\n" + event(level="gold"))

    assert read.events["level"].to_list() == ["paid"]


def test_damaged_file_is_one_reject_and_counts_no_positions(tmp_path: Path) -> None:
    packed = gzip.compress(event(ts=1) + b"\n" + event(ts=2), mtime=0)
    files = [
        put(tmp_path, "log_data/2018-11-15-a.json.gz", packed[:-1]),
        put(tmp_path, "log_data/2018-11-15-b.json", b"<html>\0\n</html>\n"),
        put(tmp_path, "log_data/2018-11-15-c.json", event(ts=3)),
        put(tmp_path, "log_data/2018-11-15-d.json.gz", packed),
    ]

    read = read_day(DAY, files)

    assert read.events.select("ts", "position").rows() == [(3, 0), (1, 1), (2, 2)]
    assert read.rejected.select("file", "line", "reason", "raw_text").rows() == [
        ("log_data/2018-11-15-a.json.gz", 0, "damaged_gzip", ""),
        ("log_data/2018-11-15-b.json", 0, "html_page", "<html>\\x00\n</html>\n"),
    ]
    assert counts(read) == [(1, 0, 0, 0, 0, 1), (1, 0, 0, 0, 0, 1), (1, 0, 1, 1, 0, 0), (2, 0, 2, 2, 0, 0)]


def test_unknown_fields_are_counted_by_file(tmp_path: Path) -> None:
    read = of_lines(tmp_path, event(zone=1, app=Raw("{}")) + b"\n" + event(ts=2, zone=1), event(ts=3))

    assert read.unknown_fields.rows() == [
        ("log_data/2018-11-15-0.json", "app", 1),
        ("log_data/2018-11-15-0.json", "zone", 2),
    ]


def test_long_files_are_read_in_blocks_with_the_same_result(tmp_path: Path) -> None:
    lines = [event(ts=n) if n % 7 else b"" if n % 2 else event(ts=None) for n in range(1, 200)]
    file = put(tmp_path, "log_data/2018-11-15.json", b"\n".join(lines))

    whole, in_blocks = read_day(DAY, [file]), read_day(DAY, [file], block_bytes=1000)

    assert in_blocks.events.equals(whole.events)
    assert in_blocks.rejected.equals(whole.rejected)
    assert in_blocks.files.equals(whole.files)


def test_days_are_handed_out_in_order_empty_ones_too(tmp_path: Path) -> None:
    days = [DAY + dt.timedelta(days=n) for n in range(7)]
    by_day: dict[dt.date, list[RawFile]] = {
        day: [put(tmp_path, f"log_data/{day}.json", event(ts=n))] if n % 3 else [] for n, day in enumerate(days)
    }

    read = list(read_days(dict(reversed(by_day.items()))))

    assert [each.day for each in read] == days
    assert [each.events["ts"].to_list() for each in read] == [[], [1], [2], [], [4], [5], []]


def test_days_that_are_not_taken_are_not_read(tmp_path: Path) -> None:
    days = [DAY + dt.timedelta(days=n) for n in range(10)]
    reading = read_days({day: [put(tmp_path, f"log_data/{day}.json", event())] for day in days})

    assert next(reading).day == DAY
    reading.close()  # type: ignore[attr-defined]  # it is a generator


def test_a_day_is_let_go_while_the_next_one_is_read(tmp_path: Path) -> None:
    days = [DAY + dt.timedelta(days=n) for n in range(2)]
    handed_out: list[weakref.ref[DayOfLogs]] = []
    is_asked_for = threading.Event()
    was_let_go: list[bool] = []

    def read(day: dt.date, files: Sequence[RawFile], reader: LineReader) -> DayOfLogs:
        if day == days[1]:
            is_asked_for.wait(PATIENCE_S)
            end = time.monotonic() + PATIENCE_S
            while handed_out[0]() is not None and time.monotonic() < end:
                time.sleep(0.01)
            was_let_go.append(handed_out[0]() is None)
        return read_day(day, files, reader)

    reading = read_days({day: [put(tmp_path, f"log_data/{day}.json", event())] for day in days}, read)
    first = next(reading)
    handed_out.append(weakref.ref(first))
    del first
    is_asked_for.set()
    next(reading)

    assert was_let_go == [True]


def test_all_unreadable_files_are_named_and_the_stored_rows_stay(tmp_path: Path) -> None:
    by_day = {
        DAY + dt.timedelta(days=n): [put(tmp_path, f"log_data/{n}-{m}.json", event()) for m in (0, 1)] for n in range(4)
    }
    for name in ("0-1", "2-0", "2-1"):
        (tmp_path / f"log_data/{name}.json").unlink()

    with pytest.raises(IngestError) as raised:
        list(read_days(by_day))

    gone = "can't be read: No such file or directory"
    assert str(raised.value) == (
        f"day 2018-11-15: file 'log_data/0-1.json': {gone}; day 2018-11-17: file 'log_data/2-0.json': {gone}; "
        f"file 'log_data/2-1.json': {gone}; no stored row was changed"
    )


def test_lines_of_every_file_are_accounted_for(tmp_path: Path) -> None:
    lines = [event(ts=n // 2) for n in range(50)] + [b""] * 5 + [event(level="x", ts=n) for n in range(9)] + [b"{"]

    read = of_lines(tmp_path, b"\n".join(lines), b"\n".join(reversed(lines)))

    counted = pl.sum_horizontal("blank", "events", "duplicates", "rejected")
    assert read.files.select((pl.col("lines") == counted).all()).item()
    assert read.files["events"].to_list() == [0, 25]
