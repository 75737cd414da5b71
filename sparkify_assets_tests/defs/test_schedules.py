"""What is done by the clock, on a real Postgres."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import dagster as dg
import psycopg
import pytest
from psycopg import sql

from sparkify_assets.definitions import ASSETS, defs
from sparkify_assets.defs.resources import SparkifyIOManager
from sparkify_assets.defs.schedules import (
    Lateness,
    every_morning,
    every_sunday,
    is_looked_for,
    kept_fresh,
    upkeep_config,
)
from sparkify_assets.settings import read_settings
from sparkify_assets.staging.io_manager import StagingFolder, StagingIOManager
from sparkify_assets_tests.e2e.comparison import assert_as_oracle
from sparkify_assets_tests.e2e.raw_files import at, event, november, write_day, write_song
from sparkify_assets_tests.loading import Loader

pytestmark = [
    pytest.mark.slow,
    # Dagster 1.13 itself calls what it deprecates, for any resource that another one depends on.
    pytest.mark.filterwarnings("ignore:InitResourceContext.dagster_run is deprecated:DeprecationWarning"),
]


@pytest.fixture
def loader(tmp_path: Path, database_url: str) -> Loader:
    """Return a loader that has loaded a day with a refused record."""
    loader = Loader(tmp_path / "data", tmp_path / "staging", database_url)
    write_song(loader.data, "A/one")
    write_day(loader.data, 5, event(), "{")
    loader.load(november(5), november(5))
    return loader


def run(loader: Loader, job: str, config: dg.RunConfig) -> dg.ExecuteInProcessResult:
    """Execute the job on the loader's database."""
    resources = {"database": loader.database(), "raw_files": loader.raw_files()}
    return defs.resolve_job_def(job).execute_in_process(config, resources=resources, raise_on_error=False)


def test_morning_looks_for_the_day_before() -> None:
    moment = dt.datetime(2026, 3, 1, 6, tzinfo=dt.UTC)

    request = every_morning(dg.build_schedule_context(scheduled_execution_time=moment))

    assert isinstance(request, dg.RunRequest)
    assert request.run_config["ops"]["look_for_day"]["config"]["day"] == "2026-02-28"


@pytest.mark.parametrize(
    ("day", "fails"),
    [("2018-11-05", False), ("2018-11-06", True), ("2018-11-12", True), ("2018-11-13", False), ("2026-11-24", False)],
    ids=["loaded", "late", "late for a week", "late for longer", "of a data set that has ended"],
)
def test_day_that_is_late_fails_the_look(loader: Loader, day: str, fails: bool) -> None:
    result = run(loader, "yesterdays_file", dg.RunConfig(ops={"look_for_day": Lateness(day=day)}))

    assert result.success is not fails


def test_day_that_waits_to_be_loaded_is_looked_for_again_before_the_look_fails(loader: Loader) -> None:
    write_day(loader.data, 6, event(ts=at(6)))
    config = dg.RunConfig(ops={"look_for_day": Lateness(day="2018-11-06", looks_again=2, pause_s=0.1)})

    waited = run(loader, "yesterdays_file", config)
    loader.load(november(6), november(6))
    loaded = run(loader, "yesterdays_file", config)

    assert [event.event_type_value for event in waited.all_events].count("STEP_RESTARTED") == 2
    (failure,) = [event.step_failure_data for event in waited.all_events if event.is_step_failure]
    assert failure.user_failure_data is not None
    assert "2018-11-06 has come, but is not loaded" in str(failure.user_failure_data.description)
    assert loaded.success


def test_folder_that_can_not_be_listed_fails_the_look(loader: Loader) -> None:
    (loader.data / "log_data").rename(loader.data / "aside")

    result = run(loader, "yesterdays_file", dg.RunConfig(ops={"look_for_day": Lateness(day="2018-11-05")}))

    assert not result.success


def test_nobody_looks_where_the_days_have_an_end_or_none_is_to_come() -> None:
    growing = {"SPARKIFY_FIRST_DAY": "2018-11-01"}

    assert is_looked_for(read_settings(growing))
    assert not is_looked_for(read_settings({**growing, "SPARKIFY_DAILY": "no"}))
    assert not is_looked_for(read_settings({"SPARKIFY_DAILY": "yes"}))


def test_upkeep_deletes_moments_without_play_and_old_refusals_and_nothing_else(loader: Loader) -> None:
    with psycopg.connect(loader.database_url) as connection:
        connection.execute("INSERT INTO time SELECT '1999-01-01+00', 0, 1, 53, 1, 1999, 4")
        connection.execute("UPDATE ops.table_rows SET row_count = row_count + 1 WHERE table_name = 'public.time'")

    kept = run(loader, "upkeep", upkeep_config(read_settings({})))
    assert kept.success
    assert_as_oracle(loader)

    forgot = run(loader, "upkeep", upkeep_config(read_settings({"SPARKIFY_KEEP_REJECTS": "90"})))

    assert forgot.success
    dump = loader.dump()
    assert (len(dump["ops.rejected_events"]), len(dump["public.songplays"])) == (0, 1)
    assert '{"row_count": 0, "table_name": "ops.rejected_events"}' in dump["ops.table_rows"]


def test_upkeep_of_an_empty_database_does_nothing(tmp_path: Path, database_url: str) -> None:
    empty = Loader(tmp_path / "data", tmp_path / "staging", database_url)

    assert run(empty, "upkeep", upkeep_config(read_settings({"SPARKIFY_KEEP_REJECTS": "1"}))).success


def test_sunday_asks_for_the_upkeep_as_the_settings_say() -> None:
    request = every_sunday(dg.build_schedule_context())

    assert isinstance(request, dg.RunRequest)
    assert "keep_in_shape" in request.run_config["ops"]


def test_assets_are_kept_fresh_where_a_file_of_every_day_is_to_come() -> None:
    daily = read_settings({"SPARKIFY_FIRST_DAY": "2018-11-01", "SPARKIFY_DAILY": "yes"})
    growing, ended = read_settings({"SPARKIFY_FIRST_DAY": "2018-11-01"}), read_settings({"SPARKIFY_DAILY": "yes"})

    policies = {
        spec.key.to_user_string(): spec.freshness_policy for asset in ASSETS for spec in kept_fresh(asset, daily).specs
    }

    assert {name for name, policy in policies.items() if policy} == {"songplays", "loaded_log_files"}
    assert all(kept_fresh(asset, settings) is asset for asset in ASSETS for settings in (growing, ended))


def test_dimensions_are_rebuilt_from_files_and_staged_days(loader: Loader) -> None:
    before = loader.dump()
    loader.execute(sql.SQL("DELETE FROM users; DELETE FROM ops.user_days; DELETE FROM time; DELETE FROM songs"))
    loader.execute(
        sql.SQL("UPDATE ops.table_rows SET row_count = 0 WHERE table_name ~ '(users|user_days|time|songs)$'")
    )
    database, staging = loader.database(), StagingFolder(location=str(loader.staging))

    result = defs.resolve_job_def("rebuild_dimensions").execute_in_process(
        partition_key="2018-11-05",
        resources={
            "raw_files": loader.raw_files(),
            "database": database,
            "staging": staging,
            "postgres_io_manager": SparkifyIOManager(database=database),
            "staging_io_manager": StagingIOManager(folder=staging),
        },
    )

    assert result.success
    assert loader.dump() == before
    assert_as_oracle(loader)
