"""Reading tables back."""

from __future__ import annotations

import polars as pl
import pytest

from sparkify_assets.errors import DatabaseError, FrameError
from sparkify_assets.postgres.connection import Connection
from sparkify_assets.postgres.publication import Publication
from sparkify_assets.postgres.publish import publish
from sparkify_assets.postgres.read import read
from sparkify_assets_tests.postgres.weather import READINGS, STATIONS, rows_of

TWO_DAYS = rows_of(READINGS, (12, "b", 1, 0.5, 1), (11, "a", 1, None, 1), (21, "a", 2, 3.0, 2))


def test_rows_come_in_the_order_of_the_key(connection: Connection) -> None:
    publish(connection, READINGS, Publication(TWO_DAYS, partitions=("1", "2")))

    assert read(connection, READINGS).equals(TWO_DAYS.sort("reading_id"))


def test_only_the_named_columns_and_partitions_are_read(connection: Connection) -> None:
    publish(connection, READINGS, Publication(TWO_DAYS, partitions=("1", "2")))

    frame = read(connection, READINGS, columns=["minute", "reading_id"], partitions=["2", "3"])

    assert frame.equals(pl.DataFrame({"minute": [2], "reading_id": [21]}))


def test_no_partition_gives_no_row(connection: Connection) -> None:
    publish(connection, READINGS, Publication(TWO_DAYS, partitions=("1", "2")))

    assert read(connection, READINGS, partitions=[]).equals(READINGS.empty_frame())


def test_a_table_without_partitions_is_read_whole(connection: Connection) -> None:
    rows = rows_of(STATIONS, ("a", None, None, "buoy"))
    publish(connection, STATIONS, Publication(rows))

    assert read(connection, STATIONS, partitions=["1"]).equals(rows)


def test_an_unknown_column_is_refused(connection: Connection) -> None:
    with pytest.raises(FrameError, match=r"table 'weather\.readings' has no column 'colour'"):
        read(connection, READINGS, columns=["colour"])


def test_a_missing_table_is_named(connection: Connection) -> None:
    with pytest.raises(DatabaseError, match=r"table 'weather\.readings' can't be read: .*does not exist; materialize"):
        read(connection, READINGS)

    assert connection.execute("SELECT 1").fetchone() == (1,)
