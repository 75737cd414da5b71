"""A part of the report: its words, its table and the rows of its chart; and how such rows are made of an answer's."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sparkify_assets.report.texts import apart, count, of, shown

Record = Mapping[str, Any]
Records = Sequence[Record]
Answers = Mapping[str, Records]
STEPS = 5
"""Colours of a cell."""


@dataclass(frozen=True)
class Section:
    """One question of the report.

    Attributes:
        question: name of the question, of its view and its chart.
        title: heading.
        words: what the chart shows, in sentences: also for those who can't see it.
        head: heads of the table's columns.
        table: its rows.
        texts: how many of its first columns hold text; the others hold numbers.
        chart: rows of the chart; none where there is nothing to draw.
        more: rows that the table leaves out.
    """

    question: str
    title: str
    words: str
    head: tuple[str, ...] = ()
    table: Sequence[tuple[str, ...]] = ()
    texts: int = 1
    chart: Records = field(default=(), repr=False)
    more: int = 0


@dataclass(frozen=True)
class Tile:
    """A figure in large print, and what it is of."""

    figure: str
    name: str


def ranking(labelled: Sequence[tuple[str, Record]]) -> Records:
    """Return the rows of a chart that ranks: each with its rank, its label and its plays."""
    return [
        {"rank": rank, "label": label, "number": row["plays"], "shown": count(row["plays"])}
        for rank, (label, row) in enumerate(labelled, 1)
    ]


def part_of(rows: Mapping[str, Record], level: str, measure: str) -> float:
    """Return which part of all rows the row of a subscription makes, by the measure."""
    return of(rows[level][measure], sum_of(list(rows.values()), measure)) if level in rows else 0.0


def step(part: float) -> int:
    """Return the colour of a cell, 0 to 4, for its share of the greatest."""
    return min(int(part * STEPS), STEPS - 1)


def counts(row: Record, *names: str) -> tuple[str, ...]:
    """Return the numbers of those columns as they are shown."""
    return tuple(count(row[name]) for name in names)


def sum_of(rows: Records, name: str) -> int:
    """Return the sum of a column."""
    return sum(int(row[name] or 0) for row in rows)


def quoted(value: object) -> str:
    """Return a text of the data as it stands within a sentence or a label."""
    return apart(shown(value))
