"""What Dagster's runs say: what became of those that were asked for, and what is being loaded now."""

import os
import time
from collections.abc import Iterator, Set
from pathlib import Path

import dagster as dg
from dagster import DagsterRunStatus

from sparkify_assets.defs.jobs import load_days, load_everything, load_songs
from sparkify_assets.defs.ledger import loaded_log_files, loaded_song_files
from sparkify_assets.defs.partitions import DAYS, days_of_run
from sparkify_assets.watching.changes import SONGS
from sparkify_assets.watching.memory import Memory
from sparkify_assets.watching.requests import Outcome, State

RUN_KEY = "dagster/run_key"

ENDED = (DagsterRunStatus.SUCCESS, DagsterRunStatus.FAILURE, DagsterRunStatus.CANCELED)
UNDER_WAY = [status for status in DagsterRunStatus if status not in ENDED]
SILENT_S = 10.0
"""For so long nothing must have been heard of a run before its process is looked for."""
UNSTARTED_S = 3600.0
"""A run that waits so long to be handed over was made by a daemon that died there, more than a day before the next."""
QUIET_S = 4 * 3600.0
"""A run of which nothing was heard for so long has died, wherever its process was."""

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
        state: State = "running" if not ended else "lost" if _was_lost(instance, run) else "ended"
        outcomes[run.tags[RUN_KEY]] = Outcome(run.run_id, state, ended_at)
    return outcomes


def being_loaded(instance: dg.DagsterInstance) -> dict[str, str]:
    """Return the portions that some run is loading, or waits to load, with that run."""
    found: dict[str, str] = {}
    for run in instance.get_runs(dg.RunsFilter(statuses=UNDER_WAY)):
        found |= dict.fromkeys(_portions_of(run), run.run_id)
    return found


def fail_lost_runs(instance: dg.DagsterInstance) -> None:
    """Mark runs as failed whose process is gone, as after a kill, or never was: they would block others for ever.

    Dagster's monitoring asks the launcher, and the one that starts processes on this machine does not know.
    """
    for run in instance.get_runs(dg.RunsFilter(statuses=[DagsterRunStatus.STARTED])):
        if _has_died(instance, run):
            instance.report_run_failed(
                run, "the process of this run is gone, or was not heard of for long: it was lost"
            )
    for record in instance.get_run_records(dg.RunsFilter(statuses=[DagsterRunStatus.NOT_STARTED])):
        if time.time() - record.create_timestamp.timestamp() > UNSTARTED_S:
            instance.report_run_failed(record.dagster_run, "this run was made and never started: it was lost")


def _was_lost(instance: dg.DagsterInstance, run: dg.DagsterRun) -> bool:
    """Tell whether the run failed and none of its steps did."""
    if run.status is not DagsterRunStatus.FAILURE:
        return False
    kind = dg.DagsterEventType.STEP_FAILURE
    return not instance.get_records_for_run(run.run_id, of_type=kind, limit=1).records


def _has_died(instance: dg.DagsterInstance, run: dg.DagsterRun) -> bool:
    last = instance.get_records_for_run(run.run_id, limit=1, ascending=False).records
    quiet_s = time.time() - last[0].timestamp if last else 0.0
    return quiet_s > QUIET_S or (quiet_s > SILENT_S and not _lives(_process_of(instance, run)))


def _process_of(instance: dg.DagsterInstance, run: dg.DagsterRun) -> int | None:
    """Return the number of the run's process, None where it has not said it."""
    kind = dg.DagsterEventType.ENGINE_EVENT
    for record in instance.get_records_for_run(run.run_id, of_type=kind, limit=20).records:
        event = record.event_log_entry.dagster_event
        number = event.engine_event_data.metadata.get("pid") if event else None
        if number is not None and str(number.value).isdecimal():
            return int(str(number.value))
    return None


def _lives(process: int | None) -> bool:
    """Tell whether there is such a process here; one that is not known counts as alive."""
    if process is None:
        return True
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except OSError:
        return True  # it is somebody else's
    return not _is_zombie(process)


def _is_zombie(process: int) -> bool:
    """Tell whether the process has ended and its parent has not asked yet; never where there is no /proc."""
    try:
        return Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0] == "Z"
    except (OSError, IndexError):
        return False


def _portions_of(run: dg.DagsterRun) -> Iterator[str]:
    assets = run.asset_selection
    if _loads(run, assets, loaded_song_files.key, SONGS_OF_JOB):
        yield SONGS
    if _loads(run, assets, loaded_log_files.key, LOGS_OF_JOB):
        first, last = days_of_run(run.tags)
        if first and last:
            yield from (key for key in DAYS.get_partition_keys() if first <= key <= last)


def _loads(run: dg.DagsterRun, assets: Set[dg.AssetKey] | None, asset: dg.AssetKey, jobs: Set[str]) -> bool:
    if assets:
        return asset in assets
    return run.job_name in jobs or run.job_name.startswith("__")  # Dagster's own job for assets, without a selection
