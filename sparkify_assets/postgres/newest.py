"""Publish contributions of partitions, and of each key the newest contribution of all of them."""

from __future__ import annotations

import polars as pl
from psycopg import sql

from sparkify_assets.postgres import ddl, names
from sparkify_assets.postgres.connection import Connection
from sparkify_assets.postgres.copy import STAGED
from sparkify_assets.postgres.merge import remove_vanished, upsert
from sparkify_assets.postgres.modes import NewestPerKey, ReplacePartition
from sparkify_assets.postgres.partitions import PartitionsWriter
from sparkify_assets.postgres.publication import Completed, Scope, Written
from sparkify_assets.postgres.statements import DEPARTED
from sparkify_assets.postgres.table import Table

NEWEST = sql.Identifier("pg_temp", "newest")
TOUCHED = sql.Identifier("pg_temp", "touched")


class NewestWriter:
    """Replaces the partitions' contributions, then writes anew the keys that the old or the new ones name.

    The newest contribution of a key is found through an index on (key, newest_by), never by aggregating history.
    """

    def __init__(self, connection: Connection, table: Table, mode: NewestPerKey, scope: Scope) -> None:
        """Create what is missing for the contributions.

        Raises:
            PublishError: a stored table does not fit its declaration.
        """
        self._connection, self._table, self._mode = connection, table, mode
        _, self._contributions = ddl.tables_written_with(table)
        assert isinstance(self._contributions.publish, ReplacePartition)
        self._writer = PartitionsWriter(connection, self._contributions, self._contributions.publish, scope)

    def add(self, rows: pl.DataFrame, claims: pl.DataFrame | None = None) -> None:
        """Write a portion of the contributions.

        Raises:
            PublishError: one is of a partition that is not among the publication's.
        """
        del claims
        self._writer.add(rows)

    def complete(self) -> Completed:
        """Bring both tables to their new state; temporary tables remain until the transaction ends."""
        connection, table = self._connection, self._table
        result = self._writer.complete()
        created = ddl.create_or_check(connection, table)
        if created:
            ddl.finish(connection, table)
        _note_touched(connection, table, self._contributions, everything=created or result.created)
        _find_newest(connection, table, self._mode)
        updated, inserted = upsert(connection, table, NEWEST)
        lapsed = sql.SQL(
            "EXISTS (SELECT FROM {} k WHERE {}) AND NOT EXISTS (SELECT FROM {} n WHERE {})"
        ).format(
            TOUCHED, names.same_values(table.key, "k", "t"), NEWEST, names.same_values(table.key, "n", "t")
        )  # fmt: skip
        deleted = remove_vanished(connection, table, self._mode.vanished, lapsed)
        written = Written(
            staged=result.written.staged,
            inserted=inserted,
            updated=updated,
            unchanged=_count(connection, NEWEST) - inserted - updated,
            deleted=deleted,
            net_change=inserted - deleted,
            partition_rows=result.written.partition_rows,
        )
        return Completed(written, created=created)


def _note_touched(connection: Connection, table: Table, contributions: Table, *, everything: bool) -> None:
    key = names.columns(table.key)
    if everything:
        source = sql.SQL("SELECT DISTINCT {} FROM {}").format(key, names.relation(contributions))
    else:
        source = sql.SQL("SELECT {0} FROM {1} UNION SELECT {0} FROM {2}").format(key, STAGED, DEPARTED)
    connection.execute(sql.SQL("CREATE TEMPORARY TABLE touched ON COMMIT DROP AS {}").format(source))
    _index(connection, TOUCHED, table.key)


def _find_newest(connection: Connection, table: Table, mode: NewestPerKey) -> None:
    contributions = names.relation(mode.contributions)
    same_key = names.same_values(table.key, "c", "touched")
    assert isinstance(mode.contributions.publish, ReplacePartition)
    # Two partitions may hold the same newest thing: the greater partition decides.
    by = dict.fromkeys((*mode.newest_by, mode.contributions.publish.column))
    order = sql.SQL(", ").join(sql.SQL("c.{} DESC").format(sql.Identifier(name)) for name in by)
    qualifies: sql.Composable = sql.SQL("true")
    if mode.qualifies is not None:
        # A question per key, not a join, which would read all contributions; and asked from the newest on, which are at
        # hand already and mostly tell.
        qualifies = sql.SQL("(SELECT true FROM {} c WHERE {} AND c.{} > 0 ORDER BY {} LIMIT 1) IS NOT NULL").format(
            contributions, same_key, sql.Identifier(mode.qualifies), order
        )
    connection.execute(
        sql.SQL(
            "CREATE TEMPORARY TABLE newest ON COMMIT DROP AS SELECT latest.* FROM {} touched CROSS JOIN LATERAL "
            "(SELECT {} FROM {} c WHERE {} ORDER BY {} LIMIT 1) latest WHERE {}"
        ).format(TOUCHED, names.columns(table.column_names, "c"), contributions, same_key, order, qualifies)
    )
    _index(connection, NEWEST, table.key)


def _index(connection: Connection, relation: sql.Identifier, key: tuple[str, ...]) -> None:
    connection.execute(sql.SQL("ALTER TABLE {} ADD PRIMARY KEY ({})").format(relation, names.columns(key)))
    connection.execute(sql.SQL("ANALYZE {}").format(relation))


def _count(connection: Connection, relation: sql.Identifier) -> int:
    row = connection.execute(sql.SQL("SELECT count(*) FROM {}").format(relation)).fetchone()
    assert row is not None
    return int(row[0])
