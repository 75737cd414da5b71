"""Publish by merging: insert new rows, update changed ones, leave equal ones alone."""

from __future__ import annotations

import polars as pl
from psycopg import sql

from sparkify_assets.postgres import ddl, names
from sparkify_assets.postgres.bookkeeping import UNUSED_ROWS
from sparkify_assets.postgres.connection import Connection
from sparkify_assets.postgres.copy import STAGED, analyze, copy_frame, create_staged
from sparkify_assets.postgres.merged import Difference, difference, remember
from sparkify_assets.postgres.modes import Merge, Vanished
from sparkify_assets.postgres.publication import Completed, Written
from sparkify_assets.postgres.table import Table

VANISHED = sql.Identifier("pg_temp", "vanished")


class MergeWriter:
    """Merges rows into the table by its key, inside the caller's transaction.

    Rows come a portion at a time, no key twice. They go straight into a table that is new. Where there are rows already
    they are staged, and merged at the end; but where they are all there is to be, they are kept until then, to send
    only those that differ from what was merged before.
    """

    def __init__(self, connection: Connection, table: Table, mode: Merge) -> None:
        """Create what is missing.

        Raises:
            PublishError: the stored table does not fit its declaration.
        """
        self._connection, self._table, self._mode = connection, table, mode
        self._rows = 0
        self._kept: list[pl.DataFrame] | None = None if mode.vanished == "keep" else []
        self._is_new = ddl.create_or_check(connection, table)
        if not self._is_new and self._kept is None:
            create_staged(connection, table, STAGED)

    def add(self, rows: pl.DataFrame, claims: pl.DataFrame | None = None) -> None:
        """Write a portion of the rows."""
        del claims
        self._rows += rows.height
        if self._kept is not None:
            self._kept.append(rows)
        if self._is_new:
            copy_frame(self._connection, rows, names.relation(self._table), frozen=True)
        elif self._kept is None:
            copy_frame(self._connection, rows, STAGED)

    def complete(self) -> Completed:
        """Bring the table to its new state; temporary tables remain until the transaction ends."""
        if self._is_new:
            ddl.finish(self._connection, self._table)
            updated, inserted, deleted = 0, self._rows, 0
            if self._kept is not None:
                remember(self._connection, self._table, self._everything(self._kept))
        elif self._kept is None:
            _index_by_key(self._connection, self._table, STAGED)
            updated, inserted = upsert(self._connection, self._table, STAGED)
            deleted = 0
        else:
            updated, inserted, deleted = self._become(self._everything(self._kept))
        written = Written(
            staged=self._rows,
            inserted=inserted,
            updated=updated,
            unchanged=self._rows - inserted - updated,
            deleted=deleted,
            net_change=inserted - deleted,
        )
        return Completed(written, created=self._is_new)

    def _everything(self, kept: list[pl.DataFrame]) -> pl.DataFrame:
        return pl.concat([self._table.empty_frame(), *kept])

    def _become(self, frame: pl.DataFrame) -> tuple[int, int, int]:
        """Make the table what the frame is; return how many rows were updated, inserted and deleted."""
        connection, table, mode = self._connection, self._table, self._mode
        if mode.vanished == "prune":
            # The frame is all there is: a key noted as vanished before may be back.
            notes = sql.SQL("DELETE FROM {} WHERE table_name = %s").format(names.relation(UNUSED_ROWS))
            connection.execute(notes, (table.qualified_name,))
        different = difference(connection, table, frame)
        if different is None:
            counts = _merge_all(connection, table, mode, frame)
        else:
            counts = _merge_different(connection, table, mode, different)
        if different is None or different:
            remember(connection, table, frame)
        return counts


def _merge_all(connection: Connection, table: Table, mode: Merge, frame: pl.DataFrame) -> tuple[int, int, int]:
    """Compare all rows with the stored ones; return how many were updated, inserted and deleted."""
    _stage(connection, table, frame, STAGED)
    updated, inserted = upsert(connection, table, STAGED)
    vanished = sql.SQL("NOT EXISTS (SELECT FROM {} s WHERE {})").format(STAGED, names.same_values(table.key, "s", "t"))
    return updated, inserted, remove_vanished(connection, table, mode.vanished, vanished)


def _merge_different(connection: Connection, table: Table, mode: Merge, different: Difference) -> tuple[int, int, int]:
    """Bring in just the rows that are known to differ; return how many were updated, inserted and deleted."""
    updated = inserted = deleted = 0
    if not different.changed.is_empty():
        _stage(connection, table, different.changed, STAGED)
        updated, inserted = upsert(connection, table, STAGED)
    if not different.vanished.is_empty():
        _stage(connection, table, different.vanished, VANISHED)
        vanished = sql.SQL("EXISTS (SELECT FROM {} s WHERE {})").format(
            VANISHED, names.same_values(table.key, "s", "t")
        )
        deleted = remove_vanished(connection, table, mode.vanished, vanished)
    return updated, inserted, deleted


def _stage(connection: Connection, table: Table, frame: pl.DataFrame, staged: sql.Identifier) -> None:
    create_staged(connection, table, staged)
    copy_frame(connection, frame, staged)
    _index_by_key(connection, table, staged)


def _index_by_key(connection: Connection, table: Table, staged: sql.Identifier) -> None:
    analyze(connection, staged)
    # The key index finds doubled keys, which an update would take in any order, and serves the joins.
    connection.execute(sql.SQL("ALTER TABLE {} ADD PRIMARY KEY ({})").format(staged, names.columns(table.key)))


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
