"""The questions and their views, as the files in `views/` declare them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from pathlib import Path

from sparkify_assets.errors import AnswerError

HERE = Path(__file__).parent
VIEWS = HERE / "views"
EXPECTED = HERE / "expected"
BASE = HERE / "asked.sql"
SUFFIX = ".sql"
HEADER = re.compile(
    r"-- question: (?P<question>.+\?)\n-- grain: (?P<grain>.+)\n-- columns:\n"
    r"(?P<columns>(?:--   \w+ [a-z ]+: .+\n)+)(?!--  )"
)
COLUMN = re.compile(r"--   (?P<name>\w+) (?P<sql_type>[a-z ]+): (?P<meaning>.+)")


@dataclass(frozen=True)
class ViewColumn:
    """A column of a view: its name, its Postgres type and what it means."""

    name: str
    sql_type: str
    meaning: str


@dataclass(frozen=True)
class View:
    """A question and the view that answers it.

    Attributes:
        name: name of the view and of its file.
        question: what people want to know, in one sentence.
        grain: what one row is of.
        columns: the view's columns, in their order.
        query: the SELECT, with its order.
    """

    name: str
    question: str
    grain: str
    columns: tuple[ViewColumn, ...]
    query: str

    @property
    def description(self) -> str:
        """The question and what one row is."""
        return f"{self.question} One row per {self.grain}."

    @property
    def digest(self) -> str:
        """What tells this definition, with what all views have in common, from others."""
        return sha256(f"{self!r}{read_base()}".encode()).hexdigest()[:12]

    @property
    def expected(self) -> Path:
        """The file with the answer on the sample data."""
        return EXPECTED / f"{self.name}.csv"

    def reads(self, relation: str) -> bool:
        """Tell whether the query names the relation, given with its schema."""
        return re.search(rf"\b{re.escape(relation)}\b", self.query) is not None


@cache
def read_base() -> str:
    """Return the statements that create what all views read."""
    return BASE.read_text(encoding="utf-8")


def base_names() -> tuple[str, ...]:
    """Return the names of what all views read."""
    return tuple(re.findall(r"^CREATE OR REPLACE VIEW analytics\.(\w+) AS$", read_base(), re.MULTILINE))


def read_view(path: Path) -> View:
    """Read a view's file.

    Raises:
        AnswerError: its header is not of the form that all have.
    """
    text = path.read_text(encoding="utf-8")
    header = HEADER.match(text)
    if header is None:
        raise AnswerError(
            f"'{path.name}' does not begin as a view's file does; expected are the comments 'question: …?', 'grain: …' "
            "and 'columns:', the last with a line 'name type: meaning' for each column, and then the SELECT"
        )
    columns = tuple(ViewColumn(**found.groupdict()) for found in COLUMN.finditer(header["columns"]))
    return View(path.stem, header["question"], header["grain"], columns, text[header.end() :].strip())


def read_views(folder: Path = VIEWS) -> tuple[View, ...]:
    """Read all views, by name.

    Raises:
        AnswerError: the header of one is not of the form that all have.
    """
    return tuple(read_view(path) for path in sorted(folder.iterdir()) if path.suffix == SUFFIX)
