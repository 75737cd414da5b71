"""The first rows, as a page can show them."""

import datetime as dt
import math

import polars as pl
import pytest

from sparkify_assets.postgres.preview import EXACT_IN_A_BROWSER, MAX_CHARACTERS, MAX_ROWS, Shown, first_rows


def test_ten_rows_at_most_in_the_order_of_the_frame() -> None:
    rows = pl.DataFrame({"n": range(20, 0, -1), "unseen": 0})

    assert first_rows(rows, ["n"]) == {"": [{"n": n} for n in range(20, 20 - MAX_ROWS, -1)]}


def test_each_partition_has_its_own_rows_wherever_they_stand() -> None:
    days = [dt.date(2018, 11, day) for day in (2, 1, 2)]
    rows = pl.DataFrame({"day": days, "n": [1, 2, 3]})

    assert first_rows(rows, ["n"], "day") == {"2018-11-02": [{"n": 1}, {"n": 3}], "2018-11-01": [{"n": 2}]}


def test_no_row_gives_no_preview() -> None:
    empty = pl.DataFrame({"day": [], "n": []}, schema={"day": pl.Date, "n": pl.Int64})

    assert first_rows(empty, ["n"]) == {}
    assert first_rows(empty, ["n"], "day") == {}


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (None, None),
        (True, True),
        (1.5, 1.5),
        (EXACT_IN_A_BROWSER, EXACT_IN_A_BROWSER),
        (EXACT_IN_A_BROWSER + 1, "9007199254740993"),
        (math.inf, "inf"),
        (math.nan, "nan"),
        ("short", "short"),
        ("x" * 200, "x" * MAX_CHARACTERS + "…"),
        (dt.date(2018, 11, 15), "2018-11-15"),
        (dt.datetime(2018, 11, 15, 1, 2, 3, 796000, tzinfo=dt.UTC), "2018-11-15 01:02:03.796000+00:00"),
        (b"\x00", "b'\\x00'"),
    ],
)
def test_value_is_one_that_json_and_a_browser_keep(value: object, shown: Shown) -> None:
    rows = pl.DataFrame({"value": [value]})

    assert first_rows(rows, ["value"]) == {"": [{"value": shown}]}
