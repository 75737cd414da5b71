"""What is expected of the sample is what the oracle makes of it; a star that answers otherwise is told apart."""

from dataclasses import replace

import pytest

from sparkify_assets.analytics.expected import difference
from sparkify_assets.analytics.questions import EXPECTED, read_views
from sparkify_assets.errors import AnswerError
from sparkify_assets.postgres.connection import Connection
from sparkify_assets_tests.oracle.expected import expected_answers

VIEWS = {view.name: view for view in read_views()}


def test_expected_answers_are_those_of_the_oracle_and_no_other() -> None:
    stored = {path.stem: path.read_text(encoding="utf-8") for path in EXPECTED.iterdir()}

    assert stored == expected_answers(), "see `python -m sparkify_assets_tests.oracle.expected`"


def test_difference_is_told_line_by_line(analytics: Connection) -> None:
    assert difference(analytics, VIEWS["rejected_records"]) == []
    assert difference(analytics, VIEWS["plays_by_level"]) == [
        "--- expected",
        "+++ answered",
        "@@ -2,2 +1,0 @@",
        "-free,1299,0.197446,82,15.84",
        "-paid,5280,0.802554,24,220.00",
    ]


def test_question_without_an_expected_answer_is_named(analytics: Connection) -> None:
    with pytest.raises(AnswerError, match=r"no answer is expected of 'novel': there is no 'novel.csv' beside"):
        difference(analytics, replace(VIEWS["plays_by_level"], name="novel"))
