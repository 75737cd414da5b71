"""Rows that wait behind a claim: kept aside because a greater partition has their key without a row."""

from __future__ import annotations

import polars as pl
from psycopg import sql

from sparkify_assets.postgres import ddl, names
from sparkify_assets.postgres.connection import Connection
from sparkify_assets.postgres.explain import explained
from sparkify_assets.postgres.modes import ReplacePartition
from sparkify_assets.postgres.table import Table


def behind_claims(table: Table, column: str) -> sql.Composed | None:
    """Return a query of the column's distinct values in waiting rows; None where the table has no claims."""
    mode = table.publish
    if not (isinstance(mode, ReplacePartition) and mode.claims and mode.superseded):
        return None
    return sql.SQL(
        "SELECT DISTINCT w.{column} FROM {waiting} w JOIN {claims} c ON {same} AND c.{part} > w.{part}"
    ).format(
        column=sql.Identifier(column),
        waiting=names.relation(mode.superseded),
        claims=names.relation(mode.claims),
        same=names.same_values(mode.unique, "c", "w"),
        part=sql.Identifier(mode.column),
    )


def read_behind_claims(connection: Connection, table: Table, column: str) -> pl.DataFrame:
    """Read the column's distinct values in rows that wait behind a claim and may come back.

    Returns:
        that column, with its declared dtype; no row where the tables do not exist yet.

    Raises:
        PublishError: the tables can't be read.
    """
    schema = {column: table.column(column).dtype}
    query = behind_claims(table, column)
    with explained(connection, table):
        if query is None or not all(ddl.exists(connection, each) for each in ddl.tables_written_with(table)):
            return pl.DataFrame(schema=schema)
        return pl.DataFrame(connection.execute(query).fetchall(), schema=schema, orient="row")
