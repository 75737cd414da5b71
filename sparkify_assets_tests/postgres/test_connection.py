"""Connections: how they are set up, and what is said when there is none."""

from __future__ import annotations

import socket

import pytest
from psycopg.conninfo import make_conninfo

from sparkify_assets.errors import DatabaseError
from sparkify_assets.postgres import connection as module
from sparkify_assets.postgres.connection import Connection, connect, connected, describe


def test_a_connection_names_itself_and_never_waits_for_ever(database_url: str) -> None:
    with connected(database_url, application_name="thermometer", lock_timeout_s=1.5) as connection:
        names = ("application_name", "lock_timeout", "TimeZone", "default_transaction_isolation")
        settings = [connection.execute("SELECT current_setting(%s)", (name,)).fetchone() for name in names]

    assert connection.closed
    assert settings == [("thermometer",), ("1500ms",), ("UTC",), ("read committed",)]


def test_a_description_has_no_password() -> None:
    assert describe("postgresql://eve:secret@far.example:6432/weather") == (
        "database 'weather' at far.example port 6432 as user 'eve'"
    )
    assert describe("dbname=weather password=secret") == "database 'weather' at the local socket"


@pytest.mark.parametrize(
    "url",
    [
        "postgres//eve:secret@far.example/weather",
        "postgresql+psycopg2://eve:secret@far.example/weather",
        "postgresql://eve:sec%ret@far.example/weather",
        "postgresql://eve:secret@far.example/weather?colour=blue",
        "postgresql://eve:secret@[far.example/weather",
        "postgresql://eve:secret@far.example:port/weather",
        "postgresql://eve:secret@far.example/weather?connect_timeout=soon",
        "dbname=weather password='secret",
    ],
)
def test_a_bad_url_is_refused_without_showing_the_password(url: str) -> None:
    with pytest.raises(DatabaseError) as caught:
        connect(url)

    assert "sec" not in str(caught.value)
    assert caught.value.__cause__ is None or "sec" not in str(caught.value.__cause__)


def test_a_server_that_does_not_listen_is_named() -> None:
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        port = closed.getsockname()[1]

    with pytest.raises(
        DatabaseError,
        match=rf"no connection to database 'weather' at 127\.0\.0\.1 port {port} as user 'eve': .*nothing was changed",
    ) as caught:
        connect(f"postgresql://eve:secret@127.0.0.1:{port}/weather")

    assert "secret" not in str(caught.value)
    assert "refused" in str(caught.value)


def test_an_unknown_database_is_named(database_url: str) -> None:
    with pytest.raises(DatabaseError, match=r"no connection to database 'atlantis' .*does not exist"):
        connect(make_conninfo(database_url, dbname="atlantis"))


def test_an_unknown_user_is_named(database_url: str) -> None:
    with pytest.raises(DatabaseError, match=r"as user 'nobody': .*role \"nobody\" does not exist"):
        connect(make_conninfo(database_url, user="nobody", password="secret"))


def test_an_older_server_is_refused() -> None:
    with pytest.raises(DatabaseError, match=r"database 'weather' .* is PostgreSQL 14\.9; 15 or newer is needed"):
        module.refuse_old_server(140_009, "14.9", "dbname=weather")

    module.refuse_old_server(150_000, "15.0", "dbname=weather")


def test_times_are_utc_whatever_the_database_says(connection: Connection, database_url: str) -> None:
    name = connection.info.dbname
    connection.execute(f"ALTER DATABASE {name} SET timezone = 'Asia/Tokyo'".encode())
    connection.execute(f"ALTER DATABASE {name} SET default_transaction_isolation = 'serializable'".encode())

    with connected(database_url) as fresh:
        row = fresh.execute(
            "SELECT '2020-01-01 00:00+00'::timestamptz::text, current_setting('transaction_isolation')"
        ).fetchone()

    assert row == ("2020-01-01 00:00:00+00", "read committed")
