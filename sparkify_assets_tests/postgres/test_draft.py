"""Rows that are given a portion at a time, unseen until they are published."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

import polars as pl
import pytest
from psycopg.pq import TransactionStatus

from sparkify_assets.errors import FrameError, OutdatedError, PublishError
from sparkify_assets.postgres.connection import Connection, connected
from sparkify_assets.postgres.draft import drafted
from sparkify_assets.postgres.publication import Publication, Scope
from sparkify_assets.postgres.publish import publish
from sparkify_assets.postgres.read import read
from sparkify_assets.postgres.table import Table
from sparkify_assets_tests.postgres.weather import (
    DAY_1,
    DAY_2,
    DAY_3,
    DOUBTED,
    KEEPERS,
    OUTAGES,
    READINGS,
    SINGLE_READINGS,
    STATION_DAYS,
    STATIONS,
    merged_stations,
    referring_readings,
    rows_of,
)

SCOPE = Scope(partitions=("1", "2", "3"), versions={"1": 5, "2": 5, "3": 5}, run_id="run-1")


@contextmanager
def another(connection: Connection) -> Iterator[Connection]:
    url = f"postgresql:///{connection.info.dbname}?host={connection.info.host}&port={connection.info.port}"
    with connected(f"{url}&user={connection.info.user}") as other:
        yield other


def draft_and_fail(connection: Connection, table: Table) -> None:
    with drafted(connection, table, SCOPE) as draft:
        draft.add(DAY_2)
        _ = 1 / 0


def rows_stored(connection: Connection, table: Table) -> list[tuple[object, ...]]:
    return read(connection, table).sort(table.key).rows()


@pytest.mark.parametrize("table", [READINGS, SINGLE_READINGS], ids=lambda table: table.name)
@pytest.mark.parametrize("earlier", [None, DAY_1, DAY_3], ids=["new", "after day 1", "after day 3"])
def test_portions_give_what_all_rows_at_once_give(
    connection: Connection, table: Table, earlier: pl.DataFrame | None
) -> None:
    def begin_anew() -> None:
        connection.execute("DROP SCHEMA IF EXISTS weather, archive, ops CASCADE")
        if earlier is not None:
            publish(connection, table, Publication(earlier, partitions=(str(earlier["day"][0]),)))

    def stored() -> list[list[tuple[object, ...]]]:
        tables = [table] if table is READINGS else [table, DOUBTED, OUTAGES]
        return [rows_stored(connection, each) for each in tables]

    begin_anew()
    at_once = publish(connection, table, Publication(pl.concat([DAY_1, DAY_2, DAY_3]), **vars(SCOPE)))
    expected = stored()
    begin_anew()

    with drafted(connection, table, SCOPE) as draft:
        for portion in (DAY_1, DAY_2, DAY_3):
            draft.add(portion)
        written = draft.publish()

    assert stored() == expected
    assert replace(written, seconds=0) == replace(at_once, seconds=0)


def test_claims_of_one_portion_outrank_rows_of_another(connection: Connection) -> None:
    with drafted(connection, SINGLE_READINGS, SCOPE) as draft:
        draft.add(DAY_1)
        draft.add(DAY_2, rows_of(OUTAGES, ("b", 1, 2)))
        written = draft.publish()

    assert written.superseded == 1
    assert read(connection, SINGLE_READINGS)["reading_id"].to_list() == [11, 21]
    assert read(connection, DOUBTED)["reading_id"].to_list() == [12]


@pytest.mark.parametrize("table", [STATIONS, merged_stations()], ids=["replaced", "merged"])
def test_a_table_without_partitions_is_given_in_portions_too(connection: Connection, table: Table) -> None:
    with drafted(connection, table, Scope(run_id="run-1")) as draft:
        draft.add(rows_of(STATIONS, ("a", "Alp", 1.0, "land")))
        draft.add(rows_of(STATIONS, ("b", "Bay", None, "buoy")))
        written = draft.publish()

    assert written.inserted == 2
    assert [row["station_id"] for row in draft.first_rows[""]] == ["a"]
    assert [row[0] for row in rows_stored(connection, table)] == ["a", "b"]


def test_contributions_are_given_in_portions_too(connection: Connection) -> None:
    with drafted(connection, KEEPERS, SCOPE) as draft:
        draft.add(rows_of(STATION_DAYS, (2, "a", "Bo", 1, 9)))
        draft.add(rows_of(STATION_DAYS, (1, "a", "Ada", 1, 5)))
        draft.publish()

    assert rows_stored(connection, KEEPERS) == [("a", "Bo")]


def test_a_draft_without_a_portion_empties_its_partitions(connection: Connection) -> None:
    publish(connection, READINGS, Publication(pl.concat([DAY_1, DAY_2]), partitions=("1", "2")))

    with drafted(connection, READINGS, Scope(partitions=("1",))) as draft:
        written = draft.publish()

    assert (written.deleted, written.row_count) == (2, 1)
    with drafted(connection, STATIONS, Scope()) as draft:
        assert draft.publish().staged == 0


def test_nobody_sees_a_portion_before_all_are_published(connection: Connection) -> None:
    publish(connection, READINGS, Publication(DAY_1, partitions=("1",)))

    with another(connection) as reader, drafted(connection, READINGS, SCOPE) as draft:
        draft.add(DAY_2)
        draft.add(DAY_3)  # waits for the one before
        assert read(reader, READINGS)["reading_id"].to_list() == [11, 12]
        draft.publish()
        assert read(reader, READINGS)["reading_id"].to_list() == [21, 31, 32]


def test_what_is_not_published_is_undone(connection: Connection) -> None:
    publish(connection, READINGS, Publication(DAY_1, partitions=("1",)))

    with drafted(connection, READINGS, SCOPE) as draft:
        draft.add(DAY_2)
    with pytest.raises(ZeroDivisionError):
        draft_and_fail(connection, READINGS)

    assert rows_stored(connection, READINGS) == DAY_1.rows()
    assert publish(connection, READINGS, Publication(DAY_2, partitions=("2",))).row_count == 3


def test_a_draft_that_has_ended_takes_nothing_more(connection: Connection) -> None:
    with drafted(connection, READINGS, SCOPE) as draft:
        draft.add(DAY_1)
        draft.publish()

        with pytest.raises(PublishError, match=r"table 'weather\.readings': this draft has been published or undone"):
            draft.add(DAY_2)
        with pytest.raises(PublishError, match="begin another one"):
            draft.publish()

    assert rows_stored(connection, READINGS) == DAY_1.rows()


def test_a_portion_that_cannot_be_written_ends_the_draft(connection: Connection) -> None:
    publish(connection, READINGS, Publication(DAY_1, partitions=("1",)))

    with drafted(connection, READINGS, Scope(partitions=("1", "2"))) as draft:
        draft.add(DAY_2)
        draft.add(DAY_3)
        with pytest.raises(PublishError, match="rows of partition 3 in a publication of 2 partitions from 1 to 2"):
            draft.add(DAY_1)
        with pytest.raises(PublishError, match="rows of partition 3"):
            draft.publish()

    assert rows_stored(connection, READINGS) == DAY_1.rows()


def test_a_row_whose_parent_is_lacking_ends_the_draft(connection: Connection) -> None:
    parent = merged_stations()
    publish(connection, parent, Publication(rows_of(STATIONS, ("a", None, None, "land"))))

    with drafted(connection, referring_readings(parent, keeps_parent=False), SCOPE) as draft:
        draft.add(DAY_2)
        draft.add(DAY_1)
        with pytest.raises(
            PublishError, match=r"1 value\(s\) of 'station_id' are not in 'weather\.stations', such as b"
        ):
            draft.publish()


def test_a_frame_that_does_not_fit_touches_nothing(connection: Connection) -> None:
    with drafted(connection, READINGS, SCOPE) as draft, pytest.raises(FrameError, match="lacks"):
        draft.add(DAY_1.drop("minute"))

    assert connection.execute("SELECT count(*) FROM pg_namespace WHERE nspname IN ('ops', 'weather')").fetchone() == (
        0,
    )


def test_an_older_input_is_refused_with_the_first_portion(connection: Connection) -> None:
    publish(connection, READINGS, Publication(DAY_1, partitions=("1",), versions={"1": 7}, run_id="run-2"))

    with drafted(connection, READINGS, SCOPE) as draft, pytest.raises(OutdatedError, match="run run-2 published"):
        draft.add(DAY_1)


def test_a_key_that_occurs_twice_in_a_new_table_is_named(connection: Connection) -> None:
    with drafted(connection, READINGS, SCOPE) as draft:
        draft.add(DAY_1)
        draft.add(DAY_2.with_columns(reading_id=pl.lit(11, dtype=pl.Int64)))
        with pytest.raises(PublishError, match=r"duplicate key .*reading_id.*=\(11\) is duplicated"):
            draft.publish()

    assert connection.execute("SELECT to_regclass('weather.readings')").fetchone() == (None,)


def test_a_lost_connection_leaves_the_table_as_it_was(connection: Connection) -> None:
    publish(connection, READINGS, Publication(DAY_1, partitions=("1",)))

    with another(connection) as own:
        with drafted(own, READINGS, SCOPE) as draft:
            draft.add(DAY_2)
            connection.execute("SELECT pg_terminate_backend(%s)", (own.info.backend_pid,))
            with pytest.raises(PublishError, match="the table is whole"):
                draft.publish()

        assert rows_stored(connection, READINGS) == DAY_1.rows()


def test_an_error_beside_the_draft_does_not_wait_for_a_portion_that_can_not_be_written(connection: Connection) -> None:
    parent = merged_stations()
    publish(connection, parent, Publication(rows_of(STATIONS, ("a", None, None, "land"))))
    connection.execute("SET lock_timeout = 0")

    with another(connection) as holder:
        holder.execute("BEGIN")
        holder.execute("LOCK TABLE weather.stations")
        with pytest.raises(ZeroDivisionError):
            draft_and_fail(connection, referring_readings(parent, keeps_parent=False))
        holder.execute("ROLLBACK")

    assert connection.info.transaction_status is TransactionStatus.IDLE
    assert connection.execute("SELECT to_regclass('weather.readings')").fetchone() == (None,)
