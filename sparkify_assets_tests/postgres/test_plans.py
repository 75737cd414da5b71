"""How much of a long history a load reads: nothing that grows with the history."""

from __future__ import annotations

from collections.abc import Callable

import polars as pl
import pytest

from sparkify_assets.postgres.connection import Connection
from sparkify_assets.postgres.prune import prune
from sparkify_assets.postgres.publication import Publication
from sparkify_assets.postgres.publish import publish
from sparkify_assets.postgres.table import Table
from sparkify_assets_tests.postgres.weather import (
    DOUBTED,
    KEEPERS,
    READINGS,
    STATION_DAYS,
    STATIONS,
    merged_stations,
    referring_readings,
)

DAYS = 100
ROWS_A_DAY = 300
STATION = merged_stations()
SINGLE = referring_readings(STATION, keeps_parent=True)


def readings_of(days: range) -> pl.DataFrame:
    number = pl.int_range(days.start * ROWS_A_DAY, days.stop * ROWS_A_DAY, eager=True)
    frame = pl.DataFrame({"reading_id": number}).with_columns(
        station_id=pl.format("s{}", pl.col("reading_id") % 1000 + pl.col("reading_id") // ROWS_A_DAY * 3),
        minute=pl.col("reading_id") // 2,
        degrees=pl.lit(1.5),
        day=(pl.col("reading_id") // ROWS_A_DAY).cast(pl.Int32),
    )
    return frame.select(READINGS.column_names)


def stations_of(readings: pl.DataFrame) -> pl.DataFrame:
    return readings.select(pl.col("station_id").unique()).with_columns(
        name=pl.lit(None, pl.String),
        height_m=pl.lit(None, pl.Float64),
        kind=pl.lit("land", STATIONS.column("kind").dtype),
    )


def book_of(readings: pl.DataFrame) -> pl.DataFrame:
    return (
        readings.group_by("day", "station_id")
        .agg(keeper=pl.lit("Ann"), readings=pl.len().cast(pl.Int64), last_minute=pl.col("minute").max())
        .select(STATION_DAYS.column_names)
    )


def rows_read(connection: Connection, tables: list[Table], act: Callable[[], object]) -> int:
    """Return how many rows of the tables were read one after the other, without an index."""

    def so_far() -> int:
        connection.execute("SELECT pg_stat_force_next_flush()")
        connection.execute("SELECT pg_stat_clear_snapshot()")
        row = connection.execute(
            "SELECT sum(seq_tup_read)::bigint FROM pg_stat_user_tables WHERE schemaname || '.' || relname = ANY(%s)",
            ([table.qualified_name for table in tables],),
        ).fetchone()
        return int(row[0]) if row else 0

    before = so_far()
    act()
    return so_far() - before


@pytest.mark.parametrize("day", [DAYS, DAYS - 1, 0])
def test_a_day_beside_a_long_history_is_loaded_through_indexes(connection: Connection, day: int) -> None:
    history, new = readings_of(range(DAYS)), readings_of(range(day, day + 1))
    changed = new.with_columns(pl.col("minute") + pl.when(pl.col("reading_id") % 3 == 0).then(100_000).otherwise(0))
    every_day = tuple(map(str, range(DAYS)))
    publish(connection, STATION, Publication(stations_of(history)))
    publish(connection, SINGLE, Publication(history, partitions=every_day))
    publish(connection, KEEPERS, Publication(book_of(history), partitions=every_day))

    def load() -> None:
        for frame in (new, changed, changed.head(10)):
            publish(connection, STATION, Publication(stations_of(frame)))
            publish(connection, SINGLE, Publication(frame, partitions=(str(day),)))
            publish(connection, KEEPERS, Publication(book_of(frame), partitions=(str(day),)))
            prune(connection, [STATION, SINGLE])

    assert rows_read(connection, [SINGLE, DOUBTED, STATION_DAYS], load) <= 3 * ROWS_A_DAY


def test_a_table_has_statistics_from_its_first_load_on_and_new_ones_when_it_has_grown(connection: Connection) -> None:
    days = (
        "SELECT array_length(most_common_vals::text::int[], 1) FROM pg_stats"
        " WHERE tablename = 'readings' AND attname = 'day'"
    )

    publish(connection, READINGS, Publication(readings_of(range(1)), partitions=("0",)))
    first = connection.execute(days).fetchone()
    for day in range(1, 6):
        publish(connection, READINGS, Publication(readings_of(range(day, day + 1)), partitions=(str(day),)))

    later = connection.execute(days).fetchone()
    assert first == (1,)
    assert later is not None
    assert later[0] >= 4
