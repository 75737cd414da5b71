"""Publish by replacing all rows of a table."""

from __future__ import annotations

import polars as pl
from psycopg import sql

from sparkify_assets.postgres import ddl, names
from sparkify_assets.postgres.connection import Connection
from sparkify_assets.postgres.copy import copy_frame
from sparkify_assets.postgres.publication import Completed, Written
from sparkify_assets.postgres.table import Table


class ReplaceWriter:
    """Makes rows the table's only ones, inside the caller's transaction.

    Rows are deleted, not truncated: readers go on with the old rows until the commit, and nobody waits.
    """

    def __init__(self, connection: Connection, table: Table) -> None:
        """Delete the rows that there are.

        Raises:
            PublishError: the stored table does not fit its declaration.
        """
        self._connection, self._table = connection, table
        self._rows = self._deleted = 0
        self._is_new = ddl.create_or_check(connection, table)
        if not self._is_new:
            self._deleted = connection.execute(sql.SQL("DELETE FROM {}").format(names.relation(table))).rowcount

    def add(self, rows: pl.DataFrame, claims: pl.DataFrame | None = None) -> None:
        """Write a portion of the rows."""
        del claims
        copy_frame(self._connection, rows, names.relation(self._table), frozen=self._is_new)
        self._rows += rows.height

    def complete(self) -> Completed:
        """Make the keys of a new table."""
        if self._is_new:
            ddl.finish(self._connection, self._table)
        rows, deleted = self._rows, self._deleted
        written = Written(rows, inserted=rows, updated=0, unchanged=0, deleted=deleted, net_change=rows - deleted)
        return Completed(written, created=self._is_new)
