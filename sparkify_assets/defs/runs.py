"""What Dagster's runs say: what became of those that were asked for, and what is being loaded now."""

import time
from collections.abc import Iterator, Set

import dagster as dg
from dagster import DagsterRunStatus

from sparkify_assets.defs.jobs import load_days, load_everything, load_songs
from sparkify_assets.defs.ledger import loaded_log_files, loaded_song_files
from sparkify_assets.defs.partitions import DAYS
from sparkify_assets.watching.changes import SONGS
from sparkify_assets.watching.memory import Memory
from sparkify_assets.watching.requests import Outcome

RUN_KEY = "dagster/run_key"
ONE_DAY = "dagster/partition"
RANGE_START = "dagster/asset_partition_range_start"
RANGE_END = "dagster/asset_partition_range_end"

ENDED = (DagsterRunStatus.SUCCESS, DagsterRunStatus.FAILURE, DagsterRunStatus.CANCELED)
UNDER_WAY = [status for status in DagsterRunStatus if status not in ENDED]
QUIET_S = 1800.0
"""A run of which nothing was heard for so long has died, and is no reason to wait."""

LOGS_OF_JOB = {load_everything.name, load_days.name}
SONGS_OF_JOB = {load_everything.name, load_songs.name}


def outcomes_of(instance: dg.DagsterInstance, memory: Memory) -> dict[str, Outcome]:
    """Return, by run key, what became of the runs that were asked for."""
    keys = sorted({asked.key for asked in memory.asked.values()})
    if not keys:
        return {}
    outcomes = {}
    for record in instance.get_run_records(dg.RunsFilter(tags={RUN_KEY: keys})):
        run, ended = record.dagster_run, record.dagster_run.status in ENDED
        ended_at = record.end_time or record.update_timestamp.timestamp()
        outcomes[run.tags[RUN_KEY]] = Outcome(run.run_id, "ended" if ended else "running", ended_at)
    return outcomes


def being_loaded(instance: dg.DagsterInstance) -> dict[str, str]:
    """Return the portions that some run is loading, or waits to load, with that run."""
    found: dict[str, str] = {}
    for run in instance.get_runs(dg.RunsFilter(statuses=UNDER_WAY)):
        if not _has_died(instance, run):
            found |= dict.fromkeys(_portions_of(run), run.run_id)
    return found


def _has_died(instance: dg.DagsterInstance, run: dg.DagsterRun) -> bool:
    if run.status is not DagsterRunStatus.STARTED:
        return False
    last = instance.get_records_for_run(run.run_id, limit=1, ascending=False).records
    return bool(last) and time.time() - last[0].timestamp > QUIET_S


def _portions_of(run: dg.DagsterRun) -> Iterator[str]:
    assets = run.asset_selection
    if _loads(run, assets, loaded_song_files.key, SONGS_OF_JOB):
        yield SONGS
    if _loads(run, assets, loaded_log_files.key, LOGS_OF_JOB):
        day = run.tags.get(ONE_DAY)
        first, last = run.tags.get(RANGE_START, day), run.tags.get(RANGE_END, day)
        if first and last:
            yield from (key for key in DAYS.get_partition_keys() if first <= key <= last)


def _loads(run: dg.DagsterRun, assets: Set[dg.AssetKey] | None, asset: dg.AssetKey, jobs: Set[str]) -> bool:
    if assets:
        return asset in assets
    return run.job_name in jobs or run.job_name.startswith("__")  # Dagster's own job for assets, without a selection
