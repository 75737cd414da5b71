"""Publish by merging: insert new rows, update changed ones, leave equal ones alone."""

from __future__ import annotations

import polars as pl
from psycopg import sql

from sparkify_assets.postgres import ddl, names
from sparkify_assets.postgres.bookkeeping import UNUSED_ROWS
from sparkify_assets.postgres.connection import Connection
from sparkify_assets.postgres.copy import STAGED, analyze, copy_frame, create_staged
from sparkify_assets.postgres.modes import Merge, Vanished
from sparkify_assets.postgres.publication import Completed, Written
from sparkify_assets.postgres.table import Table


class MergeWriter:
    """Merges rows into the table by its key, inside the caller's transaction.

    Rows come a portion at a time, no key twice. They go straight into a table that is new; where there are rows
    already they are staged, and merged at the end.
    """

    def __init__(self, connection: Connection, table: Table, mode: Merge) -> None:
        """Create what is missing.

        Raises:
            PublishError: the stored table does not fit its declaration.
        """
        self._connection, self._table, self._mode = connection, table, mode
        self._rows = 0
        self._is_new = ddl.create_or_check(connection, table)
        if not self._is_new:
            create_staged(connection, table, STAGED)

    def add(self, rows: pl.DataFrame, claims: pl.DataFrame | None = None) -> None:
        """Write a portion of the rows."""
        del claims
        target = names.relation(self._table) if self._is_new else STAGED
        copy_frame(self._connection, rows, target, frozen=self._is_new)
        self._rows += rows.height

    def complete(self) -> Completed:
        """Bring the table to its new state; the temporary table `staged` remains until the transaction ends."""
        if self._is_new:
            ddl.finish(self._connection, self._table)
            rows = self._rows
            return Completed(
                Written(rows, inserted=rows, updated=0, unchanged=0, deleted=0, net_change=rows), created=True
            )
        return Completed(self._merged())

    def _merged(self) -> Written:
        connection, table, mode = self._connection, self._table, self._mode
        analyze(connection, STAGED)
        # The key index finds doubled keys, which an update would take in any order, and serves the joins.
        connection.execute(sql.SQL("ALTER TABLE {} ADD PRIMARY KEY ({})").format(STAGED, names.columns(table.key)))
        updated, inserted = upsert(connection, table, STAGED)
        if mode.vanished == "prune":
            # The rows are all there is: a key noted as vanished before may be back.
            notes = sql.SQL("DELETE FROM {} WHERE table_name = %s").format(names.relation(UNUSED_ROWS))
            connection.execute(notes, (table.qualified_name,))
        vanished = sql.SQL("NOT EXISTS (SELECT FROM {} s WHERE {})").format(
            STAGED, names.same_values(table.key, "s", "t")
        )
        deleted = remove_vanished(connection, table, mode.vanished, vanished)
        return Written(
            staged=self._rows,
            inserted=inserted,
            updated=updated,
            unchanged=self._rows - inserted - updated,
            deleted=deleted,
            net_change=inserted - deleted,
        )


def upsert(connection: Connection, table: Table, staged: sql.Identifier) -> tuple[int, int]:
    """Update the rows of the table that differ from the staged ones and insert those it lacks.

    Returns:
        rows updated, rows inserted.
    """
    rest = [name for name in table.column_names if name not in table.key]
    updated = 0
    if rest:
        updated = connection.execute(
            sql.SQL("UPDATE {} t SET ({}) = ROW({}) FROM {} s WHERE {} AND NOT ({})").format(
                names.relation(table),
                names.columns(rest),
                names.columns(rest, "s"),
                staged,
                names.same_values(table.key, "t", "s"),
                names.same_row(rest, "t", "s"),
            )
        ).rowcount
    inserted = connection.execute(
        sql.SQL("INSERT INTO {} ({}) SELECT {} FROM {} s WHERE NOT EXISTS (SELECT FROM {} t WHERE {})").format(
            names.relation(table),
            names.columns(table.column_names),
            names.columns(table.column_names, "s"),
            staged,
            names.relation(table),
            names.same_values(table.key, "t", "s"),
        )
    ).rowcount
    return updated, inserted


def remove_vanished(connection: Connection, table: Table, vanished: Vanished, which: sql.Composable) -> int:
    """Deal with the rows `t` for which the condition holds, as the mode says.

    Returns:
        rows deleted: those left to `prune` do not count, they are still there.
    """
    if vanished == "keep":
        return 0
    if vanished == "delete":
        return connection.execute(sql.SQL("DELETE FROM {} t WHERE {}").format(names.relation(table), which)).rowcount
    connection.execute(
        sql.SQL("INSERT INTO {} SELECT {}, {}::text FROM {} t WHERE {}").format(
            names.relation(UNUSED_ROWS),
            sql.Literal(table.qualified_name),
            sql.Identifier("t", table.key[0]),
            names.relation(table),
            which,
        )
    )
    return 0
