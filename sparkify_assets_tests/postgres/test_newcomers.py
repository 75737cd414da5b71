"""Telling whether staged partitions meet anything that is stored."""

from __future__ import annotations

from dataclasses import replace

import polars as pl
import pytest

from sparkify_assets.postgres.connection import Connection
from sparkify_assets.postgres.copy import STAGED, copy_frame, create_staged
from sparkify_assets.postgres.modes import ReplacePartition
from sparkify_assets.postgres.newcomers import meet_nothing
from sparkify_assets.postgres.publication import Publication, Scope
from sparkify_assets.postgres.publish import publish
from sparkify_assets.postgres.statements import STAGED_CLAIMS, Statements
from sparkify_assets.postgres.table import Table
from sparkify_assets_tests.postgres.weather import DOUBTED, OUTAGES, READINGS, SINGLE_READINGS, rows_of

STORED = rows_of(READINGS, (11, "d", 5, 7.0, 1), (12, "h", 5, 7.0, 1))
NO_CLAIM = OUTAGES.empty_frame()


def are_new(
    connection: Connection, rows: pl.DataFrame, *days: str, claims: pl.DataFrame = NO_CLAIM, table: Table
) -> bool:
    assert isinstance(table.publish, ReplacePartition)
    with connection.transaction():
        create_staged(connection, table, STAGED)
        copy_frame(connection, rows, STAGED)
        if table.publish.claims is not None:
            create_staged(connection, table.publish.claims, STAGED_CLAIMS)
            copy_frame(connection, claims, STAGED_CLAIMS)
        return meet_nothing(Statements(connection, table, table.publish, Scope(partitions=days)))


def reading(station: str, day: int = 2) -> pl.DataFrame:
    return rows_of(READINGS, (21, station, 5, 1.0, day))


@pytest.mark.parametrize("station", ["a", "i"])
def test_a_new_partition_with_keys_outside_of_the_stored_ones_meets_nothing(
    connection: Connection, station: str
) -> None:
    publish(connection, SINGLE_READINGS, Publication(STORED, partitions=("1",)))

    assert are_new(connection, reading(station), "2", table=SINGLE_READINGS)


@pytest.mark.parametrize("stations", [["d"], ["h"], ["a", "z"]])
def test_stored_keys_in_the_range_of_the_staged_ones_are_met(connection: Connection, stations: list[str]) -> None:
    publish(connection, SINGLE_READINGS, Publication(STORED, partitions=("1",)))
    rows = rows_of(READINGS, *((20 + i, station, 5, 1.0, 2) for i, station in enumerate(stations)))

    assert not are_new(connection, rows, "2", table=SINGLE_READINGS)


def test_a_partition_that_has_rows_is_met(connection: Connection) -> None:
    publish(connection, SINGLE_READINGS, Publication(STORED, partitions=("1",)))

    assert not are_new(connection, reading("z", day=1), "1", table=SINGLE_READINGS)
    assert not are_new(connection, READINGS.empty_frame(), "1", table=SINGLE_READINGS)


def test_a_stored_claim_is_met_by_its_key_and_by_its_partition(connection: Connection) -> None:
    claims = rows_of(OUTAGES, ("m", 5, 1))
    publish(connection, SINGLE_READINGS, Publication(READINGS.empty_frame(), partitions=("1",), claims=claims))

    assert not are_new(connection, reading("m"), "2", table=SINGLE_READINGS)
    assert not are_new(connection, reading("z", day=1), "1", table=SINGLE_READINGS)
    assert are_new(connection, reading("z"), "2", table=SINGLE_READINGS)


def test_a_staged_claim_meets_a_stored_row(connection: Connection) -> None:
    publish(connection, SINGLE_READINGS, Publication(STORED, partitions=("1",)))

    assert not are_new(connection, reading("z"), "2", claims=rows_of(OUTAGES, ("d", 5, 2)), table=SINGLE_READINGS)
    assert are_new(connection, reading("z"), "2", claims=rows_of(OUTAGES, ("y", 5, 2)), table=SINGLE_READINGS)


def test_a_row_that_waits_is_met(connection: Connection) -> None:
    publish(connection, SINGLE_READINGS, Publication(STORED, partitions=("1",)))
    publish(connection, SINGLE_READINGS, Publication(reading("d", day=3), partitions=("3",)))

    assert not are_new(connection, reading("z", day=1), "1", table=SINGLE_READINGS)


def test_without_a_key_across_partitions_only_the_partitions_count(connection: Connection) -> None:
    publish(connection, READINGS, Publication(STORED, partitions=("1",)))

    assert are_new(connection, reading("d"), "2", table=READINGS)
    assert not are_new(connection, reading("z", day=1), "1", table=READINGS)


def test_a_key_that_is_null_meets_nothing_and_hides_nothing(connection: Connection) -> None:
    mode = ReplacePartition("day", unique=("degrees", "station_id"), superseded=DOUBTED)
    table = replace(READINGS, publish=mode)
    publish(connection, table, Publication(STORED, partitions=("1",)))
    frozen = rows_of(READINGS, (21, "d", 5, None, 2))

    assert are_new(connection, frozen, "2", table=table)
    assert not are_new(connection, frozen.vstack(rows_of(READINGS, (22, "d", 5, 7.0, 2))), "2", table=table)
