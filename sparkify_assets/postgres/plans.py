"""How Postgres goes about a publication: few rows that meet a long history are looked up in its indexes."""

from __future__ import annotations

from collections.abc import Iterable

from psycopg import sql

from sparkify_assets.postgres import names
from sparkify_assets.postgres.connection import Connection
from sparkify_assets.postgres.table import Table

LONG_HISTORY = 10
"""Times the size of the new rows; about there, reading all stored rows becomes dearer than looking some up."""

GROWTH = 1.5
"""Times the size a table had at its last ANALYZE; beyond it the planner is wrong about recent partitions."""


def prefer_indexes(connection: Connection, new_bytes: int, stored: Iterable[Table]) -> None:
    """Have stored tables that are much larger than the new rows looked up row by row, in this transaction.

    The planner takes a page in memory for as dear as one on a disk, so it reads ten million rows to match a hundred
    thousand. Whatever a publication joins a stored table by has an index.
    """
    relations = [names.relation(table).as_string(connection) for table in stored]
    row = connection.execute(
        "SELECT max(pg_relation_size(to_regclass(name))) FROM unnest(%s::text[]) name", (relations,)
    ).fetchone()
    if row and (row[0] or 0) > LONG_HISTORY * new_bytes:
        connection.execute("SET LOCAL enable_hashjoin = off; SET LOCAL enable_mergejoin = off")


def let_choose(connection: Connection) -> None:
    """Take back what `prefer_indexes` did."""
    connection.execute("SET LOCAL enable_hashjoin TO DEFAULT; SET LOCAL enable_mergejoin TO DEFAULT")


def refresh_statistics(connection: Connection, stored: Iterable[Table]) -> None:
    """Analyze the tables that have none yet, or have outgrown their statistics; autovacuum may be late, or never come.

    One that somebody else is just maintaining is left alone: statistics are not worth waiting for.
    """
    for table in stored:
        row = connection.execute(
            """
            SELECT pg_relation_size(c.oid) > %s * c.relpages * current_setting('block_size')::bigint
                OR NOT EXISTS (SELECT FROM pg_stats s WHERE s.schemaname = %s AND s.tablename = %s)
            FROM pg_class c WHERE c.oid = to_regclass(%s) AND pg_relation_size(c.oid) > 0
            """,
            (GROWTH, table.schema, table.name, names.relation(table).as_string(connection)),
        ).fetchone()
        if row and row[0]:
            connection.execute(sql.SQL("ANALYZE (SKIP_LOCKED) {}").format(names.relation(table)))
