"""Values of every type on their way through COPY."""

from __future__ import annotations

import datetime as dt
import math

import dataframely as dy
import polars as pl
import pytest

from sparkify_assets.postgres.connection import Connection
from sparkify_assets.postgres.copy import ROWS_A_BLOCK, STAGED, copy_frame, create_staged
from sparkify_assets.postgres.publication import Publication
from sparkify_assets.postgres.publish import publish
from sparkify_assets.postgres.read import read
from sparkify_assets.postgres.table import Table
from sparkify_assets_tests.postgres.weather import READINGS, rows_of

TOKYO = dt.timezone(dt.timedelta(hours=9))


class Everything(dy.Schema):
    """One row per value worth trying."""

    number = dy.Int64(primary_key=True)
    small = dy.Int16(nullable=True)
    middle = dy.Int32(nullable=True)
    real = dy.Float32(nullable=True)
    double = dy.Float64(nullable=True)
    truth = dy.Bool(nullable=True)
    text = dy.String(nullable=True)
    sort = dy.Enum(["wet", "dry"], nullable=True)
    mark = dy.Categorical(nullable=True)
    raw = dy.Binary(nullable=True)
    day = dy.Date(nullable=True)
    zoned = dy.Datetime(time_unit="us", time_zone="UTC", nullable=True)
    plain = dy.Datetime(time_unit="us", nullable=True)
    coarse = dy.Datetime(time_unit="ms", time_zone="UTC", nullable=True)


EVERYTHING = Table.of(Everything, "weather", "everything")


def test_every_type_comes_back_as_it_was(connection: Connection) -> None:
    moment = dt.datetime(2020, 2, 29, 23, 59, 59, 123456)
    zoned = moment.replace(tzinfo=dt.UTC)
    largest = [2**63 - 1, 32767, -(2**31), 1.5, 0.1, True, "snow\t\\N\n☃ \"'", "wet", "new", b"\x00\xff", moment.date()]
    largest += [zoned, moment, zoned.replace(microsecond=123000)]
    smallest = [-(2**63), -32768, 2**31 - 1, -0.0, -1e308, False, "", "dry", "old", b"", dt.date(1, 1, 1)]
    smallest += [
        dt.datetime(1, 1, 1, tzinfo=dt.UTC),
        dt.datetime(9999, 12, 31),
        dt.datetime(1969, 12, 31, tzinfo=dt.UTC),
    ]
    frame = rows_of(
        EVERYTHING,
        largest,
        smallest,
        [0, *[None] * 13],
    )

    publish(connection, EVERYTHING, Publication(frame))

    assert read(connection, EVERYTHING).equals(frame.sort("number"))


def test_nan_and_infinity_are_values(connection: Connection) -> None:
    degrees = [math.inf, -math.inf, math.nan]
    frame = rows_of(READINGS, *((number, "a", 0, value, 1) for number, value in enumerate(degrees)))

    publish(connection, READINGS, Publication(frame, partitions=("1",)))

    assert read(connection, READINGS).equals(frame)


@pytest.mark.parametrize("height", [0, 1, ROWS_A_BLOCK, ROWS_A_BLOCK + 1])
def test_frames_of_any_height_arrive_whole(connection: Connection, height: int) -> None:
    frame = pl.select(
        reading_id=pl.int_range(height), station_id=pl.lit("a"), minute=pl.int_range(height)
    ).with_columns(degrees=None, day=1)
    frame = frame.cast({"degrees": pl.Float64})

    publish(connection, READINGS, Publication(frame, partitions=("1",)))

    assert read(connection, READINGS).equals(frame)


def test_staged_rows_end_with_the_transaction(connection: Connection) -> None:
    with connection.transaction():
        create_staged(connection, READINGS, STAGED)
        copy_frame(connection, rows_of(READINGS, (1, "a", 2, None, 3)), STAGED)
        rows = connection.execute("SELECT * FROM pg_temp.staged").fetchall()

    assert rows == [(1, "a", 2, None, 3)]
    assert connection.execute("SELECT to_regclass('pg_temp.staged')").fetchone() == (None,)


def test_columns_are_copied_by_name(connection: Connection) -> None:
    with connection.transaction():
        create_staged(connection, READINGS, STAGED)
        copy_frame(connection, rows_of(READINGS, (1, "a", 2, None, 3)).select("minute", "station_id"), STAGED)
        rows = connection.execute("SELECT * FROM pg_temp.staged").fetchall()

    assert rows == [(None, "a", 2, None, None)]


def test_zoned_times_are_stored_as_moments(connection: Connection) -> None:
    noon_in_tokyo = dt.datetime(2020, 1, 1, 12, tzinfo=TOKYO)
    frame = rows_of(EVERYTHING, [1, *[None] * 10, noon_in_tokyo.astimezone(dt.UTC), None, None])

    publish(connection, EVERYTHING, Publication(frame))

    assert connection.execute("SELECT zoned::text FROM weather.everything").fetchone() == ("2020-01-01 03:00:00+00",)
