"""Rows of several partitions that share a key unique across all of them: which is public, and which ones wait.

Every copy of a key is somewhere: in the table where it is the row of the greatest partition, in `superseded` where a
greater partition has a row or a claim. An exchange keeps that so, whatever the order of publications.
"""

from __future__ import annotations

from dataclasses import dataclass

from psycopg import sql

from sparkify_assets.errors import PublishError
from sparkify_assets.postgres import names
from sparkify_assets.postgres.statements import Statements


@dataclass(frozen=True)
class Rivals:
    """The steps of an exchange that have to do with such a key, in their order.

    Attributes:
        on: the statements of the exchange.
    """

    on: Statements

    def exchange_claims(self) -> None:
        """Bring the claims of the partitions up to date; the keys of those that go stand in `freed`."""
        self.on.run("CREATE TEMPORARY TABLE freed ON COMMIT DROP AS SELECT {unique} FROM {staged} LIMIT 0")
        if self.on.mode.claims is None:
            return
        self.on.run("ALTER TABLE {staged_claims} ADD PRIMARY KEY ({claim_key})")
        self.on.run(
            """
            WITH gone AS (
                DELETE FROM {claims} c WHERE c.{partition} = ANY({replaced})
                AND NOT EXISTS (SELECT FROM {staged_claims} s WHERE {same}) RETURNING {unique})
            INSERT INTO {freed} SELECT * FROM gone
            """,
            same=names.same_values(self.on.mode.claims.key, "s", "c"),
        )
        self.on.run(
            "INSERT INTO {claims} ({claim_columns}) SELECT {claim_columns} FROM {staged_claims} ON CONFLICT DO NOTHING"
        )

    def find_losers(self) -> None:
        """Note the staged rows whose key a greater partition has: staged too, stored, waiting or claimed."""
        # Stored rows of the partitions that are being replaced are no rivals any more. The planner can't see through
        # `coalesce`: it would take all other partitions for empty when its statistics are of these alone.
        elsewhere = sql.SQL("coalesce(o.{} <> ALL({}), true)").format(self.on.partition, self.on.named["replaced"])
        self._note_losers(self.on.named["table"], elsewhere)
        # One that waits behind what goes in this very publication comes back, and wins.
        self._note_losers(self.on.named["superseded"], elsewhere)
        if self.on.mode.claims is not None:
            self._note_losers(self.on.named["claims"], sql.SQL("true"))
        if len(self.on.scope.partitions) > 1:
            self.on.run(
                """
                INSERT INTO {losers} SELECT {identity} FROM (
                    SELECT *, {partition} < max({partition}) OVER (PARTITION BY {unique}) AS "loses?" FROM {staged}) s
                WHERE "loses?" EXCEPT SELECT {identity} FROM {losers}
                """
            )
        self.on.run("ALTER TABLE {losers} ADD PRIMARY KEY ({identity})")
        self.on.run("ANALYZE {losers}")

    def _note_losers(self, rivals: sql.Composable, which: sql.Composable) -> None:
        self.on.run(
            """
            INSERT INTO {losers} SELECT {identity_of_staged} FROM {staged} s JOIN {rivals} o
                ON {same} AND o.{partition} > s.{partition} AND {which}
            EXCEPT SELECT {identity} FROM {losers}
            """,
            identity_of_staged=names.columns(self.on.identity, "s"),
            rivals=rivals,
            same=names.same_values(self.on.mode.unique, "s", "o"),
            which=which,
        )

    def set_losers_aside(self) -> int:
        """Move rows that lose, staged ones and stored ones of lesser partitions, to `superseded`.

        Returns:
            staged rows that lose.
        """
        self.on.run("DELETE FROM {superseded} WHERE {partition} = ANY({replaced})")
        superseded = self.on.run(
            "INSERT INTO {superseded} ({columns}) SELECT {columns} FROM {staged} JOIN {losers} USING ({identity})"
        )
        self.on.run(
            """
            WITH later AS ({later}), moved AS (
                DELETE FROM {table} t USING later WHERE {same} AND t.{partition} < later.{partition} RETURNING t.*),
            aside AS (INSERT INTO {superseded} ({columns}) SELECT {columns} FROM moved)
            INSERT INTO {departed} SELECT * FROM moved
            """,
            later=sql.SQL(" UNION ALL ").join(
                sql.SQL("SELECT {}, {} FROM {}").format(names.columns(self.on.mode.unique), self.on.partition, taker)
                for taker in self.on.stages
            ),
            same=names.same_values(self.on.mode.unique, "later", "t"),
        )
        return superseded

    def restore(self) -> int:
        """Bring back waiting rows of keys that have lost their greater row or claim."""
        unclaimed: sql.Composable = sql.SQL("true")
        if self.on.mode.claims is not None:
            unclaimed = sql.SQL("NOT EXISTS (SELECT FROM {} c WHERE {} AND c.{} > best.{})").format(
                names.relation(self.on.mode.claims),
                names.same_values(self.on.mode.unique, "c", "best"),
                self.on.partition,
                self.on.partition,
            )
        self.on.run("CREATE TEMPORARY TABLE restored (LIKE {table}) ON COMMIT DROP")
        self.on.run(
            """
            WITH keys AS (SELECT {unique} FROM {departed} UNION SELECT {unique} FROM {freed}),
            best AS (
                SELECT DISTINCT ON ({unique}) {columns} FROM {superseded} JOIN keys USING ({unique})
                ORDER BY {unique}, {partition} DESC),
            back AS (
                DELETE FROM {superseded} w USING best
                WHERE {same} AND NOT EXISTS (SELECT FROM {table} t WHERE {same_key}) AND {unclaimed}
                RETURNING {waiting})
            INSERT INTO {restored} ({columns}) SELECT * FROM back
            """,
            same=names.same_values(self.on.identity, "w", "best"),
            same_key=names.same_values(self.on.mode.unique, "t", "best"),
            unclaimed=unclaimed,
            waiting=names.columns(self.on.table.column_names, "w"),
        )
        self._refuse_orphans()
        return self.on.run("INSERT INTO {table} ({columns}) SELECT {columns} FROM {restored}")

    def _refuse_orphans(self) -> None:
        for reference in self.on.table.references:
            orphans = self.on.fetch(
                "SELECT {column} FROM {restored} r WHERE {column} IS NOT NULL"
                " AND NOT EXISTS (SELECT FROM {parent} p WHERE p.{key} = r.{column}) LIMIT 1",
                column=sql.Identifier(reference.column),
                parent=names.relation(reference.parent),
                key=sql.Identifier(reference.parent.key[0]),
            )
            if orphans:
                raise PublishError(
                    f"table '{self.on.table.qualified_name}': a row of another partition comes back, but its "
                    f"'{reference.column}', {orphans[0][0]}, is not in '{reference.parent.qualified_name}' any more; "
                    "publish that table first; no row was changed"
                )
