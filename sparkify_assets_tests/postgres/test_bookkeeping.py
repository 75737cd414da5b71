"""The records that a publication leaves, and the locks it takes."""

from __future__ import annotations

import psycopg
import pytest

from sparkify_assets.errors import DatabaseError
from sparkify_assets.postgres import bookkeeping
from sparkify_assets.postgres.bookkeeping import PUBLICATIONS
from sparkify_assets.postgres.connection import Connection, connected
from sparkify_assets.postgres.publication import Publication
from sparkify_assets.postgres.publish import publish
from sparkify_assets.postgres.read import read
from sparkify_assets_tests.postgres.weather import READINGS, STATIONS, merged_stations, rows_of

DAY_1 = rows_of(READINGS, (11, "a", 1, 0.5, 1), (12, "b", 1, 0.5, 1))
DAY_2 = rows_of(READINGS, (21, "a", 2, 2.5, 2))


def row_count(connection: Connection) -> int:
    row = connection.execute("SELECT row_count FROM ops.table_rows WHERE table_name = 'weather.readings'").fetchone()
    assert row is not None
    return int(row[0])


def test_each_partition_is_recorded_with_its_own_figures(connection: Connection) -> None:
    versions = {"1": 5, "2": 6}
    days = Publication(DAY_1.vstack(DAY_2), partitions=("1", "2"), versions=versions, run_id="r1")
    publish(connection, READINGS, days)

    publish(connection, READINGS, Publication(DAY_1.head(1), partitions=("1",), versions={"1": 7}, run_id="r2"))

    columns = ["partition", "version", "run_id", "inserted", "updated", "deleted"]
    assert read(connection, PUBLICATIONS, columns=columns).rows() == [("1", 7, "r2", 0, 0, 1), ("2", 6, "r1", 1, 0, 0)]


def test_a_publication_without_version_keeps_the_recorded_one(connection: Connection) -> None:
    publish(connection, READINGS, Publication(DAY_1, partitions=("1",), versions={"1": 5}))

    publish(connection, READINGS, Publication(DAY_1, partitions=("1",)))

    assert read(connection, PUBLICATIONS, columns=["version"]).rows() == [(5,)]


def test_rows_that_were_there_before_are_counted_once(connection: Connection) -> None:
    publish(connection, READINGS, Publication(DAY_1, partitions=("1",)))
    connection.execute("TRUNCATE ops.table_rows")

    counted = publish(connection, READINGS, Publication(DAY_2, partitions=("2",)))
    added = publish(connection, READINGS, Publication(READINGS.empty_frame(), partitions=("1",)))

    assert (counted.row_count, added.row_count, row_count(connection)) == (3, 1, 1)


def test_the_records_of_a_dropped_table_are_forgotten(connection: Connection) -> None:
    publish(connection, READINGS, Publication(DAY_1, partitions=("1",), versions={"1": 5}))
    connection.execute("DROP TABLE weather.readings")

    written = publish(connection, READINGS, Publication(DAY_2, partitions=("2",), versions={"2": 3}))

    assert written.row_count == 1
    assert read(connection, PUBLICATIONS, columns=["partition", "version"]).rows() == [("2", 3)]


def test_a_parent_stands_when_every_partition_is_as_new(connection: Connection) -> None:
    table = merged_stations()
    rows = STATIONS.empty_frame()
    publish(connection, table, Publication(rows, partitions=("1", "2"), versions={"1": 5, "2": 5}))

    def stands(versions: dict[str, int]) -> bool:
        return bookkeeping.parents_published(connection, table, Publication(rows, versions=versions))

    assert stands({"1": 5, "2": 4})
    assert not stands({"1": 6})
    assert not stands({"1": 5, "3": 1})
    assert not stands({})


def test_a_lock_is_held_until_the_transaction_ends(connection: Connection, database_url: str) -> None:
    with connected(database_url, application_name="holder") as other:
        process = other.info.backend_pid
        with other.transaction():
            bookkeeping.lock(other, STATIONS.qualified_name)
            name, holder = bookkeeping.holder_of(connection, [READINGS, STATIONS])
        after = bookkeeping.holder_of(connection, [READINGS, STATIONS])

    assert name == "weather.stations"
    assert holder.startswith(f"'holder' (server process {process}, since ")
    assert after == ("weather.readings", "somebody who has let go of it by now")


def test_two_sessions_may_prepare_an_empty_database_at_once(connection: Connection, database_url: str) -> None:
    with connected(database_url) as other, other.transaction():
        bookkeeping.prepare(other, [STATIONS])
        connection.execute("SET lock_timeout = '100ms'")
        with pytest.raises(psycopg.errors.LockNotAvailable):
            bookkeeping.prepare(connection, [STATIONS])

    bookkeeping.prepare(connection, [STATIONS])
    assert read(connection, PUBLICATIONS).is_empty()


def test_a_user_who_may_not_create_schemas_is_told_so(connection: Connection, database_url: str) -> None:
    connection.execute("DROP ROLE IF EXISTS guest")
    connection.execute("CREATE ROLE guest LOGIN")
    with (
        psycopg.connect(database_url, user="guest", autocommit=True) as guest,
        pytest.raises(DatabaseError, match=r"user 'guest' may not create the schemas ops, weather and .*grant"),
    ):
        bookkeeping.prepare(guest, [STATIONS])

    connection.execute("DROP ROLE guest")
