"""Dagster's own storage (runs, events, schedules), in a Postgres schema of its own.

Named in `dagster.yaml`:

    storage:
      custom:
        module: sparkify_assets.postgres.dagster_storage
        class: PostgresStorage
        config:
          url: {env: DATABASE_URL}   # unset or empty: the embedded server of `home`
          home: .state/postgres      # a relative path counts from the folder where dagster.yaml really lies
          database: shop             # of the embedded server

It outlasts restarts of the server. It also holds one connection open where Dagster opens one or more for each event,
waits for the disk only where a run's state changes, and has Dagster write the events of an asset's partitions together:
a run over a month takes 2.8 s instead of 6.7 s (SQLite: 5.5 s), most of it without any work in the assets.
"""

import os
import select
import threading
import time
import weakref
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

import click
import sqlalchemy as sa
from dagster import Field, ScalarUnion
from dagster._serdes import ConfigurableClassData  # in the signatures of dagster-postgres, and public nowhere
from dagster_postgres.storage import DagsterPostgresStorage

from sparkify_assets.errors import DatabaseError, EmbeddedServerError

from .embedded import EmbeddedServer

DEFAULT_SCHEMA = "dagster"
DEFAULT_DATABASE = "postgres"
_SCHEMES = ("postgres", "postgresql")
# SQLAlchemy 2.1 takes psycopg 3 for a bare "postgresql", and Dagster's NOTIFY does not work with that.
_DRIVER = "postgresql+psycopg2"
_LAST_TABLE = "jobs"  # of the schedule storage, the last one to be made
_CONNECT_TIMEOUT_S = "10"
_RECYCLE_S = 3600
_PATIENCE_S, _POLL_S = 5.0, 0.2  # Dagster itself asks for most connections six times
# The thread by which Dagster's code server ends. An error ends the thread, and Ctrl-C would then leave the server.
_NEVER_GIVES_UP = "grpc-server-cleanup"
_reached: set[sa.URL] = set()
# Dagster's own switch, which it has in no other place; without it each partition of a range is a write of its own.
_BATCH_VARIABLE, _BATCH_SIZE = "DAGSTER_EVENT_BATCH_SIZE", "1000"
_NOT_ALLOWED = "42501"
_CHANGE_OF_STATE = "UPDATE runs "


class StorageError(DatabaseError, click.ClickException):
    """Dagster's storage can't be used; Dagster's commands print the message alone, without a traceback."""


class PostgresStorage(DagsterPostgresStorage):
    """Instance storage in the given database, or else in an embedded server that is started when needed."""

    @classmethod
    def config_type(cls) -> dict[str, Field]:
        """Return the fields that `dagster.yaml` may give: each a text, or `{env: NAME}`, where unset is allowed."""
        text = ScalarUnion(scalar_type=str, non_scalar_schema={"env": str})
        names = ("url", "home", "database", "schema", "bin_dir")
        return {name: Field(text, is_required=False) for name in names}

    @classmethod
    def from_config_value(
        cls, inst_data: ConfigurableClassData | None, config_value: Mapping[str, Any]
    ) -> "PostgresStorage":
        """Connect, and make the schema and its tables if they are missing.

        Raises:
            StorageError: the database can't be reached or used; the message says what to do.
        """
        os.environ.setdefault(_BATCH_VARIABLE, _BATCH_SIZE)
        given = {name: _text(value) for name, value in config_value.items()}
        schema = given.get("schema") or DEFAULT_SCHEMA
        server = None if given.get("url") else _embedded_server(given)
        url = driver_url(given["url"] if server is None else _url_of(server), schema)
        engine = _engine(url)
        _outlast_restarts(engine, server)
        _wait_for_the_disk(engine)
        try:
            with engine.connect() as connection:
                complete = sa.inspect(connection).has_table(_LAST_TABLE, schema=schema)
                if not complete:
                    _make_schema(connection, schema)
                storage = cls(_with_password(url), should_autocreate_tables=not complete, inst_data=inst_data)
                connection.exec_driver_sql("SELECT pg_advisory_unlock_all()")
        except sa.exc.DBAPIError as error:
            raise StorageError(_explained(error, url, schema)) from None  # libpq may quote what it was given
        for part in (storage.run_storage, storage.event_log_storage, storage.schedule_storage):
            part._engine = engine  # type: ignore[union-attr]  # no public way; a test sees whether it still works
        # Who leaves an instance, as the code server does after each tick, leaves no connection open. A pool by itself
        # waits for the garbage collector, which comes less often as the graph grows: a hundred ticks were too many.
        storage.run_storage.dispose = engine.dispose  # type: ignore[method-assign]  # which by itself does nothing
        return storage


def driver_url(text: str, schema: str) -> sa.URL:
    """Return the URL with the driver that Dagster needs and `schema` as its search path; other options stay.

    Raises:
        StorageError: it is no URL of a Postgres database.
    """
    try:
        url = sa.make_url(text)
        if url.drivername.split("+")[0] not in _SCHEMES:
            raise ValueError
    except (sa.exc.ArgumentError, ValueError):
        raise StorageError(
            "Dagster's storage: the database's URL can't be read; expected postgresql://user:password@host:port/database"
        ) from None  # the original may quote the password
    given = url.query.get("options", ())
    path = '"' + schema.replace('"', '""') + '"'
    path = path.replace("\\", "\\\\").replace(" ", "\\ ")
    # Events are a log: its last 0.2 s may be lost in a power cut, but for the states of runs (_wait_for_the_disk).
    # Who writes tables has connections of his own.
    ours = [f"-csearch_path={path}", "-csynchronous_commit=off"]
    options = " ".join([*([given] if isinstance(given, str) else given), *ours])
    url = url.set(drivername=_DRIVER).update_query_dict({"options": options})
    return url if "connect_timeout" in url.query else url.update_query_dict({"connect_timeout": _CONNECT_TIMEOUT_S})


def _text(value: object) -> str:
    """Return the text of a setting; a variable that is not set counts as empty."""
    return os.environ.get(str(value["env"]), "") if isinstance(value, Mapping) else str(value)


def _embedded_server(given: Mapping[str, str]) -> EmbeddedServer:
    """Return the server of the folder that is named."""
    if not given.get("home"):
        raise StorageError("Dagster's storage: neither 'url' nor 'home' is set; set one of them in dagster.yaml")
    instance = Path(os.environ.get("DAGSTER_HOME") or ".") / "dagster.yaml"
    home = instance.resolve().parent / Path(given["home"]).expanduser()
    bin_dir = Path(given["bin_dir"]) if given.get("bin_dir") else None
    return EmbeddedServer(home, database=given.get("database") or DEFAULT_DATABASE, bin_dir=bin_dir)


def _url_of(server: EmbeddedServer) -> str:
    """Start the server if it is not up, and return its URL."""
    try:
        return server.ensure()
    except EmbeddedServerError as error:
        raise StorageError(f"Dagster's storage: {error}") from error


def _outlast_restarts(engine: sa.Engine, server: EmbeddedServer | None) -> None:
    """Have a new connection wait for a server that has answered this process before: it is restarting, as a rule.

    An embedded one is started again: nobody else does, since Dagster's daemon asks its storage before anything of ours.
    """

    def connect(dialect: Any, _: object, arguments: Any, parameters: Any) -> Any:
        until = time.monotonic() + _PATIENCE_S
        while True:
            try:
                connection = dialect.connect(*arguments, **parameters)
            except dialect.dbapi.OperationalError:
                patient = threading.current_thread().name == _NEVER_GIVES_UP or time.monotonic() < until
                if engine.url not in _reached or not patient:
                    raise
                time.sleep(_POLL_S)
                if server is not None:
                    with suppress(EmbeddedServerError):  # what keeps it from starting may pass too
                        server.ensure()
            else:
                _reached.add(engine.url)
                return connection

    sa.event.listen(engine, "do_connect", connect)


def _engine(url: sa.URL) -> sa.Engine:
    """Return an engine that keeps one connection open, and opens more only while they are needed.

    One a process, for all three parts of the storage. A connection that broke while idle is replaced, and a forked
    child leaves its parent's alone.
    """
    engine = sa.create_engine(url, isolation_level="AUTOCOMMIT", pool_size=1, max_overflow=-1, pool_recycle=_RECYCLE_S)
    sa.event.listen(engine, "checkout", _refuse_closed)
    known = weakref.ref(engine)

    def leave_alone() -> None:
        if found := known():
            found.dispose(close=False)

    os.register_at_fork(after_in_child=leave_alone)
    return engine


def _refuse_closed(connection: Any, *_: object) -> None:
    """Have the pool replace a connection on which the server has said something unasked: its end, as a rule.

    `pool_pre_ping` would ask the server each time, a thousand times in a run over a month.
    """
    unasked = select.poll()
    if not connection.closed:
        unasked.register(connection.fileno(), select.POLLIN)
        if not unasked.poll(0):
            return
    raise sa.exc.DisconnectionError("the server has closed the connection")


def _wait_for_the_disk(engine: sa.Engine) -> None:
    """Have a change of a run's state wait for the disk, with all that was written before it.

    A crash of the server right after a run would else turn its success into the failure of a process that is gone.
    """

    def synchronous(value: str, cursor: Any, statement: str) -> None:
        if statement.startswith(_CHANGE_OF_STATE):
            with cursor.connection.cursor() as other:
                other.execute(f"SET synchronous_commit = {value}")

    def before(_: object, cursor: Any, statement: str, *__: object) -> None:
        synchronous("on", cursor, statement)

    def after(_: object, cursor: Any, statement: str, *__: object) -> None:
        synchronous("off", cursor, statement)

    sa.event.listen(engine, "before_cursor_execute", before)
    sa.event.listen(engine, "after_cursor_execute", after)


def _make_schema(connection: sa.Connection, schema: str) -> None:
    """Make the schema if it is missing; others who want the same wait until the connection unlocks."""
    connection.execute(sa.text("SELECT pg_advisory_lock(hashtext(:what))"), {"what": f"dagster storage {schema}"})
    if not sa.inspect(connection).has_schema(schema):
        connection.execute(sa.schema.CreateSchema(schema))


def _with_password(url: sa.URL) -> str:
    return url.render_as_string(hide_password=False)


def _explained(error: sa.exc.DBAPIError, url: sa.URL, schema: str) -> str:
    """Put in one sentence what was tried, what is wrong and what to do, without the password."""
    parts = {"user": url.username, "host": url.host, "port": url.port, "dbname": url.database}
    user, host, port, database = (part or url.query.get(name, "") for name, part in parts.items())
    where = f"{user}@{host}:{port or 5432}/{database}"
    reason = " ".join(str(error.orig).split())
    if url.password:
        reason = reason.replace(str(url.password), "***")
    return f"Dagster's storage: can't use schema {schema!r} of {where}: {reason}; {_remedy(error, url, schema)}"


def _remedy(error: sa.exc.DBAPIError, url: sa.URL, schema: str) -> str:
    reason = str(error.orig)
    if getattr(error.orig, "pgcode", None) == _NOT_ALLOWED:
        return f"have the schema made for this user: CREATE SCHEMA {schema} AUTHORIZATION {url.username}"
    if "authentication failed" in reason or "no password" in reason or "pg_hba.conf" in reason:
        return "check the user and the password in the URL"
    if "does not exist" in reason:
        return "create it, or correct the URL"
    return "check the host and the port in the URL, and that the server is up"
