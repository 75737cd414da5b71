"""Publish by merging: insert new rows, update changed ones, leave equal ones alone."""

from __future__ import annotations

import polars as pl
from psycopg import sql

from sparkify_assets.postgres import ddl, names
from sparkify_assets.postgres.bookkeeping import UNUSED_ROWS
from sparkify_assets.postgres.connection import Connection
from sparkify_assets.postgres.copy import copy_frame, stage
from sparkify_assets.postgres.merged import Difference, difference, remember
from sparkify_assets.postgres.modes import Merge, Vanished
from sparkify_assets.postgres.publication import Publication, Written
from sparkify_assets.postgres.table import Table


def merge(connection: Connection, table: Table, mode: Merge, publication: Publication) -> Written:
    """Merge the rows into the table by its key, inside the caller's transaction."""
    frame = publication.rows
    is_everything = mode.vanished != "keep"
    if ddl.create_or_check(connection, table):
        copy_frame(connection, frame, names.relation(table), frozen=True)
        ddl.finish(connection, table)
        if is_everything:
            remember(connection, table, frame)
        return Written(frame.height, inserted=frame.height, updated=0, unchanged=0, deleted=0, net_change=frame.height)
    if mode.vanished == "prune":
        # The frame is all there is: a key noted as vanished before may be back.
        notes = sql.SQL("DELETE FROM {} WHERE table_name = %s").format(names.relation(UNUSED_ROWS))
        connection.execute(notes, (table.qualified_name,))
    different = difference(connection, table, frame) if is_everything else None
    if different is None:
        counts = _merge_all(connection, table, mode, frame)
    else:
        counts = _merge_different(connection, table, mode, different)
    if is_everything and (different is None or different):
        remember(connection, table, frame)
    updated, inserted, deleted = counts
    return Written(
        staged=frame.height,
        inserted=inserted,
        updated=updated,
        unchanged=frame.height - inserted - updated,
        deleted=deleted,
        net_change=inserted - deleted,
    )


def _merge_all(connection: Connection, table: Table, mode: Merge, frame: pl.DataFrame) -> tuple[int, int, int]:
    """Compare all rows with the stored ones; return how many were updated, inserted and deleted."""
    staged = _stage_by_key(connection, frame, table, "staged")
    updated, inserted = upsert(connection, table, staged)
    vanished = sql.SQL("NOT EXISTS (SELECT FROM {} s WHERE {})").format(staged, names.same_values(table.key, "s", "t"))
    return updated, inserted, remove_vanished(connection, table, mode.vanished, vanished)


def _merge_different(connection: Connection, table: Table, mode: Merge, different: Difference) -> tuple[int, int, int]:
    """Bring in just the rows that are known to differ; return how many were updated, inserted and deleted."""
    updated = inserted = deleted = 0
    if not different.changed.is_empty():
        staged = _stage_by_key(connection, different.changed, table, "staged")
        updated, inserted = upsert(connection, table, staged)
    if not different.vanished.is_empty():
        gone = _stage_by_key(connection, different.vanished, table, "vanished")
        vanished = sql.SQL("EXISTS (SELECT FROM {} s WHERE {})").format(gone, names.same_values(table.key, "s", "t"))
        deleted = remove_vanished(connection, table, mode.vanished, vanished)
    return updated, inserted, deleted


def _stage_by_key(connection: Connection, frame: pl.DataFrame, table: Table, name: str) -> sql.Identifier:
    staged = stage(connection, frame, table, name)
    # The key index finds doubled keys, which an update would take in any order, and serves the joins.
    connection.execute(sql.SQL("ALTER TABLE {} ADD PRIMARY KEY ({})").format(staged, names.columns(table.key)))
    return staged


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
