"""Exchange the rows of partitions in a table that has rows."""

from __future__ import annotations

from dataclasses import dataclass

from psycopg import sql

from sparkify_assets.errors import PublishError
from sparkify_assets.postgres import names
from sparkify_assets.postgres.bookkeeping import UNUSED_ROWS
from sparkify_assets.postgres.copy import analyze
from sparkify_assets.postgres.newcomers import meet_nothing
from sparkify_assets.postgres.publication import Completed, Written
from sparkify_assets.postgres.rivals import Rivals
from sparkify_assets.postgres.statements import LOSERS, Statements


@dataclass(frozen=True)
class _Before:
    """Rows of one partition once the old ones are gone: left as they are, changed, and no longer there."""

    kept: int
    changed: int
    deleted: int


@dataclass(frozen=True)
class Exchange:
    """The steps that bring a table with rows from its old partitions to the new ones.

    Attributes:
        on: the statements, which know table, partitions and transaction.
    """

    on: Statements

    def run(self, rows: int, *, keys_differ: bool) -> Completed:
        """Do all the steps, inside the caller's transaction.

        Args:
            rows: how many there are in STAGED; claims, where the mode has them, are in STAGED_CLAIMS.
            keys_differ: no key that is unique across partitions is there twice, rows and claims taken together.

        Raises:
            PublishError: a row that comes back refers to a parent that is gone, or the counts do not come out equal.
        """
        self.on.run("CREATE TEMPORARY TABLE departed (LIKE {table}) ON COMMIT DROP")
        if keys_differ and meet_nothing(self.on):
            return self._insert_all(rows)
        for staged in self.on.stages:
            analyze(self.on.connection, staged)
        self.on.run("ALTER TABLE {staged} ADD PRIMARY KEY ({identity})")
        self.on.run("CREATE TEMPORARY TABLE losers ON COMMIT DROP AS SELECT {identity} FROM {staged} LIMIT 0")
        if not self.on.mode.unique:
            self._remove_old_rows()
            self._queue_departed_parents()
            counts = self._counts_before_insert()
            return self._reconciled(rows, counts, self._insert_winners())
        rivals = Rivals(self.on)
        rivals.exchange_claims()
        rivals.find_losers()
        self._remove_old_rows()
        superseded = rivals.set_losers_aside()
        counts = self._counts_before_insert()
        inserted = self._insert_winners()
        restored = rivals.restore()
        self._queue_departed_parents()
        return self._reconciled(rows, counts, inserted, superseded, restored)

    def _insert_all(self, rows: int) -> Completed:
        """Insert what is staged, of which nothing is to be compared with anything."""
        if self.on.mode.claims is not None:
            self.on.run("INSERT INTO {claims} ({claim_columns}) SELECT {claim_columns} FROM {staged_claims}")
        nothing = dict.fromkeys(self.on.scope.partitions, _Before(kept=0, changed=0, deleted=0))
        return self._reconciled(rows, nothing, self._insert(sql.SQL("true")))

    def _remove_old_rows(self) -> None:
        """Delete the partitions' stored rows, but for those that come back just as they are."""
        self.on.run(
            """
            WITH gone AS (
                DELETE FROM {table} t WHERE t.{partition} = ANY({replaced})
                AND NOT EXISTS (
                    SELECT FROM {staged} s WHERE {same} AND {same_row}
                    AND NOT EXISTS (SELECT FROM {losers} l WHERE {lost}))
                RETURNING t.*)
            INSERT INTO {departed} SELECT * FROM gone
            """,
            same=names.same_values(self.on.identity, "s", "t"),
            same_row=names.same_row(self.on.table.column_names, "s", "t"),
            lost=names.same_values(self.on.identity, "l", "s"),
        )

    def _counts_before_insert(self) -> dict[str, _Before]:
        kept = self.on.fetch(
            "SELECT {partition}::text, count(*) FROM {table} WHERE {partition} = ANY({replaced}) GROUP BY 1"
        )
        left = self.on.fetch(
            """
            SELECT d.{partition}::text, count(s.*), count(*) - count(s.*)
            FROM {departed} d LEFT JOIN {staged} s ON {same} AND NOT EXISTS (SELECT FROM {losers} l WHERE {lost})
            WHERE d.{partition} = ANY({replaced}) GROUP BY 1
            """,
            same=names.same_values(self.on.identity, "s", "d"),
            lost=names.same_values(self.on.identity, "l", "s"),
        )
        equal = dict(kept)
        gone = {name: (changed, deleted) for name, changed, deleted in left}
        return {name: _Before(equal.get(name, 0), *gone.get(name, (0, 0))) for name in self.on.scope.partitions}

    def _insert_winners(self) -> dict[str, int]:
        """Insert what neither loses nor stands already; return how many rows of each partition."""
        which = sql.SQL(
            "NOT EXISTS (SELECT FROM {} l WHERE {}) AND NOT EXISTS (SELECT FROM {} t WHERE {})"
        ).format(
            LOSERS,
            names.same_values(self.on.identity, "l", "s"),
            names.relation(self.on.table),
            names.same_values(self.on.identity, "t", "s"),
        )  # fmt: skip
        return self._insert(which)

    def _insert(self, which: sql.Composable) -> dict[str, int]:
        """Insert the staged rows `s` for which the condition holds; return how many of each partition."""
        rows = self.on.fetch(
            """
            WITH fresh AS (
                INSERT INTO {table} ({columns}) SELECT {columns} FROM {staged} s WHERE {which} RETURNING {partition})
            SELECT {partition}::text, count(*) FROM fresh GROUP BY 1
            """,
            which=which,
        )
        return dict(rows)

    def _queue_departed_parents(self) -> None:
        """Note the keys of parents that may have lost their last reference."""
        for reference in self.on.table.references:
            if reference.keeps_parent:
                self.on.run(
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
                f"table '{self.on.table.qualified_name}': {staged} rows staged, but {fresh} inserted + {kept} already "
                f"there + {superseded} superseded; no row was changed; please report this, it is a defect"
            )
        counts = {
            name: (inserted.get(name, 0) - each.changed, each.changed, each.deleted) for name, each in before.items()
        }
        departed = self.on.fetch("SELECT count(*) FROM {departed}")[0][0]
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
