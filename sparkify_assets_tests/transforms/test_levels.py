"""Events that say something new of a user's subscription."""

import datetime as dt

import polars as pl

from sparkify_assets.schemas import LevelEvents
from sparkify_assets.transforms.levels import build_level_events

from .records import DAY, NOON_MS, events

NEXT_DAY = dt.date(2018, 11, 16)
FREE, PAID = {"level": "free"}, {"level": "paid"}


def minute(number: int) -> dict[str, object]:
    """Return the moment of an event, in minutes after noon."""
    return {"ts": NOON_MS + number * 60_000, "page": "Home"}


def told(frame: pl.DataFrame) -> list[tuple[int, str, str]]:
    """Return minute after noon, page and level of each row."""
    minutes = (frame["event_time"].dt.epoch("ms") - NOON_MS) // 60_000
    return list(zip(minutes, frame["page"], frame["level"], strict=True))


def test_columns_are_those_of_the_table() -> None:
    built = build_level_events(events({"item_in_session": 3}))

    assert LevelEvents.is_valid(built)
    assert built.rows() == [(dt.datetime(2018, 11, 15, 12, tzinfo=dt.UTC), 7, 12, 3, DAY, "NextSong", "free")]


def test_first_event_of_the_day_and_changes_are_told() -> None:
    built = build_level_events(
        events(minute(3) | PAID, minute(1) | FREE, minute(2) | PAID, minute(4) | FREE, minute(5) | FREE)
    )

    assert told(built) == [(1, "Home", "free"), (2, "Home", "paid"), (4, "Home", "free")]


def test_orders_are_told_though_the_level_stays() -> None:
    built = build_level_events(
        events(minute(1), minute(2) | {"page": "Submit Upgrade"}, minute(3), minute(4) | {"page": "Submit Downgrade"})
    )

    assert told(built) == [(1, "Home", "free"), (2, "Submit Upgrade", "free"), (4, "Submit Downgrade", "free")]


def test_events_of_one_moment_are_in_the_order_of_session_and_item() -> None:
    built = build_level_events(
        events(
            minute(1) | PAID | {"session_id": 2, "item_in_session": 0},
            minute(1) | FREE | {"session_id": 1, "item_in_session": 9},
            minute(1) | PAID | {"session_id": 1, "item_in_session": 10},
        )
    )

    assert told(built) == [(1, "Home", "free"), (1, "Home", "paid")]
    assert built["item_in_session"].to_list() == [9, 10]


def test_each_day_and_user_begins_anew_and_guests_are_left_out() -> None:
    built = build_level_events(
        events(
            minute(1),
            minute(2) | {"user_id": 8},
            minute(3) | {"user_id": None, "level": None},
            minute(4) | {"log_date": NEXT_DAY},
        )
    )

    assert built.select("log_date", "user_id").rows() == [(DAY, 7), (DAY, 8), (NEXT_DAY, 7)]


def test_no_event_gives_no_row() -> None:
    assert LevelEvents.is_valid(build_level_events(events()))
