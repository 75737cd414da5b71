"""Replacing partitions, with and without a key that is unique across them."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import dataframely as dy
import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from psycopg import sql

from sparkify_assets.errors import PublishError
from sparkify_assets.postgres import names
from sparkify_assets.postgres.connection import Connection
from sparkify_assets.postgres.modes import ReplacePartition
from sparkify_assets.postgres.publication import Publication, Written
from sparkify_assets.postgres.publish import publish
from sparkify_assets.postgres.read import read
from sparkify_assets.postgres.table import Table
from sparkify_assets_tests.postgres.weather import (
    DAY_1,
    DAY_2,
    DAY_3,
    DOUBTED,
    OUTAGES,
    READINGS,
    SINGLE_READINGS,
    STATIONS,
    merged_stations,
    referring_readings,
    rows_of,
)


def publish_days(
    connection: Connection, frame: pl.DataFrame, *days: str, table: Table = READINGS, claims: pl.DataFrame | None = None
) -> Written:
    return publish(connection, table, Publication(frame, partitions=days, claims=claims))


def places(connection: Connection, table: Table) -> list[tuple[Any, ...]]:
    query = sql.SQL("SELECT ctid::text, * FROM {} ORDER BY 2").format(names.relation(table))
    return connection.execute(query).fetchall()


def public(connection: Connection) -> list[int]:
    return read(connection, SINGLE_READINGS)["reading_id"].to_list()


def waiting(connection: Connection) -> list[int]:
    return read(connection, DOUBTED)["reading_id"].to_list()


def test_only_the_partition_is_replaced(connection: Connection) -> None:
    publish_days(connection, pl.concat([DAY_1, DAY_2]), "1", "2")

    written = publish_days(connection, rows_of(READINGS, (11, "a", 1, 7.0, 1), (13, "c", 1, 0.0, 1)), "1")

    assert read(connection, READINGS).rows() == [(11, "a", 1, 7.0, 1), (13, "c", 1, 0.0, 1), (21, "a", 2, 2.5, 2)]
    assert (written.inserted, written.updated, written.unchanged, written.deleted) == (1, 1, 0, 1)
    assert (written.row_count, written.partition_rows) == (3, {"1": 2})


def test_a_range_is_replaced_as_one(connection: Connection) -> None:
    publish_days(connection, pl.concat([DAY_1, DAY_2, DAY_3]), "1", "2", "3")

    written = publish_days(connection, DAY_1, "1", "2")

    assert read(connection, READINGS).equals(pl.concat([DAY_1, DAY_3]))
    assert (written.unchanged, written.deleted, written.row_count) == (2, 1, 4)
    assert written.partition_rows == {"1": 2, "2": 0}


def test_an_empty_partition_is_emptied(connection: Connection) -> None:
    publish_days(connection, pl.concat([DAY_1, DAY_2]), "1", "2")

    written = publish_days(connection, READINGS.empty_frame(), "1")

    assert read(connection, READINGS).equals(DAY_2)
    assert (written.deleted, written.row_count, written.partition_rows) == (2, 1, {"1": 0})


@pytest.mark.parametrize("table", [READINGS, SINGLE_READINGS])
def test_publishing_twice_touches_no_row(connection: Connection, table: Table) -> None:
    frame = pl.concat([DAY_1, DAY_2, DAY_3])
    publish_days(connection, frame, "1", "2", "3", table=table)
    before = places(connection, table)

    written = publish_days(connection, frame, "1", "2", "3", table=table)

    assert places(connection, table) == before
    assert written.inserted + written.updated + written.deleted == 0
    assert written.unchanged + written.superseded == written.staged == 5


def test_a_row_of_a_strange_partition_is_refused(connection: Connection) -> None:
    publish_days(connection, DAY_1, "1")

    with pytest.raises(PublishError, match=r"rows of partition 2 in a publication of partition 1; no row was changed"):
        publish_days(connection, pl.concat([DAY_1, DAY_2]), "1")
    with pytest.raises(PublishError, match=r"rows of partition 3 in a publication of 2 partitions from 1 to 2"):
        publish_days(connection, DAY_3, "1", "2")
    with pytest.raises(PublishError, match=r"rows of partition 1 in a publication of none"):
        publish_days(connection, DAY_1)

    assert read(connection, READINGS).equals(DAY_1)


def test_a_claim_of_a_strange_partition_is_refused(connection: Connection) -> None:
    with pytest.raises(PublishError, match=r"rows of partition 2 in a publication of partition 1"):
        publish_days(connection, DAY_1, "1", table=SINGLE_READINGS, claims=rows_of(OUTAGES, ("a", 1, 2)))


def test_a_key_of_another_partition_is_refused_where_nothing_is_kept_aside(connection: Connection) -> None:
    publish_days(connection, DAY_1, "1")

    with pytest.raises(PublishError, match=r"duplicate key \(Key \(reading_id\)=\(11\) already exists\); no row was"):
        publish_days(connection, rows_of(READINGS, (11, "a", 1, 0.5, 2)), "2")


def test_the_same_key_twice_in_one_partition_is_refused(connection: Connection) -> None:
    publish_days(connection, DAY_1, "1", table=SINGLE_READINGS)

    with pytest.raises(PublishError, match=r"duplicate key \(Key \(station_id, minute\)=\(a, 2\) already exists\)"):
        publish_days(
            connection, rows_of(READINGS, (21, "a", 2, 0.0, 2), (22, "a", 2, 0.0, 2)), "2", table=SINGLE_READINGS
        )

    assert read(connection, SINGLE_READINGS).equals(DAY_1)


@pytest.mark.parametrize("order", [("1", "3"), ("3", "1")])
def test_the_row_of_the_later_partition_is_public_in_any_order(connection: Connection, order: tuple[str, str]) -> None:
    frames = {"1": DAY_1, "3": DAY_3}

    for day in order:
        publish_days(connection, frames[day], day, table=SINGLE_READINGS)

    assert (public(connection), waiting(connection)) == ([12, 31, 32], [11])


def test_the_row_that_waits_comes_back_when_the_other_goes(connection: Connection) -> None:
    publish_days(connection, DAY_1, "1", table=SINGLE_READINGS)
    publish_days(connection, DAY_3, "3", table=SINGLE_READINGS)

    written = publish_days(connection, DAY_3.filter(reading_id=31), "3", table=SINGLE_READINGS)

    assert (public(connection), waiting(connection)) == ([11, 12, 31], [])
    assert (written.restored, written.deleted, written.row_count) == (1, 1, 3)


def test_a_claim_takes_the_key_without_a_row_until_it_goes(connection: Connection) -> None:
    publish_days(connection, DAY_1, "1", table=SINGLE_READINGS)

    taken = publish_days(connection, DAY_2, "2", table=SINGLE_READINGS, claims=rows_of(OUTAGES, ("a", 1, 2)))
    public_while_taken = public(connection)
    freed = publish_days(connection, DAY_2, "2", table=SINGLE_READINGS)

    assert public_while_taken == [12, 21]
    assert (taken.row_count, freed.restored, public(connection)) == (2, 1, [11, 12, 21])


def test_a_claim_takes_the_key_though_its_columns_are_of_other_types(connection: Connection) -> None:
    class Failures(dy.Schema):
        station_id = dy.String(primary_key=True)
        minute = dy.Int32(primary_key=True)
        day = dy.Int32(primary_key=True)

    mode = ReplacePartition(
        "day",
        unique=("station_id", "minute"),
        superseded=DOUBTED,
        claims=Table.of(Failures, "archive", "outages"),
    )
    table = replace(SINGLE_READINGS, publish=mode)
    publish_days(connection, rows_of(READINGS, (31, "z", 1, 0.0, 3)), "3", table=table)
    assert mode.claims is not None

    claims = rows_of(mode.claims, ("a", 1, 2))
    publish_days(connection, rows_of(READINGS, (11, "a", 1, 0.0, 1)), "1", "2", table=table, claims=claims)

    assert (public(connection), waiting(connection)) == ([31], [11])


def test_a_row_loses_to_one_that_comes_back_at_the_same_time(connection: Connection) -> None:
    publish_days(connection, DAY_2, "2", table=SINGLE_READINGS)
    publish_days(connection, READINGS.empty_frame(), "3", table=SINGLE_READINGS, claims=rows_of(OUTAGES, ("a", 2, 3)))
    day_1 = rows_of(READINGS, (11, "a", 2, 0.0, 1))

    publish_days(connection, day_1, "1", "3", table=SINGLE_READINGS)

    assert (public(connection), waiting(connection)) == ([21], [11])


def test_a_key_may_be_the_unique_key_itself(connection: Connection) -> None:
    waits = replace(DOUBTED, key=("reading_id", "day"))
    table = replace(READINGS, publish=ReplacePartition("day", unique=("reading_id",), superseded=waits))
    one, two, three = (rows_of(READINGS, (7, "a", 1, float(day), day)) for day in (1, 2, 3))

    for frame, day in ((two, "2"), (three, "3"), (one, "1"), (READINGS.empty_frame(), "3")):
        publish_days(connection, frame, day, table=table)

    assert read(connection, table).equals(two)
    assert read(connection, waits).equals(one)


def test_a_row_does_not_come_back_without_its_parent(connection: Connection) -> None:
    stations = merged_stations()
    table = referring_readings(stations, keeps_parent=True)
    publish(connection, stations, Publication(rows_of(STATIONS, ("a", None, None, "land"), ("b", None, None, "land"))))
    publish_days(connection, DAY_1, "1", table=table)
    publish_days(connection, READINGS.empty_frame(), "2", table=table, claims=rows_of(OUTAGES, ("b", 1, 2)))
    connection.execute("DELETE FROM weather.stations WHERE station_id = 'b'")

    with pytest.raises(
        PublishError, match=r"its 'station_id', b, is not in 'weather\.stations' any more; publish that table first"
    ):
        publish_days(connection, READINGS.empty_frame(), "2", table=table)

    assert public(connection) == [11]


DAYS = st.lists(st.integers(1, 5), min_size=1, max_size=3, unique=True)
KEYS = range(4)
CELLS = st.sampled_from(["none", "none", "row", "row", "other row", "moved row", "claim"])
STEPS = st.lists(st.tuples(DAYS, st.lists(CELLS, min_size=12, max_size=12)), min_size=2, max_size=7)


def row_of(day: int, key: int, cell: str) -> tuple[int, str, int, float, int] | None:
    """Return the copy of the key in that day: another value, or another primary key, may stand there later."""
    if cell in ("none", "claim"):
        return None
    return (day * 100 + key + (50 if cell == "moved row" else 0), f"s{key}", key, float(cell == "other row"), day)


def expected(cells: dict[tuple[int, int], str]) -> tuple[set[tuple[Any, ...]], set[tuple[Any, ...]]]:
    """Say in plain Python which rows are public and which wait."""
    winners: set[tuple[Any, ...]] = set()
    others: set[tuple[Any, ...]] = set()
    for key in KEYS:
        copies = [(day, cells[day, key]) for day in range(1, 6) if cells.get((day, key), "none") != "none"]
        for day, cell in copies:
            row = row_of(day, key, cell)
            if row is not None:
                (winners if day == copies[-1][0] else others).add(row)
    return winners, others


# The database is emptied by hand between the examples.
@settings(max_examples=30, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=STEPS)
def test_public_are_the_rows_of_the_greatest_partitions_whatever_happened_before(
    connection: Connection, steps: list[tuple[list[int], list[str]]]
) -> None:
    connection.execute("DROP SCHEMA IF EXISTS weather, archive CASCADE")
    cells: dict[tuple[int, int], str] = {}
    for days, drawn in steps:
        new = {(day, key): drawn[number * 4 + key] for number, day in enumerate(days) for key in KEYS}
        cells |= new
        rows = [row for (day, key), cell in new.items() if (row := row_of(day, key, cell))]
        claims = [(f"s{key}", key, day) for (day, key), cell in new.items() if cell == "claim"]

        written = publish_days(
            connection,
            rows_of(READINGS, *rows),
            *map(str, days),
            table=SINGLE_READINGS,
            claims=rows_of(OUTAGES, *claims),
        )

        winners, others = expected(cells)
        assert set(read(connection, SINGLE_READINGS).rows()) == winners
        assert set(read(connection, DOUBTED).rows()) == others
        assert written.row_count == len(winners)
        assert written.partition_rows == {str(day): sum(row[4] == day for row in winners) for day in days}
        assert written.staged == written.inserted + written.updated + written.unchanged + written.superseded
