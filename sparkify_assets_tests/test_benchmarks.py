"""The benchmarks run, and print a table with a row for each that was measured."""

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

from benchmarks.truth import of_files, report
from sparkify_assets.analytics.questions import read_views
from sparkify_assets.settings import CHECKOUT

COMPARISONS = {
    ("bare", str(CHECKOUT / "data")): ("project", "without answers", "bare"),
    ("growth", "--events", "300", "--songs", "10"): ("project, 300", "bare, 300"),
    ("songs", "--songs", "20"): ("read and parsed, bare", "empty graph", "first load", "one more"),
}
CELL = r" +[\d,.]+(?: s| MiB)? "


@pytest.mark.slow
@pytest.mark.parametrize("arguments", COMPARISONS, ids=lambda arguments: arguments[0])
def test_comparison_prints_its_table(tmp_path: Path, arguments: tuple[str, ...]) -> None:
    command = [sys.executable, "-m", "benchmarks.compare", *arguments, "--runs", "1", "--folder", str(tmp_path)]

    done = subprocess.run(command, cwd=CHECKOUT, capture_output=True, text=True, check=False)

    assert done.returncode == 0, done.stderr
    assert re.match(r"\d+ cores, .* PostgreSQL [\d.]+, dagster [\d.]+, .*\nmedians of 1\n", done.stdout)
    rows = re.findall(rf"^\| (.+?) *\|{CELL}(?:\|{CELL}){{8}}\|$", done.stdout, re.MULTILINE)
    assert tuple(rows) == COMPARISONS[arguments]
    assert list(tmp_path.iterdir()) == []


@pytest.mark.slow
def test_every_view_is_timed_and_what_a_load_pays(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "benchmarks.views", "--plays", "3000", "--folder", str(tmp_path)]

    done = subprocess.run(command, cwd=CHECKOUT, capture_output=True, text=True, check=False)

    assert done.returncode == 0, done.stderr
    rows = re.findall(rf"^\| (.+?) *\|{CELL}(?:\|{CELL}){{2}}\|$", done.stdout, re.MULTILINE)
    assert rows[:4] == ["all days but one", "one more day", "a day again", "nothing new"]
    assert rows[4:] == [view.name for view in read_views()]
    assert list(tmp_path.iterdir()) == []


@pytest.mark.slow
def test_star_is_what_a_loop_makes_of_the_files(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "benchmarks.truth", str(CHECKOUT / "data"), "--folder", str(tmp_path)]

    done = subprocess.run(command, cwd=CHECKOUT, capture_output=True, text=True, check=False)

    assert done.returncode == 0, done.stdout + done.stderr
    rows = re.findall(r"^\| (\w+) +\| +([\d,]+) \| +([\d,]+) \| +([0-9a-f]+) \| +([0-9a-f]+) \|$", done.stdout, re.M)
    assert [name for name, *_ in rows] == ["songs", "artists", "users", "time", "songplays"]
    assert all(expected == stored and digest == its for _, expected, stored, digest, its in rows)


def test_a_play_that_differs_is_shown_with_its_day(tmp_path: Path) -> None:
    log = tmp_path / "log_data" / "2018-11-15-events.json"
    log.parent.mkdir()
    play = {"page": "NextSong", "ts": 1542241826796, "userId": "8", "sessionId": 1, "itemInSession": 0}
    play |= dict.fromkeys(["artist", "song", "firstName", "lastName", "gender", "location", "userAgent"], "x")
    log.write_text(json.dumps({**play, "level": "free", "length": 200.5}))
    expected = of_files(tmp_path)
    log.write_text(json.dumps({**play, "level": "paid", "length": 200.25}))

    text, is_equal = report(expected, of_files(tmp_path))

    assert not is_equal
    assert "2018-11-15: 1 plays of 200.500 s in the files, 1 of 200.250 s stored" in text
    assert report(expected, expected)[1]
