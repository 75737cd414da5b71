"""The ways to publish a table, declared with it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from sparkify_assets.postgres.table import Table

Vanished = Literal["keep", "delete", "prune"]
"""What becomes of rows whose key the new frame no longer has: they stay, go at once, or wait for `prune`,
which deletes them when nothing refers to them any more."""


@dataclass(frozen=True)
class ReplaceAll:
    """The frame becomes the table: rows that it does not have go."""


@dataclass(frozen=True)
class ReplacePartition:
    """The frame becomes the rows of its partitions; other partitions are left alone.

    Attributes:
        column: the column that holds the partition.
        unique: a key that is unique across all partitions. Where two partitions have the same one, the
            row of the greater partition is public and the other waits in `superseded`; it comes back
            when that row goes.
        superseded: the table that keeps those rows, with the same columns.
        claims: a table of `unique` and `column`: keys that a partition takes without a row of its own,
            so that rows of lesser partitions do not count.
    """

    column: str
    unique: tuple[str, ...] = ()
    superseded: Table | None = None
    claims: Table | None = None

    def __post_init__(self) -> None:
        """Refuse a declaration under which rows could be lost."""
        if self.unique and self.superseded is None:
            raise ValueError("a key unique across partitions needs a table for the rows that are superseded")


@dataclass(frozen=True)
class Merge:
    """New rows are inserted, changed ones updated, equal ones left alone; by the table's key."""

    vanished: Vanished = "keep"


@dataclass(frozen=True)
class NewestPerKey:
    """The frame holds contributions of its partitions; the table has, per key, the newest of all of them.

    Attributes:
        contributions: the table of contributions, published as `ReplacePartition`; it has the columns
            of the public table and those below.
        newest_by: columns that order the contributions of one key, the greatest wins.
        qualifies: a numeric column of the contributions: a key is public when one of its contributions
            has it above zero. Without it every key is.
        vanished: what becomes of a public row whose key no longer qualifies.
    """

    contributions: Table
    newest_by: tuple[str, ...]
    qualifies: str | None = None
    vanished: Vanished = "delete"


Mode = ReplaceAll | ReplacePartition | Merge | NewestPerKey
