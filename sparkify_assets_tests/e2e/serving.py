"""`make ui` as it is, web server and daemon as processes, and what is seen of it from outside."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import psycopg

from sparkify_assets_tests.e2e.comparison import assert_as_oracle
from sparkify_assets_tests.e2e.place import Place
from sparkify_assets_tests.loading import Loader

PATIENCE_S = 180
REPORTS = "__ASSET_JOB"
"""The job in which the listening report is drawn: Dagster's own for assets. The sensors' loads are jobs of ours."""
STATUSES = "SELECT status, count(*) FROM dagster.runs WHERE (pipeline_name = %s) = %s GROUP BY status"


@contextmanager
def served(place: Place) -> Iterator[subprocess.Popen[str]]:
    """Run `make ui` on a free port until the end, then end it as Ctrl-C does."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    command = [sys.executable, "-m", "sparkify_assets.commands.ui", "--port", str(port)]
    with (place.folder / "ui.log").open("a") as log:
        # A suite that runs in the background has its children ignore Ctrl-C.
        process = place.serve(log, "env", "--default-signal=INT", *command)
    try:
        yield process
    finally:
        with suppress(ProcessLookupError):
            process.send_signal(signal.SIGINT)
        try:
            process.communicate(timeout=60)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            raise


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


def runs(loader: Loader, *, of_reports: bool = False) -> dict[str, int]:
    """Return how many loads, or drawings of the report, there are of each status."""
    with psycopg.connect(loader.database_url) as connection:
        return dict(connection.execute(STATUSES, (REPORTS, of_reports)).fetchall())


def settled(loader: Loader) -> dict[str, int]:
    """Return how many loads there are of each status, once none is under way."""
    assert eventually(lambda: set(runs(loader)) <= {"SUCCESS", "FAILURE"}), runs(loader)
    return runs(loader)


def nothing_is_left(place: Place) -> bool:
    """Tell whether all of Dagster's processes end that were started with the place's settings."""
    return eventually(lambda: not any("dagster" in command for command in processes_of(place).values()))


def processes_of(place: Place) -> dict[int, str]:
    """Return the command lines of the processes that were started with the place's settings."""
    found = {}
    mark = str(place.folder).encode()
    for process in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            if mark in (process / "environ").read_bytes():
                found[int(process.name)] = (process / "cmdline").read_bytes().replace(b"\0", b" ").decode()
    return found
