"""Quoted names and conditions."""

from __future__ import annotations

import pytest
from psycopg import sql

from sparkify_assets.postgres import names
from sparkify_assets.postgres.connection import Connection
from sparkify_assets.postgres.table import LONGEST_NAME, Check


def test_names_are_quoted() -> None:
    assert names.columns(["a", 'b"c']).as_string() == '"a", "b""c"'
    assert names.columns(["a"], "t").as_string() == '"t"."a"'
    assert names.same_values(["a", "b"], "l", "r").as_string() == '"l"."a" = "r"."a" AND "l"."b" = "r"."b"'


def test_two_nulls_make_the_same_row(connection: Connection) -> None:
    same = names.same_row(["a", "b"], "l", "r")
    query = sql.SQL("SELECT {} FROM (VALUES (1, %s::text)) l(a, b), (VALUES (1, %s::text)) r(a, b)").format(same)

    answers = [connection.execute(query, pair).fetchone() for pair in [(None, None), (None, "x"), ("x", "x")]]

    assert answers == [(True,), (False,), (True,)]


def test_rows_without_columns_are_the_same() -> None:
    assert names.same_row([], "l", "r").as_string() == "true"


def test_a_long_name_is_shortened_and_stays_distinct() -> None:
    one, two = (names.short_name("wind_" * 12, column, "check") for column in ("speed", "bearing"))

    assert names.short_name("wind", "speed", "check") == "wind_speed_check"
    assert one != two
    assert len(names.short_name("ü" * 31, "speed", "check").encode()) <= LONGEST_NAME
    assert len(one) == LONGEST_NAME


@pytest.mark.parametrize(
    ("check", "expected"),
    [
        (Check(">", 0), '"wind" > 0'),
        (Check("length >=", 1), "\"wind\" <> ''"),
        (Check("length >=", 2), 'length("wind") >= 2'),
        (Check("in", ("west", "o'clock")), "\"wind\" IN ('west', 'o''clock')"),
    ],
)
def test_a_check_becomes_sql(check: Check, expected: str) -> None:
    assert names.condition("wind", check).as_string() == expected
