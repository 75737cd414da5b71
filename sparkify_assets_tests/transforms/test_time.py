"""Start times taken apart, in UTC."""

import datetime as dt

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sparkify_assets.schemas import Time
from sparkify_assets.schemas.staged import FIRST_MOMENT_MS, LAST_MOMENT_MS
from sparkify_assets.transforms.time import build_time, in_order, moment, start_times, take_apart

from .records import NOON_MS, events


def epoch_ms(text: str) -> int:
    return round(dt.datetime.fromisoformat(text).timestamp() * 1000)


def test_columns_are_those_of_the_table() -> None:
    built = build_time(events({"ts": epoch_ms("2018-11-15T13:14:15.016Z")}))

    assert Time.is_valid(built)
    assert built.rows(named=True) == [
        {
            "start_time": dt.datetime(2018, 11, 15, 13, 14, 15, 16_000, dt.UTC),
            "hour": 13,
            "day": 15,
            "week": 46,
            "month": 11,
            "year": 2018,
            "weekday": 3,
        }
    ]


@pytest.mark.parametrize(
    ("day", "week", "year", "weekday"),
    [
        ("2018-11-12", 46, 2018, 0),  # a Monday
        ("2018-11-18", 46, 2018, 6),  # a Sunday
        ("2018-12-30", 52, 2018, 6),
        ("2018-12-31", 1, 2018, 0),  # in week 1 of 2019
        ("2019-01-01", 1, 2019, 1),
        ("2020-12-31", 53, 2020, 3),
        ("2021-01-01", 53, 2021, 4),  # in week 53 of 2020
        ("2021-01-03", 53, 2021, 6),
        ("2021-01-04", 1, 2021, 0),
        ("2016-01-01", 53, 2016, 4),
        ("2012-02-29", 9, 2012, 2),
        ("1969-12-31", 1, 1969, 2),
    ],
)
def test_week_is_iso_year_is_the_calendars_and_monday_is_zero(day: str, week: int, year: int, weekday: int) -> None:
    built = build_time(events({"ts": epoch_ms(f"{day}T23:59:59.999Z")}))

    assert built.select("week", "year", "weekday").rows() == [(week, year, weekday)]


@given(st.integers(FIRST_MOMENT_MS, LAST_MOMENT_MS))
def test_every_moment_is_taken_apart_as_by_the_calendar(ts: int) -> None:
    at = dt.datetime(1970, 1, 1, tzinfo=dt.UTC) + dt.timedelta(milliseconds=ts)

    built = build_time(events({"ts": ts}))

    assert Time.is_valid(built)
    assert built.rows() == [(at, at.hour, at.day, at.isocalendar().week, at.month, at.year, at.weekday())]


@pytest.mark.parametrize("ts", [-1, -86_400_001, 0, 1, 1541105830796])
def test_milliseconds_are_kept_before_1970_too(ts: int) -> None:
    built = build_time(events({"ts": ts}))

    assert built["start_time"].dt.epoch("us").to_list() == [ts * 1000]


def test_last_millisecond_before_1970_is_in_1969() -> None:
    assert build_time(events({"ts": -1})).drop("start_time").rows() == [(23, 31, 1, 12, 1969, 2)]


def test_plays_alone_have_a_row_each_moment_once_in_order() -> None:
    built = build_time(
        events({"ts": NOON_MS + 1}, {"ts": NOON_MS}, {"ts": NOON_MS, "user_id": 8}, {"ts": 5, "page": "Home"})
    )

    assert built["start_time"].dt.epoch("ms").to_list() == [NOON_MS, NOON_MS + 1]


def test_start_times_of_several_portions_are_each_taken_once_in_order() -> None:
    later, earlier = events({"ts": NOON_MS}, {"ts": NOON_MS + 1}), events({"ts": NOON_MS - 1}, {"ts": NOON_MS})

    found = in_order([start_times(later), start_times(earlier.lazy()), start_times(events())])

    assert take_apart(found).equals(build_time(pl.concat([later, earlier])))
    assert found["start_time"].dt.epoch("ms").to_list() == [NOON_MS - 1, NOON_MS, NOON_MS + 1]


def test_no_plays_give_no_rows() -> None:
    assert build_time(events({"page": "Home"})).equals(Time.create_empty())
    assert build_time(events().lazy()).equals(Time.create_empty())


def test_moment_of_null_is_null() -> None:
    assert pl.DataFrame({"ts": [None, 0]}, schema={"ts": pl.Int64}).select(moment("ts"))["ts"].null_count() == 1
