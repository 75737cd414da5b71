"""Answers as a table: a line a row, whatever the texts hold."""

import datetime as dt
import io
from decimal import Decimal

import pytest
from rich.cells import cell_len
from rich.console import Console

from sparkify_assets.commands.answer_table import LONGEST, print_table, shown

HOSTILE = [
    "<script>alert(1)</script>",
    "[bold red]not markup[/] [link=http://example.com]x[/link] :smile:",
    'it\'s "quoted" \\n',
    "bell \x07 escape \x1b[2J\x1b]0;title\x07 back \b\b tab\t line\nfeed\r return \x7f \x85 \x9b31m",
    "مرحبا بالعالم",
    "\u202eturned\u202c \u2066isolated\u2069 \u200bhidden\ufeff",
    "Ä" * 150,
    "漢字" * 80,
    "line\u2028separator\u2029",
    "\U0010ffff \ue000 \U000e0041",
]


def printed(rows: list[tuple[object, ...]], *, width: int | None = None) -> str:
    """Return what is printed: on a terminal of that width, or into a pipe."""
    stream = io.StringIO()
    console = Console(file=stream, width=width, force_terminal=width is not None, color_system=None)
    print_table(["text", "number"], rows, title="What is there?", console=console)
    return stream.getvalue()


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_no_text_leaves_its_cell(text: str) -> None:
    plain = printed([("plain", 1), ("plain", 2)])

    lines = printed([(text, 1), ("plain", 2)]).splitlines()

    assert len(lines) == len(plain.splitlines())
    assert len({cell_len(line) for line in lines[3:5]}) == 1
    assert all(character.isprintable() or character == "\u200e" for line in lines for character in line)


def test_markup_is_text() -> None:
    assert HOSTILE[1][: LONGEST - 1] in printed([(HOSTILE[1], 1)])


def test_control_characters_are_written_out() -> None:
    assert shown("a\x1b[31mb\n\u202ec") == "a\\x1b[31mb\\n\\u202ec"


def test_long_texts_are_cut_and_narrow_terminals_keep_a_line_a_row() -> None:
    assert shown("x" * 61) == "x" * 59 + "…"
    assert shown("x" * 60) == "x" * 60
    lines = printed([("x" * 60, 1), ("y" * 60, 2)], width=30).splitlines()
    assert max(map(cell_len, lines)) <= 30
    assert len(lines) == len(printed([("x", 1), ("y", 2)]).splitlines())


@pytest.mark.parametrize(
    ("value", "said"),
    [
        (None, ""),
        (True, "yes"),
        (False, "no"),
        (2016, "2016"),
        (Decimal("0.041667"), "0.041667"),
        (dt.date(2018, 11, 5), "2018-11-05"),
        (dt.datetime(2018, 11, 5, 1, 2, 3, 4000, tzinfo=dt.UTC), "2018-11-05 01:02:03.004"),
    ],
)
def test_values_are_shown_short(value: object, said: str) -> None:
    assert shown(value) == said


def test_numbers_are_to_the_right_and_texts_to_the_left() -> None:
    lines = printed([("a", 1), ("bb", 1000)]).splitlines()

    assert lines[0] == "What is there?"
    assert [line.rstrip() for line in lines[-3:-1]] == [" a           1", " bb       1000"]


def test_no_row_is_a_table_too() -> None:
    assert "text" in printed([])
