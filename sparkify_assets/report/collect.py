"""Read the answers that the report is made of, all as of one moment."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from sparkify_assets.analytics.asking import ask, become_reader, find
from sparkify_assets.analytics.questions import read_views
from sparkify_assets.postgres.connection import Connection
from sparkify_assets.report.section import Answers
from sparkify_assets.report.sections import LONGEST, QUESTIONS


@dataclass(frozen=True)
class Collected:
    """The answers by question, and the moment that they are of."""

    answers: Answers
    as_of: dt.datetime


def collect(connection: Connection) -> Collected:
    """Read the answers in one transaction; the session can only read from then on, and as the reader where it may.

    Raises:
        AnswerError: a view is not there, or can't be read.
    """
    views = read_views()
    become_reader(connection)
    answers = {}
    with connection.transaction():
        # One snapshot: a load that publishes meanwhile is in all of the answers or in none.
        connection.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        now = connection.execute("SELECT now()").fetchall()
        for name in QUESTIONS:
            view = find(views, name)
            columns = [column.name for column in view.columns]
            rows = ask(connection, view, top=LONGEST.get(name)).rows
            answers[name] = [dict(zip(columns, row, strict=True)) for row in rows]
    return Collected(answers, now[0][0])
