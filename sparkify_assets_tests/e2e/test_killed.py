"""A load that is cut off at any moment leaves whole tables, and the same command again completes it."""

import json
import os
import shutil
import signal
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest
from psycopg import sql

from sparkify_assets.errors import PublishError
from sparkify_assets.postgres.embedded import EmbeddedServer
from sparkify_assets_tests.e2e.comparison import ORPHANS, assert_as_oracle
from sparkify_assets_tests.e2e.place import PATIENCE_S, Place, as_url, materialize_command
from sparkify_assets_tests.e2e.raw_files import at, event, november, write_day, write_song
from sparkify_assets_tests.loading import Dump, Loader

FIRST, LAST = november(1), november(6)
COMMAND = materialize_command(str(FIRST), str(LAST))

# What the load's log says, and the milliseconds from then until the kill.
MOMENTS = (
    ("raw_logs - STEP_START", 30),
    ("raw_logs - STEP_OUTPUT", 1),
    ("artists - ASSET_CHECK_EVALUATION", 10),
    ("users - ASSET_CHECK_EVALUATION", 20),
    ("time - HANDLED_OUTPUT", 0),
    ("songplays - STEP_START", 0),
    ("songplays - ASSET_CHECK_EVALUATION", 20),
    ("songplays - ASSET_CHECK_EVALUATION", 50),
    ("unused_rows - STEP_START", 10),
)
KEYS = {
    "public.artists": "artist_id",
    "public.songs": "song_id",
    "public.users": "user_id",
    "public.time": "start_time",
}

pytestmark = pytest.mark.slow


def test_load_killed_at_many_moments_is_completed_by_the_same_command(data: Path, database_url: str) -> None:
    place = Place(data.parent, {"SPARKIFY_DATABASE_URL": as_url(database_url)})
    loader = Loader(data, place.folder / "home" / "staging", database_url)
    undisturbed = []
    for version in (0, 1, 0):
        write_version(data, version)
        loader.load(FIRST, LAST)
        undisturbed.append(loader.dump())
    assert undisturbed[0] == undisturbed[2]
    assert undisturbed[0] != undisturbed[1]

    for number, (moment, milliseconds) in enumerate(MOMENTS):
        before, after = undisturbed[number % 2], undisturbed[(number + 1) % 2]
        write_version(data, (number + 1) % 2)

        code = kill_at(place, moment, milliseconds / 1000)

        assert code == -signal.SIGKILL, moment
        wait_for_the_server_to_notice(database_url)
        assert_whole(loader, before, after)
        # The same run as the command's, in this process: most of the command's time is its start.
        loader.load(FIRST, LAST)
        assert loader.dump() == after, moment


def test_killed_server_is_completed_by_the_same_command(data: Path) -> None:
    place = Place(data.parent)
    server = EmbeddedServer(place.folder / "home" / "postgres", database="sparkify")
    write_version(data, 0)
    loader = Loader(data, place.folder / "home" / "staging", server.ensure())
    loader.load(FIRST, LAST)
    before = loader.dump()
    write_version(data, 1)

    with started(place, "songplays - STEP_START") as process:
        postmaster = int((server.home / "data" / "postmaster.pid").read_text().splitlines()[0])
        os.kill(postmaster, signal.SIGKILL)
        process.communicate(timeout=PATIENCE_S)

    # Where nothing was under way in that moment, the step is tried again, on the server that it starts, and succeeds.
    assert process.returncode in (0, 1)
    server.ensure()
    if process.returncode:
        assert_whole(loader, before)
    code, said = place.run(*COMMAND)
    assert code == 0, said
    assert_as_oracle(loader)


@pytest.mark.parametrize("table", ["users", "songplays"])
def test_lost_connection_leaves_the_table_as_it_was_and_is_said(data: Path, database_url: str, table: str) -> None:
    write_version(data, 0)
    loader = Loader(data, data.parent / "staging", database_url)
    loader.load(FIRST, LAST)
    before = loader.dump()
    write_version(data, 1)

    with cutting_off(database_url, table), pytest.raises(PublishError, match=rf"public\.{table}': .*cut off.* again"):
        loader.load(FIRST, LAST)

    assert loader.dump()[f"public.{table}"] == before[f"public.{table}"]
    assert_whole(loader, before)
    loader.load(FIRST, LAST)
    assert_as_oracle(loader)


# --- the files ----------------------------------------------------------------------------------------


def write_version(data: Path, version: int) -> None:
    """Write one of two versions of six days: songs, users, moments, levels and shared events all differ."""
    for folder in ("log_data", "song_data"):
        shutil.rmtree(data / folder)
    write_song(data, "A/one")
    for number in range(20):
        name = f"{version}{number:02}"
        write_song(data, f"B/{number}", song_id=f"SO{name}", artist_id=f"AR{name}", title=f"Song {number}")
    level = ("free", "paid")[version]
    for day in range(1, 7 - version):
        plays = [
            event(ts=at(day, n % 24, version), userId=n % 9 + version, itemInSession=n, level=level, song=f"Song {n}")
            for n in range(40)
        ]
        write_day(data, day, *plays, event(ts=at(3), userId=99, location=f"day {day}"))


# --- cutting off --------------------------------------------------------------------------------------


@contextmanager
def started(place: Place, moment: str) -> Iterator[subprocess.Popen[str]]:
    """Start the load and give it when its log says the words; at the end the load is over."""
    with place.start(*COMMAND) as process:
        try:
            assert process.stdout is not None
            said = []
            for line in process.stdout:
                said.append(line)
                if moment in line:
                    break
            else:
                pytest.fail(f"the log never said '{moment}', but: {''.join(said)}")
            yield process
        finally:
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGKILL)


def kill_at(place: Place, moment: str, later_s: float) -> int:
    """Start the load and kill it with all its processes soon after its log says the words; return its exit code."""
    with started(place, moment) as process:
        time.sleep(later_s)
        os.killpg(process.pid, signal.SIGKILL)
    return process.returncode


def wait_for_the_server_to_notice(database_url: str) -> None:
    """Wait until no session of the load is left: a statement goes on for seconds when its client is gone."""
    until = time.monotonic() + PATIENCE_S
    with psycopg.connect(database_url, autocommit=True) as connection:
        while connection.execute(
            "SELECT FROM pg_stat_activity "
            "WHERE datname = current_database() AND application_name LIKE 'sparkify_assets %'"
        ).fetchall():
            assert time.monotonic() < until
            time.sleep(0.05)


@contextmanager
def cutting_off(database_url: str, table: str) -> Iterator[None]:
    """End the session that publishes the table, in the midst of it: while it waits for a lock held here."""
    done = threading.Event()

    def cut_off() -> None:
        with psycopg.connect(database_url) as holder, psycopg.connect(database_url, autocommit=True) as watcher:
            holder.execute(sql.SQL("LOCK TABLE {}").format(sql.Identifier("public", table)))
            while not done.wait(0.02):
                watcher.execute(
                    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() "
                    "AND application_name LIKE %s AND wait_event_type = 'Lock'",
                    (f"sparkify_assets run % public.{table}",),
                )

    thread = threading.Thread(target=cut_off)
    thread.start()
    try:
        yield
    finally:
        done.set()
        thread.join(PATIENCE_S)


# --- what a reader sees -------------------------------------------------------------------------------


def assert_whole(loader: Loader, before: Dump, after: Dump | None = None) -> None:
    """Assert that every reference resolves, plays and their rejects are as before or after, and no row is neither.

    Of the other tables rows that only one of the two has may stand beside each other until the load's end.
    """
    assert loader.query(ORPHANS) == []
    if after is None:
        return
    stored = loader.dump()
    for table in ("public.songplays", "ops.rejected_events", "ops.user_days", "ops.superseded_plays"):
        assert stored[table] in (before[table], after[table]), table
    for table, key in KEYS.items():
        assert set(stored[table]) <= {*before[table], *after[table]}, table
        assert keys(stored[table], key) >= keys(before[table], key) & keys(after[table], key), table


def keys(rows: list[str], column: str) -> set[object]:
    """Return the values of a column in dumped rows."""
    return {json.loads(row)[column] for row in rows}
