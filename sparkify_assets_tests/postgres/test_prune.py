"""Deleting what nothing needs any more."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sparkify_assets.errors import PublishError
from sparkify_assets.postgres import bookkeeping
from sparkify_assets.postgres.connection import Connection, connected
from sparkify_assets.postgres.prune import Pruned, prune
from sparkify_assets.postgres.publication import Publication
from sparkify_assets.postgres.publish import publish
from sparkify_assets.postgres.read import read
from sparkify_assets.postgres.table import Reference, Table
from sparkify_assets_tests.postgres.weather import (
    KEEPERS,
    OUTAGES,
    READINGS,
    STATIONS,
    Keepers,
    merged_stations,
    referring_readings,
    rows_of,
)

# Stations exist only while there is a reading of them.
STATION = merged_stations()
SINGLE = referring_readings(STATION, keeps_parent=True)

# Stations are what their list says, and stay while a reading refers to them.
LISTED = merged_stations("prune")
OF_LISTED = referring_readings(LISTED, keeps_parent=False)


def publish_stations(
    connection: Connection, *stations: str, table: Table = STATION, versions: dict[str, int] | None = None
) -> None:
    rows = rows_of(table, *((station, None, None, "land") for station in stations))
    publish(connection, table, Publication(rows, partitions=tuple(versions or ()), versions=versions or {}))


def publish_readings(
    connection: Connection,
    *rows: tuple[int, str],
    day: int,
    table: Table = SINGLE,
    claims: tuple[tuple[str, int, int], ...] = (),
    version: int | None = None,
) -> None:
    frame = rows_of(READINGS, *((number, station, number % 10, 0.0, day) for number, station in rows))
    versions = {} if version is None else {str(day): version}
    publish(
        connection,
        table,
        Publication(frame, partitions=(str(day),), versions=versions, claims=rows_of(OUTAGES, *claims)),
    )


def stations(connection: Connection) -> list[str]:
    return read(connection, STATIONS)["station_id"].to_list()


def test_a_parent_goes_with_its_last_reference(connection: Connection) -> None:
    publish_stations(connection, "a", "b")
    publish_readings(connection, (11, "a"), (12, "b"), day=1)
    publish_readings(connection, (21, "a"), day=2)

    publish_readings(connection, day=1)
    report = prune(connection, [STATION, SINGLE])

    assert stations(connection) == ["a"]
    assert report == [Pruned(STATION, deleted=1)]
    assert connection.execute("SELECT count(*) FROM ops.unused_rows").fetchone() == (0,)
    assert connection.execute(
        "SELECT row_count FROM ops.table_rows WHERE table_name = %s", ("weather.stations",)
    ).fetchone() == (1,)


def test_a_parent_of_rows_that_only_wait_behind_a_claim_goes(connection: Connection) -> None:
    publish_stations(connection, "a", "b")
    publish_readings(connection, (11, "a"), (12, "b"), day=1)
    publish_readings(connection, day=2, claims=(("a", 1, 2),))

    prune(connection, [STATION, SINGLE])

    assert stations(connection) == ["b"]


def test_a_parent_that_never_had_a_reference_is_not_touched(connection: Connection) -> None:
    publish_stations(connection, "a", "b")
    publish_readings(connection, (11, "a"), day=1)

    report = prune(connection, [STATION, SINGLE])

    assert (stations(connection), report) == (["a", "b"], [Pruned(STATION)])


def test_while_a_load_is_under_way_nothing_goes(connection: Connection) -> None:
    publish_stations(connection, "a", "b", versions={"1": 1})
    publish_readings(connection, (11, "a"), (12, "b"), day=1, version=1)
    publish_readings(connection, (11, "a"), day=1, version=2)
    publish_stations(connection, "b", versions={"2": 3})

    during = prune(connection, [STATION, SINGLE])
    stations_during = stations(connection)
    publish_readings(connection, (21, "b"), day=2, version=3)
    after = prune(connection, [STATION, SINGLE])

    assert (during, stations_during) == ([Pruned(STATION, unfinished=("2",))], ["a", "b"])
    assert (after, stations(connection)) == ([Pruned(STATION)], ["a", "b"])


def test_what_a_dead_load_left_goes_when_its_input_was_corrected_meanwhile(connection: Connection) -> None:
    publish_stations(connection, "ghost", versions={"1": 1})
    publish_stations(connection, "a", versions={"1": 2})
    publish_readings(connection, (11, "a"), day=1, version=2)

    prune(connection, [STATION, SINGLE])

    assert stations(connection) == ["a"]


def test_only_a_dead_load_makes_prune_look_at_every_row(connection: Connection) -> None:
    publish_stations(connection, "never used", versions={"1": 1})
    for version in (1, 2):
        publish_stations(connection, "a", versions={"1": version})
        publish_readings(connection, (11, "a"), day=1, version=version)
        prune(connection, [STATION, SINGLE])

    assert stations(connection) == ["a", "never used"]


def test_a_listed_parent_stays_while_rows_refer_to_it_also_those_that_wait(connection: Connection) -> None:
    publish_stations(connection, "a", "b", "c", table=LISTED)
    publish_readings(connection, (11, "a"), (12, "b"), day=1, table=OF_LISTED)
    publish_readings(connection, day=2, table=OF_LISTED, claims=(("a", 1, 2),))

    publish_stations(connection, table=LISTED)
    report = prune(connection, [LISTED, OF_LISTED])

    assert stations(connection) == ["a", "b"]
    assert report == [Pruned(LISTED, deleted=1, still_used=2, used_in=("1",))]


def test_a_listed_parent_goes_as_soon_as_nothing_refers_to_it(connection: Connection) -> None:
    publish_stations(connection, "a", table=LISTED)
    publish_readings(connection, (11, "a"), day=1, table=OF_LISTED)
    publish_stations(connection, table=LISTED)
    prune(connection, [LISTED, OF_LISTED])

    publish_readings(connection, day=1, table=OF_LISTED)
    report = prune(connection, [LISTED, OF_LISTED])

    assert (stations(connection), report) == ([], [Pruned(LISTED, deleted=1)])


def test_a_parent_of_two_tables_stays_while_either_refers_to_it(connection: Connection) -> None:
    keepers = replace(
        Table.of(Keepers, "weather", "keepers"), references=(Reference("station_id", LISTED),), publish=LISTED.publish
    )
    publish_stations(connection, "a", "b", "c", table=LISTED)
    publish_readings(connection, (11, "a"), day=1, table=OF_LISTED)
    publish(connection, keepers, Publication(rows_of(KEEPERS, ("b", "Bob"))))

    publish_stations(connection, table=LISTED)
    report = prune(connection, [LISTED, OF_LISTED, keepers])

    assert stations(connection) == ["a", "b"]
    assert report == [Pruned(LISTED, deleted=1, still_used=2, used_in=("1",))]


def test_tables_that_are_not_there_yet_are_passed_over(connection: Connection) -> None:
    assert prune(connection, [STATION, SINGLE]) == []


def test_a_lock_on_any_of_the_tables_is_reported_with_its_holder(connection: Connection, database_url: str) -> None:
    connection.execute("SET lock_timeout = '100ms'")
    publish_stations(connection, "a")

    with connected(database_url, application_name="somebody else") as other, other.transaction():
        bookkeeping.lock(other, SINGLE.qualified_name)
        with pytest.raises(PublishError, match=r"'weather\.single_readings' is locked by 'somebody else' \(server pro"):
            prune(connection, [STATION, SINGLE])


CELLS = st.lists(st.sampled_from(["none", "row", "row", "claim"]), min_size=4, max_size=4)
STEPS = st.lists(st.tuples(st.integers(1, 4), CELLS, st.booleans()), min_size=2, max_size=8)


# The database is emptied by hand between the examples.
@settings(max_examples=25, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=STEPS)
def test_after_a_prune_the_parents_are_those_that_rows_refer_to(
    connection: Connection, steps: list[tuple[int, list[str], Any]]
) -> None:
    connection.execute("DROP SCHEMA IF EXISTS weather, archive CASCADE")
    for version, (day, cells, dies) in enumerate(steps):
        # What waits behind a claim may come back with this load: its station is needed then.
        back = connection.execute(
            "SELECT station_id FROM archive.doubted_readings" if version else "SELECT '' WHERE false"
        ).fetchall()
        wanted = {f"s{key}" for key, cell in enumerate(cells) if cell == "row"} | {station for (station,) in back}
        publish_stations(connection, *sorted(wanted), versions={str(day): version})
        if dies and version:
            continue
        rows = [(day * 10 + key, f"s{key}") for key, cell in enumerate(cells) if cell == "row"]
        claims = tuple((f"s{key}", key, day) for key, cell in enumerate(cells) if cell == "claim")
        publish_readings(connection, *rows, day=day, claims=claims, version=version)
        [report] = prune(connection, [STATION, SINGLE])

        referred = set(read(connection, SINGLE)["station_id"])
        assert referred <= set(stations(connection))
        if not report.unfinished:
            assert set(stations(connection)) == referred
