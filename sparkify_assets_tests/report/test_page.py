"""The page is one file with everything in it, and every text in it is a text."""

import datetime as dt
import re
from html.parser import HTMLParser

import pytest

from sparkify_assets.report.page import write_page
from sparkify_assets.report.sections import PARTS, period, sections, tiles
from sparkify_assets.report.texts import shown
from sparkify_assets_tests.report.made_up import HOSTILE, answers_of

MADE_AT = dt.datetime(2026, 11, 25, 16, 30, tzinfo=dt.timezone(dt.timedelta(hours=2)))
EMPTY = {"meta", "link", "br"}
PICTURE = '<svg width="380" height="9"><path fill="#5a49d6" d="M0,0"/></svg>'


class Reader(HTMLParser):
    """Reads a page as a browser would: elements, attributes, the texts of cells; and finds what is not closed."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.elements: list[str] = []
        self.attributes: list[tuple[str, str]] = []
        self.cells: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note an element and its attributes."""
        self.elements.append(tag)
        self.attributes += [(name, value or "") for name, value in attrs]
        if tag == "bdi":
            self.cells.append("")
        if tag not in EMPTY:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note an element that closes itself."""
        self.handle_starttag(tag, attrs)
        self.handle_endtag(tag)

    def handle_endtag(self, tag: str) -> None:
        """Close the element that was opened last."""
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        """Note what stands in a cell."""
        if self.open and self.open[-1] == "bdi":
            self.cells[-1] += data


def page_of(titles: tuple[str, ...], picture: str = PICTURE) -> str:
    answers = answers_of(titles)
    parts = sections(answers)
    pictures = {part.question: picture for part in parts if part.chart}
    return write_page(parts, tiles(answers), pictures, period=period(answers), made_at=MADE_AT)


def test_page_has_every_part_with_picture_words_and_table() -> None:
    page = page_of(("Out Of Office",))
    read = Reader(page)

    assert read.open == []
    ids = [value for name, value in read.attributes if name == "id"]
    assert [name for name in ids if name in PARTS] == list(PARTS)
    assert len(ids) == len(set(ids))
    described = {value for name, value in read.attributes if name in ("aria-labelledby", "aria-describedby")}
    assert described <= set(ids)
    assert read.elements.count("figure") == read.elements.count("table") == read.elements.count("svg") == len(PARTS)
    assert "made 2026-11-25 14:30 UTC" in page
    assert 'fill="var(--accent)"' in page


def test_page_needs_nothing_else_and_runs_nothing() -> None:
    read = Reader(page_of(HOSTILE))

    addresses = [value for name, value in read.attributes if name in ("href", "src", "action", "data", "srcset")]
    assert addresses == ["data:,"]
    assert not {"script", "img", "iframe", "object", "embed", "form", "base"} & set(read.elements)
    assert not [name for name, _ in read.attributes if name.startswith("on")]
    policy = next(value for name, value in read.attributes if name == "content" and "default-src" in value)
    assert policy == "default-src 'none'; style-src 'unsafe-inline'; img-src data:"


@pytest.mark.parametrize("title", HOSTILE, ids=range(len(HOSTILE)))
def test_every_text_stands_in_its_cell_as_it_is(title: str) -> None:
    read, harmless = Reader(page_of((title,))), Reader(page_of(("Out Of Office",)))

    assert shown(title) in read.cells
    assert read.elements == harmless.elements
    assert len(read.attributes) == len(harmless.attributes)


def test_page_without_plays_says_so() -> None:
    page = page_of(())

    assert page.count("There is nothing to show.") == len(PARTS)
    assert "no plays yet" in page
    assert Reader(page).elements.count("table") == 0


def test_page_names_no_machine() -> None:
    assert not re.search(r"/(home|root|tmp|work)\b", page_of(("Out Of Office",)))
