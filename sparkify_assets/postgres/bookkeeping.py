"""The records a publication leaves in its own transaction: versions, row counts, rows to prune, rows merged."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager

import dataframely as dy
import polars as pl
from psycopg import errors, sql

from sparkify_assets.errors import DatabaseError, OutdatedError
from sparkify_assets.postgres import ddl, names
from sparkify_assets.postgres.connection import Connection
from sparkify_assets.postgres.merged import MERGED_ROWS
from sparkify_assets.postgres.publication import Scope
from sparkify_assets.postgres.table import Table

SCHEMA = "ops"
MOMENT = 'YYYY-MM-DD HH24:MI:SS "UTC"'


class Publications(dy.Schema):
    """One row per table and partition: the publication that stands."""

    table_name = dy.String(primary_key=True, description="schema and name of the table")
    partition = dy.String(primary_key=True, description="partition; empty where the table has none")
    version = dy.Int64(nullable=True, description="version of the input it was made from; greater is newer")
    run_id = dy.String(description="run that published it")
    inserted = dy.Int64(nullable=True, description="rows that were new; null where only a range has a count")
    updated = dy.Int64(nullable=True, description="rows that were changed; null where only a range has a count")
    deleted = dy.Int64(nullable=True, description="rows that went; null where only a range has a count")
    published_at = dy.Datetime(time_unit="us", time_zone="UTC", description="when its transaction began")
    changed_at = dy.Datetime(
        time_unit="us", time_zone="UTC", description="when the last one that changed a row began; equal ones leave it"
    )
    settled = dy.Bool(description="prune has run since: none of its rows is there in vain")
    leftovers = dy.Bool(description="one of another version stood here and was never settled: its rows may be left")


class TableRows(dy.Schema):
    """One row per published table: how many rows it has, kept by every transaction that changes them."""

    table_name = dy.String(primary_key=True, description="schema and name of the table")
    row_count = dy.Int64(description="rows in the table")


class UnusedRows(dy.Schema):
    """One row per key that its table may no longer need: the next prune looks at it."""

    table_name = dy.String(description="schema and name of the table")
    key = dy.String(description="value of its key, as text")


PUBLICATIONS = Table.of(Publications, SCHEMA, "publications")
TABLE_ROWS = Table.of(TableRows, SCHEMA, "table_rows")
UNUSED_ROWS = Table.of(UnusedRows, SCHEMA, "unused_rows")
RECORDS = (PUBLICATIONS, TABLE_ROWS, UNUSED_ROWS, MERGED_ROWS)


def prepare(connection: Connection, tables: Iterable[Table]) -> None:
    """Create the schemas of the tables and the record tables, where they are missing.

    Raises:
        DatabaseError: the user may not create them.
    """
    schemas = sorted({SCHEMA, *(table.schema for table in tables)})
    if _is_prepared(connection, schemas):
        return
    try:
        with connection.transaction():
            # CREATE … IF NOT EXISTS of two sessions at once can fail in the catalogue: one at a time.
            lock(connection, "database")
            for schema in schemas:
                if not _has_schema(connection, schema):
                    connection.execute(sql.SQL("CREATE SCHEMA {}").format(sql.Identifier(schema)))
            for table in RECORDS:
                if ddl.create_or_check(connection, table):
                    ddl.finish(connection, table)
    except errors.InsufficientPrivilege as error:
        raise DatabaseError(
            f"user '{connection.info.user}' may not create the schemas {', '.join(schemas)} and their tables in "
            f"database '{connection.info.dbname}': {error.diag.message_primary}; grant it CREATE on the database and "
            "its schemas; nothing was changed"
        ) from error


def lock(connection: Connection, name: str) -> None:
    """Take the advisory lock of that name until the transaction ends; waits at most `lock_timeout`."""
    connection.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", (_lock_name(name),))


@contextmanager
def locked(connection: Connection, name: str) -> Iterator[None]:
    """Hold the advisory lock of that name, outside a transaction: one that begins inside sees what the last holder did.

    Waits at most `lock_timeout`.
    """
    connection.execute("SELECT pg_advisory_lock(hashtextextended(%s, 0))", (_lock_name(name),))
    try:
        yield
    finally:
        # With the connection the lock is gone too.
        if not connection.broken:
            connection.execute("SELECT pg_advisory_unlock(hashtextextended(%s, 0))", (_lock_name(name),))


def holder_of(connection: Connection, tables: Iterable[Table]) -> tuple[str, str]:
    """Return which of the tables somebody else has locked, as a whole or by our advisory lock, and who, in words."""
    tables = list(tables)
    for table in tables:
        row = connection.execute(
            """
            SELECT a.application_name, a.pid, a.client_addr::text, to_char(a.xact_start, %(moment)s)
            FROM pg_locks l JOIN pg_stat_activity a USING (pid),
                 (SELECT hashtextextended(%(lock)s, 0) AS key) k
            WHERE l.granted AND a.pid <> pg_backend_pid() AND (
                l.locktype = 'advisory' AND l.objsubid = 1
                    AND l.classid::bigint = (k.key >> 32) & 4294967295 AND l.objid::bigint = k.key & 4294967295
                OR l.locktype = 'relation' AND l.relation = to_regclass(%(table)s) AND l.mode <> 'RowShareLock')
            ORDER BY l.locktype = 'advisory' DESC, l.mode = 'AccessShareLock', a.xact_start LIMIT 1
            """,
            {
                "lock": _lock_name(table.qualified_name),
                "table": names.relation(table).as_string(connection),
                "moment": MOMENT,
            },
        ).fetchone()
        if row is not None:
            application, pid, address, since = row
            where = f", from {address}" if address else ""
            return table.qualified_name, f"'{application}' (server process {pid}{where}, since {since})"
    return tables[0].qualified_name, "somebody who has let go of it by now"


def forget(connection: Connection, table: Table) -> None:
    """Delete the records of a table that is not there any more: what they say does not hold of a new one."""
    for records in RECORDS:
        connection.execute(
            sql.SQL("DELETE FROM {} WHERE table_name = %s").format(names.relation(records)), (table.qualified_name,)
        )


def begin_count(connection: Connection, table: Table) -> None:
    """Record that a table which is about to be created has no row yet."""
    connection.execute(
        sql.SQL("INSERT INTO {} VALUES (%s, 0)").format(names.relation(TABLE_ROWS)), (table.qualified_name,)
    )


def newer_than(connection: Connection, table: Table, versions: Mapping[str, int]) -> list[tuple[str, int, str, str]]:
    """Return the partitions that stand as of a newer input than the versions given: which, version, run and moment."""
    rows = connection.execute(
        sql.SQL(
            "SELECT partition, version, run_id, to_char(published_at, %s) FROM {} "
            "WHERE table_name = %s AND partition = ANY(%s) AND version IS NOT NULL ORDER BY partition"
        ).format(names.relation(PUBLICATIONS)),
        (MOMENT, table.qualified_name, list(versions)),
    )
    return [
        (partition, version, run_id, moment)
        for partition, version, run_id, moment in rows
        if version > versions[partition]
    ]


def refuse_older(connection: Connection, table: Table, scope: Scope) -> None:
    """Refuse rows that were made from an older input than the recorded ones.

    Raises:
        OutdatedError: a partition has a newer publication, which the message names.
    """
    newer = newer_than(connection, table, scope.versions)
    if newer:
        partition, version, run_id, moment = newer[0]
        of = f"partition {partition} of " if partition else ""
        more = f" (and {len(newer) - 1} more partitions)" if len(newer) > 1 else ""
        raise OutdatedError(
            f"{of}table '{table.qualified_name}'{more}: run {run_id} published version {version} at {moment}, which is "
            f"newer than version {scope.versions[partition]} that this run has read; the newer rows stay and "
            "no row of this table was changed; run it again for what is not yet loaded"
        )


def record(
    connection: Connection,
    table: Table,
    scope: Scope,
    counts: Mapping[str, tuple[int, int, int] | None],
) -> None:
    """Record the publication: of each partition (inserted, updated, deleted), None where it is not known."""
    with connection.cursor() as cursor:
        cursor.executemany(
            sql.SQL(
                """
                INSERT INTO {} AS p VALUES (%s, %s, %s, %s, %s, %s, %s, now(), now(), false, false)
                ON CONFLICT (table_name, partition) DO UPDATE SET
                    version = coalesce(excluded.version, p.version), run_id = excluded.run_id,
                    inserted = excluded.inserted, updated = excluded.updated, deleted = excluded.deleted,
                    published_at = excluded.published_at, settled = false,
                    changed_at = CASE WHEN excluded.inserted + excluded.updated + excluded.deleted = 0
                        THEN p.changed_at ELSE excluded.changed_at END,
                    leftovers = p.leftovers OR NOT p.settled AND (p.version = excluded.version) IS NOT TRUE
                """
            ).format(names.relation(PUBLICATIONS)),
            [
                (
                    table.qualified_name,
                    partition,
                    scope.versions.get(partition),
                    scope.run_id,
                    *(counts.get(partition) or (None, None, None)),
                )
                for partition in scope.recorded_partitions
            ],
        )


def note_provisional(connection: Connection, table: Table, keys: pl.Series) -> None:
    """Note keys of the table for the next prune to look at."""
    if not keys.is_empty():
        connection.execute(
            sql.SQL("INSERT INTO {} SELECT %s, unnest(%s::{}[])::text").format(
                names.relation(UNUSED_ROWS), sql.SQL(table.column(table.key[0]).sql_type)
            ),
            (table.qualified_name, keys.to_list()),
        )


def note_all(connection: Connection, table: Table) -> None:
    """Note all keys of the table for the next prune to look at."""
    connection.execute(
        sql.SQL("INSERT INTO {} SELECT {}, {}::text FROM {}").format(
            names.relation(UNUSED_ROWS),
            sql.Literal(table.qualified_name),
            sql.Identifier(table.key[0]),
            names.relation(table),
        )
    )


def change_row_count(connection: Connection, table: Table, change: int) -> int:
    """Add the change to the table's recorded row count and return it; count the rows where none is recorded.

    Counting costs a scan of the whole history, so it is done once.
    """
    row = connection.execute(
        sql.SQL("UPDATE {} SET row_count = row_count + %s WHERE table_name = %s RETURNING row_count").format(
            names.relation(TABLE_ROWS)
        ),
        (change, table.qualified_name),
    ).fetchone()
    if row is None:
        row = connection.execute(
            sql.SQL("INSERT INTO {} SELECT {}, count(*) FROM {} RETURNING row_count").format(
                names.relation(TABLE_ROWS), sql.Literal(table.qualified_name), names.relation(table)
            )
        ).fetchone()
    assert row is not None
    return int(row[0])


def settle(connection: Connection, table: Table) -> bool:
    """Mark the table's publications as settled, and tell whether rows of earlier ones may be left.

    That is so after a load that died between a parent and what refers to it, when another input took its place.
    """
    rows = connection.execute(
        sql.SQL(
            "UPDATE {0} p SET settled = true, leftovers = false FROM (SELECT table_name, partition, leftovers FROM {0} "
            "WHERE table_name = %s AND (leftovers OR NOT settled)) before "
            "WHERE p.table_name = before.table_name AND p.partition = before.partition RETURNING before.leftovers"
        ).format(names.relation(PUBLICATIONS)),
        (table.qualified_name,),
    )
    return any(leftovers for (leftovers,) in rows)


def parents_published(connection: Connection, parent: Table, scope: Scope) -> bool:
    """Tell whether the parent stands, for every partition, as of this publication's input or a newer one."""
    if not scope.versions:
        return False
    rows = connection.execute(
        sql.SQL("SELECT partition, version FROM {} WHERE table_name = %s AND partition = ANY(%s)").format(
            names.relation(PUBLICATIONS)
        ),
        (parent.qualified_name, list(scope.versions)),
    )
    stands = {partition: version for partition, version in rows if version is not None}
    return all(stands.get(partition, -1) >= version for partition, version in scope.versions.items())


def _lock_name(name: str) -> str:
    return f"postgres_io:{name}"


def _is_prepared(connection: Connection, schemas: list[str]) -> bool:
    row = connection.execute(
        "SELECT (SELECT count(*) FROM pg_namespace WHERE nspname = ANY(%s)) = %s"
        " AND (SELECT count(*) FROM pg_class WHERE relnamespace = to_regnamespace(%s) AND relname = ANY(%s)) = %s",
        (schemas, len(schemas), SCHEMA, [table.name for table in RECORDS], len(RECORDS)),
    ).fetchone()
    return bool(row and row[0])


def _has_schema(connection: Connection, schema: str) -> bool:
    row = connection.execute("SELECT EXISTS (SELECT FROM pg_namespace WHERE nspname = %s)", (schema,)).fetchone()
    return bool(row and row[0])
