"""A Postgres of the tests' own, and a fresh database for each test."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path

import psycopg
import pytest
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict, make_conninfo

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


@contextmanager
def fresh_database(server_url: str, like: str | None = None) -> Iterator[str]:
    """Make a database, empty or a copy of one that nobody is connected to, and drop it in the end, whoever is still."""
    name, template = f"test_{next(NUMBERS)}", conninfo_to_dict(like)["dbname"] if like else "template0"
    with psycopg.connect(server_url, autocommit=True) as connection:
        made = sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(sql.Identifier(name), sql.Identifier(str(template)))
        connection.execute(made)
        yield make_conninfo(server_url, dbname=name)
        connection.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))


@pytest.fixture
def database_url(server_url: str) -> Iterator[str]:
    """Make an empty database and drop it after the test."""
    with fresh_database(server_url) as url:
        yield url


@pytest.fixture
def connection(database_url: str) -> Iterator[Connection]:
    """Give a connection to the test's database, as the package itself opens it."""
    with connected(database_url, application_name="tests", lock_timeout_s=10) as connection:
        yield connection
