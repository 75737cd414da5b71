"""A merge that sends only what is different leaves what comparing all rows leaves."""

from __future__ import annotations

import random

import polars as pl
import pytest
from psycopg import sql

from sparkify_assets.errors import PublishError
from sparkify_assets.postgres.connection import Connection
from sparkify_assets.postgres.merged import difference
from sparkify_assets.postgres.modes import Merge
from sparkify_assets.postgres.publication import Publication, Written
from sparkify_assets.postgres.publish import publish
from sparkify_assets.postgres.read import read
from sparkify_assets.postgres.table import Table
from sparkify_assets_tests.postgres.weather import Outages, merged_stations, rows_of

STATIONS = merged_stations("delete")
PRUNED = merged_stations("prune")
OLD = rows_of(STATIONS, ("a", "Alp", 1.0, "land"), ("b", None, None, "buoy"), ("c", "Cape", 3.0, "land"))
NEW = rows_of(STATIONS, ("d", "Dune", 4.0, "land"), ("b", None, None, "buoy"), ("a", "Alp", None, "land"))


def merged(connection: Connection, table: Table, frame: pl.DataFrame) -> Written:
    return publish(connection, table, Publication(frame))


def counts(written: Written) -> tuple[int, int, int, int]:
    return written.inserted, written.updated, written.unchanged, written.deleted


def noted(connection: Connection) -> list[str]:
    """Return the keys that are noted to be pruned."""
    return sorted(key for (key,) in connection.execute("SELECT key FROM ops.unused_rows"))


def forget(connection: Connection) -> None:
    """Have the next merge compare all rows."""
    connection.execute("DELETE FROM ops.merged_rows")


def test_difference_is_what_is_new_changed_and_vanished(connection: Connection) -> None:
    merged(connection, STATIONS, OLD)

    found = difference(connection, STATIONS, NEW)

    assert found is not None
    assert found.changed.sort("station_id").equals(NEW.filter(pl.col("station_id") != "b").sort("station_id"))
    assert found.vanished["station_id"].to_list() == ["c"]


def test_equal_rows_differ_in_nothing_and_nothing_is_written(connection: Connection) -> None:
    merged(connection, STATIONS, OLD)
    before = connection.execute("SELECT ctid::text, xmin::text FROM ops.merged_rows").fetchall()

    written = merged(connection, STATIONS, OLD.reverse())

    assert counts(written) == (0, 0, 3, 0)
    assert not difference(connection, STATIONS, OLD)
    assert connection.execute("SELECT ctid::text, xmin::text FROM ops.merged_rows").fetchall() == before


BEHIND_OUR_BACK = (
    "UPDATE weather.stations SET name = 'Alps' WHERE station_id = 'a'",
    "UPDATE weather.stations SET height_m = 0.5 WHERE station_id = 'b'",
    "DELETE FROM weather.stations WHERE station_id = 'c'",
    "INSERT INTO weather.stations VALUES ('z', null, null, 'buoy')",
    "TRUNCATE weather.stations",
    "UPDATE weather.stations SET station_id = station_id || '!'",
)


@pytest.mark.parametrize("change", BEHIND_OUR_BACK)
def test_what_was_changed_behind_our_back_is_repaired(connection: Connection, change: str) -> None:
    merged(connection, STATIONS, OLD)
    connection.execute(sql.SQL(change))

    assert difference(connection, STATIONS, OLD) is None
    merged(connection, STATIONS, OLD)

    assert read(connection, STATIONS).equals(OLD)
    assert not difference(connection, STATIONS, OLD)


@pytest.mark.parametrize(
    "damage",
    [
        "DELETE FROM ops.merged_rows",
        "UPDATE ops.merged_rows SET way = 'another'",
        "UPDATE ops.merged_rows SET state = '3 1'",
    ],
)
def test_without_a_record_that_holds_all_rows_are_compared(connection: Connection, damage: str) -> None:
    merged(connection, STATIONS, OLD)
    connection.execute(sql.SQL(damage))

    assert difference(connection, STATIONS, OLD) is None
    assert counts(merged(connection, STATIONS, NEW)) == (1, 1, 1, 1)
    assert difference(connection, STATIONS, OLD)


def test_rows_that_wait_to_be_pruned_are_noted_with_each_merge(connection: Connection) -> None:
    merged(connection, PRUNED, OLD)

    merged(connection, PRUNED, NEW)
    assert noted(connection) == ["c"]
    merged(connection, PRUNED, NEW)
    assert noted(connection) == ["c"]
    merged(connection, PRUNED, OLD)

    assert noted(connection) == ["d"]


def test_a_key_that_changes_has_no_say_where_a_frame_is_not_everything(connection: Connection) -> None:
    merged(connection, merged_stations("keep"), OLD)

    assert connection.execute("SELECT * FROM ops.merged_rows").fetchall() == []


def test_a_doubled_key_of_equal_rows_is_refused_too(connection: Connection) -> None:
    merged(connection, STATIONS, OLD)

    with pytest.raises(PublishError, match="duplicate key"):
        merged(connection, STATIONS, pl.concat([OLD, OLD.head(1)]))

    assert not difference(connection, STATIONS, OLD)


def test_a_merge_that_fails_is_not_remembered(connection: Connection) -> None:
    merged(connection, STATIONS, OLD)

    with pytest.raises(PublishError):
        merged(connection, STATIONS, OLD.with_columns(height_m=pl.lit(9999.0)))

    assert not difference(connection, STATIONS, OLD)


def test_table_that_was_dropped_is_merged_as_a_new_one(connection: Connection) -> None:
    merged(connection, STATIONS, OLD)
    connection.execute("DROP TABLE weather.stations")

    assert counts(merged(connection, STATIONS, NEW)) == (3, 0, 0, 0)


def test_any_frames_one_after_the_other_leave_the_same_either_way(connection: Connection) -> None:
    draw = random.Random(5)
    table = Table.of(Outages, "weather", "outages", publish=Merge("delete"))
    for number in range(12):
        stations = rows_of(
            STATIONS,
            *(
                (key, draw.choice([None, "x", "y"]), draw.choice([None, -0.5, 7.0]), "land")
                for key in draw.sample("abcdef", 4)
            ),
        )
        outages = rows_of(table, *((key, 1, draw.randint(1, 2)) for key in draw.sample("abcdef", 3)))
        if number % 3 == 2:
            forget(connection)

        merged(connection, STATIONS, stations)
        merged(connection, table, outages)

        assert read(connection, STATIONS).equals(stations.sort("station_id"))
        assert read(connection, table).equals(outages.sort("station_id"))
