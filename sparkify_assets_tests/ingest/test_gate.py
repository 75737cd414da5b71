"""The record gate's verdict."""

import datetime as dt
from pathlib import Path

import polars as pl
import pytest

from sparkify_assets.ingest.gate import Verdict, judge_logs, judge_songs
from sparkify_assets.ingest.logs import read_day
from sparkify_assets.ingest.raw_files import FileTable
from sparkify_assets.ingest.songs import read_songs
from sparkify_assets_tests.ingest.raw_records import event, put, song

FIRST_DAY = dt.date(2018, 11, 1)


def log(good: int, bad: int) -> bytes:
    """Return a log file of good and bad lines."""
    return b"\n".join([*(event(ts=n) for n in range(good)), *(event(ts=n, level="gold") for n in range(bad))])


def of_logs(data: Path, max_rejected: float, *contents: bytes) -> Verdict:
    """Judge a file a day."""
    days = [FIRST_DAY + dt.timedelta(days=n) for n in range(len(contents))]
    read = [read_day(day, [put(data, f"log_data/{day}.json", text)]) for day, text in zip(days, contents, strict=True)]
    files = pl.concat([each.files for each in read])
    return judge_logs(files, pl.concat([each.rejected for each in read]), max_rejected)


def of_songs(data: Path, *contents: bytes) -> Verdict:
    """Judge song files."""
    files = FileTable.of(put(data, f"song_data/{n:03}.json", text) for n, text in enumerate(contents))
    read = read_songs(files)
    return judge_songs(read.files, read.rejected, 0.05)


@pytest.mark.parametrize(
    ("good", "bad", "passed"),
    [(20, 0, True), (19, 1, True), (18, 2, False), (0, 19, True), (0, 20, False)],
)
def test_log_file_of_20_lines_may_have_a_share_of_rejects(tmp_path: Path, good: int, bad: int, passed: bool) -> None:
    assert of_logs(tmp_path, 0.05, log(good, bad)).passed is passed


@pytest.mark.parametrize(("bad", "passed"), [(29, True), (30, False)])
def test_share_that_is_just_the_limit_passes(tmp_path: Path, bad: int, passed: bool) -> None:
    assert of_logs(tmp_path, 0.29, log(100 - bad, bad)).passed is passed


def test_log_files_are_judged_one_by_one_and_all_bad_days_are_named(tmp_path: Path) -> None:
    verdict = of_logs(tmp_path, 0.05, log(16, 4), log(1000, 5), log(0, 20))

    assert verdict.message.startswith(
        "2 of 3 log file(s) have more than 0.05 of their lines rejected (days 2018-11-01, 2018-11-03): "
        "log_data/2018-11-01.json: 4 of 20 lines rejected, line 17 unknown_level: "
        'level is "gold" for user 15, expected "free" or "paid" | line 18 unknown_level: '
    )
    assert "log_data/2018-11-03.json: 20 of 20 lines rejected, line 1 unknown_level: " in verdict.message
    assert "2018-11-02" not in verdict.message
    assert "line 4 " not in verdict.message
    assert verdict.message.endswith(
        "nothing was written, the rows of all days stay as they were; repair the files, or set SPARKIFY_MAX_REJECTED"
    )


def test_damaged_log_file_stops_the_load_however_short(tmp_path: Path) -> None:
    verdict = of_logs(tmp_path, 0.99, log(1, 0), b"<html>")

    assert "log_data/2018-11-02.json: the whole file rejected, html_page: starts with '<'" in verdict.message
    assert of_logs(tmp_path, 1.0, log(1, 0), b"<html>").passed


def test_ten_files_are_shown_of_many(tmp_path: Path) -> None:
    verdict = of_logs(tmp_path, 0.05, *[log(0, 20)] * 12)

    assert verdict.message.count("20 of 20 lines rejected") == 10
    assert " and 2 more; nothing was written" in verdict.message


@pytest.mark.parametrize(
    ("good", "bad", "passed"),
    [(20, 0, True), (19, 1, True), (18, 2, False), (0, 19, True), (56, 4, False)],
)
def test_song_files_may_have_a_share_of_rejects_together(tmp_path: Path, good: int, bad: int, passed: bool) -> None:
    assert of_songs(tmp_path, *[song()] * good, *[song(title=None)] * bad).passed is passed


def test_damaged_song_file_counts_as_one_of_all(tmp_path: Path) -> None:
    assert of_songs(tmp_path, *[song()] * 19, b"<html>").passed
    assert not of_songs(tmp_path, *[song()] * 18, b"<html>", b"\xff\xfe").passed


def test_song_file_of_several_records_counts_with_their_share(tmp_path: Path) -> None:
    half = song() + b"\n" + song(title=None)

    assert of_songs(tmp_path, *[song()] * 18, half, half).passed
    assert not of_songs(tmp_path, *[song()] * 17, half, half, half).passed


def test_message_tells_files_counts_and_reasons(tmp_path: Path) -> None:
    verdict = of_songs(tmp_path, *[song()] * 18, b"{", song(title=None))

    assert verdict.message == (
        "2 of 20 song file(s) have rejected records, 0.1 of all, more than 0.05: song_data/018.json: line 1 not_json: "
        "not valid JSON: Expecting property name enclosed in double quotes at character 2, expected a JSON object; "
        "song_data/019.json: line 1 missing_title: title is missing or null, expected text; nothing was written, "
        "the stored rows stay as they were; repair the files, or set SPARKIFY_MAX_REJECTED"
    )
