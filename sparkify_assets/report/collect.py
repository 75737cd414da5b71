"""Read the answers that the report is made of, all as of one moment."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import psycopg
from psycopg import sql
from psycopg.rows import dict_row

from sparkify_assets.analytics.tables import SCHEMA
from sparkify_assets.errors import ReportError
from sparkify_assets.postgres.connection import Connection, first_line
from sparkify_assets.report.section import Answers
from sparkify_assets.report.sections import LONGEST, QUESTIONS


@dataclass(frozen=True)
class Collected:
    """The answers by question, and the moment that they are of."""

    answers: Answers
    as_of: dt.datetime


def collect(connection: Connection) -> Collected:
    """Read the answers in one transaction that can only read.

    Raises:
        ReportError: a view is not there, or can't be read.
    """
    try:
        with connection.transaction(), connection.cursor(row_factory=dict_row) as cursor:
            # One snapshot: a load that publishes meanwhile is in all of the answers or in none.
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
            now = cursor.execute("SELECT now()").fetchall()
            answers = {name: cursor.execute(_query(name)).fetchall() for name in QUESTIONS}
    except (
        psycopg.errors.UndefinedTable,
        psycopg.errors.UndefinedColumn,
        psycopg.errors.InsufficientPrivilege,
    ) as error:
        raise ReportError(
            f"the answers can't be read: {first_line(error)}; load the star with this version of the project, `make "
            "run`; the report is as it was"
        ) from error
    return Collected(answers, now[0]["now"])


def _query(name: str) -> sql.Composed:
    most = LONGEST.get(name)
    limit = sql.SQL("" if most is None else " LIMIT {}").format(*([] if most is None else [sql.Literal(most)]))
    return sql.SQL("SELECT * FROM {}{}").format(sql.Identifier(SCHEMA, name), limit)
