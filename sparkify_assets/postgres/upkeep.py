"""What keeps tables in shape over months: statistics, rows that nothing needs, rows that are old enough to go."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence

from psycopg import sql

from sparkify_assets.postgres import bookkeeping, ddl, names
from sparkify_assets.postgres.connection import Connection
from sparkify_assets.postgres.explain import explained
from sparkify_assets.postgres.prune import Pruned, prune
from sparkify_assets.postgres.table import Table


def analyze(connection: Connection, tables: Iterable[Table]) -> list[str]:
    """Have the planner's statistics made anew for those of the tables that exist; return their names.

    Raises:
        PublishError: a lock is held by somebody else, or the connection went away.
    """
    done = []
    for table in tables:
        with explained(connection, table):
            if ddl.exists(connection, table):
                connection.execute(sql.SQL("ANALYZE {}").format(names.relation(table)))
                done.append(table.qualified_name)
    return done


def prune_all(connection: Connection, tables: Sequence[Table], parents: Iterable[Table]) -> list[Pruned]:
    """Delete every row of the parents that no row refers to, not only what loads have noted.

    Args:
        connection: in autocommit mode, outside a transaction.
        tables: all the tables that refer to each other, parents before children.
        parents: those to look through.

    Raises:
        PublishError: a lock is held by somebody else, or the connection went away; nothing was deleted.
    """
    for parent in parents:
        with explained(connection, parent):
            bookkeeping.prepare(connection, tables)
            if ddl.exists(connection, parent):
                bookkeeping.note_all(connection, parent)
    return prune(connection, tables)


def forget_before(connection: Connection, table: Table, column: str, day: dt.date) -> int:
    """Delete the rows of days before this one; return how many there were.

    Raises:
        PublishError: a lock is held by somebody else, or the connection went away; no row was deleted.
    """
    with explained(connection, table):
        bookkeeping.prepare(connection, [table])
        with connection.transaction():
            bookkeeping.lock(connection, table.qualified_name)
            if not ddl.exists(connection, table):
                return 0
            deleted = connection.execute(
                sql.SQL("DELETE FROM {} WHERE {} < %s").format(names.relation(table), sql.Identifier(column)), (day,)
            ).rowcount
            bookkeeping.change_row_count(connection, table, -deleted)
    return deleted
