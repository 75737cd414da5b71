"""A Postgres of the tests' own, and a fresh database for each test."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import count
from pathlib import Path

import psycopg
import pytest
from psycopg import sql
from psycopg.conninfo import make_conninfo

from sparkify_assets.postgres.connection import Connection, connected
from sparkify_assets.postgres.embedded import EmbeddedServer

NUMBERS = count()


@pytest.fixture(scope="session")
def server_url(tmp_path_factory: pytest.TempPathFactory) -> str:
    """Start a server that lives as long as this test process; of each worker of pytest-xdist its own."""
    home: Path = tmp_path_factory.mktemp("postgres")
    url = EmbeddedServer(home).ensure()
    with psycopg.connect(url, autocommit=True) as connection:
        # The tests' rows need not survive a power cut.
        connection.execute("ALTER SYSTEM SET fsync = off")
        connection.execute("SELECT pg_reload_conf()")
    return url


@pytest.fixture
def database_url(server_url: str) -> Iterator[str]:
    """Make an empty database and drop it after the test, whoever is still connected."""
    name = sql.Identifier(f"test_{next(NUMBERS)}")
    with psycopg.connect(server_url, autocommit=True) as connection:
        connection.execute(sql.SQL("CREATE DATABASE {} TEMPLATE template0").format(name))
        yield make_conninfo(server_url, dbname=name.as_string(connection).strip('"'))
        connection.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(name))


@pytest.fixture
def connection(database_url: str) -> Iterator[Connection]:
    """Give a connection to the test's database, as the package itself opens it."""
    with connected(database_url, application_name="tests", lock_timeout_s=10) as connection:
        yield connection
