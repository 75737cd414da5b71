"""The sensors that load what changes in the folder."""

import datetime as dt
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace

import dagster as dg

from sparkify_assets.defs.jobs import load_days, load_everything, load_songs
from sparkify_assets.defs.partitions import DAYS, RANGE_END, RANGE_START
from sparkify_assets.defs.resources import RawFiles, SparkifyDatabase, Watch
from sparkify_assets.defs.runs import being_loaded, fail_lost_runs, outcomes_of
from sparkify_assets.ingest.blocks import hash_content
from sparkify_assets.ingest.discovery import LOG_FOLDER, SONG_FOLDER, stat_files
from sparkify_assets.ingest.raw_files import RawFile
from sparkify_assets.settings import read_settings
from sparkify_assets.staging.io_manager import StagingFolder
from sparkify_assets.watching.changes import SONGS, Comparison, compare_logs, compare_songs, without_touched
from sparkify_assets.watching.ledger import look_as_loaded, note_looks, read_ledger
from sparkify_assets.watching.memory import Memory
from sparkify_assets.watching.requests import Outcome, Plan, Request, Rules, plan
from sparkify_assets.watching.words import reason_to_skip, warnings

LOG_SENSOR = "new_log_files"
SONG_SENSOR = "new_song_files"
LOOK_EVERY_S = read_settings().look_every_s
MOST_BYTES_TO_HASH = 2 * 2**30
"""A tick has 60 s; a file that looks otherwise is read up to this, to find that it holds what was loaded."""
HELD_FOR_TICKS = 4
"""So long the songs are left to the sensor of the logs, when days are about to be loaded that can take them along."""


@dataclass(frozen=True)
class _Look:
    """One look at runs, folder and ledger, and where it is taken."""

    instance: dg.DagsterInstance
    raw_files: RawFiles
    database: SparkifyDatabase
    watch: Watch

    def runs(self, memory: Memory) -> tuple[dict[str, Outcome], dict[str, str]]:
        """Return what became of runs, and what is being loaded.

        To be asked before the ledger: a run that ends in between looks as if it still ran, and the next tick knows.
        """
        fail_lost_runs(self.instance)
        return outcomes_of(self.instance, memory), being_loaded(self.instance)

    def logs(self) -> Comparison:
        """Compare the log files with the ledger."""
        first, last = (
            dt.date.fromisoformat(key) for key in (DAYS.get_partition_keys()[0], DAYS.get_partition_keys()[-1])
        )
        files = stat_files(self.raw_files.folder, LOG_FOLDER)
        with self.database.connect("looks at the log files") as connection:
            if look_as_loaded(connection, "log", files):
                return Comparison(checked=len(files))
            ledger = read_ledger(connection, "log")
            found, touched = without_touched(
                compare_logs(files, ledger, first, last), ledger, self._hash, most_bytes=MOST_BYTES_TO_HASH
            )
            note_looks(connection, touched)
        return found

    def songs(self) -> Comparison:
        """Compare the song files with the ledger."""
        files = stat_files(self.raw_files.folder, SONG_FOLDER)
        with self.database.connect("looks at the song files") as connection:
            if look_as_loaded(connection, "song", files):
                return Comparison(checked=len(files))
            ledger = read_ledger(connection, "song")
            found, touched = without_touched(
                compare_songs(files, ledger), ledger, self._hash, most_bytes=MOST_BYTES_TO_HASH
            )
            note_looks(connection, touched)
        return found

    def decide(
        self, comparison: Comparison, memory: Memory, outcomes: dict[str, Outcome], loading: dict[str, str]
    ) -> Plan:
        """Decide what to ask for now."""
        rules = Rules(self.watch.settle_s, self.watch.retract)
        return plan(comparison, memory, outcomes=outcomes, loading=loading, now=time.time(), rules=rules)

    def _hash(self, name: str) -> str:
        return hash_content(RawFile(str(self.raw_files.folder / name), name, 0))


@dg.sensor(
    name=LOG_SENSOR,
    jobs=[load_everything, load_days],
    minimum_interval_seconds=LOOK_EVERY_S,
    default_status=dg.DefaultSensorStatus.RUNNING,
    description="Loads the days whose log files are new, changed or (by a setting) gone; new songs too.",
)
def new_log_files(
    context: dg.SensorEvaluationContext,
    raw_files: RawFiles,
    database: SparkifyDatabase,
    staging: StagingFolder,
    watch: Watch,
) -> dg.SensorResult:
    """Compare the log files with the ledger, and ask for the days that differ."""
    look = _Look(context.instance, raw_files, database, watch)
    memory = Memory.from_text(context.cursor)
    outcomes, loading = look.runs(memory)
    comparison = look.logs()
    if comparison.differences:
        songs = look.songs()
        along = {} if songs.emptied else songs.differences
        comparison = replace(comparison, differences={**comparison.differences, **along})
    made = look.decide(comparison, memory, outcomes, loading)
    bare = bool(made.requests) and staging.area().newest("raw_song_files", "") is None
    return _result(context, comparison, made, [_request(each, with_songs=bare) for each in made.requests])


@dg.sensor(
    name=SONG_SENSOR,
    job=load_songs,
    minimum_interval_seconds=LOOK_EVERY_S,
    default_status=dg.DefaultSensorStatus.RUNNING,
    description="Loads the songs when song files are new, changed or (by a setting) gone, and matches plays anew.",
)
def new_song_files(
    context: dg.SensorEvaluationContext, raw_files: RawFiles, database: SparkifyDatabase, watch: Watch
) -> dg.SensorResult:
    """Compare the song files with the ledger, and ask for the songs where they differ."""
    look = _Look(context.instance, raw_files, database, watch)
    memory = Memory.from_text(context.cursor)
    outcomes, loading = look.runs(memory)
    comparison = look.songs()
    made = look.decide(comparison, memory, outcomes, loading)
    if made.requests and memory.held < HELD_FOR_TICKS and _days_are_coming(look):
        waiting = replace(memory, seen=made.memory.seen, held=memory.held + 1)
        reason = (
            f"the songs are left to {LOG_SENSOR}, which is about to load days, among {comparison.checked:,} raw file(s)"
        )
        return dg.SensorResult(skip_reason=reason, cursor=waiting.to_text())
    return _result(context, comparison, made, [_request(each, with_songs=True) for each in made.requests])


def _days_are_coming(look: _Look) -> bool:
    """Tell whether the sensor of the logs runs, and is to ask for days now or as soon as their files are still."""
    states = look.instance.all_instigator_state()
    own = next((state for state in states if state.instigator_name == LOG_SENSOR), None)
    if own is not None and not own.is_running:
        return False
    memory = Memory.from_text(own and getattr(own.instigator_data, "cursor", None))
    outcomes, loading = look.runs(memory)
    made = look.decide(look.logs(), memory, outcomes, loading)
    return bool(made.requests or made.unsettled or made.waiting)


def _request(request: Request, *, with_songs: bool) -> dg.RunRequest:
    days = [portion for portion in request.portions if portion != SONGS]
    if not days:
        return dg.RunRequest(run_key=request.key, job_name=load_songs.name)
    job = load_everything.name if with_songs or SONGS in request.portions else load_days.name
    if len(days) == 1:
        return dg.RunRequest(run_key=request.key, job_name=job, partition_key=days[0])
    return dg.RunRequest(run_key=request.key, job_name=job, tags={RANGE_START: days[0], RANGE_END: days[-1]})


def _result(
    context: dg.SensorEvaluationContext, comparison: Comparison, made: Plan, requests: Sequence[dg.RunRequest]
) -> dg.SensorResult:
    told = warnings(comparison, made)
    for sentence in told:
        context.log.warning(sentence)
    reason = "; ".join([reason_to_skip(comparison, made), *told])
    return dg.SensorResult(
        run_requests=requests, skip_reason=None if requests else reason, cursor=made.memory.to_text()
    )


SENSORS = [new_log_files, new_song_files]
