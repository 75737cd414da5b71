"""Rows as a table on a terminal, whatever the texts in them hold."""

from __future__ import annotations

import datetime as dt
import unicodedata
from collections.abc import Sequence
from decimal import Decimal

from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

LONGEST = 60
"""Characters of a text from the data that are shown; a file has all of them."""

WIDE = 2_000  # where the output is no terminal, no line is to be cut
UNSEEN = ("Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp")
"""Kinds of characters that move the cursor, turn the direction of writing, or can't be seen."""

RIGHT_TO_LEFT = ("R", "AL")
LEFT_TO_RIGHT_MARK = "\u200e"


def print_table(
    columns: Sequence[str],
    rows: Sequence[Sequence[object]],
    *,
    title: str = "",
    longest: int = LONGEST,
    console: Console | None = None,
) -> None:
    """Print the rows, a line each; numbers are aligned to the right.

    Args:
        columns: their names.
        rows: a value for each column.
        title: what stands above.
        longest: characters of a text that are shown.
        console: where to; the standard output by default.
    """
    console = console or Console(highlight=False)
    if not console.is_terminal:
        console.width = WIDE
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    for number, name in enumerate(columns):
        is_number = any(isinstance(row[number], int | Decimal) for row in rows)
        table.add_column(Text(name), justify="right" if is_number else "left", no_wrap=True, overflow="ellipsis")
    for row in rows:
        table.add_row(*(Text(shown(value, longest)) for value in row))
    if title:
        console.print(Text(title), style="bold")
    console.print(table)


def shown(value: object, longest: int = LONGEST) -> str:
    """Return the value as a cell shows it: no character of it moves anything outside of the cell."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    text = f"{value:%Y-%m-%d %H:%M:%S}.{value.microsecond // 1000:03}" if isinstance(value, dt.datetime) else str(value)
    visible = "".join(_visible(character) for character in text)
    if len(visible) > longest:
        visible = visible[: longest - 1] + "…"
    # Else a text from right to left would go on in the neighbouring cell.
    turns = any(unicodedata.bidirectional(character) in RIGHT_TO_LEFT for character in visible)
    return visible + LEFT_TO_RIGHT_MARK if turns else visible


def _visible(character: str) -> str:
    if unicodedata.category(character) in UNSEEN:
        return ascii(character)[1:-1]
    return character
