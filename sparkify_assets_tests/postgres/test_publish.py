"""Publishing as a whole: versions, locks, failures, references."""

from __future__ import annotations

import multiprocessing
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import polars as pl
import psycopg
import pytest

from sparkify_assets.errors import FrameError, PublishError
from sparkify_assets.postgres import bookkeeping
from sparkify_assets.postgres.connection import Connection, connected
from sparkify_assets.postgres.publication import Publication, Written
from sparkify_assets.postgres.publish import publish
from sparkify_assets.postgres.read import read
from sparkify_assets.postgres.table import Table
from sparkify_assets_tests.postgres.weather import (
    DOUBTED,
    OUTAGES,
    READINGS,
    SINGLE_READINGS,
    STATIONS,
    merged_stations,
    referring_readings,
    rows_of,
)

ALP = rows_of(STATIONS, ("a", "Alp", 1.0, "land"))
BAY = rows_of(STATIONS, ("b", "Bay", None, "buoy"))


def day(number: int, *, degrees: float = 0.0, rows: int = 3) -> pl.DataFrame:
    """Return readings of a day; the first one is of a minute that every day has."""
    lines = [(number * 100 + row, "a", row and number * 100 + row, degrees, number) for row in range(rows)]
    return rows_of(READINGS, *lines)


def publish_in_its_own_session(url: str, table: Table, publication: Publication, lock_timeout_s: float = 10) -> Written:
    with connected(url, application_name="another load", lock_timeout_s=lock_timeout_s) as connection:
        return publish(connection, table, publication)


def wait_until(holds: Callable[[], bool]) -> None:
    """Wait until it holds; at most 30 seconds."""
    until = time.monotonic() + 30
    while not holds():
        assert time.monotonic() < until
        time.sleep(0.01)


def waits_for_lock(connection: Connection) -> bool:
    query = "SELECT count(*) > 0 FROM pg_locks l WHERE NOT granted AND locktype = 'advisory'"
    return connection.execute(query).fetchone() == (True,)


@contextmanager
def locked(connection: Connection, table: Table) -> Iterator[None]:
    """Hold the table's lock, as a load of it does."""
    with connection.transaction():
        bookkeeping.lock(connection, table.qualified_name)
        yield


def test_an_older_input_is_refused_and_the_newer_one_named(connection: Connection) -> None:
    days = Publication(day(1).vstack(day(2)), partitions=("1", "2"), versions={"1": 8, "2": 8}, run_id="new run")
    publish(connection, READINGS, days)

    with pytest.raises(
        PublishError,
        match=r"partition 1 of table 'weather\.readings': run new run published version 8 at \d{4}-.* UTC, which is "
        r"newer than version 7 that this run has read; the newer rows stay and no row of this table was changed; run",
    ):
        publish(connection, READINGS, Publication(READINGS.empty_frame(), partitions=("1",), versions={"1": 7}))

    assert read(connection, READINGS).height == 6


def test_one_older_partition_refuses_the_range(connection: Connection) -> None:
    publish(connection, READINGS, Publication(day(2), partitions=("2",), versions={"2": 8}))

    with pytest.raises(PublishError, match="partition 2 of table"):
        publish(
            connection,
            READINGS,
            Publication(day(1).vstack(day(2)), partitions=("1", "2"), versions={"1": 9, "2": 7}),
        )

    assert read(connection, READINGS).equals(day(2))


def test_the_same_input_again_and_a_newer_one_are_published(connection: Connection) -> None:
    for version, frame in ((3, ALP), (3, ALP), (4, BAY)):
        publish(connection, STATIONS, Publication(frame, versions={"": version}))

    assert read(connection, STATIONS).equals(BAY)


def test_neighbouring_days_at_once_give_what_one_after_the_other_gives(
    connection: Connection, database_url: str
) -> None:
    days = [1, 2, 3, 4, 3, 2, 1, 4]
    with ThreadPoolExecutor(4) as pool:
        loads = [
            pool.submit(
                publish_in_its_own_session,
                database_url,
                SINGLE_READINGS,
                Publication(day(number), partitions=(str(number),)),
            )
            for number in days
        ]
        for load in loads:
            load.result()

    assert read(connection, SINGLE_READINGS)["reading_id"].to_list() == [101, 102, 201, 202, 301, 302, 400, 401, 402]
    assert read(connection, DOUBTED)["reading_id"].to_list() == [100, 200, 300]


def test_the_same_day_at_once_waits(connection: Connection, database_url: str) -> None:
    publication = Publication(day(1), partitions=("1",))
    publish(connection, READINGS, publication)

    with ThreadPoolExecutor(1) as pool:
        with locked(connection, READINGS):
            load = pool.submit(publish_in_its_own_session, database_url, READINGS, publication)
            wait_until(lambda: waits_for_lock(connection))
            done_while_locked = load.done()
        written = load.result()

    assert not done_while_locked
    assert written.unchanged == 3
    assert read(connection, READINGS).equals(day(1))


def test_who_waits_too_long_learns_who_holds_the_lock(connection: Connection, database_url: str) -> None:
    publish(connection, READINGS, Publication(day(1), partitions=("1",)))

    with (
        locked(connection, READINGS),
        pytest.raises(
            PublishError,
            match=r"table 'weather\.readings' is locked by 'tests' \(server process \d+, since .* UTC\); no row was "
            r"changed; wait for it to end, or end it, and run this again",
        ),
    ):
        publish_in_its_own_session(database_url, READINGS, Publication(day(2), partitions=("2",)), lock_timeout_s=0.1)

    assert read(connection, READINGS).equals(day(1))


def test_a_lock_on_the_table_itself_is_reported_too(connection: Connection, database_url: str) -> None:
    publish(connection, READINGS, Publication(day(1), partitions=("1",)))

    with connection.transaction():
        connection.execute("LOCK TABLE weather.readings IN ACCESS EXCLUSIVE MODE")
        with pytest.raises(PublishError, match=r"'weather\.readings' is locked by 'tests' \(server process"):
            publish_in_its_own_session(
                database_url, READINGS, Publication(day(2), partitions=("2",)), lock_timeout_s=0.1
            )


def _publish_many_rows(url: str) -> None:
    rows = pl.select(reading_id=pl.int_range(3_000_000)).with_columns(
        station_id=pl.lit("a"), minute=pl.col("reading_id"), degrees=pl.lit(1.5), day=pl.lit(1, pl.Int32)
    )
    with connected(url) as connection:
        publish(connection, READINGS, Publication(rows, partitions=("1",)))


@pytest.mark.parametrize("first", [[], [1, 2]])
def test_a_load_killed_in_its_copy_leaves_the_table_as_it_was(
    connection: Connection, database_url: str, first: list[int]
) -> None:
    for number in first:
        publish(connection, READINGS, Publication(day(number), partitions=(str(number),)))
    load = multiprocessing.get_context("spawn").Process(target=_publish_many_rows, args=(database_url,))
    load.start()
    wait_until(lambda: connection.execute("SELECT count(*) FROM pg_stat_progress_copy").fetchone() != (0,))

    load.kill()

    load.join()
    publish(connection, READINGS, Publication(day(3), partitions=("3",)))
    expected = [day(number) for number in (*first, 3)]
    assert read(connection, READINGS).equals(pl.concat(expected))


def test_a_lost_connection_says_what_state_the_table_is_in(connection: Connection, database_url: str) -> None:
    publish(connection, READINGS, Publication(day(1), partitions=("1",)))

    with ThreadPoolExecutor(1) as pool, locked(connection, READINGS):
        load = pool.submit(
            publish_in_its_own_session, database_url, READINGS, Publication(day(1, degrees=9.0), partitions=("1",))
        )
        wait_until(lambda: waits_for_lock(connection))
        connection.execute("SELECT pg_terminate_backend(pid) FROM pg_locks WHERE NOT granted")
        with pytest.raises(
            PublishError,
            match=r"'weather\.readings': terminating connection due to administrator command; the publication was cut "
            r"off: the table is whole, as it was or, .* run it again",
        ):
            load.result()

    assert read(connection, READINGS).equals(day(1))


def test_a_reference_without_parent_is_refused(connection: Connection) -> None:
    stations = merged_stations()
    table = referring_readings(stations, keeps_parent=False)

    with pytest.raises(
        PublishError, match=r"1 value\(s\) of 'station_id' are not in 'weather\.stations', such as a; publish that ta"
    ):
        publish(connection, table, Publication(day(1), partitions=("1",)))
    publish(connection, stations, Publication(BAY))
    with pytest.raises(PublishError, match=r"such as a; publish that table first; no row was changed"):
        publish(connection, table, Publication(day(1), partitions=("1",)))
    publish(connection, stations, Publication(ALP))
    publish(connection, table, Publication(day(1), partitions=("1",)))

    assert read(connection, table).equals(day(1))


def test_a_parent_of_the_same_input_is_not_looked_up(connection: Connection) -> None:
    stations = merged_stations()
    table = referring_readings(stations, keeps_parent=True)
    publish(connection, stations, Publication(BAY, partitions=("1",), versions={"1": 3}))

    publish(connection, table, Publication(day(1), partitions=("1",), versions={"1": 3}))
    with pytest.raises(PublishError, match=r"are not in 'weather\.stations'"):
        publish(connection, table, Publication(day(1), partitions=("1",), versions={"1": 4}))

    assert read(connection, table).equals(day(1))


@pytest.mark.parametrize("table", [STATIONS, merged_stations()])
def test_a_nul_in_a_text_is_refused_with_its_column(connection: Connection, table: Table) -> None:
    publish(connection, table, Publication(ALP))

    with pytest.raises(
        PublishError,
        match=r"invalid byte sequence for encoding \"UTF8\": 0x00 \(COPY .*column name\); no row was changed",
    ):
        publish(connection, table, Publication(rows_of(STATIONS, ("b", "nul \0", None, "land"))))

    assert read(connection, table).equals(ALP)


def test_a_value_out_of_range_is_refused_by_its_constraint(connection: Connection) -> None:
    nan_high = rows_of(STATIONS, ("a", None, float("nan"), "land"))

    with pytest.raises(PublishError, match=r"violates check constraint \"stations_height_m_check\" \(Failing row"):
        publish(connection, STATIONS, Publication(nan_high))


def test_a_frame_that_does_not_fit_is_refused_before_anything_is_made(connection: Connection) -> None:
    wrong = OUTAGES.empty_frame().cast({"minute": pl.String})

    with pytest.raises(FrameError, match=r"table 'weather\.stations': the frame lacks \['name'\]"):
        publish(connection, STATIONS, Publication(ALP.drop("name")))
    with pytest.raises(FrameError, match=r"table 'archive\.outages': column 'minute' is String, expected Int64"):
        publish(connection, SINGLE_READINGS, Publication(day(1), partitions=("1",), claims=wrong))

    assert connection.execute("SELECT count(*) FROM pg_namespace WHERE nspname IN ('ops', 'weather')").fetchone() == (
        0,
    )


def test_a_failure_leaves_the_connection_of_use(connection: Connection) -> None:
    with pytest.raises(PublishError, match="duplicate key"):
        publish(connection, STATIONS, Publication(pl.concat([ALP, ALP])))

    publish(connection, STATIONS, Publication(ALP))

    assert connection.info.transaction_status == psycopg.pq.TransactionStatus.IDLE
    assert read(connection, STATIONS).equals(ALP)
