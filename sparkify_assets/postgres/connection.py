"""Connections to Postgres that name themselves, never wait for ever, and fail with one sentence."""

from __future__ import annotations

import select
from collections.abc import Iterator
from contextlib import contextmanager, suppress

import psycopg
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict, make_conninfo
from psycopg.pq import TransactionStatus
from psycopg.rows import TupleRow

from sparkify_assets.errors import DatabaseError

Connection = psycopg.Connection[TupleRow]

OLDEST_SERVER = 150_000
"""PostgreSQL 15: what this package is tested with at the least."""

NETWORK = {
    "connect_timeout": "10",
    "keepalives_idle": "30",
    "keepalives_interval": "10",
    "keepalives_count": "3",
    # A stalled network is no error to statement_timeout; this bounds it (milliseconds).
    "tcp_user_timeout": "60000",
}


def describe(url: str) -> str:
    """Return where the URL leads, without its password.

    Raises:
        DatabaseError: it is no connection string.
    """
    parts = _parts(url)
    host = parts.get("host") or "the local socket"
    port = f" port {parts['port']}" if parts.get("port") else ""
    user = f" as user '{parts['user']}'" if parts.get("user") else ""
    return f"database '{parts.get('dbname') or parts.get('user') or 'default'}' at {host}{port}{user}"


def connect(url: str, *, application_name: str = "postgres_io", lock_timeout_s: float = 60.0) -> Connection:
    """Open a connection in autocommit mode, times in UTC.

    Args:
        url: a libpq URL or connection string.
        application_name: what others see in `pg_stat_activity` while they wait for us.
        lock_timeout_s: seconds to wait for a lock before the statement fails.

    Raises:
        DatabaseError: it does not answer, refuses us, or is older than PostgreSQL 15.
    """
    parts = _parts(url)
    wanted = {**NETWORK, **parts, "application_name": application_name[:63]}
    try:
        # A plan that is kept would outlive what `SET LOCAL` said when it was made.
        connection = psycopg.connect(make_conninfo("", **wanted), autocommit=True, prepare_threshold=None)
    except psycopg.Error as error:
        raise DatabaseError(
            f"no connection to {describe(url)}: {first_line(error)}; check that the server runs and that the "
            "URL's host, port, user, password and database are right; nothing was changed"
        ) from error
    try:
        _prepare(connection, url, lock_timeout_s)
    except BaseException:
        connection.close()
        raise
    return connection


@contextmanager
def connected(url: str, *, application_name: str = "postgres_io", lock_timeout_s: float = 60.0) -> Iterator[Connection]:
    """Give a connection as `connect` does and close it at the end."""
    connection = connect(url, application_name=application_name, lock_timeout_s=lock_timeout_s)
    try:
        yield connection
    finally:
        connection.close()


def is_as_opened(connection: Connection) -> bool:
    """Tell whether a connection can serve somebody else: open, outside a transaction, and its server is there."""
    if connection.closed or connection.info.transaction_status != TransactionStatus.IDLE:
        return False
    unasked = select.poll()
    unasked.register(connection.fileno(), select.POLLIN)
    return not unasked.poll(0)  # what a server says unasked is its end, as a rule


def take_over(left: list[Connection], *, application_name: str, lock_timeout_s: float) -> Connection | None:
    """Take a connection from those that were left, as if it were new; None where none of them is of use any more."""
    while left:
        connection = left.pop()
        if is_as_opened(connection):
            with suppress(psycopg.OperationalError):
                connection.execute("DISCARD ALL")  # roles, settings, locks and temporary tables of whoever had it
                _set_up(connection, lock_timeout_s, application_name=application_name[:63])
                return connection
        connection.close()
    return None


def refuse_old_server(number: int, version: str, url: str) -> None:
    """Refuse a server that this package is not tested with.

    Raises:
        DatabaseError: its version number is less than OLDEST_SERVER.
    """
    if number < OLDEST_SERVER:
        raise DatabaseError(f"{describe(url)} is PostgreSQL {version}; 15 or newer is needed; nothing was changed")


def _prepare(connection: Connection, url: str, lock_timeout_s: float) -> None:
    version = connection.info.parameter_status("server_version") or "unknown"
    refuse_old_server(connection.info.server_version, version, url)
    _set_up(connection, lock_timeout_s)


def _set_up(connection: Connection, lock_timeout_s: float, **more: str) -> None:
    settings = {
        **more,
        "default_transaction_isolation": "read committed",
        "timezone": "UTC",
        "datestyle": "ISO, YMD",
        # Sorts and hashes of a load's rows stay in memory; the default of 4 MB is for a hundred sessions at once.
        "work_mem": "64MB",
        "lock_timeout": f"{round(lock_timeout_s * 1000)}ms",
        # What a COPY writes goes to the disk while it goes on, rather than all at once with the commit.
        "backend_flush_after": "1MB",
        # A client killed with -9 is noticed within seconds also in the midst of a long statement.
        "client_connection_check_interval": "5s",
        "idle_in_transaction_session_timeout": "15min",
    }
    calls = sql.SQL(", ").join(
        sql.SQL("set_config({}, {}, false)").format(sql.Literal(name), sql.Literal(value))
        for name, value in settings.items()
    )
    connection.execute(sql.SQL("SELECT {}").format(calls))


def _parts(url: str) -> dict[str, str]:
    try:
        return {name: str(value) for name, value in conninfo_to_dict(url).items() if value is not None}
    except psycopg.ProgrammingError:
        # The driver's message repeats the text, password and all: neither it nor its trace may be shown.
        raise DatabaseError(
            "the database URL is not of a form that Postgres knows; expected is "
            "postgresql://user:password@host:port/database, with special characters percent-encoded"
        ) from None


def grant_of_create(connection: Connection, schema: str) -> str:
    """Return the remedy where the user may not create tables in a schema."""
    return f"have its owner give the right: GRANT CREATE ON SCHEMA {schema} TO {connection.info.user}"


def first_line(error: BaseException) -> str:
    """Return the first line of what an error says, or its kind where it says nothing."""
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    return lines[0] if lines else type(error).__name__
