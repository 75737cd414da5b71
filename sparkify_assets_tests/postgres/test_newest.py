"""The newest contribution of each key, whatever the order of the loads."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sparkify_assets.postgres.connection import Connection
from sparkify_assets.postgres.modes import NewestPerKey
from sparkify_assets.postgres.publication import Publication, Written
from sparkify_assets.postgres.publish import publish
from sparkify_assets.postgres.read import read
from sparkify_assets.postgres.table import Table
from sparkify_assets_tests.postgres.weather import KEEPERS, STATION_DAYS, Outages, rows_of

Row = tuple[int, str, str, int, int]


def publish_days(connection: Connection, *rows: Row, days: tuple[str, ...], table: Table = KEEPERS) -> Written:
    return publish(connection, table, Publication(rows_of(STATION_DAYS, *rows), partitions=days))


def keepers(connection: Connection) -> dict[str, str]:
    return dict(read(connection, KEEPERS).iter_rows())


@pytest.mark.parametrize("order", [(1, 2), (2, 1), (1, 2, 1), (2, 1, 2)])
def test_the_newest_contribution_is_public_in_any_order(connection: Connection, order: tuple[int, ...]) -> None:
    days: dict[int, Row] = {1: (1, "a", "Ann", 1, 10), 2: (2, "a", "Bob", 1, 20)}

    for day in order:
        publish_days(connection, days[day], days=(str(day),))

    assert keepers(connection) == {"a": "Bob"}


def test_newest_goes_by_what_is_declared_not_by_the_partition(connection: Connection) -> None:
    publish_days(connection, (1, "a", "Ann", 1, 99), (2, "a", "Bob", 1, 20), days=("1", "2"))

    assert keepers(connection) == {"a": "Ann"}


@pytest.mark.parametrize("order", [(1, 2), (2, 1)])
def test_at_the_same_time_the_greater_partition_decides(connection: Connection, order: tuple[int, ...]) -> None:
    days: dict[int, Row] = {1: (1, "a", "Ann", 1, 10), 2: (2, "a", "Bob", 1, 10)}

    for day in order:
        publish_days(connection, days[day], days=(str(day),))

    assert keepers(connection) == {"a": "Bob"}


def test_a_correction_gives_what_a_fresh_load_gives(connection: Connection) -> None:
    publish_days(connection, (1, "a", "Ann", 1, 10), (2, "a", "Bob", 1, 20), days=("1", "2"))

    written = publish_days(connection, days=("2",))

    assert keepers(connection) == {"a": "Ann"}
    assert (written.updated, written.row_count, written.partition_rows) == (1, 1, {"2": 0})


def test_a_key_whose_last_contribution_goes_lapses(connection: Connection) -> None:
    publish_days(connection, (1, "a", "Ann", 1, 10), (1, "b", "Bob", 1, 10), days=("1",))

    written = publish_days(connection, (1, "b", "Bob", 1, 10), days=("1",))

    assert keepers(connection) == {"b": "Bob"}
    assert (written.deleted, written.unchanged, written.row_count) == (1, 1, 1)


def test_a_key_qualifies_by_any_contribution_and_shows_the_newest(connection: Connection) -> None:
    publish_days(connection, (1, "a", "Ann", 1, 10), (2, "a", "Bob", 0, 20), (2, "b", "Eve", 0, 20), days=("1", "2"))

    assert keepers(connection) == {"a": "Bob"}


def test_a_lapsed_key_waits_for_prune_where_that_is_declared(connection: Connection) -> None:
    mode = KEEPERS.publish
    assert isinstance(mode, NewestPerKey)
    table = replace(KEEPERS, publish=replace(mode, vanished="prune"))
    publish_days(connection, (1, "a", "Ann", 1, 10), days=("1",), table=table)

    written = publish_days(connection, days=("1",), table=table)

    assert keepers(connection) == {"a": "Ann"}
    assert connection.execute("SELECT table_name, key FROM ops.unused_rows").fetchall() == [("weather.keepers", "a")]
    assert (written.deleted, written.row_count) == (0, 1)


def test_publishing_twice_touches_no_row(connection: Connection) -> None:
    rows: tuple[Row, ...] = ((1, "a", "Ann", 1, 10), (1, "b", "Bob", 1, 10))
    places = "SELECT ctid::text FROM weather.keepers UNION ALL SELECT ctid::text FROM archive.station_days"
    publish_days(connection, *rows, days=("1",))
    before = connection.execute(places).fetchall()

    written = publish_days(connection, *rows, days=("1",))

    assert connection.execute(places).fetchall() == before
    assert (written.inserted, written.updated, written.unchanged, written.deleted) == (0, 0, 2, 0)


def test_a_key_of_two_columns_lapses_alone(connection: Connection) -> None:
    outages = Table.of(Outages, "weather", "outages")
    book = replace(outages, name="outage_days", publish=STATION_DAYS.publish)
    two = replace(outages, key=("station_id", "minute"), publish=NewestPerKey(book, newest_by=("day",)))
    publish(connection, two, Publication(rows_of(book, ("a", 1, 1), ("a", 2, 2)), partitions=("1", "2")))

    publish(connection, two, Publication(book.empty_frame(), partitions=("1",)))

    assert read(connection, two).rows() == [("a", 2, 2)]


def test_a_public_table_that_was_dropped_is_made_anew_from_all_contributions(connection: Connection) -> None:
    publish_days(connection, (1, "a", "Ann", 1, 10), days=("1",))
    connection.execute("DROP TABLE weather.keepers")

    written = publish_days(connection, (2, "b", "Bob", 1, 20), days=("2",))

    assert keepers(connection) == {"a": "Ann", "b": "Bob"}
    assert written.row_count == 2


CELLS = st.one_of(st.none(), st.tuples(st.sampled_from(["Ann", "Bob"]), st.integers(0, 1), st.integers(0, 3)))
STEPS = st.lists(
    st.tuples(
        st.lists(st.integers(1, 4), min_size=1, max_size=2, unique=True), st.lists(CELLS, min_size=6, max_size=6)
    ),
    min_size=2,
    max_size=7,
)


def expected(book: dict[tuple[int, str], tuple[str, int, int]]) -> dict[str, str]:
    """Say in plain Python who keeps which station."""
    latest = {}
    for station in "abc":
        days = [(last, day, keeper) for (day, of), (keeper, _, last) in book.items() if of == station]
        if any(readings for (_, of), (_, readings, _) in book.items() if of == station):
            latest[station] = max(days)[2]
    return latest


# The database is emptied by hand between the examples.
@settings(max_examples=30, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=STEPS)
def test_public_is_the_newest_of_each_key_whatever_happened_before(
    connection: Connection, steps: list[tuple[list[int], list[Any]]]
) -> None:
    connection.execute("DROP SCHEMA IF EXISTS weather, archive CASCADE")
    book: dict[tuple[int, str], tuple[str, int, int]] = {}
    for days, drawn in steps:
        cells = {(day, key): drawn[number * 3 + at] for number, day in enumerate(days) for at, key in enumerate("abc")}
        book = {place: cell for place, cell in (book | cells).items() if cell is not None}
        rows: list[Row] = [(day, key, *cell) for (day, key), cell in cells.items() if cell is not None]

        written = publish_days(connection, *rows, days=tuple(map(str, days)))

        assert keepers(connection) == expected(book)
        assert written.row_count == len(expected(book))
