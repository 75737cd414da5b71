"""Exchange the rows of partitions in a table that has rows, keeping a key unique across all partitions.

Every copy of a key is somewhere: in the table where it is the row of the greatest partition, in `superseded` where a
greater partition has a row or a claim. An exchange keeps that so, whatever the order of publications.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, LiteralString

from psycopg import sql

from sparkify_assets.errors import PublishError
from sparkify_assets.postgres import names
from sparkify_assets.postgres.bookkeeping import UNUSED_ROWS
from sparkify_assets.postgres.connection import Connection
from sparkify_assets.postgres.copy import STAGED, analyze
from sparkify_assets.postgres.modes import ReplacePartition
from sparkify_assets.postgres.newcomers import meet_nothing
from sparkify_assets.postgres.publication import Completed, Scope, Written
from sparkify_assets.postgres.table import Table

STAGED_CLAIMS = sql.Identifier("pg_temp", "staged_claims")
LOSERS = sql.Identifier("pg_temp", "losers")
DEPARTED = sql.Identifier("pg_temp", "departed")
FREED = sql.Identifier("pg_temp", "freed")
RESTORED = sql.Identifier("pg_temp", "restored")


@dataclass(frozen=True)
class _Before:
    """Rows of one partition once the old ones are gone: left as they are, changed, and no longer there."""

    kept: int
    changed: int
    deleted: int


@dataclass(frozen=True)
class Exchange:
    """The steps that bring a table with rows from its old partitions to the new ones.

    A copy of a row is told from all others by its *identity*: the table's key and the partition.
    """

    connection: Connection
    table: Table
    mode: ReplacePartition
    scope: Scope

    def run(self, rows: int, *, keys_differ: bool) -> Completed:
        """Do all the steps, inside the caller's transaction.

        Args:
            rows: how many there are in STAGED; claims, where the mode has them, are in STAGED_CLAIMS.
            keys_differ: no key that is unique across partitions is there twice, rows and claims taken together.

        Raises:
            PublishError: a row that comes back refers to a parent that is gone, or the counts do not come out equal.
        """
        self._run("CREATE TEMPORARY TABLE departed (LIKE {table}) ON COMMIT DROP")
        if keys_differ and meet_nothing(self.connection, self.table, self.mode, self.scope.partitions, self._stages):
            return self._insert_all(rows)
        for staged in self._stages:
            analyze(self.connection, staged)
        self._run("ALTER TABLE {staged} ADD PRIMARY KEY ({identity})")
        self._run("CREATE TEMPORARY TABLE losers ON COMMIT DROP AS SELECT {identity} FROM {staged} LIMIT 0")
        if not self.mode.unique:
            self._remove_old_rows()
            self._queue_departed_parents()
            counts = self._counts_before_insert()
            return self._reconciled(rows, counts, self._insert_winners())
        self._exchange_claims()
        self._find_losers()
        self._remove_old_rows()
        superseded = self._set_losers_aside()
        counts = self._counts_before_insert()
        inserted = self._insert_winners()
        restored = self._restore()
        self._queue_departed_parents()
        return self._reconciled(rows, counts, inserted, superseded, restored)

    def _run(self, text: LiteralString, **more: sql.Composable) -> int:
        return self.connection.execute(sql.SQL(text).format(**self._names(), **more)).rowcount

    def _fetch(self, text: LiteralString, **more: sql.Composable) -> list[tuple[Any, ...]]:
        return self.connection.execute(sql.SQL(text).format(**self._names(), **more)).fetchall()

    @property
    def _stages(self) -> list[sql.Identifier]:
        return [STAGED] if self.mode.claims is None else [STAGED, STAGED_CLAIMS]

    @property
    def _identity(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys((*self.table.key, self.mode.column)))

    @property
    def _partition(self) -> sql.Identifier:
        return sql.Identifier(self.mode.column)

    def _names(self) -> dict[str, sql.Composable]:
        """The pieces that the statements below name."""
        table, mode = self.table, self.mode
        named: dict[str, sql.Composable] = {
            "table": names.relation(table),
            "staged": STAGED,
            "losers": LOSERS,
            "departed": DEPARTED,
            "freed": FREED,
            "restored": RESTORED,
            "identity": names.columns(self._identity),
            "columns": names.columns(table.column_names),
            "partition": self._partition,
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

    def _insert_all(self, rows: int) -> Completed:
        """Insert what is staged, of which nothing is to be compared with anything."""
        if self.mode.claims is not None:
            self._run("INSERT INTO {claims} ({claim_columns}) SELECT {claim_columns} FROM {staged_claims}")
        nothing = dict.fromkeys(self.scope.partitions, _Before(kept=0, changed=0, deleted=0))
        return self._reconciled(rows, nothing, self._insert(sql.SQL("true")))

    def _exchange_claims(self) -> None:
        """Bring the claims of the partitions up to date; the keys of those that go stand in `freed`."""
        self._run("CREATE TEMPORARY TABLE freed ON COMMIT DROP AS SELECT {unique} FROM {staged} LIMIT 0")
        if self.mode.claims is None:
            return
        self._run("ALTER TABLE {staged_claims} ADD PRIMARY KEY ({claim_key})")
        self._run(
            """
            WITH gone AS (
                DELETE FROM {claims} c WHERE c.{partition} = ANY({replaced})
                AND NOT EXISTS (SELECT FROM {staged_claims} s WHERE {same}) RETURNING {unique})
            INSERT INTO {freed} SELECT * FROM gone
            """,
            same=names.same_values(self.mode.claims.key, "s", "c"),
        )
        self._run(
            "INSERT INTO {claims} ({claim_columns}) SELECT {claim_columns} FROM {staged_claims} ON CONFLICT DO NOTHING"
        )

    def _find_losers(self) -> None:
        """Note the staged rows whose key a greater partition has: staged too, stored, waiting or claimed."""
        # Stored rows of the partitions that are being replaced are no rivals any more. The planner can't see through
        # `coalesce`: it would take all other partitions for empty when its statistics are of these alone.
        elsewhere = sql.SQL("coalesce(o.{} <> ALL({}), true)").format(self._partition, self._names()["replaced"])
        self._note_losers(self._names()["table"], elsewhere)
        # One that waits behind what goes in this very publication comes back, and wins.
        self._note_losers(self._names()["superseded"], elsewhere)
        if self.mode.claims is not None:
            self._note_losers(self._names()["claims"], sql.SQL("true"))
        if len(self.scope.partitions) > 1:
            self._run(
                """
                INSERT INTO {losers} SELECT {identity} FROM (
                    SELECT *, {partition} < max({partition}) OVER (PARTITION BY {unique}) AS "loses?" FROM {staged}) s
                WHERE "loses?" EXCEPT SELECT {identity} FROM {losers}
                """
            )
        self._run("ALTER TABLE {losers} ADD PRIMARY KEY ({identity})")
        self._run("ANALYZE {losers}")

    def _note_losers(self, rivals: sql.Composable, which: sql.Composable) -> None:
        self._run(
            """
            INSERT INTO {losers} SELECT {identity_of_staged} FROM {staged} s JOIN {rivals} o
                ON {same} AND o.{partition} > s.{partition} AND {which}
            EXCEPT SELECT {identity} FROM {losers}
            """,
            identity_of_staged=names.columns(self._identity, "s"),
            rivals=rivals,
            same=names.same_values(self.mode.unique, "s", "o"),
            which=which,
        )

    def _remove_old_rows(self) -> None:
        """Delete the partitions' stored rows, but for those that come back just as they are."""
        self._run(
            """
            WITH gone AS (
                DELETE FROM {table} t WHERE t.{partition} = ANY({replaced})
                AND NOT EXISTS (
                    SELECT FROM {staged} s WHERE {same} AND {same_row}
                    AND NOT EXISTS (SELECT FROM {losers} l WHERE {lost}))
                RETURNING t.*)
            INSERT INTO {departed} SELECT * FROM gone
            """,
            same=names.same_values(self._identity, "s", "t"),
            same_row=names.same_row(self.table.column_names, "s", "t"),
            lost=names.same_values(self._identity, "l", "s"),
        )

    def _set_losers_aside(self) -> int:
        """Move rows that lose, staged ones and stored ones of lesser partitions, to `superseded`.

        Returns:
            staged rows that lose.
        """
        self._run("DELETE FROM {superseded} WHERE {partition} = ANY({replaced})")
        superseded = self._run(
            "INSERT INTO {superseded} ({columns}) SELECT {columns} FROM {staged} JOIN {losers} USING ({identity})"
        )
        self._run(
            """
            WITH later AS ({later}), moved AS (
                DELETE FROM {table} t USING later WHERE {same} AND t.{partition} < later.{partition} RETURNING t.*),
            aside AS (INSERT INTO {superseded} ({columns}) SELECT {columns} FROM moved)
            INSERT INTO {departed} SELECT * FROM moved
            """,
            later=sql.SQL(" UNION ALL ").join(
                sql.SQL("SELECT {}, {} FROM {}").format(names.columns(self.mode.unique), self._partition, taker)
                for taker in self._stages
            ),
            same=names.same_values(self.mode.unique, "later", "t"),
        )
        return superseded

    def _counts_before_insert(self) -> dict[str, _Before]:
        kept = self._fetch(
            "SELECT {partition}::text, count(*) FROM {table} WHERE {partition} = ANY({replaced}) GROUP BY 1"
        )
        left = self._fetch(
            """
            SELECT d.{partition}::text, count(s.*), count(*) - count(s.*)
            FROM {departed} d LEFT JOIN {staged} s ON {same} AND NOT EXISTS (SELECT FROM {losers} l WHERE {lost})
            WHERE d.{partition} = ANY({replaced}) GROUP BY 1
            """,
            same=names.same_values(self._identity, "s", "d"),
            lost=names.same_values(self._identity, "l", "s"),
        )
        equal = dict(kept)
        gone = {name: (changed, deleted) for name, changed, deleted in left}
        return {name: _Before(equal.get(name, 0), *gone.get(name, (0, 0))) for name in self.scope.partitions}

    def _insert_winners(self) -> dict[str, int]:
        """Insert what neither loses nor stands already; return how many rows of each partition."""
        which = sql.SQL(
            "NOT EXISTS (SELECT FROM {} l WHERE {}) AND NOT EXISTS (SELECT FROM {} t WHERE {})"
        ).format(
            LOSERS,
            names.same_values(self._identity, "l", "s"),
            names.relation(self.table),
            names.same_values(self._identity, "t", "s"),
        )  # fmt: skip
        return self._insert(which)

    def _insert(self, which: sql.Composable) -> dict[str, int]:
        """Insert the staged rows `s` for which the condition holds; return how many of each partition."""
        rows = self._fetch(
            """
            WITH fresh AS (
                INSERT INTO {table} ({columns}) SELECT {columns} FROM {staged} s WHERE {which} RETURNING {partition})
            SELECT {partition}::text, count(*) FROM fresh GROUP BY 1
            """,
            which=which,
        )
        return dict(rows)

    def _restore(self) -> int:
        """Bring back waiting rows of keys that have lost their greater row or claim."""
        unclaimed: sql.Composable = sql.SQL("true")
        if self.mode.claims is not None:
            unclaimed = sql.SQL("NOT EXISTS (SELECT FROM {} c WHERE {} AND c.{} > best.{})").format(
                names.relation(self.mode.claims),
                names.same_values(self.mode.unique, "c", "best"),
                self._partition,
                self._partition,
            )
        self._run("CREATE TEMPORARY TABLE restored (LIKE {table}) ON COMMIT DROP")
        self._run(
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
            same=names.same_values(self._identity, "w", "best"),
            same_key=names.same_values(self.mode.unique, "t", "best"),
            unclaimed=unclaimed,
            waiting=names.columns(self.table.column_names, "w"),
        )
        self._refuse_orphans_restored()
        return self._run("INSERT INTO {table} ({columns}) SELECT {columns} FROM {restored}")

    def _refuse_orphans_restored(self) -> None:
        for reference in self.table.references:
            orphans = self._fetch(
                "SELECT {column} FROM {restored} r WHERE {column} IS NOT NULL"
                " AND NOT EXISTS (SELECT FROM {parent} p WHERE p.{key} = r.{column}) LIMIT 1",
                column=sql.Identifier(reference.column),
                parent=names.relation(reference.parent),
                key=sql.Identifier(reference.parent.key[0]),
            )
            if orphans:
                raise PublishError(
                    f"table '{self.table.qualified_name}': a row of another partition comes back, but its "
                    f"'{reference.column}', {orphans[0][0]}, is not in '{reference.parent.qualified_name}' any more; "
                    "publish that table first; no row was changed"
                )

    def _queue_departed_parents(self) -> None:
        """Note the keys of parents that may have lost their last reference."""
        for reference in self.table.references:
            if reference.keeps_parent:
                self._run(
                    "INSERT INTO {queue} SELECT DISTINCT {parent}, {column}::text FROM {departed}"
                    " WHERE {column} IS NOT NULL",
                    queue=names.relation(UNUSED_ROWS),
                    parent=sql.Literal(reference.parent.qualified_name),
                    column=sql.Identifier(reference.column),
                )

    def _reconciled(
        self,
        staged: int,
        before: dict[str, _Before],
        inserted: dict[str, int],
        superseded: int = 0,
        restored: int = 0,
    ) -> Completed:
        fresh = sum(inserted.values())
        kept = sum(each.kept for each in before.values())
        if staged != fresh + kept + superseded:
            raise PublishError(
                f"table '{self.table.qualified_name}': {staged} rows staged, but {fresh} inserted + {kept} already "
                f"there + {superseded} superseded; no row was changed; please report this, it is a defect"
            )
        counts = {
            name: (inserted.get(name, 0) - each.changed, each.changed, each.deleted) for name, each in before.items()
        }
        departed = self._fetch("SELECT count(*) FROM {departed}")[0][0]
        written = Written(
            staged=staged,
            inserted=sum(new for new, _, _ in counts.values()),
            updated=sum(changed for _, changed, _ in counts.values()),
            unchanged=kept,
            deleted=sum(deleted for _, _, deleted in counts.values()),
            superseded=superseded,
            restored=restored,
            net_change=fresh + restored - departed,
            partition_rows={name: inserted.get(name, 0) + each.kept for name, each in before.items()},
        )
        return Completed(written, counts)
