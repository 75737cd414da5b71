"""The definitions are exactly these assets and checks, and look like something from the definition on."""

import datetime as dt
import os
import subprocess
import sys

import dagster as dg
import pytest

from sparkify_assets import definitions
from sparkify_assets.all_definitions import defs
from sparkify_assets.definitions import ASSETS
from sparkify_assets.defs.jobs import JOBS
from sparkify_assets.defs.partitions import days_of
from sparkify_assets.defs.tables import TABLE_OF_ASSET
from sparkify_assets.report.sections import QUESTIONS
from sparkify_assets.settings import read_settings

GRAPH = defs.resolve_asset_graph()

# key: group, parents
ASSETS_EXPECTED: dict[str, tuple[str, set[str]]] = {
    "raw_song_files": ("raw", set()),
    "raw_logs": ("raw", set()),
    "rejected_songs": ("rejected", {"raw_song_files"}),
    "rejected_events": ("rejected", {"raw_logs"}),
    "artists": ("star", {"raw_song_files"}),
    "songs": ("star", {"raw_song_files", "artists"}),
    "users": ("star", {"raw_logs"}),
    "time": ("star", {"raw_logs"}),
    "songplays": ("star", {"raw_logs", "raw_song_files", "artists", "songs", "users", "time"}),
    "matches": ("ops", {"songs", "songplays"}),
    "unused_rows": ("ops", {"matches", "songplays"}),
    "loaded_log_files": ("ops", {"raw_logs", "rejected_events", "unused_rows"}),
    "loaded_song_files": ("ops", {"raw_song_files", "rejected_songs", "unused_rows"}),
    "level_events": ("analytics", {"raw_logs"}),
    "user_agents": ("analytics", {"songplays"}),
    "listening_report": ("analytics", set(QUESTIONS)),
}

# What views read: "plays" alone need no match with the catalogue.
PLAYS, MATCHED_PLAYS = {"songplays"}, {"songplays", "matches"}
VIEWS_EXPECTED: dict[str, set[str]] = {
    "catalogue_coverage": {*MATCHED_PLAYS, "songs"},
    "conversion": {"level_events"},
    "daily_active_users": PLAYS,
    "level_history": {"level_events"},
    "listening_time": PLAYS,
    "match_rate": MATCHED_PLAYS,
    "missing_songs": MATCHED_PLAYS,
    "monthly_active_users": PLAYS,
    "most_active_users": {*PLAYS, "users"},
    "most_played_artists": {*MATCHED_PLAYS, "songs"},
    "most_played_songs": {*MATCHED_PLAYS, "songs"},
    "new_and_lapsed_users": PLAYS,
    "plays_by_browser": {*PLAYS, "user_agents"},
    "plays_by_day": PLAYS,
    "plays_by_hour": MATCHED_PLAYS,
    "plays_by_level": PLAYS,
    "plays_by_location": PLAYS,
    "plays_by_operating_system": {*PLAYS, "user_agents"},
    "plays_by_state": PLAYS,
    "plays_by_week": MATCHED_PLAYS,
    "plays_by_weekday": MATCHED_PLAYS,
    "plays_by_weekday_and_hour": MATCHED_PLAYS,
    "rejected_records": {"rejected_events", "rejected_songs"},
    "sessions": PLAYS,
    "subscription_orders": {"level_events"},
    "weekly_active_users": PLAYS,
    "weekly_retention": PLAYS,
}
ASSETS_EXPECTED |= {name: ("analytics", parents) for name, parents in VIEWS_EXPECTED.items()}

DAILY = {"raw_logs", "rejected_events", "users", "time", "songplays", "level_events", "loaded_log_files"}
RAW = {"raw_song_files", "raw_logs"}
REPORT = "listening_report"

CHECKS_EXPECTED: dict[str, set[str]] = {
    "raw_song_files": {"records_are_accepted", "fields_are_known"},
    "raw_logs": {"records_are_accepted", "fields_are_known", "session_items_have_no_gap"},
    "artists": {"fit_to_publish", "key_is_unique", "rows_are_as_published"},
    "songs": {"fit_to_publish", "key_is_unique", "rows_are_as_published", "artist_is_found", "stored_plays_match"},
    "users": {"fit_to_publish", "key_is_unique", "rows_are_as_published", "level_is_known"},
    "time": {"fit_to_publish", "key_is_unique"},
    "songplays": {
        "fit_to_publish",
        "key_is_unique",
        "references_are_found",
        "start_times_are_found",
        "plays_reconcile",
        "level_is_known",
        "event_date_is_file_date",
        "every_day_has_plays",
        "volume_is_usual",
    },
    "unused_rows": {"user_has_played", "time_is_used"},
}

GATES = {"fit_to_publish", "records_are_accepted"}


def test_assets_are_these_and_no_misspelt_dependency_made_another() -> None:
    assert {key.to_user_string() for key in GRAPH.get_all_asset_keys()} == set(ASSETS_EXPECTED)
    assert all(GRAPH.get(key).is_executable for key in GRAPH.get_all_asset_keys())
    assert len(ASSETS) == len(ASSETS_EXPECTED) - len(VIEWS_EXPECTED) - 1


def test_no_load_draws_the_report() -> None:
    load = definitions.defs.resolve_asset_graph()

    assert {key.to_user_string() for key in load.get_all_asset_keys()} == set(ASSETS_EXPECTED) - {REPORT}
    assert not any(
        dg.AssetKey(REPORT) in defs.resolve_job_def(job.name).asset_layer.executable_asset_keys for job in JOBS
    )


@pytest.mark.parametrize("name", ASSETS_EXPECTED)
def test_asset_stands_in_its_group_below_its_parents(name: str) -> None:
    asset = GRAPH.get(dg.AssetKey(name))
    group, parents = ASSETS_EXPECTED[name]

    assert asset.group_name == group
    assert {key.to_user_string() for key in asset.parent_keys} == parents


@pytest.mark.parametrize("name", ASSETS_EXPECTED)
def test_asset_says_in_one_sentence_what_one_row_is(name: str) -> None:
    description = GRAPH.get(dg.AssetKey(name)).description or ""

    if name in VIEWS_EXPECTED:
        question, mark, row = description.partition("? ")
        assert (question[0].isupper(), mark) == (True, "? ")
        description = row
    assert description.startswith("One page with pictures" if name == REPORT else "One row per ")
    assert description.endswith(".")
    assert "\n\n" not in description


@pytest.mark.parametrize("name", ASSETS_EXPECTED)
def test_asset_has_kinds_owners_and_code_version(name: str) -> None:
    asset = GRAPH.get(dg.AssetKey(name))

    kinds = {REPORT: {"altair", "html"}} | {key: {"json", "polars", "parquet"} for key in RAW}
    assert asset.kinds >= kinds.get(name, {"postgres"})
    assert ("view" in asset.kinds) == (name in VIEWS_EXPECTED)
    assert asset.owners == ["team:data-engineering"]
    assert asset.code_version


@pytest.mark.parametrize("name", ASSETS_EXPECTED)
def test_range_of_days_is_one_run(name: str) -> None:
    asset = GRAPH.get(dg.AssetKey(name))

    assert asset.backfill_policy == dg.BackfillPolicy.single_run()
    assert (asset.partitions_def is not None) == (name in DAILY)


@pytest.mark.parametrize("name", TABLE_OF_ASSET)
def test_asset_of_a_table_shows_its_name_and_columns(name: str) -> None:
    metadata = GRAPH.get(dg.AssetKey(name)).metadata
    table = TABLE_OF_ASSET[name]

    assert metadata["dagster/table_name"] == table.qualified_name
    schema = metadata["dagster/column_schema"]
    assert isinstance(schema, dg.TableSchema)
    assert [(column.name, column.type, column.constraints.nullable) for column in schema.columns] == [
        (column.name, column.sql_type, column.nullable) for column in table.columns
    ]
    assert all(column.description for column in schema.columns)


@pytest.mark.parametrize("name", sorted(RAW))
def test_staged_asset_shows_its_columns(name: str) -> None:
    schema = GRAPH.get(dg.AssetKey(name)).metadata["dagster/column_schema"]

    assert isinstance(schema, dg.TableSchema)
    assert [column.name for column in schema.columns][:1]
    assert all(column.description and column.type for column in schema.columns)


def test_every_asset_in_the_database_names_its_table() -> None:
    named = {
        key.to_user_string() for key in GRAPH.get_all_asset_keys() if "dagster/table_name" in GRAPH.get(key).metadata
    }

    assert named == set(ASSETS_EXPECTED) - RAW - {REPORT}


def test_checks_are_these() -> None:
    found: dict[str, set[str]] = {}
    for check in GRAPH.asset_check_keys:
        found.setdefault(check.asset_key.to_user_string(), set()).add(check.name)

    assert found == CHECKS_EXPECTED


@pytest.mark.parametrize("name", CHECKS_EXPECTED)
def test_gates_block_and_looking_back_does_not(name: str) -> None:
    blocking = {
        check.name
        for check in GRAPH.asset_check_keys
        if check.asset_key == dg.AssetKey(name) and GRAPH.get_check_spec(check).blocking
    }

    assert blocking == CHECKS_EXPECTED[name] & GATES


def test_every_check_says_what_holds() -> None:
    descriptions = [GRAPH.get_check_spec(check).description or "" for check in GRAPH.asset_check_keys]

    assert all(description.endswith(".") for description in descriptions)


@pytest.mark.parametrize(
    ("given", "first", "last", "number"),
    [
        ({}, "2018-11-01", "2018-11-30", 30),
        ({"SPARKIFY_FIRST_DAY": "2018-11-15", "SPARKIFY_LAST_DAY": "2018-11-15"}, "2018-11-15", "2018-11-15", 1),
        ({"SPARKIFY_FIRST_DAY": "1969-12-31", "SPARKIFY_LAST_DAY": "1970-01-01"}, "1969-12-31", "1970-01-01", 2),
        ({"SPARKIFY_FIRST_DAY": "1000-01-01", "SPARKIFY_LAST_DAY": "1000-01-02"}, "1000-01-01", "1000-01-02", 2),
        ({"SPARKIFY_FIRST_DAY": "2020-02-28", "SPARKIFY_LAST_DAY": "2020-03-01"}, "2020-02-28", "2020-03-01", 3),
    ],
)
def test_days_are_those_of_the_settings(given: dict[str, str], first: str, last: str, number: int) -> None:
    keys = days_of(read_settings(given)).get_partition_keys()

    assert (keys[0], keys[-1], len(keys)) == (first, last, number)


def test_today_exists_when_it_is_the_last_day_or_no_last_day_is_set() -> None:
    today = dt.datetime.now(dt.UTC).date()
    yesterday = today - dt.timedelta(days=1)

    until_today = days_of(read_settings({"SPARKIFY_FIRST_DAY": str(yesterday)}))
    to_today = days_of(read_settings({"SPARKIFY_FIRST_DAY": str(yesterday), "SPARKIFY_LAST_DAY": str(today)}))

    assert until_today.has_partition_key(str(today))
    assert to_today.has_partition_key(str(today))


def test_days_ahead_exist_when_they_are_set() -> None:
    today = dt.datetime.now(dt.UTC).date()
    ahead = [today + dt.timedelta(days=number) for number in range(3, 6)]
    given = {"SPARKIFY_FIRST_DAY": str(ahead[0]), "SPARKIFY_LAST_DAY": str(ahead[-1])}

    assert list(days_of(read_settings(given)).get_partition_keys()) == [str(day) for day in ahead]


@pytest.mark.parametrize("module", ["definitions", "all_definitions"])
@pytest.mark.parametrize("executor", ["in_process", "multiprocess"])
def test_definitions_load_without_warning_with_either_executor(executor: str, module: str) -> None:
    program = (
        f"from sparkify_assets.{module} import defs; import dagster as dg; "
        "dg.Definitions.validate_loadable(defs); print(defs.executor.name)"
    )
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("SPARKIFY_", "DAGSTER_"))}

    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", program],
        capture_output=True,
        text=True,
        check=False,
        env={**kept, "SPARKIFY_EXECUTOR": executor},
    )

    assert (done.stdout, done.stderr) == (f"{executor}\n", "")


@pytest.mark.slow
def test_importing_the_project_takes_little_more_than_importing_what_it_is_made_with() -> None:
    program = (
        "import time; begun = time.perf_counter(); import dagster, polars, dataframely, psycopg; "
        "made_with = time.perf_counter() - begun; import sparkify_assets.definitions; "
        "print((time.perf_counter() - begun) / made_with)"
    )

    ratios = [float(subprocess.check_output([sys.executable, "-c", program])) for _ in range(5)]

    assert min(ratios) <= 1.2
