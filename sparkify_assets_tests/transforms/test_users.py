"""A user's days: the attributes at the last event of any page, and the number of plays."""

import datetime as dt

import polars as pl
import pytest

from sparkify_assets.schemas import UserDays
from sparkify_assets.transforms.users import build_user_days

from .records import DAY, NOON_MS, events

NEXT_DAY = dt.date(2018, 11, 16)


def test_columns_are_those_of_the_table() -> None:
    built = build_user_days(events({"item_in_session": 3}))

    assert UserDays.is_valid(built)
    assert built.rows(named=True) == [
        {
            "log_date": DAY,
            "user_id": 7,
            "first_name": "Ada",
            "last_name": "Finch",
            "gender": "F",
            "level": "free",
            "plays": 1,
            "last_event_time": dt.datetime(2018, 11, 15, 12, tzinfo=dt.UTC),
            "session_id": 12,
            "item_in_session": 3,
        }
    ]


def test_latest_event_gives_all_attributes_whatever_its_page() -> None:
    latest = {"page": "Logout", "level": "paid", "first_name": None, "last_name": "Wren", "gender": "M"}
    built = build_user_days(events({"ts": NOON_MS + 1, **latest}, {"ts": NOON_MS}))

    assert built.select("first_name", "last_name", "gender", "level", "plays").rows() == [
        (None, "Wren", "M", "paid", 1)
    ]


@pytest.mark.parametrize(
    ("earlier", "later"),
    [
        ({"ts": 1, "session_id": 9, "item_in_session": 9}, {"ts": 2, "session_id": 1, "item_in_session": 1}),
        ({"ts": 1, "session_id": 9, "item_in_session": 9}, {"ts": 1, "session_id": 10, "item_in_session": 1}),
        ({"ts": 1, "session_id": 9, "item_in_session": 9}, {"ts": 1, "session_id": 9, "item_in_session": 10}),
        ({"ts": -2, "session_id": 9, "item_in_session": 9}, {"ts": -1, "session_id": 1, "item_in_session": 1}),
    ],
)
def test_latest_is_by_moment_then_session_then_item(earlier: dict[str, object], later: dict[str, object]) -> None:
    both = events({"level": "free", **earlier}, {"level": "paid", **later})

    built, turned = build_user_days(both), build_user_days(both.reverse())

    assert built["level"].to_list() == ["paid"]
    assert turned.equals(built)


def test_file_and_line_do_not_decide() -> None:
    built = build_user_days(
        events(
            {"file": "log_data/a.json", "line": 1, "position": 0, "ts": 2, "level": "paid"},
            {"file": "log_data/b.json", "line": 9, "position": 9, "ts": 1, "level": "free"},
        )
    )

    assert built["level"].to_list() == ["paid"]


def test_users_of_one_moment_keep_their_own_attributes() -> None:
    built = build_user_days(events({"user_id": 8, "level": "paid"}, {"user_id": 7, "level": "free"}))

    assert built.select("user_id", "level").rows() == [(7, "free"), (8, "paid")]


def test_guests_are_no_users() -> None:
    built = build_user_days(events({"user_id": None, "page": "Home", "level": "a guest's may be anything"}, {}))

    assert built["user_id"].to_list() == [7]


def test_user_without_play_has_a_day_with_none() -> None:
    built = build_user_days(events({"page": "Home"}, {"page": "About"}))

    assert built["plays"].to_list() == [0]


def test_each_day_has_its_own_row_in_order() -> None:
    built = build_user_days(
        events(
            {"log_date": NEXT_DAY, "level": "paid", "user_id": 9},
            {"log_date": NEXT_DAY, "level": "paid"},
            {"log_date": DAY, "level": "free"},
            {"log_date": DAY, "level": "free", "ts": NOON_MS + 10**9},
        )
    )

    assert built.select("log_date", "user_id", "level", "plays").rows() == [
        (DAY, 7, "free", 2),
        (NEXT_DAY, 7, "paid", 1),
        (NEXT_DAY, 9, "paid", 1),
    ]


def test_day_is_that_of_the_file_not_of_the_event() -> None:
    built = build_user_days(events({"ts": NOON_MS - 10 * 86_400_000}))

    assert built["log_date"].to_list() == [DAY]


def test_event_delivered_on_two_days_counts_on_both() -> None:
    built = build_user_days(events({"item_in_session": 0}, {"item_in_session": 0, "log_date": NEXT_DAY}))

    assert built["plays"].to_list() == [1, 1]


def test_lazy_events_give_the_same() -> None:
    both = events({}, {"user_id": 9})

    assert build_user_days(both.lazy()).equals(build_user_days(both))


def test_no_events_give_no_rows() -> None:
    assert build_user_days(events()).equals(UserDays.create_empty())


def test_unknown_level_of_a_user_is_an_error() -> None:
    with pytest.raises(pl.exceptions.InvalidOperationError, match="gold"):
        build_user_days(events({"level": "gold"}))
