"""What was merged into a table, remembered, so that the next merge sends only the rows that are others.

That is safe where the table stands just as that merge has left it, and a digest of the stored rows tells. Where it
does not, such as after a change behind our back, all rows are compared.
"""

from __future__ import annotations

import io
from dataclasses import dataclass
from hashlib import sha256

import dataframely as dy
import polars as pl
from psycopg import sql

from sparkify_assets.postgres import names
from sparkify_assets.postgres.connection import Connection
from sparkify_assets.postgres.table import Table

HASHES = ("hash?", "other hash?")
"""Columns of two hashes of 64 bits with nothing in common: equal both, two rows of one key are equal."""


class MergedRows(dy.Schema):
    """One row per table that is merged as a whole: what was merged into it last, and how it stood afterwards."""

    table_name = dy.String(primary_key=True, description="schema and name of the table")
    way = dy.String(description="digest of what the hashes depend on: declared columns, version of polars")
    row_hashes = dy.Binary(description="Parquet: of each row the key and two hashes of the row")
    state = dy.String(description="count and digest of the rows of the table, by which a later change is noticed")


MERGED_ROWS = Table.of(MergedRows, "ops", "merged_rows")


@dataclass(frozen=True)
class Difference:
    """In what rows differ from those that stand.

    Attributes:
        changed: the rows that are new, or other than the stored ones of their keys.
        vanished: the keys of stored rows that are not among the rows any more.
    """

    changed: pl.DataFrame
    vanished: pl.DataFrame

    def __bool__(self) -> bool:
        """Tell whether there is any."""
        return not (self.changed.is_empty() and self.vanished.is_empty())


def difference(connection: Connection, table: Table, rows: pl.DataFrame) -> Difference | None:
    """Return in what rows differ from those that stand; None where only a comparison of all of them can tell."""
    found = connection.cursor(binary=True).execute(
        sql.SQL(
            "SELECT m.row_hashes, s.count FROM {} m JOIN ({}) s ON m.state = s.state"
            " WHERE m.table_name = %s AND m.way = %s"
        ).format(names.relation(MERGED_ROWS), _state(table)),
        (table.qualified_name, _way(table)),
    )
    remembered = found.fetchone()
    if remembered is None:
        return None
    before = pl.read_parquet(io.BytesIO(remembered[0]))
    key = list(table.key)
    # Rows that have vanished before, and are still needed, are noted anew with each comparison of all rows.
    if before.height != remembered[1] or rows.select(key).is_duplicated().any():
        return None
    changed = _hashed(rows).join(before, on=[*key, *HASHES], how="anti", maintain_order="left").drop(HASHES)
    return Difference(changed, before.select(key).join(rows, on=key, how="anti"))


def remember(connection: Connection, table: Table, rows: pl.DataFrame) -> None:
    """Remember the rows as those that have just been merged into the table."""
    hashes = io.BytesIO()
    _hashed(rows).select(*table.key, *HASHES).sort(table.key).write_parquet(hashes, compression="lz4", statistics=False)
    connection.execute(
        sql.SQL(
            "INSERT INTO {} SELECT %s, %s, %b, s.state FROM ({}) s ON CONFLICT (table_name) DO UPDATE SET "
            "way = excluded.way, row_hashes = excluded.row_hashes, state = excluded.state"
        ).format(names.relation(MERGED_ROWS), _state(table)),
        (table.qualified_name, _way(table), hashes.getvalue()),
    )


def _state(table: Table) -> sql.Composed:
    """Return a query of the table's rows: their count, and what a change of any of them changes."""
    return sql.SQL(
        "SELECT count(*) AS count, concat_ws(' ', count(*), sum(hash_record_extended(ROW({}), 0))) AS state FROM {} t"
    ).format(names.columns(table.column_names, "t"), names.relation(table))


def _hashed(rows: pl.DataFrame) -> pl.DataFrame:
    every = pl.struct(pl.all())
    return rows.with_columns(every.hash(seed).alias(name) for seed, name in enumerate(HASHES))


def _way(table: Table) -> str:
    columns = [(column.name, str(column.dtype)) for column in table.columns]
    return sha256(f"polars {pl.__version__} {columns}".encode()).hexdigest()
