"""Questions are asked by name, of some days or one plan, by a session that cannot write."""

import datetime as dt

import pytest
from psycopg import errors

from sparkify_assets.analytics.asking import Asked, ask, become_reader, csv_of, find, takes_days, takes_level
from sparkify_assets.analytics.questions import read_views
from sparkify_assets.analytics.roles import READER
from sparkify_assets.errors import AnswerError
from sparkify_assets.postgres.connection import Connection

VIEWS = read_views()
BY_DAY = find(VIEWS, "plays_by_day")
REFUSED = [
    "CREATE TEMPORARY TABLE theirs (n integer)",
    "CREATE TABLE public.theirs (n integer)",
    "INSERT INTO public.users VALUES (1, 'Ada', 'Finch', 'F', 'free')",
    "DELETE FROM public.songs",
    "TRUNCATE public.songs",
    "SELECT * FROM ops.publications",
    "SELECT lo_from_bytea(0, 'theirs')",
    "COPY (SELECT 1) TO PROGRAM 'true'",
    "SELECT pg_read_file('PG_VERSION')",
    "NOTIFY theirs; SELECT nextval('elsewhere.numbers')",
]


def test_dash_stands_for_underscore() -> None:
    assert find(VIEWS, "Plays-by-day") is BY_DAY


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("plays", r"there is no question 'plays'; like it are listening_time|.*plays_by_browser, plays_by_day"),
        ("x", r"there is no question 'x'; the questions are catalogue_coverage, conversion, .*, weekly_retention$"),
    ],
)
def test_unknown_question_names_those_that_are_alike(name: str, said: str) -> None:
    with pytest.raises(AnswerError, match=said):
        find(VIEWS, name)


@pytest.mark.parametrize("statement", REFUSED)
def test_session_cannot_write(analytics: Connection, statement: str) -> None:
    analytics.execute("CREATE SCHEMA elsewhere; CREATE SEQUENCE elsewhere.numbers")
    assert become_reader(analytics)

    with pytest.raises((errors.InsufficientPrivilege, errors.ReadOnlySqlTransaction)):
        analytics.execute(statement.encode())


def test_user_who_is_no_reader_reads_all_the_same_and_cannot_write(analytics: Connection) -> None:
    analytics.execute("CREATE ROLE outsider; GRANT USAGE ON SCHEMA analytics TO outsider")
    analytics.execute("GRANT SELECT ON analytics.plays_by_day TO outsider")
    analytics.execute("SET SESSION AUTHORIZATION outsider")

    assert not become_reader(analytics)

    assert ask(analytics, BY_DAY).rows == []
    with pytest.raises(errors.ReadOnlySqlTransaction):
        analytics.execute("CREATE TEMPORARY TABLE theirs (n integer)")
    with pytest.raises(
        AnswerError, match=f"gives no answer: permission denied .*; have .* GRANT {READER} TO your user"
    ):
        ask(analytics, find(VIEWS, "sessions"))
    analytics.execute("RESET SESSION AUTHORIZATION")
    analytics.execute("SET default_transaction_read_only = off")
    analytics.execute("DROP OWNED BY outsider; DROP ROLE outsider")


def test_star_without_views_is_to_be_loaded(connection: Connection) -> None:
    with pytest.raises(AnswerError, match=r"'analytics.plays_by_day' gives no answer: relation .*load the star with"):
        ask(connection, BY_DAY)
    with pytest.raises(AnswerError, match=r"'analytics.plays_by_day' gives no answer: relation .*load the star with"):
        list(csv_of(connection, BY_DAY))


def test_first_rows_tell_that_there_are_more(analytics: Connection) -> None:
    analytics.execute(
        "INSERT INTO analytics.hour_plays SELECT '2018-11-05', '2018-11-05', hour, 'free', 1, 0, 1 "
        "FROM generate_series(0, 23) hour"
    )
    hours = find(VIEWS, "plays_by_hour")

    assert len(ask(analytics, hours).rows) == 24
    assert [ask(analytics, hours, top=top).more for top in (23, 24, 25)] == [True, False, False]
    assert b"".join(csv_of(analytics, hours, top=1)) == b"hour,plays,share\n0,1,0.041667\n"


def test_limits_that_a_question_does_not_take_are_refused(analytics: Connection) -> None:
    level_history, refused = find(VIEWS, "level_history"), find(VIEWS, "rejected_records")
    day = dt.date(2018, 11, 5)

    with pytest.raises(AnswerError, match=r"'level_history' can't be limited to days and a subscription; ask it w"):
        ask(analytics, level_history, Asked(day, day, "free"))
    with pytest.raises(AnswerError, match=r"'rejected_records' can't be limited to a subscription"):
        ask(analytics, refused, Asked(level="free"))
    with pytest.raises(AnswerError, match=r"the first day, 2018-11-06, is after the last one, 2018-11-05"):
        ask(analytics, BY_DAY, Asked(dt.date(2018, 11, 6), day))


def test_all_questions_take_limits_but_those_that_can_not() -> None:
    assert {view.name for view in VIEWS if not takes_days(view)} == {"level_history"}
    assert {view.name for view in VIEWS if not takes_level(view)} == {"level_history", "rejected_records"}
