"""`make ui` is killed, or its database restarted, at bad moments: what is missing is loaded, soon and once."""

from __future__ import annotations

import os
import signal
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path

import psycopg
import pytest
from psycopg import sql

from sparkify_assets.defs.runs import RUN_KEY
from sparkify_assets.defs.sensors import LOG_SENSOR
from sparkify_assets.postgres.embedded import EmbeddedServer
from sparkify_assets.postgres.embedded.binaries import find_binaries
from sparkify_assets.postgres.embedded.postmaster import read_pid
from sparkify_assets.postgres.embedded.privileges import choose_user
from sparkify_assets_tests.e2e.place import Place, as_url
from sparkify_assets_tests.e2e.raw_files import at, event, write_day
from sparkify_assets_tests.e2e.serving import caught_up, eventually, nothing_is_left, processes_of, served, settled
from sparkify_assets_tests.loading import Loader

pytestmark = pytest.mark.slow

QUICK = {"SPARKIFY_LOOK_EVERY": "5", "SPARKIFY_SETTLE": "1"}
IN_A_TICK, IN_A_REQUEST, IN_A_RUN = "ops.loaded_files", "dagster.event_logs", "public.users"
"""Who waits for a lock on this table stands at this point."""
TICKS = """
    SELECT tick_body::json ->> 'run_ids' <> '[]' FROM dagster.job_ticks
    WHERE tick_body::json ->> 'job_name' = %s AND status NOT IN ('STARTED', 'FAILURE') AND timestamp > %s ORDER BY id
"""
"""Whether each tick that has begun since then, and come to its end, has asked for a run."""


def test_killed_in_a_tick_in_a_request_and_in_a_run_it_catches_up_within_two_ticks(
    data: Path, database_url: str
) -> None:
    place = Place(data.parent, {**QUICK, "SPARKIFY_DATABASE_URL": as_url(database_url)})
    loader = Loader(data, place.folder / "home" / "staging", database_url)
    two_plays(data, 5)
    with served(place) as process:
        caught_up(place, loader)
        settled(loader)
        with stuck(loader, IN_A_TICK) as is_stuck:
            two_plays(data, 6)
            assert eventually(is_stuck)
            kill(place, process)

    with served(place) as process:
        assert ticks_to_catch_up(place, loader) <= 2
        with stuck(loader, IN_A_REQUEST) as is_stuck:
            two_plays(data, 7)
            assert eventually(is_stuck)
            kill(place, process, "dagster._daemon")
            assert nothing_is_left(place)

    with served(place) as process:
        assert ticks_to_catch_up(place, loader) <= 2
        assert settled(loader) == {"SUCCESS": 3}
        with stuck(loader, IN_A_RUN) as is_stuck:
            two_plays(data, 8)
            assert eventually(is_stuck)
            kill(place, process)

    with served(place):
        assert ticks_to_catch_up(place, loader) <= 2
        assert settled(loader) == {"SUCCESS": 4, "FAILURE": 1}
    assert nothing_is_left(place)
    assert_nothing_was_asked_for_twice(loader, lost="2018-11-08")


@pytest.mark.parametrize("embedded", [False, True], ids=["given", "embedded"])
def test_database_restarted_in_or_between_ticks_and_in_a_run_it_catches_up(data: Path, embedded: bool) -> None:
    server = EmbeddedServer(data.parent / ("home/postgres" if embedded else "given"), database="sparkify")
    loader = Loader(data, data.parent / "home" / "staging", server.ensure())
    given = {} if embedded else {"SPARKIFY_DATABASE_URL": as_url(loader.database_url)}
    place = Place(data.parent, {**QUICK, **given})
    two_plays(data, 5)
    with served(place):
        caught_up(place, loader)
        settled(loader)

        if embedded:
            restart(server)
            two_plays(data, 6)
        else:
            with suppress(psycopg.OperationalError), stuck(loader, IN_A_TICK) as is_stuck:
                two_plays(data, 6)
                assert eventually(is_stuck)
                restart(server)
        assert ticks_to_catch_up(place, loader) <= 2

        with suppress(psycopg.OperationalError), stuck(loader, IN_A_RUN) as is_stuck:
            two_plays(data, 7)
            assert eventually(is_stuck)
            if embedded:  # nobody else starts it again
                os.kill(read_pid(server.home / "data") or 0, signal.SIGKILL)
            else:
                restart(server)
        caught_up(place, loader)
        # The step was run again. Where Dagster itself could not write, the run is lost and the day asked for anew.
        assert settled(loader)["SUCCESS"] == 3
    assert nothing_is_left(place)
    assert_nothing_was_asked_for_twice(loader, lost="2018-11-07")


# --- the disturbances ---------------------------------------------------------------------------------


@contextmanager
def stuck(loader: Loader, table: str) -> Iterator[Callable[[], bool]]:
    """Keep others from a table until the end; give what tells that somebody waits for it."""
    mode = "ACCESS EXCLUSIVE" if table == IN_A_TICK else "SHARE"
    waiting = "SELECT EXISTS (SELECT FROM pg_stat_activity WHERE %s = ANY(pg_blocking_pids(pid)))"
    lock = sql.SQL("LOCK TABLE {} IN {} MODE").format(sql.Identifier(*table.split(".")), sql.SQL(mode))
    with psycopg.connect(loader.database_url) as holder, psycopg.connect(loader.database_url, autocommit=True) as other:
        holder.execute(lock)
        yield lambda: other.execute(waiting, [holder.info.backend_pid]).fetchone() == (True,)


def kill(place: Place, process: subprocess.Popen[str], which: str = "") -> None:
    """Kill all processes of `make ui`, or the one with these words in its command line, and wait for its end."""
    for number, command in processes_of(place).items():
        if which in command:
            with suppress(ProcessLookupError):
                os.kill(number, signal.SIGKILL)
    process.wait(60)


def restart(server: EmbeddedServer) -> None:
    """Restart the server as an administrator does who can't wait."""
    program, data = find_binaries(None).program("pg_ctl"), server.home / "data"
    who = choose_user(server.home, data, program)
    command = [
        *who.prefix,
        str(program),
        "restart",
        "-m",
        "immediate",
        "-D",
        str(data),
        "-l",
        str(data / "by-hand.log"),
    ]
    # Its own users may be quicker to start it again, which pg_ctl calls a failure.
    subprocess.run(command, check=False, capture_output=True, cwd="/", **who.arguments())
    server.ensure()


# --- what is seen -------------------------------------------------------------------------------------


def two_plays(data: Path, day: int) -> None:
    """Write the log file of a day."""
    write_day(data, day, event(ts=at(day)), event(ts=at(day), itemInSession=1))


def ticks_to_catch_up(place: Place, loader: Loader) -> int:
    """Wait until the tables are those of the files, and return how many ticks from now on it took to ask for them.

    A tick that was cut off and is taken up again is none from now on.
    """
    now = datetime.now(UTC).replace(tzinfo=None)
    caught_up(place, loader)
    settled(loader)
    with psycopg.connect(loader.database_url) as connection:
        have_asked = [has_asked for (has_asked,) in connection.execute(TICKS, [LOG_SENSOR, now])]
    return have_asked.index(True) + 1 if True in have_asked else 0


def assert_nothing_was_asked_for_twice(loader: Loader, lost: str) -> None:
    """Assert that each day was asked for in one run, and the one whose run was lost in two at most."""
    with psycopg.connect(loader.database_url) as connection:
        keys = connection.execute("SELECT value FROM dagster.run_tags WHERE key = %s", [RUN_KEY]).fetchall()
    days = [key[:10] for (key,) in keys]
    assert len(set(keys)) == len(keys)
    assert all(days.count(day) == 1 for day in days if day != lost)
    assert days.count(lost) <= 2
