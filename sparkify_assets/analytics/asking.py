"""Ask the views, as a role that cannot write."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal

from psycopg import errors, sql

from sparkify_assets.analytics.questions import View, base_names
from sparkify_assets.analytics.roles import READER, can_become_reader
from sparkify_assets.analytics.tables import SCHEMA
from sparkify_assets.errors import AnswerError
from sparkify_assets.postgres.connection import Connection, first_line

Value = str | int | Decimal | dt.date | dt.datetime | bool | None
LIMITS = "asked"
"""The view of what is asked; those that begin with its name heed all of it."""


@dataclass(frozen=True)
class Asked:
    """Which plays an answer is about; None for all.

    Attributes:
        first_day: plays from this day on, UTC.
        last_day: plays until this day, it included.
        level: plays with this subscription.
    """

    first_day: dt.date | None = None
    last_day: dt.date | None = None
    level: str | None = None


EVERYTHING = Asked()


@dataclass(frozen=True)
class Answer:
    """Rows of a view, in its order; `more` tells whether it has further ones."""

    rows: list[tuple[Value, ...]]
    more: bool = False


def become_reader(connection: Connection) -> bool:
    """Make the session one that cannot write, and go on as the reader's role where the user may.

    Returns:
        whether it is the reader's role now; else reading alone is allowed all the same.
    """
    connection.execute("SET default_transaction_read_only = on")
    if not can_become_reader(connection):
        return False
    connection.execute(sql.SQL("SET ROLE {}").format(sql.Identifier(READER)))
    return True


def ask(connection: Connection, view: View, asked: Asked = EVERYTHING, top: int | None = None) -> Answer:
    """Return the answer: its first `top` rows, or all.

    Raises:
        AnswerError: the question does not take what is asked of it, or the view is not there.
    """
    _set(connection, view, asked)
    try:
        rows = connection.execute(_query(view, None if top is None else top + 1)).fetchall()
    except errors.Error as error:
        raise _explained(view, error) from error
    return Answer(rows[:top], more=top is not None and len(rows) > top)


def csv_of(connection: Connection, view: View, asked: Asked = EVERYTHING, top: int | None = None) -> Iterator[bytes]:
    """Give the answer as CSV with a head line, UTF-8, as Postgres writes it: times in UTC, null as nothing.

    Raises:
        AnswerError: the question does not take what is asked of it, or the view is not there.
    """
    _set(connection, view, asked)
    query = sql.SQL("COPY ({}) TO STDOUT (FORMAT csv, HEADER)").format(_query(view, top))
    try:
        with connection.cursor() as cursor, cursor.copy(query) as copy:
            yield from map(bytes, copy)
    except errors.Error as error:
        raise _explained(view, error) from error


def find(views: Sequence[View], name: str) -> View:
    """Return the view of that name; `-` stands for `_`.

    Raises:
        AnswerError: there is none; the message lists those that are alike.
    """
    wanted = name.replace("-", "_").lower()
    for view in views:
        if view.name == wanted:
            return view
    words = {word for word in wanted.split("_") if len(word) > 2}
    alike = [view.name for view in views if words & set(view.name.split("_"))]
    known = (
        f"like it are {', '.join(alike)}" if alike else f"the questions are {', '.join(view.name for view in views)}"
    )
    raise AnswerError(f"there is no question '{name}'; {known}")


def takes_days(view: View) -> bool:
    """Tell whether the view heeds the days asked for."""
    return any(view.reads(f"{SCHEMA}.{relation}") for relation in base_names())


def takes_level(view: View) -> bool:
    """Tell whether the view heeds the subscription asked for."""
    return any(view.reads(f"{SCHEMA}.{relation}") for relation in base_names() if relation != LIMITS)


def _query(view: View, limit: int | None) -> sql.Composed:
    return sql.SQL("SELECT * FROM {} LIMIT {}").format(sql.Identifier(SCHEMA, view.name), sql.Literal(limit))


def _set(connection: Connection, view: View, asked: Asked) -> None:
    refused = []
    if (asked.first_day or asked.last_day) and not takes_days(view):
        refused.append("days")
    if asked.level and not takes_level(view):
        refused.append("a subscription")
    if refused:
        raise AnswerError(f"the question '{view.name}' can't be limited to {' and '.join(refused)}; ask it without")
    if asked.first_day and asked.last_day and asked.first_day > asked.last_day:
        raise AnswerError(f"the first day, {asked.first_day}, is after the last one, {asked.last_day}")
    connection.execute(
        "SELECT set_config('sparkify.first_day', %s, false), set_config('sparkify.last_day', %s, false), "
        "set_config('sparkify.level', %s, false)",
        (str(asked.first_day or ""), str(asked.last_day or ""), asked.level or ""),
    )


def _explained(view: View, error: errors.Error) -> AnswerError:
    remedy = "ask again"
    if isinstance(error, errors.InsufficientPrivilege):
        remedy = f"have the owner of the star grant the role: GRANT {READER} TO your user"
    elif isinstance(error, errors.UndefinedTable | errors.UndefinedColumn | errors.InvalidSchemaName):
        remedy = "load the star with the version of the project that asks: `make run`"
    return AnswerError(f"'{SCHEMA}.{view.name}' gives no answer: {first_line(error)}; {remedy}")
