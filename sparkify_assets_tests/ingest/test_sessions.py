"""What is missing from sessions is found, and nothing is made up."""

import datetime as dt

import polars as pl
import pytest

from sparkify_assets.ingest.sessions import Gaps, find_gaps, sessions_of

FIRST_DAY = dt.date(2018, 11, 1)

Items = dict[int, list[int]]


def days_of(*days: Items) -> list[pl.DataFrame]:
    """Return the sessions of days that follow each other; each gives the items of sessions by id."""
    return [
        sessions_of(
            FIRST_DAY + dt.timedelta(days=number),
            pl.DataFrame(
                [(session, item) for session, items in sessions.items() for item in items],
                schema={"session_id": pl.Int64, "item_in_session": pl.Int32},
                orient="row",
            ),
        )
        for number, sessions in enumerate(days)
    ]


@pytest.mark.parametrize(
    ("days", "missing"),
    [
        ([{1: [0, 1, 2]}], 0),
        ([{1: [2, 0, 1]}], 0),
        ([{1: [0, 3]}], 2),
        ([{1: [7, 8]}], 0),  # begun the day before the first
        ([{1: [7, 9]}], 1),
        ([{}, {1: [7, 8]}], 7),  # no longer possible
        ([{1: [0, 1]}, {1: [2, 3]}], 0),
        ([{1: [0, 1]}, {1: [3]}], 1),
        ([{1: [0]}, {}, {1: [1]}], 0),
        ([{1: [0, 0, 1]}], 0),
    ],
)
def test_missing_items_are_counted(days: list[Items], missing: int) -> None:
    gaps = find_gaps(days_of(*days), FIRST_DAY)

    assert gaps.missing_items == missing
    assert gaps.broken == (missing > 0)


def test_broken_sessions_are_named() -> None:
    gaps = find_gaps(days_of({session: [0, 2] for session in (9, 8, 7, 6, 5, 4)}, {3: [0]}), FIRST_DAY)

    assert gaps == Gaps(sessions=7, broken=6, missing_items=6, examples=(4, 5, 6, 7, 8))


def test_no_event_is_no_session() -> None:
    assert find_gaps(days_of({}, {}), FIRST_DAY) == Gaps(0, 0, 0, ())
