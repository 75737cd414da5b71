"""Publishing by merging."""

from __future__ import annotations

import polars as pl
import pytest

from sparkify_assets.errors import PublishError
from sparkify_assets.postgres.connection import Connection
from sparkify_assets.postgres.modes import Merge
from sparkify_assets.postgres.publication import Publication
from sparkify_assets.postgres.publish import publish
from sparkify_assets.postgres.read import read
from sparkify_assets.postgres.table import Table
from sparkify_assets_tests.postgres.weather import Outages, merged_stations, rows_of

STATIONS = merged_stations("keep")
OLD = rows_of(STATIONS, ("a", "Alp", 1.0, "land"), ("b", None, None, "buoy"), ("c", "Cape", 3.0, "land"))
NEW = rows_of(STATIONS, ("d", "Dune", 4.0, "land"), ("b", None, None, "buoy"), ("a", "Alp", None, "land"))


def places(connection: Connection) -> dict[str, str]:
    return dict(connection.execute("SELECT station_id, ctid::text FROM weather.stations").fetchall())


def test_new_rows_come_changed_ones_change_and_equal_ones_stay_where_they_are(connection: Connection) -> None:
    publish(connection, STATIONS, Publication(OLD))
    before = places(connection)

    written = publish(connection, STATIONS, Publication(NEW))

    after = places(connection)
    assert read(connection, STATIONS).equals(pl.concat([NEW, OLD.filter(station_id="c")]).sort("station_id"))
    assert (written.inserted, written.updated, written.unchanged, written.deleted) == (1, 1, 1, 0)
    assert written.row_count == 4
    assert {key for key in before if before[key] == after[key]} == {"b", "c"}


def test_publishing_twice_touches_no_row(connection: Connection) -> None:
    publish(connection, STATIONS, Publication(OLD))
    before = places(connection)

    written = publish(connection, STATIONS, Publication(OLD))

    assert places(connection) == before
    assert (written.inserted, written.updated, written.unchanged) == (0, 0, 3)


def test_vanished_rows_are_deleted_where_that_is_declared(connection: Connection) -> None:
    table = merged_stations("delete")
    publish(connection, table, Publication(OLD))

    written = publish(connection, table, Publication(NEW))

    assert read(connection, table).equals(NEW.sort("station_id"))
    assert (written.deleted, written.row_count) == (1, 3)


def test_vanished_rows_are_noted_where_they_are_to_be_pruned(connection: Connection) -> None:
    table = merged_stations("prune")
    publish(connection, table, Publication(OLD))

    written = publish(connection, table, Publication(NEW))

    notes = connection.execute("SELECT table_name, key FROM ops.unused_rows").fetchall()
    assert read(connection, table)["station_id"].to_list() == ["a", "b", "c", "d"]
    assert notes == [("weather.stations", "c")]
    assert written.deleted == 0


def test_a_row_that_is_back_is_not_noted_any_more(connection: Connection) -> None:
    table = merged_stations("prune")
    for frame in (OLD, NEW, OLD):
        publish(connection, table, Publication(frame))

    assert connection.execute("SELECT key FROM ops.unused_rows").fetchall() == [("d",)]


def test_notes_of_rows_that_others_let_go_of_survive_a_frame_that_is_not_everything(connection: Connection) -> None:
    publish(connection, STATIONS, Publication(OLD))
    connection.execute("INSERT INTO ops.unused_rows VALUES ('weather.stations', 'c')")

    publish(connection, STATIONS, Publication(NEW))

    assert connection.execute("SELECT key FROM ops.unused_rows").fetchall() == [("c",)]


@pytest.mark.parametrize("first", [OLD, OLD.clear()])
def test_an_empty_frame_changes_nothing(connection: Connection, first: pl.DataFrame) -> None:
    publish(connection, STATIONS, Publication(first))

    written = publish(connection, STATIONS, Publication(OLD.clear()))

    assert read(connection, STATIONS).equals(first)
    assert written.row_count == first.height


def test_a_table_that_is_all_key_is_merged(connection: Connection) -> None:
    table = Table.of(Outages, "weather", "outages", publish=Merge("delete"))
    publish(connection, table, Publication(rows_of(table, ("a", 1, 1), ("a", 2, 1))))

    written = publish(connection, table, Publication(rows_of(table, ("a", 2, 1), ("a", 3, 1))))

    assert read(connection, table).rows() == [("a", 2, 1), ("a", 3, 1)]
    assert (written.inserted, written.updated, written.unchanged, written.deleted) == (1, 0, 1, 1)


@pytest.mark.parametrize("first", [None, NEW])
def test_a_doubled_key_is_refused(connection: Connection, first: pl.DataFrame | None) -> None:
    if first is not None:
        publish(connection, STATIONS, Publication(first))

    with pytest.raises(
        PublishError,
        match=r"table 'weather\.stations': duplicate key \(Key \(station_id\)=\([ab]\) .*no row was changed",
    ):
        publish(connection, STATIONS, Publication(pl.concat([OLD, NEW])))

    exists = connection.execute("SELECT to_regclass('weather.stations') IS NOT NULL").fetchone()
    assert exists == (first is not None,)
    assert first is None or read(connection, STATIONS).equals(first.sort("station_id"))
