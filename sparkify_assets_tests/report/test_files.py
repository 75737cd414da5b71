"""The report is put in place whole, and of each run its page and pictures are kept, the newest of them."""

import os
import re
import threading
import time
from pathlib import Path

import pytest

from sparkify_assets.errors import ReportError
from sparkify_assets.report.files import KEPT_RUNS, PAGE, alone_in, keep, write_whole


def names(folder: Path) -> set[str]:
    return {str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()}


def test_page_is_kept_as_the_newest_and_with_its_run(tmp_path: Path) -> None:
    kept = keep(tmp_path / "report", "one", "<p>first</p>", {"songs": b"1"})
    again = keep(tmp_path / "report", "two", "<p>second</p>", {"songs": b"2"})

    assert kept.page == again.page == tmp_path / "report" / PAGE
    assert again.page.read_text() == "<p>second</p>"
    assert (kept.of_run / PAGE).read_text() == "<p>first</p>"
    assert (kept.of_run / "songs.png").read_bytes() == b"1"
    assert names(tmp_path / "report") == {
        PAGE,
        *(f"runs/{run}/{file}" for run in ("one", "two") for file in (PAGE, "songs.png")),
    }


def test_run_that_is_tried_again_keeps_what_it_made_last(tmp_path: Path) -> None:
    keep(tmp_path, "one", "first", {"songs": b"1", "gone": b"1"})

    kept = keep(tmp_path, "one", "second", {"songs": b"2"})

    assert names(kept.of_run) == {PAGE, "songs.png"}
    assert kept.page.read_text() == "second"


def test_oldest_runs_go_and_what_is_not_ours_stays(tmp_path: Path) -> None:
    foreign = tmp_path / "runs" / "holiday"
    foreign.mkdir(parents=True)
    (foreign / "photo.jpeg").touch()
    for number in range(KEPT_RUNS + 2):
        of_run = keep(tmp_path, f"run {number}", "page", {}).of_run
        os.utime(of_run, (number, number))
    os.utime(foreign, (0, 0))

    keep(tmp_path, "last", "page", {})

    left = {run.name for run in (tmp_path / "runs").iterdir()}
    assert len(left) == KEPT_RUNS + 1
    assert {"holiday", "last", f"run {KEPT_RUNS + 1}"} <= left
    assert "run 0" not in left


def test_file_in_the_way_is_an_error_that_says_what_to_do_and_the_page_stays(tmp_path: Path) -> None:
    keep(tmp_path, "one", "first", {})
    (tmp_path / ".two").touch()

    with pytest.raises(ReportError, match=re.escape(f"'{tmp_path}': File exists; ") + ".*the page that is there stays"):
        keep(tmp_path, "two", "second", {})

    assert (tmp_path / PAGE).read_text() == "first"


def test_folder_that_cannot_be_made_is_an_error_that_names_the_setting(tmp_path: Path) -> None:
    (tmp_path / "file").touch()

    with (
        pytest.raises(ReportError, match=r"Not a directory; .*set SPARKIFY_REPORT to another folder"),
        alone_in(tmp_path / "file" / "report"),
    ):
        pass


def test_page_that_cannot_be_written_leaves_the_old_one_and_nothing_beside_it(tmp_path: Path) -> None:
    page = tmp_path / PAGE
    write_whole(page, "old")

    with pytest.raises(UnicodeEncodeError):
        write_whole(page, "new \ud800")

    assert page.read_text() == "old"
    assert names(tmp_path) == {PAGE}


def test_one_report_is_made_at_a_time(tmp_path: Path) -> None:
    steps = []

    def second() -> None:
        with alone_in(tmp_path):
            steps.append("second")

    waiting = threading.Thread(target=second)
    with alone_in(tmp_path):
        waiting.start()
        time.sleep(0.2)
        steps.append("first")
    waiting.join()

    assert steps == ["first", "second"]
