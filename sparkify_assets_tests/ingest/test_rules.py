"""The record gate's rules."""

import datetime as dt
from typing import Any

import polars as pl
import pytest

from sparkify_assets.ingest.records import EVENT, SONG, RecordKind
from sparkify_assets.ingest.refusals import Reason
from sparkify_assets.ingest.rules import split_by_rules
from sparkify_assets.schemas.staged import FIRST_MOMENT_MS, LAST_MOMENT_MS

EVENT_ROW: dict[str, Any] = {
    "log_date": dt.date(2018, 11, 1),
    "file": "log_data/x.json",
    "position": 0,
    "ts": 1541105830796,
    "user_id": 15,
    "session_id": 77,
    "item_in_session": 3,
    "page": "NextSong",
    "level": "paid",
    "length": 201.5,
}
SONG_ROW: dict[str, Any] = {
    "file": "song_data/x.json",
    "song_id": "SO1",
    "title": "",
    "artist_id": "AR1",
    "artist_name": "",
    "duration": 201.5,
}


def split(kind: RecordKind, *rows: dict[str, Any]) -> tuple[pl.DataFrame, list[tuple[int, Reason, str]]]:
    """Split rows that are given by what differs from a valid one."""
    base = EVENT_ROW if kind is EVENT else SONG_ROW
    schema = pl.Schema({"index": pl.Int64(), **kind.schema.create_empty().schema})
    filled = [{**base, "index": n, "line": n + 1, **row} for n, row in enumerate(rows)]
    good, refused = split_by_rules(pl.DataFrame(filled, schema=schema), kind)
    return good, [(each.index, each.reason, each.message) for each in refused]


@pytest.mark.parametrize(
    "row",
    [
        {},
        {"user_id": None, "page": "Home", "level": None},
        {"user_id": None, "page": "Home", "level": "odd"},
        {"page": "Home", "length": -1.0},
        {"length": None},
        {"ts": FIRST_MOMENT_MS},
        {"ts": LAST_MOMENT_MS},
    ],
)
def test_valid_event_stays(row: dict[str, Any]) -> None:
    good, refused = split(EVENT, row)

    assert good.height == 1
    assert refused == []


@pytest.mark.parametrize(
    ("row", "reason", "message"),
    [
        ({"ts": None}, Reason.MISSING_TS, "ts is missing or null"),
        ({"ts": FIRST_MOMENT_MS - 1}, Reason.OUT_OF_RANGE, "ts is -62135596800001, expected"),
        ({"ts": LAST_MOMENT_MS + 1}, Reason.OUT_OF_RANGE, "ts is 253402300800000, expected"),
        ({"session_id": None}, Reason.MISSING_SESSION, "sessionId is missing or null"),
        ({"item_in_session": None}, Reason.MISSING_ITEM, "itemInSession is missing or null"),
        ({"page": None}, Reason.MISSING_PAGE, "page is missing or null"),
        ({"page": ""}, Reason.MISSING_PAGE, 'page is "", expected'),
        ({"user_id": None}, Reason.MISSING_USER, "userId is missing or empty"),
        ({"level": "gold"}, Reason.UNKNOWN_LEVEL, 'level is "gold" for user 15, expected "free" or "paid"'),
        ({"level": None}, Reason.UNKNOWN_LEVEL, "level is null for user 15"),
        ({"level": "gold", "page": "Home"}, Reason.UNKNOWN_LEVEL, 'level is "gold" for user 15'),
        ({"length": 0.0}, Reason.LENGTH_NOT_POSITIVE, "length of a play is 0.0, expected seconds above 0"),
    ],
)
def test_event_that_breaks_a_rule_is_refused(row: dict[str, Any], reason: Reason, message: str) -> None:
    good, [(index, refused, told)] = split(EVENT, {}, row, {})

    assert good["line"].to_list() == [1, 3]
    assert (index, refused) == (1, reason)
    assert told.startswith(message)


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ({"song_id": None}, Reason.MISSING_SONG_ID),
        ({"song_id": ""}, Reason.MISSING_SONG_ID),
        ({"title": None}, Reason.MISSING_TITLE),
        ({"artist_id": None}, Reason.MISSING_ARTIST_ID),
        ({"artist_id": ""}, Reason.MISSING_ARTIST_ID),
        ({"artist_name": None}, Reason.MISSING_ARTIST_NAME),
        ({"duration": None}, Reason.MISSING_DURATION),
        ({"duration": 0.0}, Reason.DURATION_NOT_POSITIVE),
        ({"artist_latitude": 90.1}, Reason.OUT_OF_RANGE),
        ({"artist_latitude": -90.1}, Reason.OUT_OF_RANGE),
        ({"artist_longitude": 180.1}, Reason.OUT_OF_RANGE),
        ({"artist_longitude": -180.1}, Reason.OUT_OF_RANGE),
    ],
)
def test_song_that_breaks_a_rule_is_refused(row: dict[str, Any], reason: Reason) -> None:
    good, refused = split(SONG, row, {})

    assert good.height == 1
    assert [(index, each) for index, each, _ in refused] == [(0, reason)]


def test_first_rule_of_several_is_told() -> None:
    _, refused = split(EVENT, {"ts": None, "page": "", "level": "gold"})

    assert [reason for _, reason, _ in refused] == [Reason.MISSING_TS]


def test_rule_without_a_code_is_told_by_its_name() -> None:
    _, refused = split(EVENT, {"length": float("inf")})

    assert refused == [(0, Reason.BROKEN_RULE, "breaks the rule 'length|inf'")]
