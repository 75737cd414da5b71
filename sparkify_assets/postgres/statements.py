"""The statements of an exchange of partitions: what they name, and how they run."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, LiteralString

from psycopg import sql

from sparkify_assets.postgres import names
from sparkify_assets.postgres.connection import Connection
from sparkify_assets.postgres.copy import STAGED
from sparkify_assets.postgres.modes import ReplacePartition
from sparkify_assets.postgres.publication import Scope
from sparkify_assets.postgres.table import Table

STAGED_CLAIMS = sql.Identifier("pg_temp", "staged_claims")
LOSERS = sql.Identifier("pg_temp", "losers")
DEPARTED = sql.Identifier("pg_temp", "departed")
FREED = sql.Identifier("pg_temp", "freed")
RESTORED = sql.Identifier("pg_temp", "restored")


@dataclass(frozen=True)
class Statements:
    """Run statements inside the caller's transaction; names in braces stand for the exchange's tables and columns.

    A copy of a row is told from all others by its *identity*: the table's key and the partition.
    """

    connection: Connection
    table: Table
    mode: ReplacePartition
    scope: Scope

    def run(self, text: LiteralString, **more: sql.Composable) -> int:
        """Run a statement and return how many rows it touched."""
        return self.connection.execute(sql.SQL(text).format(**self.named, **more)).rowcount

    def fetch(self, text: LiteralString, **more: sql.Composable) -> list[tuple[Any, ...]]:
        """Return the rows of a statement."""
        return self.connection.execute(sql.SQL(text).format(**self.named, **more)).fetchall()

    @property
    def stages(self) -> list[sql.Identifier]:
        """The temporary tables of what is published: rows and, where the mode has them, claims."""
        return [STAGED] if self.mode.claims is None else [STAGED, STAGED_CLAIMS]

    @property
    def identity(self) -> tuple[str, ...]:
        """The columns that tell a copy of a row from all others."""
        return tuple(dict.fromkeys((*self.table.key, self.mode.column)))

    @property
    def partition(self) -> sql.Identifier:
        """The column that holds the partition."""
        return sql.Identifier(self.mode.column)

    @property
    def named(self) -> dict[str, sql.Composable]:
        """The pieces that a statement may name."""
        table, mode = self.table, self.mode
        named: dict[str, sql.Composable] = {
            "table": names.relation(table),
            "staged": STAGED,
            "losers": LOSERS,
            "departed": DEPARTED,
            "freed": FREED,
            "restored": RESTORED,
            "identity": names.columns(self.identity),
            "columns": names.columns(table.column_names),
            "partition": self.partition,
            "replaced": names.values(self.scope.partitions, table.column(mode.column).sql_type),
            "unique": names.columns(mode.unique),
        }
        if mode.superseded is not None:
            named["superseded"] = names.relation(mode.superseded)
        if mode.claims is not None:
            named["claims"] = names.relation(mode.claims)
            named["staged_claims"] = STAGED_CLAIMS
            named["claim_key"] = names.columns(mode.claims.key)
            named["claim_columns"] = names.columns(mode.claims.column_names)
        return named
