"""Rows on their way into a table: one transaction that locks, creates what is missing, writes, checks, records."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor, wait
from contextlib import contextmanager, suppress
from dataclasses import replace

import polars as pl
import psycopg
from psycopg import sql

from sparkify_assets.errors import PublishError
from sparkify_assets.postgres import bookkeeping, ddl, names, plans
from sparkify_assets.postgres.connection import Connection
from sparkify_assets.postgres.explain import explained
from sparkify_assets.postgres.figures import previews
from sparkify_assets.postgres.merge import MergeWriter
from sparkify_assets.postgres.modes import Merge, NewestPerKey, ReplaceAll, ReplacePartition
from sparkify_assets.postgres.newest import NewestWriter
from sparkify_assets.postgres.partitions import PartitionsWriter
from sparkify_assets.postgres.preview import Shown
from sparkify_assets.postgres.publication import Scope, Writer, Written
from sparkify_assets.postgres.replace import ReplaceWriter
from sparkify_assets.postgres.table import Table, conform

CANCEL_EVERY_S = 0.2

Counts = Mapping[str, tuple[int, int, int] | None]


@contextmanager
def drafted(connection: Connection, table: Table, scope: Scope) -> Iterator[Draft]:
    """Give a draft; what it has not published by the end is undone, and the table stays as it was.

    Args:
        connection: in autocommit mode, outside a transaction; the draft's alone until the end.
        table: what is declared.
        scope: the partitions that the rows stand for, and the versions of their input.
    """
    draft = Draft(connection, table, scope)
    try:
        yield draft
    finally:
        draft.close()


class Draft:
    """Rows of a table that nobody else sees before `publish`, given a portion at a time.

    A portion is written while the next one is made, so that large tables need neither their rows in memory nor the
    time for both one after the other.

    Attributes:
        connection: the draft's alone until it is closed.
        table: what is declared.
        scope: what the rows stand for.
        first_rows: of each partition the first rows, to be shown.
    """

    def __init__(self, connection: Connection, table: Table, scope: Scope) -> None:
        self.connection = connection
        self.table = table
        self.scope = scope
        self.first_rows: dict[str, list[dict[str, Shown]]] = {}
        self._started = time.monotonic()
        self._bytes = 0
        self._to_look_up: list[Table] = []
        self._writer: Writer | None = None
        self._provisional: list[pl.Series] = []
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="publish")
        self._writing: Future[None] | None = None
        self._is_begun = self._is_open = False

    def add(self, rows: pl.DataFrame, claims: pl.DataFrame | None = None, provisional: pl.Series | None = None) -> None:
        """Write a portion, in the background.

        Args:
            rows: the columns that the table, or its contributions, declares; of whole partitions.
            claims: keys taken without a row, see `ReplacePartition.claims`.
            provisional: keys among the rows that may turn out not to be needed: the next `prune` looks at them.

        Raises:
            FrameError: they do not have those columns, types or values.
            PublishError: this portion or the one before can't be written, a newer publication stands, the table is
                locked by somebody else, or the connection went away; nothing is published.
            DatabaseError: the user lacks the right to create the schemas.
        """
        rows = conform(rows, self._given)
        mode = self.table.publish
        if isinstance(mode, ReplacePartition) and mode.claims is not None:
            claims = conform(mode.claims.empty_frame() if claims is None else claims, mode.claims)
        self._ready()
        self._bytes += int(rows.estimated_size())
        self.first_rows = previews(self.table, rows, self.scope) | self.first_rows
        if provisional is not None:
            self._provisional.append(provisional)
        self._writing = self._thread.submit(self._write, rows, claims)

    def publish(self) -> Written:
        """Bring the table to its new state, record it and commit.

        Returns:
            what was done, in rows.

        Raises:
            PublishError: the table stays as it was: a constraint, a reference or a count does not hold, or the
                connection went away.
        """
        connection, table = self.connection, self.table
        self._ready()
        with self._undone_on_error():
            self._prefer_indexes(self._bytes)
            written, counts = self._complete()
            for keys in self._provisional:
                bookkeeping.note_provisional(connection, table, keys)
            row_count = bookkeeping.change_row_count(connection, table, written.net_change)
            bookkeeping.record(connection, table, self.scope, counts)
            plans.refresh_statistics(connection, ddl.tables_written_with(table))
            connection.execute("COMMIT")
            self._is_open = False
        seconds = time.monotonic() - self._started
        return replace(written, row_count=row_count, partition_counts=counts, seconds=seconds)

    def close(self) -> None:
        """Undo what was not published."""
        while self._writing is not None and not self._writing.done():
            # Once is not enough: it may come between two statements.
            with suppress(psycopg.Error):
                self.connection.cancel_safe()
            wait([self._writing], CANCEL_EVERY_S)
        self._thread.shutdown()
        self._undo()

    def _begin(self) -> None:
        connection, table, scope = self.connection, self.table, self.scope
        with self._undone_on_error():
            bookkeeping.prepare(connection, ddl.tables_written_with(table))
            connection.execute("BEGIN")
            self._is_begun = self._is_open = True
            bookkeeping.lock(connection, table.qualified_name)
            if not ddl.exists(connection, table):
                bookkeeping.forget(connection, table)
                bookkeeping.begin_count(connection, table)
            bookkeeping.refuse_older(connection, table, scope)
            plans.refresh_statistics(connection, ddl.tables_written_with(table))
            # A parent that was published from the same input, or a newer one, has every key of these partitions: it
            # loses none before this table, too, stands as of that input (see `prune`).
            self._to_look_up = [
                reference.parent
                for reference in table.references
                if not bookkeeping.parents_published(connection, reference.parent, scope)
            ]
            self._writer = _writer(connection, table, scope)

    @contextmanager
    def _undone_on_error(self) -> Iterator[None]:
        with explained(self.connection, self.table):
            try:
                yield
            except BaseException:
                self._undo()  # before it is explained: in a failed transaction the server answers no question
                raise

    def _undo(self) -> None:
        if self._is_open:
            self._is_open = False
            with suppress(psycopg.OperationalError):  # a connection that is lost has undone it
                self.connection.execute("ROLLBACK")

    @property
    def _given(self) -> Table:
        """The table whose columns the rows have."""
        mode = self.table.publish
        return mode.contributions if isinstance(mode, NewestPerKey) else self.table

    def _ready(self) -> None:
        """Begin the transaction, or wait for the last portion to be written.

        Raises:
            PublishError: it could not be, or the draft has ended.
        """
        if not self._is_begun:
            self._begin()
        if self._writing is not None:
            with self._undone_on_error():
                self._writing.result()
        if not self._is_open:
            raise PublishError(
                f"table '{self.table.qualified_name}': this draft has been published or undone; begin another one"
            )

    def _write(self, rows: pl.DataFrame, claims: pl.DataFrame | None) -> None:
        assert self._writer is not None
        self._refuse_orphans(rows)
        self._writer.add(rows, claims)

    def _complete(self) -> tuple[Written, Counts]:
        assert self._writer is not None
        done = self._writer.complete()
        written, partitions = done.written, self.scope.recorded_partitions
        if done.counts or len(partitions) > 1:
            return written, done.counts
        return written, {partitions[0]: (written.inserted, written.updated, written.deleted)}

    def _refuse_orphans(self, rows: pl.DataFrame) -> None:
        """Refuse rows that refer to a key which a parent does not have."""
        for reference in self.table.references:
            if reference.parent not in self._to_look_up:
                continue
            self._prefer_indexes(int(rows.estimated_size()))
            lacking = self._lacking(reference.parent, rows[reference.column].drop_nulls().unique())
            if lacking:
                raise PublishError(
                    f"table '{self.table.qualified_name}': {len(lacking)} value(s) of '{reference.column}' are not in "
                    f"'{reference.parent.qualified_name}', such as {lacking[0]}; publish that table first; "
                    "no row was changed"
                )

    def _lacking(self, parent: Table, keys: pl.Series) -> list[object]:
        if keys.is_empty():
            return []
        key = parent.column(parent.key[0])
        if not ddl.exists(self.connection, parent):
            return keys.to_list()
        query = sql.SQL("SELECT k FROM unnest({}::{}[]) k WHERE NOT EXISTS (SELECT FROM {} p WHERE p.{} = k)").format(
            sql.Literal(keys.to_list()), sql.SQL(key.sql_type), names.relation(parent), sql.Identifier(key.name)
        )
        return [value for (value,) in self.connection.execute(query)]

    def _prefer_indexes(self, new_bytes: int) -> None:
        parents = [reference.parent for reference in self.table.references]
        plans.let_choose(self.connection)
        plans.prefer_indexes(self.connection, new_bytes, [*ddl.tables_written_with(self.table), *parents])


def _writer(connection: Connection, table: Table, scope: Scope) -> Writer:
    """Begin to write in the way that the table declares."""
    match mode := table.publish:
        case ReplaceAll():
            return ReplaceWriter(connection, table)
        case ReplacePartition():
            return PartitionsWriter(connection, table, mode, scope)
        case Merge():
            return MergeWriter(connection, table, mode)
        case NewestPerKey():
            return NewestWriter(connection, table, mode, scope)
