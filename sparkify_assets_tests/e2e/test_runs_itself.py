"""`make ui` as it is: web server and daemon as processes, and files that come, change and go while they run."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import psycopg
import pytest

from sparkify_assets_tests.e2e.comparison import assert_as_oracle
from sparkify_assets_tests.e2e.place import Place, as_url
from sparkify_assets_tests.e2e.raw_files import at, event, write_day, write_song
from sparkify_assets_tests.loading import Loader

pytestmark = pytest.mark.slow

PATIENCE_S = 180
STATUSES = "SELECT status, count(*) FROM dagster.runs GROUP BY status ORDER BY status"


@pytest.fixture
def place(data: Path, database_url: str) -> Place:
    """Return a place whose sensors look every second."""
    settings = {"SPARKIFY_DATABASE_URL": as_url(database_url), "SPARKIFY_LOOK_EVERY": "1", "SPARKIFY_SETTLE": "1"}
    return Place(data.parent, {**settings, "SPARKIFY_RETRACT": "yes"})


@pytest.fixture
def loader(place: Place, database_url: str) -> Loader:
    """Return a loader of the same files, staging folder and database: here it only compares."""
    return Loader(place.folder / "data", place.folder / "home" / "staging", database_url)


@contextmanager
def served(place: Place) -> Iterator[subprocess.Popen[str]]:
    """Run `make ui` on a free port until the end, then end it as Ctrl-C does."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    log = place.folder / "ui.log"
    command = [sys.executable, "-m", "sparkify_assets.commands.ui", "--port", str(port)]
    # A suite that runs in the background has its children ignore Ctrl-C.
    process = place.start("env", "--default-signal=INT", *command)
    assert process.stdout is not None
    reader = threading.Thread(target=_copy, args=(process, log))
    reader.start()
    try:
        yield process
    finally:
        with suppress(ProcessLookupError):
            process.send_signal(signal.SIGINT)
        try:
            process.wait(60)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            raise
        finally:
            reader.join(10)
            for pipe in (process.stdin, process.stdout):
                if pipe is not None:
                    pipe.close()


def _copy(process: subprocess.Popen[str], log: Path) -> None:
    assert process.stdout is not None
    with log.open("a") as file:
        for line in process.stdout:
            file.write(line)
            file.flush()


def caught_up(place: Place, loader: Loader) -> None:
    """Wait until the tables are those of the files as they are."""
    last: BaseException | None = None

    def compare() -> bool:
        nonlocal last
        try:
            assert_as_oracle(loader)
        except (AssertionError, psycopg.Error) as error:
            last = error
            return False
        return True

    if not eventually(compare):
        said = (place.folder / "ui.log").read_text().splitlines()[-30:]
        raise AssertionError("\n".join(["not caught up", *said])) from last


def eventually(holds: Callable[[], bool]) -> bool:
    until = time.monotonic() + PATIENCE_S
    while time.monotonic() < until:
        if holds():
            return True
        time.sleep(0.5)
    return False


def runs(loader: Loader) -> dict[str, int]:
    """Return how many runs there are of each status."""
    with psycopg.connect(loader.database_url) as connection:
        return dict(connection.execute(STATUSES).fetchall())


def settled(loader: Loader) -> dict[str, int]:
    """Return how many runs there are of each status, once none is under way."""
    assert eventually(lambda: set(runs(loader)) <= {"SUCCESS", "FAILURE"}), runs(loader)
    return runs(loader)


def processes_of(place: Place) -> dict[int, str]:
    """Return the command lines of the processes that were started with the place's settings."""
    found = {}
    mark = str(place.folder).encode()
    for process in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            if mark in (process / "environ").read_bytes():
                found[int(process.name)] = (process / "cmdline").read_bytes().replace(b"\0", b" ").decode()
    return found


def test_what_happens_to_the_files_happens_to_the_tables_in_the_fewest_runs(place: Place, loader: Loader) -> None:
    data = loader.data
    for day in range(1, 31):
        write_day(data, day, event(ts=at(day)), event(ts=at(day, 1), itemInSession=1, song="Vespers"))

    with served(place):
        caught_up(place, loader)
        assert settled(loader) == {"SUCCESS": 1}

        write_day(data, 7, event(ts=at(7)))  # shorter
        late = write_day(data, 9, event(ts=at(9), itemInSession=9), folder="late")
        os.utime(late, (0, 0))
        (data / "log_data/2018/11/2018-11-20-events.json").unlink()
        caught_up(place, loader)
        assert settled(loader) == {"SUCCESS": 4}

        write_song(data, "A/two", song_id="SO2", title="Vespers")
        caught_up(place, loader)
        assert settled(loader) == {"SUCCESS": 5}

        slow = data / "log_data/2018/11/2018-11-20-events.json"
        with slow.open("w") as file:
            for item in range(8):
                file.write(event(ts=at(20), itemInSession=item) + "\n")
                file.flush()
                time.sleep(0.5)
        caught_up(place, loader)
        assert settled(loader) == {"SUCCESS": 6}

    assert eventually(lambda: not processes_of(place))
    assert "Traceback" not in (place.folder / "ui.log").read_text()


def test_killed_in_a_run_and_started_again_it_catches_up(place: Place, loader: Loader) -> None:
    write_day(loader.data, 5, event(ts=at(5)))
    with served(place) as process, psycopg.connect(loader.database_url) as holding:
        caught_up(place, loader)
        assert settled(loader) == {"SUCCESS": 1}
        holding.execute("LOCK TABLE public.users")
        write_day(loader.data, 6, event(ts=at(6)), event(ts=at(6), itemInSession=1))
        assert eventually(lambda: "STARTED" in runs(loader))
        for number in processes_of(place):
            with suppress(ProcessLookupError):
                os.kill(number, signal.SIGKILL)
        process.wait(30)
        holding.rollback()

    with served(place):
        caught_up(place, loader)
        assert settled(loader) == {"FAILURE": 1, "SUCCESS": 2}
