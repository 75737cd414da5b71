"""The answers on the sample, as they are known, beside the questions: what a star of the sample has to answer."""

from __future__ import annotations

from difflib import unified_diff

from sparkify_assets.analytics.asking import csv_of
from sparkify_assets.analytics.questions import View
from sparkify_assets.errors import AnswerError
from sparkify_assets.postgres.connection import Connection


def difference(connection: Connection, view: View) -> list[str]:
    """Return how the answer differs from the expected one, as the lines of a diff; none where it does not.

    Raises:
        AnswerError: the view gives no answer, or none is expected of it.
    """
    try:
        expected = view.expected.read_text(encoding="utf-8")
    except FileNotFoundError as error:
        raise AnswerError(
            f"no answer is expected of '{view.name}': there is no '{view.expected.name}' beside the questions"
        ) from error
    answered = b"".join(csv_of(connection, view)).decode()
    return list(unified_diff(expected.splitlines(), answered.splitlines(), "expected", "answered", n=0, lineterm=""))
