"""What is given to be published, and what became of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol

import polars as pl

WHOLE_TABLE = ""
"""The partition's name in the records of a table that has none."""


@dataclass(frozen=True, kw_only=True)
class Scope:
    """What rows to publish stand for: the partitions they replace, the input they were made from, and who publishes.

    Attributes:
        partitions: names of the partitions that the rows stand for, also of those without a row; empty for a
            table that has none.
        versions: of each partition (or of WHOLE_TABLE), the version of the input that the rows were made
            from; greater is newer. Where the record has a greater one, the publication is refused.
        run_id: who publishes, for the record.
    """

    partitions: tuple[str, ...] = ()
    versions: Mapping[str, int] = field(default_factory=dict)
    run_id: str = ""

    @property
    def recorded_partitions(self) -> tuple[str, ...]:
        """The partitions under which the publication is recorded."""
        return self.partitions or (WHOLE_TABLE,)


@dataclass(frozen=True)
class Publication(Scope):
    """All rows to publish at once, and what they stand for.

    Attributes:
        rows: the columns that the table (or its contributions) declares.
        claims: keys taken without a row, see `ReplacePartition.claims`.
        provisional: keys among the rows that may turn out not to be needed: the next `prune` looks at them.
    """

    rows: pl.DataFrame
    claims: pl.DataFrame | None = None
    provisional: pl.Series | None = None


@dataclass(frozen=True)
class Written:
    """What a publication did, in rows.

    `staged = inserted + updated + unchanged + superseded` holds in every mode but the newest-per-key one,
    where the staged rows are contributions and the other figures speak of the public table. `net_change` is what
    the table has more than before, `row_count` what it has now. Of a partition, `partition_rows` is what it has now
    and `partition_counts` what was (inserted, updated, deleted), where the mode tells.
    """

    staged: int
    inserted: int
    updated: int
    unchanged: int
    deleted: int
    superseded: int = 0
    restored: int = 0
    net_change: int = 0
    row_count: int = 0
    partition_rows: Mapping[str, int] = field(default_factory=dict)
    partition_counts: Mapping[str, tuple[int, int, int] | None] = field(default_factory=dict)
    seconds: float = 0.0


@dataclass(frozen=True)
class Completed:
    """What a writer has done.

    Attributes:
        written: in all.
        counts: of each partition, rows inserted, updated and deleted, where the mode tells them.
        created: the table is new.
    """

    written: Written
    counts: Mapping[str, tuple[int, int, int]] = field(default_factory=dict)
    created: bool = False


class Writer(Protocol):
    """Brings a table to a new state in the way that its mode says, inside the caller's transaction."""

    def add(self, rows: pl.DataFrame, claims: pl.DataFrame | None = None) -> None:
        """Write a portion of the rows, and of the claims where the mode has them, where nobody else sees it."""

    def complete(self) -> Completed:
        """Make of all portions what the table is to be."""
