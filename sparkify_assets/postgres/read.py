"""Rows of a table as a polars frame: named columns, named partitions."""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl
import psycopg
from psycopg import sql

from sparkify_assets.errors import DatabaseError
from sparkify_assets.postgres import names
from sparkify_assets.postgres.connection import Connection
from sparkify_assets.postgres.modes import ReplacePartition
from sparkify_assets.postgres.table import Table

ROWS_A_FETCH = 50_000


def read(
    connection: Connection,
    table: Table,
    *,
    columns: Sequence[str] | None = None,
    partitions: Sequence[str] | None = None,
) -> pl.DataFrame:
    """Read the table, ordered by its key.

    Args:
        connection: of a user who may read the table.
        table: what is declared.
        columns: which of its columns; all by default.
        partitions: which partitions; all by default, and where the table has none.

    Returns:
        the declared columns with their declared dtypes.

    Raises:
        FrameError: the table declares no such column.
        DatabaseError: the table is not there, or may not be read.
    """
    wanted = table.column_names if columns is None else list(columns)
    schema = {name: table.column(name).dtype for name in wanted}
    try:
        with connection.transaction(), connection.cursor("read", binary=True) as cursor:
            cursor.execute(_query(table, wanted, partitions))
            blocks = [pl.DataFrame(schema=schema)]
            while rows := cursor.fetchmany(ROWS_A_FETCH):
                blocks.append(pl.DataFrame(rows, schema=schema, orient="row"))
    except psycopg.Error as error:
        raise DatabaseError(
            f"table '{table.qualified_name}' can't be read: {str(error).splitlines()[0]}; "
            "materialize it first, or grant SELECT on it"
        ) from error
    return pl.concat(blocks)


def _query(table: Table, wanted: Sequence[str], partitions: Sequence[str] | None) -> sql.Composed:
    where: sql.Composable = sql.SQL("")
    mode = table.publish
    if partitions is not None and isinstance(mode, ReplacePartition):
        wanted_ones = names.values(partitions, table.column(mode.column).sql_type)
        where = sql.SQL("WHERE {} = ANY({})").format(sql.Identifier(mode.column), wanted_ones)
    order = sql.SQL("ORDER BY {}").format(names.columns(table.key)) if table.key else sql.SQL("")
    return sql.SQL("SELECT {} FROM {} {} {}").format(names.columns(wanted), names.relation(table), where, order)
