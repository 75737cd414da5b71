"""Compare what the views answer with what the oracle makes of the files."""

from collections.abc import Callable, Iterable

from psycopg import sql

from sparkify_assets_tests.loading import FIRST_DAY, LAST_DAY, Loader, Rows
from sparkify_assets_tests.oracle.answers import OF_PLAYS, Row, World

Answer = Callable[[World], list[Row]]


def answer_of(loader: Loader, name: str) -> Rows:
    """Return the rows of a view, in its order."""
    return loader.query(sql.SQL("TABLE {}").format(sql.Identifier("analytics", name)))


def assert_answers_as_oracle(loader: Loader, answers: Iterable[Answer] = OF_PLAYS) -> None:
    """Assert that the views have the rows of the files, in their order."""
    world = World(loader.data, FIRST_DAY, LAST_DAY)
    for answer in answers:
        assert answer_of(loader, answer.__name__) == answer(world), f"view '{answer.__name__}' is not the oracle's"
