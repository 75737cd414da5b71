"""The first rows of what was published, as values that a page can show."""

from __future__ import annotations

import math
from collections.abc import Sequence

import polars as pl

Shown = str | int | float | bool | None

MAX_ROWS = 10
MAX_CHARACTERS = 80
EXACT_IN_A_BROWSER = 2**53
"""JavaScript shows greater integers with other last digits."""


def first_rows(rows: pl.DataFrame, columns: Sequence[str], by: str | None = None) -> dict[str, list[dict[str, Shown]]]:
    """Return up to ten rows of each partition, in the order of the frame.

    Args:
        rows: what was published.
        columns: the columns to show.
        by: the column that holds the partition; without it all rows are taken for one partition, ''.

    Returns:
        by the partition's name; a partition without a row is not in it. Text is cut, what is neither a finite number
        nor a boolean nor null is shown as text.
    """
    if by is None:
        found = _shown(rows.head(MAX_ROWS).select(columns))
        return {"": found} if found else {}
    # Places rather than rows: taking ten rows of each day out of millions must not copy the millions.
    places = rows.select(by).with_row_index("place")
    first = places.group_by(by, maintain_order=True).agg(pl.col("place").head(MAX_ROWS))
    first = first.with_columns(pl.col(by).cast(pl.String))
    return {str(name): _shown(rows[taken].select(columns)) for name, taken in first.iter_rows()}


def _shown(rows: pl.DataFrame) -> list[dict[str, Shown]]:
    return [{name: _value(value) for name, value in row.items()} for row in rows.iter_rows(named=True)]


def _value(value: object) -> Shown:
    match value:
        case None | bool():
            return value
        case int() if abs(value) <= EXACT_IN_A_BROWSER:
            return value
        case float() if math.isfinite(value):
            return value
    text = str(value)
    return text if len(text) <= MAX_CHARACTERS else f"{text[:MAX_CHARACTERS]}…"
