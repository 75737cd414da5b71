"""Tables of another world, for the tests: weather stations and their readings."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import dataframely as dy
import polars as pl

from sparkify_assets.postgres.modes import Merge, NewestPerKey, ReplacePartition, Vanished
from sparkify_assets.postgres.table import Reference, Table


class Stations(dy.Schema):
    """One row per weather station."""

    station_id = dy.String(primary_key=True, min_length=1, description="key, as painted on the mast")
    name = dy.String(nullable=True, description="what the neighbours call it")
    height_m = dy.Float64(nullable=True, min=-430, max=8850, description="metres above the sea")
    kind = dy.Enum(["land", "buoy"], description="what it stands on")


class Readings(dy.Schema):
    """One row per reading of a thermometer."""

    reading_id = dy.Int64(primary_key=True, description="key")
    station_id = dy.String(description="where, see stations")
    minute = dy.Int64(min=0, description="when")
    degrees = dy.Float64(nullable=True, description="degrees Celsius; null where the thermometer was frozen")
    day = dy.Int32(description="the partition")


class Outages(dy.Schema):
    """One row per minute in which a station is known to have been dead, whatever was read before."""

    station_id = dy.String(primary_key=True)
    minute = dy.Int64(primary_key=True)
    day = dy.Int32(primary_key=True)


class StationDays(dy.Schema):
    """One row per station and day: what its keeper wrote into the book."""

    day = dy.Int32(primary_key=True)
    station_id = dy.String(primary_key=True)
    keeper = dy.String(nullable=True)
    readings = dy.Int64()
    last_minute = dy.Int64()


class Keepers(dy.Schema):
    """One row per station that has ever read something, with its latest keeper."""

    station_id = dy.String(primary_key=True)
    keeper = dy.String(nullable=True)


STATIONS = Table.of(Stations, "weather", "stations")

READINGS = Table.of(Readings, "weather", "readings", publish=ReplacePartition("day"))

DOUBTED = Table.of(Readings, "archive", "doubted_readings")
OUTAGES = Table.of(Outages, "archive", "outages")
SINGLE_READINGS = Table.of(
    Readings,
    "weather",
    "single_readings",
    publish=ReplacePartition("day", unique=("station_id", "minute"), superseded=DOUBTED, claims=OUTAGES),
)

STATION_DAYS = Table.of(StationDays, "archive", "station_days", publish=ReplacePartition("day"))
KEEPERS = Table.of(
    Keepers,
    "weather",
    "keepers",
    publish=NewestPerKey(STATION_DAYS, newest_by=("last_minute",), qualifies="readings"),
)


def merged_stations(vanished: Vanished = "keep") -> Table:
    """Return the stations, published by merging."""
    return Table.of(Stations, "weather", "stations", publish=Merge(vanished))


def referring_readings(parent: Table, *, keeps_parent: bool) -> Table:
    """Return the single readings with a reference to their station."""
    return Table.of(
        Readings,
        "weather",
        "single_readings",
        publish=SINGLE_READINGS.publish,
        references=[Reference("station_id", parent, keeps_parent=keeps_parent)],
    )


def rows_of(table: Table, *rows: Sequence[Any]) -> pl.DataFrame:
    """Return the rows as a frame of the table's columns."""
    return pl.DataFrame(rows, schema={column.name: column.dtype for column in table.columns}, orient="row")


# One key, ("a", 1), is in two days.
DAY_1 = rows_of(READINGS, (11, "a", 1, 0.5, 1), (12, "b", 1, None, 1))
DAY_2 = rows_of(READINGS, (21, "a", 2, 2.5, 2))
DAY_3 = rows_of(READINGS, (31, "a", 3, 3.5, 3), (32, "a", 1, 9.9, 3))
