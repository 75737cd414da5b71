"""Two runs at once, in processes that have no Dagster instance in common, and a reader who looks on."""

import subprocess
import sys
import threading
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import date
from pathlib import Path

import psycopg
import pytest
from psycopg import sql

from sparkify_assets_tests.e2e.comparison import ORPHANS, assert_as_oracle
from sparkify_assets_tests.e2e.raw_files import at, event, november, write_day, write_song
from sparkify_assets_tests.loading import Loader
from sparkify_assets_tests.oracle import hostile

PATIENCE_S = 120.0

pytestmark = pytest.mark.slow


@pytest.mark.parametrize("folders", [("staging", "staging"), ("one machine", "another machine")])
def test_different_days_at_once_give_what_one_after_the_other_gives(
    tmp_path: Path, database_url: str, folders: tuple[str, str]
) -> None:
    hostile.write_hostile_set(tmp_path / "data", 7)
    loader = Loader(tmp_path / "data", tmp_path / "staging", database_url)
    days = sorted({hostile.day_of_path(path) for path in hostile.log_files(loader.data)})
    shares = [days[::2], days[1::2]]

    ends = load_at_once(loader, [(tmp_path / folder, share) for folder, share in zip(folders, shares, strict=True)])

    assert [(code, text) for code, text in ends if code] == []
    assert_as_oracle(loader)


@pytest.mark.parametrize("folders", [("staging", "staging"), ("one machine", "another machine")])
def test_same_day_at_once_is_loaded_once_and_who_is_refused_learns_of_the_other(
    tmp_path: Path, loader: Loader, folders: tuple[str, str]
) -> None:
    for song in range(5):
        write_song(loader.data, f"B/{song}", song_id=f"SO{song}")
    write_day(loader.data, 5, *(event(ts=at(5, hour), userId=hour % 3 + 1) for hour in range(24)))

    ends = load_at_once(loader, [(tmp_path / folder, [november(5)]) for folder in folders])

    assert sum(code == 0 for code, _ in ends) >= 1
    for code, text in ends:
        refusals = [line for line in text.splitlines() if line.startswith("refused: ")]
        assert len(refusals) == code
        assert all("run " in line for line in refusals), refusals
    assert_as_oracle(loader)


def test_reader_finds_every_reference_while_days_are_loaded_corrected_and_emptied(loader: Loader) -> None:
    write_month(loader.data, every=1)
    loader.load(november(1), november(4))

    with looking(loader.database_url) as seen:
        loader.load(november(1), november(6))
        write_song(loader.data, "A/one", song_id="SO2", artist_id="AR2")
        write_month(loader.data, every=2)
        for day in (6, 1, 3):
            loader.load(november(day), november(day))
        for file in hostile.log_files(loader.data)[:2]:
            file.unlink()
        loader.load(november(1), november(6))

    assert len(seen) > 20
    assert [orphans for _, orphans in seen if orphans] == []
    assert len({plays for plays, _ in seen}) > 2
    assert_as_oracle(loader)


def write_month(data: Path, every: int) -> None:
    """Write six days of plays, of which some are of users, moments and events that other days have too."""
    for day in range(1, 7):
        plays = [event(ts=at(day, n % 24, n), userId=n % 7 + day, itemInSession=n) for n in range(0, 50, every)]
        write_day(data, day, *plays, event(ts=at(3), userId=99, location=f"day {day}"))


# --- who loads, who looks -----------------------------------------------------------------------------


def load_at_once(loader: Loader, shares: Sequence[tuple[Path, Sequence[date]]]) -> list[tuple[int, str]]:
    """Load the days in one process a share, all started at the same moment; return exit codes and what they said."""
    processes = [start(loader, staging, days) for staging, days in shares]
    for process in processes:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
    for process in processes:
        assert process.stdin is not None
        process.stdin.write("go\n")
        process.stdin.flush()
    # All are listened to at once: one whose words nobody takes would wait, perhaps while the others wait for its lock.
    with ThreadPoolExecutor(len(processes)) as listeners:
        return list(listeners.map(end_of, processes))


def end_of(process: "subprocess.Popen[str]") -> tuple[int, str]:
    """Wait for a process to end; return its exit code and what it said."""
    with process:
        _, text = process.communicate(timeout=PATIENCE_S)
    return process.returncode, text


def start(loader: Loader, staging: Path, days: Sequence[date]) -> "subprocess.Popen[str]":
    """Start a process that loads the days once it is told to."""
    command = [sys.executable, "-m", "sparkify_assets_tests.e2e.load_days"]
    command += [str(loader.data), str(staging), loader.database_url, *map(str, days)]
    return subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


@contextmanager
def looking(database_url: str) -> Iterator[list[tuple[int, list[object]]]]:
    """Look again and again, each time at one snapshot: number of plays, and plays whose references are not found."""
    seen: list[tuple[int, list[object]]] = []
    done = threading.Event()

    def look() -> None:
        with psycopg.connect(database_url) as connection:
            connection.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
            while not done.is_set():
                with connection.transaction():
                    counted = connection.execute(sql.SQL("SELECT count(*) FROM public.songplays")).fetchone()
                    assert counted is not None
                    seen.append((counted[0], list(connection.execute(ORPHANS))))

    thread = threading.Thread(target=look)
    thread.start()
    try:
        yield seen
    finally:
        done.set()
        thread.join(PATIENCE_S)
