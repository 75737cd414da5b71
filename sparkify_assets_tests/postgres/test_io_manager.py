"""The IO manager under real runs of Dagster."""

import time
from collections.abc import Iterator, Mapping
from typing import Any

import dagster as dg
import polars as pl
import pytest

from sparkify_assets.errors import FrameError, PublishError
from sparkify_assets.postgres.connection import Connection
from sparkify_assets.postgres.draft import Draft
from sparkify_assets.postgres.io_manager import PostgresIOManager, PostgresResource, definition_metadata
from sparkify_assets.postgres.publication import Publication, Scope
from sparkify_assets.postgres.read import read
from sparkify_assets.postgres.table import Table
from sparkify_assets_tests.postgres.weather import READINGS, SINGLE_READINGS, STATIONS, rows_of

# Dagster 1.13 reads a property that it deprecates itself whenever a resource is given to another one.
pytestmark = pytest.mark.filterwarnings("ignore:InitResourceContext.dagster_run is deprecated:DeprecationWarning")

DAYS = dg.StaticPartitionsDefinition(["1", "2", "3"])
ONE_STATION = rows_of(STATIONS, ("a", "Alp", 1.0, "land"))
ALL_DAYS = rows_of(READINGS, (11, "a", 1, 0.5, 1), (12, "b", 1, 1.5, 1), (31, "a", 3, 3.5, 3))


class WeatherIOManager(PostgresIOManager):
    """Writes the tables of the weather."""

    def tables(self) -> Mapping[str, Table]:
        """Return the table of each asset."""
        return {"stations": STATIONS, "readings": READINGS, "weather/single_readings": SINGLE_READINGS}


@dg.asset(metadata=definition_metadata(STATIONS))
def stations() -> pl.DataFrame:
    return ONE_STATION


@dg.asset(partitions_def=DAYS)
def readings(context: dg.AssetExecutionContext) -> pl.LazyFrame:
    return ALL_DAYS.lazy().filter(pl.col("day").cast(pl.String).is_in(context.partition_keys))


def ranged(**options: Any) -> dg.AssetsDefinition:
    """Return the readings as an asset that accepts a range in one run."""

    @dg.multi_asset(
        outs={"readings": dg.AssetOut(dagster_type=dg.Any, **options)},
        partitions_def=DAYS,
        backfill_policy=dg.BackfillPolicy.single_run(),
    )
    def all_readings(context: dg.AssetExecutionContext) -> Publication:
        keys = context.partition_keys
        rows = ALL_DAYS.filter(pl.col("day").cast(pl.String).is_in(keys))
        return Publication(rows, versions=dict.fromkeys(keys, 7))

    return all_readings


def run(
    database_url: str, *assets: dg.AssetsDefinition, partition: str | None = None, days: tuple[str, str] | None = None
) -> dg.ExecuteInProcessResult:
    """Materialize the assets for real, on an instance that forgets."""
    weather = PostgresResource(url=database_url)
    resources = {"io_manager": WeatherIOManager(database=weather), "weather": weather}
    tags = (
        {"dagster/asset_partition_range_start": days[0], "dagster/asset_partition_range_end": days[1]} if days else {}
    )
    with dg.DagsterInstance.ephemeral() as instance:
        return dg.materialize(assets, instance=instance, resources=resources, partition_key=partition, tags=tags)


def metadata_of(result: dg.ExecuteInProcessResult, node: str) -> list[dict[str, Any]]:
    """Return the metadata of the node's materializations."""
    return [
        {name: value.value for name, value in materialization.metadata.items()}
        for materialization in result.asset_materializations_for_node(node)
    ]


def test_a_frame_becomes_the_table(connection: Connection, database_url: str) -> None:
    result = run(database_url, stations)

    [metadata] = metadata_of(result, "stations")
    assert read(connection, STATIONS).equals(ONE_STATION)
    assert metadata.pop("seconds") > 0
    preview = metadata.pop("preview")
    assert [record.data for record in preview.records] == ONE_STATION.to_dicts()
    assert [(column.name, column.type) for column in preview.schema.columns][-1] == ("kind", "text")
    assert metadata == {
        "dagster/table_name": "weather.stations",
        "dagster/row_count": 1,
        "rows_inserted": 1,
        "rows_updated": 0,
        "rows_unchanged": 0,
        "rows_deleted": 0,
    }


def test_a_publication_is_recorded_with_its_run(connection: Connection, database_url: str) -> None:
    result = run(database_url, stations)

    records = connection.execute("SELECT table_name, partition, run_id, inserted FROM ops.publications").fetchall()
    assert records == [("weather.stations", "", result.run_id, 1)]


def backend(weather: PostgresResource, purpose: str = "") -> tuple[object, ...]:
    """Return the server's process of a connection, and what it is called."""
    with weather.connect(purpose) as connection:
        row = connection.execute("SELECT pg_backend_pid(), current_setting('application_name')").fetchone()
    assert row is not None
    return row


STATE = """
    SELECT current_user = session_user, current_setting('default_transaction_read_only'), current_setting('TimeZone'),
        (SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND pid = pg_backend_pid())
"""


def fail_with(weather: PostgresResource) -> None:
    """Fail in the midst of using a connection."""
    with weather.connect() as connection:
        connection.execute("SET statement_timeout = 1")
        _ = 1 / 0


def assert_gone(connection: Connection, pids: list[object]) -> None:
    """Assert that the server's processes end: it takes them a moment to notice that nobody is there any more."""
    living = "SELECT count(*) FROM pg_stat_activity WHERE pid = ANY(%s)"
    until = time.monotonic() + 10
    while connection.execute(living, (pids,)).fetchone() != (0,):
        assert time.monotonic() < until
        time.sleep(0.01)


def test_steps_of_a_run_hand_their_connection_on(connection: Connection, database_url: str) -> None:
    seen: list[tuple[object, ...]] = []

    @dg.asset
    def first(weather: dg.ResourceParam[PostgresResource]) -> None:
        seen.append(backend(weather, "first"))
        with weather.connect() as mine:
            mine.execute("SET ROLE pg_monitor; SET default_transaction_read_only = on; SELECT pg_advisory_lock(1)")
        with pytest.raises(ZeroDivisionError):
            fail_with(weather)

    @dg.asset(deps=[first])
    def second(weather: dg.ResourceParam[PostgresResource]) -> None:
        seen.extend(backend(weather, name) for name in ("second", "still second"))
        with weather.connect() as mine:
            assert mine.execute(STATE).fetchone() == (True, "off", "UTC", 0)
        connection.execute("SELECT pg_terminate_backend(%s, 5000)", (seen[-1][0],))
        seen.append(backend(weather, "renewed"))

    run(database_url, first, second)

    pids, names = zip(*seen, strict=True)
    assert names == ("dagster first", "dagster second", "dagster still second", "dagster renewed")
    # One that was used when something failed may be in any state: it is not handed on.
    assert pids[0] != pids[1] == pids[2] != pids[3]
    assert_gone(connection, list(pids))


def test_outside_a_run_a_connection_is_closed_by_whoever_asked_for_it(database_url: str) -> None:
    weather = PostgresResource(url=database_url)

    assert backend(weather)[0] != backend(weather)[0]


def drafting(table: Table) -> dg.AssetsDefinition:
    """Return the readings as an asset that drafts them, a day at a time."""

    @dg.multi_asset(
        outs={"readings": dg.AssetOut(dagster_type=dg.Any)},
        partitions_def=DAYS,
        backfill_policy=dg.BackfillPolicy.single_run(),
    )
    def drafted_readings(
        context: dg.AssetExecutionContext, weather: dg.ResourceParam[PostgresResource]
    ) -> Iterator[dg.Output[Draft]]:
        scope = Scope(partitions=tuple(context.partition_keys), run_id=context.run.run_id)
        with weather.draft(table, scope) as draft:
            for day in context.partition_keys:
                draft.add(ALL_DAYS.filter(pl.col("day").cast(pl.String) == day))
            yield dg.Output(draft, "readings")

    return drafted_readings


def test_a_draft_becomes_the_table(connection: Connection, database_url: str) -> None:
    result = run(database_url, drafting(READINGS), days=("1", "3"))

    found = metadata_of(result, "drafted_readings")
    assert read(connection, READINGS).equals(ALL_DAYS)
    assert sorted(metadata["dagster/partition_row_count"] for metadata in found) == [0, 1, 2]
    assert sorted(len(metadata["preview"].records) for metadata in found if "preview" in metadata) == [1, 2]
    assert connection.execute("SELECT DISTINCT run_id FROM ops.publications").fetchall() == [(result.run_id,)]


def test_a_draft_of_another_table_is_refused(connection: Connection, database_url: str) -> None:
    with pytest.raises(FrameError, match=r"gave a draft of 'weather\.single_readings', expected is one of 'weather\.r"):
        run(database_url, drafting(SINGLE_READINGS), days=("1", "3"))

    assert connection.execute("SELECT to_regclass('weather.single_readings')").fetchone() == (None,)
    others = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
    assert connection.execute(others).fetchone() == (0,)


def test_one_partition_is_replaced(connection: Connection, database_url: str) -> None:
    run(database_url, readings, partition="3")

    result = run(database_url, readings, partition="1")

    [metadata] = metadata_of(result, "readings")
    assert read(connection, READINGS).equals(ALL_DAYS)
    assert metadata["dagster/row_count"] == 3
    assert metadata["dagster/partition_row_count"] == 2


def test_a_partition_without_rows_is_written(connection: Connection, database_url: str) -> None:
    result = run(database_url, readings, partition="2")

    [metadata] = metadata_of(result, "readings")
    assert read(connection, READINGS).is_empty()
    assert metadata["dagster/partition_row_count"] == 0


def test_a_range_is_one_write_and_each_partition_has_its_figure(connection: Connection, database_url: str) -> None:
    result = run(database_url, ranged(), days=("1", "3"))

    versions = connection.execute("SELECT partition, version FROM ops.publications ORDER BY 1").fetchall()
    figures = {
        materialization.partition: materialization.metadata["dagster/partition_row_count"].value
        for materialization in result.asset_materializations_for_node("all_readings")
    }
    assert read(connection, READINGS).equals(ALL_DAYS)
    assert versions == [("1", 7), ("2", 7), ("3", 7)]
    assert figures == {"1": 2, "2": 0, "3": 1}
    assert [each["dagster/row_count"] for each in metadata_of(result, "all_readings")] == [3, 3, 3]


def test_a_range_gives_each_partition_its_own_counts_and_rows(database_url: str) -> None:
    run(database_url, readings, partition="1")

    result = run(database_url, ranged(), days=("1", "3"))

    by_day: dict[str, dict[str, Any]] = {
        materialization.partition or "": {name: value.value for name, value in materialization.metadata.items()}
        for materialization in result.asset_materializations_for_node("all_readings")
    }
    counts = {
        day: [figures[f"rows_{what}"] for what in ("inserted", "updated", "unchanged", "deleted")]
        for day, figures in by_day.items()
    }
    previewed = {
        day: [record.data["reading_id"] for record in figures["preview"].records]
        for day, figures in by_day.items()
        if "preview" in figures
    }
    assert counts == {"1": [0, 0, 2, 0], "2": [0, 0, 0, 0], "3": [1, 0, 0, 0]}
    assert previewed == {"1": [11, 12], "3": [31]}
    assert [day for day, figures in by_day.items() if "run_rows_inserted" in figures] == ["3"]
    assert (by_day["3"]["run_rows_inserted"], by_day["3"]["run_rows_unchanged"]) == (1, 2)


def test_an_asset_without_partitions_may_publish_one_of_its_table(connection: Connection, database_url: str) -> None:
    @dg.asset(name="readings")
    def third_day() -> Publication:
        return Publication(ALL_DAYS.filter(pl.col("day") == 3), partitions=("3",))

    run(database_url, readings, partition="1")

    result = run(database_url, third_day)

    (figures,) = metadata_of(result, "readings")
    assert (figures["dagster/row_count"], figures["dagster/partition_row_count"], figures["rows_inserted"]) == (3, 1, 1)
    assert sorted(read(connection, READINGS)[READINGS.key[0]].to_list()) == [11, 12, 31]


def test_what_was_superseded_and_restored_is_told(connection: Connection, database_url: str) -> None:
    @dg.asset(name="single_readings", key_prefix="weather", partitions_def=DAYS)
    def single_readings(context: dg.AssetExecutionContext) -> Publication:
        day = int(context.partition_key)
        return Publication(rows_of(READINGS, (day * 10, "a", 1, 0.0, day)))

    run(database_url, single_readings, partition="2")
    result = run(database_url, single_readings, partition="1")

    [metadata] = metadata_of(result, "weather__single_readings")
    assert (metadata["rows_superseded"], metadata["rows_restored"], metadata["rows_inserted"]) == (1, 0, 0)
    assert metadata["dagster/partition_row_count"] == 0
    assert read(connection, SINGLE_READINGS)["reading_id"].to_list() == [20]


def test_inputs_are_read_as_they_are_annotated(database_url: str) -> None:
    seen: dict[str, Any] = {}

    @dg.asset
    def eager(stations: pl.DataFrame) -> None:
        seen["eager"] = stations

    @dg.asset
    def lazy(stations: pl.LazyFrame) -> None:
        seen["lazy"] = stations

    @dg.asset(ins={"stations": dg.AssetIn(metadata={"columns": ["kind", "station_id"]})})
    def narrow(stations: pl.DataFrame) -> None:
        seen["narrow"] = stations

    run(database_url, stations, eager, lazy, narrow)

    assert seen["eager"].equals(ONE_STATION)
    assert isinstance(seen["lazy"], pl.LazyFrame)
    assert seen["lazy"].collect().equals(ONE_STATION)
    assert seen["narrow"].equals(ONE_STATION.select("kind", "station_id"))


def test_an_input_has_the_rows_of_the_run_partitions(database_url: str) -> None:
    seen: dict[str, pl.DataFrame] = {}

    @dg.asset(partitions_def=DAYS)
    def of_the_day(readings: pl.DataFrame) -> None:
        seen["of_the_day"] = readings

    @dg.asset
    def of_all_days(readings: pl.DataFrame) -> None:
        seen["of_all_days"] = readings

    run(database_url, readings, partition="1")
    run(database_url, readings, of_the_day, of_all_days, partition="3")

    assert seen["of_the_day"].equals(ALL_DAYS.filter(day=3))
    assert seen["of_all_days"].equals(ALL_DAYS)


def test_an_asset_without_table_is_named(database_url: str) -> None:
    @dg.asset
    def tides() -> pl.DataFrame:
        return ONE_STATION

    with pytest.raises(FrameError, match=r"asset 'tides' has no table; declared are \['readings', 'stations', 'weath"):
        run(database_url, tides)


def test_what_is_no_frame_is_refused(connection: Connection, database_url: str) -> None:
    @dg.asset(name="stations")
    def no_frame() -> int:
        return 3

    with pytest.raises(FrameError, match=r"table 'weather\.stations': the asset gave a int, expected is a pl\.DataF"):
        run(database_url, no_frame)

    assert connection.execute("SELECT to_regclass('weather.stations')").fetchone() == (None,)


def test_a_refused_write_fails_the_run(connection: Connection, database_url: str) -> None:
    @dg.asset(name="stations")
    def doubled() -> pl.DataFrame:
        return pl.concat([ONE_STATION, ONE_STATION])

    run(database_url, stations)
    with pytest.raises(PublishError, match=r"table 'weather\.stations': duplicate key .*no row was changed"):
        run(database_url, doubled)

    assert read(connection, STATIONS).equals(ONE_STATION)


def test_the_ui_knows_the_columns_before_any_run() -> None:
    metadata = definition_metadata(SINGLE_READINGS)

    schema = metadata["dagster/column_schema"]
    minute = next(column for column in schema.columns if column.name == "minute")
    assert metadata["dagster/table_name"] == "weather.single_readings"
    assert (minute.type, minute.description, minute.constraints.nullable) == ("bigint", "when", False)
    assert minute.constraints.other == [">= 0"]
    assert schema.constraints.other == ["primary key (reading_id)", "unique (station_id, minute)"]
