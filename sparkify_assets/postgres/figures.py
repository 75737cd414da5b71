"""What a write did, as named figures: of the write as a whole, and of each partition its own."""

from __future__ import annotations

import polars as pl

from sparkify_assets.postgres.modes import NewestPerKey, ReplacePartition
from sparkify_assets.postgres.preview import Shown, first_rows
from sparkify_assets.postgres.publication import Scope, Written
from sparkify_assets.postgres.table import Table

Figures = dict[str, int | float]


def figures_of_write(scope: Scope, written: Written) -> Figures:
    """Return the figures of the whole write; where it was one of several partitions, their names begin with `run_`."""
    figures: Figures = _rows(written.inserted, written.updated, written.unchanged, written.deleted)
    if written.superseded or written.restored:
        figures |= {"rows_superseded": written.superseded, "rows_restored": written.restored}
    figures["seconds"] = round(written.seconds, 3)
    if len(scope.partitions) > 1:
        figures = {f"run_{name}": figure for name, figure in figures.items()}
    return figures


def figures_of_partitions(table: Table, scope: Scope, written: Written) -> dict[str, Figures]:
    """Return the figures of each partition, as far as the table's mode tells them; with the last, those of the write.

    Given to all partitions, the figures of the write would be drawn as if each of them had that many rows.
    """
    figures: dict[str, Figures] = {
        partition: {"dagster/partition_row_count": rows} for partition, rows in written.partition_rows.items()
    }
    # Of a table of the newest contributions the counts would be those of the contributions.
    if isinstance(table.publish, ReplacePartition):
        for partition, counts in written.partition_counts.items():
            if counts is not None:
                inserted, updated, deleted = counts
                unchanged = written.partition_rows[partition] - inserted - updated
                figures[partition] |= _rows(inserted, updated, unchanged, deleted)
    every = {partition: figures.get(partition, {}) for partition in scope.recorded_partitions}
    every[max(scope.recorded_partitions)] |= figures_of_write(scope, written)
    return every


def previews(table: Table, rows: pl.DataFrame, scope: Scope) -> dict[str, list[dict[str, Shown]]]:
    """Return the first rows of each partition; of a table that is not cut by them, those of all with the last one."""
    mode = table.publish.contributions.publish if isinstance(table.publish, NewestPerKey) else table.publish
    if isinstance(mode, ReplacePartition) and scope.partitions:
        return first_rows(rows, table.column_names, mode.column)
    found = first_rows(rows, table.column_names)
    return {max(scope.recorded_partitions): shown for shown in found.values()}


def _rows(inserted: int, updated: int, unchanged: int, deleted: int) -> Figures:
    return {
        "rows_inserted": inserted,
        "rows_updated": updated,
        "rows_unchanged": unchanged,
        "rows_deleted": deleted,
    }
