"""Frames into Postgres by COPY in binary format, encoded from Arrow."""

from __future__ import annotations

from collections.abc import Iterator

import polars as pl
from pgpq import ArrowToPostgresBinaryEncoder
from psycopg import sql

from sparkify_assets.postgres import names
from sparkify_assets.postgres.connection import Connection
from sparkify_assets.postgres.table import Table

STAGED = sql.Identifier("pg_temp", "staged")
"""Where rows wait that are to be exchanged or merged with those of a table."""

ROWS_A_BLOCK = 65_536
"""Rows encoded at once: large enough for speed, small enough that memory stays flat."""


def copy_frame(connection: Connection, frame: pl.DataFrame, target: sql.Identifier, *, frozen: bool = False) -> None:
    """Append all rows of the frame to the target, columns by name.

    Args:
        connection: inside a transaction.
        frame: columns of the dtypes that `Table` knows.
        target: the table.
        frozen: the target was created in this transaction: rows are written as if vacuumed.
    """
    if frame.is_empty():
        return
    options = sql.SQL("FORMAT BINARY, FREEZE") if frozen else sql.SQL("FORMAT BINARY")
    statement = sql.SQL("COPY {} ({}) FROM STDIN ({})").format(target, names.columns(frame.columns), options)
    with connection.cursor() as cursor, cursor.copy(statement) as copy:
        # The driver sends in the background what the server does not take yet: a thread that encodes gains nothing.
        for block in _encoded(frame):
            copy.write(block)


def create_staged(connection: Connection, table: Table, staged: sql.Identifier) -> None:
    """Create a temporary table with the columns of another one, that ends with the transaction."""
    declared = sql.SQL(", ").join(
        sql.SQL("{} {}").format(sql.Identifier(column.name), sql.SQL(column.sql_type)) for column in table.columns
    )
    connection.execute(sql.SQL("CREATE TEMPORARY TABLE {} ({}) ON COMMIT DROP").format(staged, declared))


def analyze(connection: Connection, staged: sql.Identifier) -> None:
    """Tell the planner what is staged: without statistics it takes the table for tiny, and joins by nested loops."""
    connection.execute(sql.SQL("ANALYZE {}").format(staged))


def _encoded(frame: pl.DataFrame) -> Iterator[bytes]:
    plain = frame.with_columns(pl.col(pl.Enum, pl.Categorical).cast(pl.String))
    encoder: ArrowToPostgresBinaryEncoder | None = None
    for block in plain.iter_slices(ROWS_A_BLOCK):
        # The encoder knows Arrow's older string layout, not the views that polars uses.
        arrow = block.to_arrow(compat_level=pl.CompatLevel.oldest())
        if encoder is None:
            encoder = ArrowToPostgresBinaryEncoder(arrow.schema)
            yield encoder.write_header()
        for batch in arrow.to_batches():
            yield encoder.write_batch(batch)
    if encoder is not None:
        yield encoder.finish()
