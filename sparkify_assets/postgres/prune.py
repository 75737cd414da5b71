"""Delete rows that nothing needs any more, at the end of a load, when everything that refers is in place."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from psycopg import sql

from sparkify_assets.postgres import bookkeeping, ddl, names, plans
from sparkify_assets.postgres.bookkeeping import PUBLICATIONS, UNUSED_ROWS
from sparkify_assets.postgres.connection import Connection
from sparkify_assets.postgres.explain import explained
from sparkify_assets.postgres.modes import ReplacePartition
from sparkify_assets.postgres.table import Reference, Table
from sparkify_assets.postgres.waiting import behind_claims

BYTES_A_NOTE = 100
"""About what a noted key weighs when it is looked up, with the row it belongs to."""


@dataclass(frozen=True)
class Pruned:
    """What became of the candidates of one table.

    Attributes:
        table: the parent.
        deleted: rows deleted.
        still_used: rows that the parent no longer holds by itself, but something still refers to.
        used_in: partitions of the rows that refer to those.
        unfinished: partitions of a load that has published the parent but not yet what refers to it; while
            there is one, nothing is deleted and that load's prune does the work.
    """

    table: Table
    deleted: int = 0
    still_used: int = 0
    used_in: tuple[str, ...] = ()
    unfinished: tuple[str, ...] = ()


def prune(connection: Connection, tables: Sequence[Table]) -> list[Pruned]:
    """Delete the noted rows of every parent table that no row refers to any more, in one transaction.

    Args:
        connection: in autocommit mode, outside a transaction.
        tables: all the tables that refer to each other; parents before children.

    Returns:
        one report a parent table.

    Raises:
        PublishError: a lock is held by somebody else, or the connection went away; nothing was deleted.
    """
    with explained(connection, *tables):
        bookkeeping.prepare(connection, tables)
        with connection.transaction():
            for table in tables:
                bookkeeping.lock(connection, table.qualified_name)
            existing = [table for table in tables if ddl.exists(connection, table)]
            # A child that is a parent itself goes first: it lets go of its own parents.
            families = [(parent, _referring(parent, existing)) for parent in reversed(existing)]
            return [_prune_parent(connection, parent, referring) for parent, referring in families if referring]


@dataclass(frozen=True)
class _Referring:
    child: Table
    reference: Reference

    @property
    def waiting(self) -> Table | None:
        mode = self.child.publish
        return mode.superseded if isinstance(mode, ReplacePartition) else None


def _referring(parent: Table, children: Iterable[Table]) -> list[_Referring]:
    return [
        _Referring(child, reference)
        for child in children
        for reference in child.references
        if reference.parent.qualified_name == parent.qualified_name
    ]


def _prune_parent(connection: Connection, parent: Table, referring: Sequence[_Referring]) -> Pruned:
    keepers = [each for each in referring if each.reference.keeps_parent]
    unfinished = {name for keeper in keepers for name in _unfinished(connection, parent, keeper.child)}
    if unfinished:
        return Pruned(parent, unfinished=tuple(sorted(unfinished)))
    for keeper in keepers:
        _note_behind_claims(connection, keeper)
    if keepers and bookkeeping.settle(connection, parent):
        bookkeeping.note_all(connection, parent)
    noted = _noted(connection, parent)
    if not noted:
        return Pruned(parent)
    if keepers:
        plans.prefer_indexes(connection, noted * BYTES_A_NOTE, [parent, *(keeper.child for keeper in keepers)])
    deleted = _delete_unreferenced(connection, parent, referring)
    plans.let_choose(connection)
    bookkeeping.change_row_count(connection, parent, -deleted)
    if keepers:
        # The rows that stay are referred to: whoever lets go of them notes them again.
        _forget(connection, parent, sql.SQL("true"))
        return Pruned(parent, deleted)
    gone = sql.SQL("NOT EXISTS (SELECT FROM {} p WHERE p.{}::text = key)").format(
        names.relation(parent), sql.Identifier(parent.key[0])
    )
    _forget(connection, parent, gone)
    still_used = _noted(connection, parent)
    used_in = _partitions_using(connection, parent, referring) if still_used else ()
    return Pruned(parent, deleted, still_used, used_in)


def _unfinished(connection: Connection, parent: Table, child: Table) -> tuple[str, ...]:
    rows = connection.execute(
        sql.SQL(
            """
            SELECT p.partition FROM {publications} p LEFT JOIN {publications} c
                ON c.table_name = %s AND c.partition = p.partition
            WHERE p.table_name = %s AND p.version > coalesce(c.version, -1)
            """
        ).format(publications=names.relation(PUBLICATIONS)),
        (child.qualified_name, parent.qualified_name),
    )
    return tuple(partition for (partition,) in rows)


def _note_behind_claims(connection: Connection, referring: _Referring) -> None:
    """Note the parents of rows that wait behind a claim: no public row may need them."""
    child, reference = referring.child, referring.reference
    waiting = behind_claims(child, reference.column)
    if waiting is not None:
        connection.execute(
            sql.SQL("INSERT INTO {} SELECT {}, {}::text FROM ({}) w").format(
                names.relation(UNUSED_ROWS),
                sql.Literal(reference.parent.qualified_name),
                sql.Identifier(reference.column),
                waiting,
            )
        )


def _delete_unreferenced(connection: Connection, parent: Table, referring: Iterable[_Referring]) -> int:
    key = sql.Identifier(parent.key[0])
    unreferenced = sql.SQL(" AND ").join(
        sql.SQL("NOT EXISTS (SELECT FROM {} c WHERE c.{} = p.{})").format(names.relation(holder), column, key)
        for holder, column, _ in _holders(referring)
    )
    statement = sql.SQL("DELETE FROM {} p WHERE {} IN ({}) AND {}").format(
        names.relation(parent), key, _candidates(parent), unreferenced
    )
    return connection.execute(statement).rowcount


def _holders(referring: Iterable[_Referring]) -> Iterator[tuple[Table, sql.Identifier, str | None]]:
    """Give the tables whose rows hold on to the parent's, each with the column that refers and its partition column.

    Rows that wait hold on to a parent too, unless it exists for the sake of the public rows only.
    """
    for each in referring:
        column, mode = sql.Identifier(each.reference.column), each.child.publish
        partition = mode.column if isinstance(mode, ReplacePartition) else None
        yield each.child, column, partition
        if each.waiting is not None and not each.reference.keeps_parent:
            yield each.waiting, column, partition


def _candidates(parent: Table) -> sql.Composed:
    return sql.SQL("SELECT key::{} FROM {} WHERE table_name = {}").format(
        sql.SQL(parent.column(parent.key[0]).sql_type),
        names.relation(UNUSED_ROWS),
        sql.Literal(parent.qualified_name),
    )


def _forget(connection: Connection, parent: Table, which: sql.Composable) -> None:
    connection.execute(
        sql.SQL("DELETE FROM {} WHERE table_name = {} AND {}").format(
            names.relation(UNUSED_ROWS), sql.Literal(parent.qualified_name), which
        )
    )


def _noted(connection: Connection, parent: Table) -> int:
    row = connection.execute(
        sql.SQL("SELECT count(DISTINCT key) FROM ({}) noted").format(_candidates(parent))
    ).fetchone()
    return int(row[0]) if row else 0


def _partitions_using(connection: Connection, parent: Table, referring: Iterable[_Referring]) -> tuple[str, ...]:
    parts = [
        sql.SQL("SELECT {}::text FROM {} WHERE {} IN ({})").format(
            sql.Identifier(partition), names.relation(holder), column, _candidates(parent)
        )
        for holder, column, partition in _holders(referring)
        if partition is not None
    ]
    if not parts:
        return ()
    rows = connection.execute(sql.SQL(" UNION ").join(parts) + sql.SQL(" ORDER BY 1"))
    return tuple(partition for (partition,) in rows)
