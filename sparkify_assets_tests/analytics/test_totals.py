"""What is added up of plays is what one look at all of them gives, whatever was loaded before, and in which order."""

import datetime as dt
from dataclasses import replace
from decimal import Decimal
from itertools import count

import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from psycopg import sql

from sparkify_assets.analytics.refresh import refresh
from sparkify_assets.defs.tables import SONGPLAY_CLAIMS, SONGPLAYS, TABLES
from sparkify_assets.postgres.connection import Connection
from sparkify_assets.postgres.publication import Publication
from sparkify_assets.postgres.publish import publish
from sparkify_assets.postgres.table import Table

PLAYS = replace(SONGPLAYS, references=())
OTHERS = [table for table in TABLES if table.name != SONGPLAYS.name]
# On both sides of where a week, a month and a year end.
FILES = [dt.date(2018, 10, 28), dt.date(2018, 10, 29), dt.date(2018, 11, 1), dt.date(2018, 12, 31), dt.date(2019, 1, 1)]

_PLAY = (
    "SELECT *, (start_time AT TIME ZONE 'UTC')::date AS day, coalesce((length * 1e6)::bigint, 0) AS us "
    "FROM public.songplays"
)
EXPECTED = {
    "listener_days": "SELECT day, user_id, count(DISTINCT session_id), count(*), sum(us), "
    "sum(us) FILTER (WHERE level = 'free'), sum(us) FILTER (WHERE level = 'paid') FROM plays GROUP BY 1, 2",
    "user_totals": "SELECT user_id, count(DISTINCT session_id), count(DISTINCT day) FROM plays GROUP BY 1",
    "listener_weeks": "SELECT user_id, week, lag(week) OVER (PARTITION BY user_id ORDER BY week) FROM "
    "(SELECT DISTINCT user_id, date_trunc('week', day::timestamp)::date AS week FROM plays) weeks",
    "period_totals": "SELECT period, date_trunc(period, day::timestamp)::date, count(*), count(DISTINCT user_id), "
    "count(DISTINCT user_id) FILTER (WHERE level = 'free'), count(DISTINCT user_id) FILTER (WHERE level = 'paid'), "
    "CASE WHEN period = 'day' THEN count(DISTINCT (user_id, session_id)) END, sum(us), "
    "coalesce(sum(us) FILTER (WHERE level = 'free'), 0), coalesce(sum(us) FILTER (WHERE level = 'paid'), 0) "
    "FROM plays, unnest(ARRAY['day', 'week', 'month']) period GROUP BY 1, 2",
}

MOMENTS = st.tuples(st.sampled_from(FILES), st.sampled_from([-1, 0, 0, 7]), st.sampled_from([0, 23]))
DRAWN = st.tuples(
    MOMENTS, st.integers(1, 2), st.integers(1, 2), st.sampled_from(["free", "paid"]), st.sampled_from([None, 200.25])
)
LOADS = st.lists(
    st.dictionaries(st.sampled_from(FILES), st.lists(DRAWN, max_size=4), min_size=1, max_size=3), min_size=2, max_size=5
)
Drawn = tuple[tuple[dt.date, int, int], int, int, str, float | None]


def plays_of(file: dt.date, drawn: list[Drawn]) -> list[tuple[object, ...]]:
    """Return rows of songplays of a day's file, no event twice."""
    rows: dict[tuple[dt.datetime, int, int], tuple[object, ...]] = {}
    numbers = count(file.toordinal() * 1000)
    for (day, days_later, hour), user, session, level, length in drawn:
        at = dt.datetime.combine(day + dt.timedelta(days=days_later), dt.time(hour), dt.UTC)
        event = (at, user, level, None, None, session, 0, None, None, "song", "artist", length, file)
        rows[at, user, session] = (next(numbers), *event)
    return list(rows.values())


def frame_of(table: Table, rows: list[tuple[object, ...]]) -> pl.DataFrame:
    """Return the rows with the table's types."""
    return pl.DataFrame(rows, schema={column.name: column.dtype for column in table.columns}, orient="row")


def stored(connection: Connection, table: str) -> list[tuple[object, ...]]:
    """Return what is added up, in order."""
    return sorted(
        connection.execute(sql.SQL("TABLE {}").format(sql.Identifier("analytics", table))).fetchall(), key=repr
    )


def expected(connection: Connection, table: str) -> list[tuple[object, ...]]:
    """Return the same from all plays, as whole numbers."""
    query = sql.SQL("WITH plays AS ({}) {}").format(sql.SQL(_PLAY), sql.SQL(EXPECTED[table]))  # texts of this module
    rows = connection.execute(query).fetchall()
    return sorted(
        [tuple(int(value) if isinstance(value, Decimal) else value for value in row) for row in rows], key=repr
    )


# The database is emptied by hand between the examples.
@pytest.mark.slow
@settings(max_examples=25, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(loads=LOADS)
def test_totals_are_those_of_all_plays_whatever_was_loaded_before(
    connection: Connection, loads: list[dict[dt.date, list[Drawn]]]
) -> None:
    connection.execute("DROP SCHEMA IF EXISTS analytics, ops, public CASCADE; CREATE SCHEMA public")
    for load in loads:
        rows = [row for file, drawn in load.items() for row in plays_of(file, drawn)]
        claims = frame_of(SONGPLAY_CLAIMS, [])
        publish(connection, PLAYS, Publication(frame_of(PLAYS, rows), partitions=tuple(map(str, load)), claims=claims))
        refresh(connection, [], OTHERS)

        for table in EXPECTED:
            assert stored(connection, table) == expected(connection, table), table
