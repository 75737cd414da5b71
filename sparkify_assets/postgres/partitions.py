"""Publish by replacing partitions: filled at once where the table is new, exchanged where it has rows."""

from __future__ import annotations

from collections import Counter

import polars as pl
from psycopg import sql

from sparkify_assets.errors import PublishError
from sparkify_assets.postgres import ddl, names
from sparkify_assets.postgres.connection import Connection
from sparkify_assets.postgres.copy import STAGED, copy_frame, create_staged
from sparkify_assets.postgres.exchange import Exchange
from sparkify_assets.postgres.modes import ReplacePartition
from sparkify_assets.postgres.publication import Completed, Scope, Written
from sparkify_assets.postgres.statements import STAGED_CLAIMS, Statements
from sparkify_assets.postgres.table import Table


class PartitionsWriter:
    """Makes rows the only ones of their partitions, inside the caller's transaction.

    Rows come a portion at a time. They go straight into a table that is new: there is no old row to compare them with,
    and its keys are made once they are in. Where there are rows already they are staged, and exchanged at the end.
    """

    def __init__(self, connection: Connection, table: Table, mode: ReplacePartition, scope: Scope) -> None:
        """Create what is missing.

        Raises:
            PublishError: a stored table does not fit its declaration.
        """
        self._connection, self._table, self._mode, self._scope = connection, table, mode, scope
        self._rows: Counter[str] = Counter(dict.fromkeys(scope.partitions, 0))
        self._key_hashes: list[pl.Series] = []
        tables = ddl.tables_written_with(table)
        created = [ddl.create_or_check(connection, each) for each in tables]
        self._is_new = all(created)
        if not self._is_new:
            for is_new, each in zip(created, tables, strict=True):
                if is_new:
                    ddl.finish(connection, each)
            self._create_staged()

    def add(self, rows: pl.DataFrame, claims: pl.DataFrame | None = None) -> None:
        """Write a portion of the rows, and of the claims where the mode has them.

        Raises:
            PublishError: one is of a partition that is not among the publication's.
        """
        for given in (rows, claims):
            if given is not None:
                self._refuse_strangers(given[self._mode.column])
        sizes = rows.group_by(pl.col(self._mode.column).cast(pl.String)).len()
        self._rows.update(dict(sizes.iter_rows()))
        self._copy(rows, self._table, STAGED)
        if self._mode.claims is not None and claims is not None:
            self._copy(claims, self._mode.claims, STAGED_CLAIMS)

    def complete(self) -> Completed:
        """Bring the table to its new state.

        Unless the table is new, the temporary tables `staged` and `departed` (rows that left the table) remain until
        the transaction ends.

        Raises:
            PublishError: a row that comes back refers to a parent that is gone, or staged rows and published plus
                superseded ones do not come out equal.
        """
        keys_differ = not self._collide()
        is_filled = self._is_new and keys_differ
        if self._is_new:
            if not is_filled:
                self._take_out()
            for each in ddl.tables_written_with(self._table):
                ddl.finish(self._connection, each)
        if is_filled:
            return self._filled()
        exchange = Exchange(Statements(self._connection, self._table, self._mode, self._scope))
        return exchange.run(self._rows.total(), keys_differ=keys_differ)

    def _refuse_strangers(self, partitions: pl.Series) -> None:
        strangers = set(partitions.unique().cast(pl.String)) - set(self._scope.partitions)
        if strangers:
            raise PublishError(
                f"table '{self._table.qualified_name}': rows of partition {min(map(str, strangers))} in a publication "
                f"of {_span(self._scope.partitions)}; no row was changed"
            )

    def _copy(self, rows: pl.DataFrame, table: Table, staged: sql.Identifier) -> None:
        copy_frame(self._connection, rows, names.relation(table) if self._is_new else staged, frozen=self._is_new)
        if self._mode.unique:
            # As the table has them: equal values of two types, such as claims may have, would differ in their hash.
            key = (pl.col(name).cast(self._table.column(name).dtype, strict=False) for name in self._mode.unique)
            self._key_hashes.append(rows.select(pl.struct(key).hash()).to_series())

    def _collide(self) -> bool:
        """Tell whether a key that is unique across partitions may be there twice."""
        # Hashes that all differ prove that the keys do; two keys with one hash cost no more than time.
        hashes = pl.concat(self._key_hashes) if self._key_hashes else pl.Series([], dtype=pl.UInt64)
        return hashes.n_unique() < len(hashes)

    def _staged(self) -> list[tuple[sql.Identifier, Table]]:
        claims = [] if self._mode.claims is None else [(STAGED_CLAIMS, self._mode.claims)]
        return [(STAGED, self._table), *claims]

    def _create_staged(self) -> None:
        for staged, table in self._staged():
            create_staged(self._connection, table, staged)

    def _take_out(self) -> None:
        """Move the rows of the new tables aside: some lose against others, as they would in tables with rows."""
        self._create_staged()
        for staged, table in self._staged():
            self._connection.execute(
                sql.SQL("INSERT INTO {} SELECT {} FROM {}").format(
                    staged, names.columns(table.column_names), names.relation(table)
                )
            )
            self._connection.execute(sql.SQL("TRUNCATE {}").format(names.relation(table)))

    def _filled(self) -> Completed:
        rows = dict(self._rows)
        every = self._rows.total()
        written = Written(
            staged=every, inserted=every, updated=0, unchanged=0, deleted=0, net_change=every, partition_rows=rows
        )
        return Completed(written, {name: (count, 0, 0) for name, count in rows.items()}, created=True)


def _span(partitions: tuple[str, ...]) -> str:
    if len(partitions) == 1:
        return f"partition {partitions[0]}"
    return f"{len(partitions)} partitions from {min(partitions)} to {max(partitions)}" if partitions else "none"
