"""Which files count."""

import datetime as dt
import os
import socket
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from sparkify_assets.errors import IngestError
from sparkify_assets.ingest.discovery import (
    changed_since,
    day_in_name,
    epoch_us,
    find_days,
    find_log_files,
    find_song_files,
    stat_files,
)
from sparkify_assets_tests.ingest.raw_records import put

FIRST, LAST = dt.date(2018, 11, 1), dt.date(2018, 11, 3)


def test_json_files_at_any_depth_are_found_in_bytewise_order(tmp_path: Path) -> None:
    for name in ("b.json", "a/z.json", "a/B.json.gz", "a-b.json", "A/x/y/z/q.json", "é.json", "notes.txt", "x.JSON"):
        put(tmp_path, f"song_data/{name}", b"{}")

    found = find_song_files(tmp_path)

    assert [file.name for file in found.files] == [
        "song_data/A/x/y/z/q.json",
        "song_data/a-b.json",
        "song_data/a/B.json.gz",
        "song_data/a/z.json",
        "song_data/b.json",
        "song_data/é.json",
    ]
    assert [file.size for file in found.files] == [2] * 6
    assert found.passed_over == []


def test_names_and_folders_that_begin_with_a_dot_are_ignored(tmp_path: Path) -> None:
    data = tmp_path / ".hidden" / "data"
    for name in ("._x.json", ".ipynb_checkpoints/x.json", "a/.b/c.json", "a/ok.json"):
        put(data, f"song_data/{name}", b"{}")

    found = find_song_files(data)

    assert [file.name for file in found.files] == ["song_data/a/ok.json"]
    assert found.passed_over == []


def test_links_folders_pipes_and_sockets_are_passed_over_and_listed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = put(tmp_path, "song_data/a/real.json", b"{}")
    root = tmp_path / "song_data"
    (root / "link.json").symlink_to(real.path)
    (root / "loop").symlink_to(root, target_is_directory=True)
    (root / "nowhere.json").symlink_to(tmp_path / "gone")
    put(tmp_path, "song_data/folder.json/inside.json", b"{}")
    os.mkfifo(root / "pipe.json")
    monkeypatch.chdir(root)  # a socket's path has a short limit
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind("socket.json")

        found = find_song_files(tmp_path)

    assert [file.name for file in found.files] == ["song_data/a/real.json"]
    assert [(item.name, item.reason) for item in found.passed_over] == [
        ("song_data/folder.json", "a folder, though it is named like a file"),
        ("song_data/link.json", "a link; links are not followed"),
        ("song_data/loop", "a link; links are not followed"),
        ("song_data/nowhere.json", "a link; links are not followed"),
        ("song_data/pipe.json", "a pipe, socket or device; only plain files are read"),
        ("song_data/socket.json", "a pipe, socket or device; only plain files are read"),
    ]


def test_name_that_is_no_utf8_is_shown_with_escapes(tmp_path: Path) -> None:
    (tmp_path / "song_data").mkdir()
    Path(os.fsdecode(os.fsencode(tmp_path) + b"/song_data/\xff.json")).write_bytes(b"{}")

    found = find_song_files(tmp_path)

    assert [file.name for file in found.files] == [r"song_data/\xff.json"]
    assert Path(found.files[0].path).read_bytes() == b"{}"


def test_every_day_of_the_window_has_an_entry(tmp_path: Path) -> None:
    put(tmp_path, "log_data/2018/11/2018-11-02-events.json", b"")
    put(tmp_path, "log_data/late/2018-11-02-more.json.gz", b"")

    found = find_log_files(tmp_path, FIRST, LAST)

    assert {str(day): [file.name for file in files] for day, files in found.by_day.items()} == {
        "2018-11-01": [],
        "2018-11-02": ["log_data/2018/11/2018-11-02-events.json", "log_data/late/2018-11-02-more.json.gz"],
        "2018-11-03": [],
    }


def test_logs_without_a_day_of_the_window_are_listed(tmp_path: Path) -> None:
    put(tmp_path, "log_data/events.json", b"")
    put(tmp_path, "log_data/2018-11-01/events.json", b"")
    put(tmp_path, "log_data/2018-12-01-events.json", b"")

    found = find_log_files(tmp_path, FIRST, LAST)

    assert [(item.name, item.reason) for item in found.passed_over] == [
        ("log_data/2018-11-01/events.json", "no date (YYYY-MM-DD) in its name"),
        ("log_data/2018-12-01-events.json", "its day 2018-12-01 is outside of 2018-11-01 ... 2018-11-03"),
        ("log_data/events.json", "no date (YYYY-MM-DD) in its name"),
    ]


def test_days_of_log_files_are_found_in_order(tmp_path: Path) -> None:
    for name in ("2018-11-02-a.json", "2018-11-02-b.json", "2017-01-01.json.gz", "undated.json", "2018-11-03.txt"):
        put(tmp_path, f"log_data/{name}", b"")

    assert find_days(tmp_path) == [dt.date(2017, 1, 1), dt.date(2018, 11, 2)]


@pytest.mark.parametrize(
    ("name", "day"),
    [
        ("2018-11-15-events.json", dt.date(2018, 11, 15)),
        ("events-2018-02-30-2018-11-15.json", dt.date(2018, 11, 15)),
        ("9992018-11-15.json", dt.date(2018, 11, 15)),
        ("2018-11-15_2018-11-16.json", dt.date(2018, 11, 15)),
        ("20181115.json", None),
        ("0000-11-15.json", None),
        ("٢٠١٨-11-15.json", None),  # digits, but not those of ASCII
    ],
)
def test_day_is_the_first_valid_date_in_the_name(name: str, day: dt.date | None) -> None:
    assert day_in_name(name) == day


def test_missing_folder_says_what_to_set(tmp_path: Path) -> None:
    with pytest.raises(IngestError, match=r"song_data' does not exist; set SPARKIFY_DATA .* log_data"):
        find_song_files(tmp_path)

    put(tmp_path, "log_data", b"a file")
    with pytest.raises(IngestError, match=r"log_data' is not a folder; set SPARKIFY_DATA"):
        find_log_files(tmp_path, FIRST, LAST)


def test_looks_are_those_of_the_files_that_are_found(tmp_path: Path) -> None:
    for name in ("a.json", "B/c.json.gz", "B/.hidden.json", ".D/e.json", "f.json.part", "g.json/h.json", "\udcff.json"):
        put(tmp_path, f"song_data/{name}", b"text")
    (tmp_path / "song_data" / "link.json").symlink_to(tmp_path / "song_data" / "a.json")
    (tmp_path / "song_data" / "loop").symlink_to(tmp_path)
    os.mkfifo(tmp_path / "song_data" / "pipe.json")

    found = find_song_files(tmp_path)

    assert stat_files(tmp_path, "song_data") == {file.name: file.stat for file in found.files}
    assert len(found.files) == 3


def test_files_that_have_changed_since_they_were_found_are_named(tmp_path: Path) -> None:
    for name in ("equal", "longer", "other", "gone"):
        put(tmp_path, f"song_data/{name}.json", b"{}")
    found = find_song_files(tmp_path).files
    assert changed_since(found) == []

    put(tmp_path, "song_data/longer.json", b"{ }")
    (tmp_path / "song_data/gone.json").unlink()
    put(tmp_path, "song_data/aside", b"{}")
    (tmp_path / "song_data/aside").rename(tmp_path / "song_data/other.json")

    assert sorted(changed_since(found)) == [f"song_data/{name}.json" for name in ("gone", "longer", "other")]


def test_files_that_come_and_go_during_the_walk_are_there_or_not(tmp_path: Path) -> None:
    names = [f"log_data/2018-11-{day:02}-events.json" for day in range(3, 31)]
    put(tmp_path, "log_data/2018-11-01-events.json", b"{}")
    over = threading.Event()

    def come_and_go() -> None:
        while not over.is_set():
            for name in names:
                put(tmp_path, name, b"{}")
            for name in names:
                (tmp_path / name).unlink()

    with ThreadPoolExecutor(1) as pool:
        coming = pool.submit(come_and_go)
        try:
            found = [find_log_files(tmp_path, FIRST, FIRST) for _ in range(300)]
        finally:
            over.set()
        coming.result()

    assert {len(each.by_day[FIRST]) for each in found} == {1}


@pytest.mark.parametrize("folder", ["song_data", "log_data"])
def test_two_names_that_are_one_as_text_are_refused(tmp_path: Path, folder: str) -> None:
    put(tmp_path, f"{folder}/2018-11-01.json", b"{}")
    for name in (b"\xff2018-11-01.json", rb"\xff2018-11-01.json"):
        Path(os.fsdecode(os.fsencode(tmp_path / folder) + b"/" + name)).write_bytes(b"{}")

    with pytest.raises(IngestError, match=r"^1 name\(s\) stand for two files each .*; rename one; no stored row"):
        find_song_files(tmp_path) if folder == "song_data" else find_log_files(tmp_path, FIRST, LAST)


def test_times_that_no_calendar_holds_are_put_at_its_ends() -> None:
    assert epoch_us(1_542_272_345_123_456_789) == 1_542_272_345_123_456
    assert dt.datetime.fromtimestamp(epoch_us(-(10**30)) / 10**6, dt.UTC).year == 1
    assert dt.datetime.fromtimestamp(epoch_us(10**30) / 10**6, dt.UTC).year == 9999
