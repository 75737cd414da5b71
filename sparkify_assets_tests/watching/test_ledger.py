"""The ledger in the database, as a load leaves it."""

from __future__ import annotations

import os
from pathlib import Path

import psycopg
import pytest
from psycopg import sql

from sparkify_assets.errors import DatabaseError
from sparkify_assets.ingest.discovery import LOG_FOLDER, SONG_FOLDER, stat_files
from sparkify_assets.ingest.raw_files import Stat
from sparkify_assets.postgres.connection import Connection
from sparkify_assets.watching.ledger import look_as_loaded, note_looks, read_ledger
from sparkify_assets_tests.e2e.raw_files import event, november, write_day, write_song
from sparkify_assets_tests.loading import Loader

pytestmark = pytest.mark.slow


@pytest.fixture
def loader(tmp_path: Path, database_url: str) -> Loader:
    """Return a loader that has loaded a song and a day."""
    loader = Loader(tmp_path / "data", tmp_path / "staging", database_url)
    write_song(loader.data, "A/one")
    write_day(loader.data, 5, event())
    loader.load(november(5), november(5))
    return loader


def files_of(loader: Loader, folder: str) -> dict[str, Stat]:
    return stat_files(loader.data, folder)


def test_ledger_has_the_files_as_they_look(loader: Loader, connection: Connection) -> None:
    logs, songs = read_ledger(connection, "log"), read_ledger(connection, "song")

    assert {path: each.stat for path, each in logs["2018-11-05"].items()} == files_of(loader, LOG_FOLDER)
    assert {path: each.stat for path, each in songs["songs"].items()} == files_of(loader, SONG_FOLDER)
    assert look_as_loaded(connection, "log", files_of(loader, LOG_FOLDER))
    assert look_as_loaded(connection, "song", files_of(loader, SONG_FOLDER))


@pytest.mark.parametrize("change", ["content", "time", "new", "gone"])
def test_any_change_makes_files_look_otherwise(loader: Loader, connection: Connection, change: str) -> None:
    file = loader.data / "song_data" / "A" / "one.json"
    match change:
        case "content":
            file.write_bytes(file.read_bytes() + b"\n")
        case "time":
            os.utime(file, (0, 0))
        case "new":
            write_song(loader.data, "B")
        case "gone":
            file.unlink()

    assert not look_as_loaded(connection, "song", files_of(loader, SONG_FOLDER))


def test_name_with_a_line_break_is_compared_one_by_one(loader: Loader, connection: Connection) -> None:
    write_song(loader.data, "A/two\nlines")
    loader.load(november(5), november(5))

    assert not look_as_loaded(connection, "song", files_of(loader, SONG_FOLDER))
    found = read_ledger(connection, "song")["songs"]
    assert {path: each.stat for path, each in found.items()} == files_of(loader, SONG_FOLDER)


def test_look_is_noted_exactly(loader: Loader, connection: Connection) -> None:
    (path,) = files_of(loader, SONG_FOLDER)
    size = files_of(loader, SONG_FOLDER)[path][0]
    look = (size, -62_135_596_799_999_999, 1_795_603_844_528_469)

    note_looks(connection, {path: look})

    assert read_ledger(connection, "song")["songs"][path].stat == look


def test_what_another_run_has_published_since_is_not_trusted(loader: Loader, connection: Connection) -> None:
    connection.execute(sql.SQL("UPDATE ops.publications SET run_id = 'x' WHERE table_name = 'public.songplays'"))

    assert read_ledger(connection, "log") == {}
    assert not look_as_loaded(connection, "log", files_of(loader, LOG_FOLDER))
    assert read_ledger(connection, "song")


def test_database_without_a_load_holds_nothing(connection: Connection) -> None:
    assert read_ledger(connection, "log") == {}
    assert look_as_loaded(connection, "log", {})


def test_lost_connection_is_called_so(connection: Connection) -> None:
    with pytest.raises(psycopg.OperationalError):
        connection.execute("SELECT pg_terminate_backend(pg_backend_pid())")

    with pytest.raises(DatabaseError, match=r"loaded_files' could not be read to its end: .* next look tries again"):
        read_ledger(connection, "log")
