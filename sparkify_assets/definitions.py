"""The entry point of a load: everything wired, explicitly. That of the UI is `all_definitions`."""

from __future__ import annotations

import dagster as dg

from sparkify_assets import process
from sparkify_assets.defs import answers, ledger, raw, star
from sparkify_assets.defs.alerts import ALERTS
from sparkify_assets.defs.checks import STORED_CHECKS
from sparkify_assets.defs.jobs import JOBS
from sparkify_assets.defs.resources import RawFiles, SparkifyDatabase, SparkifyIOManager, Watch
from sparkify_assets.defs.schedules import CLOCK_JOBS, SCHEDULES, kept_fresh
from sparkify_assets.defs.sensors import SENSORS
from sparkify_assets.settings import read_settings
from sparkify_assets.staging.io_manager import StagingFolder, StagingIOManager

process.end_quickly()

EXECUTORS = {"in_process": dg.in_process_executor, "multiprocess": dg.multiprocess_executor}

ASSETS = [
    raw.raw_song_files,
    raw.raw_logs,
    raw.rejected_songs,
    raw.rejected_events,
    star.artists,
    star.songs,
    star.users,
    star.time,
    star.songplays,
    star.matches,
    star.unused_rows,
    answers.level_events,
    answers.analytics,
    ledger.loaded_log_files,
    ledger.loaded_song_files,
]


SETTINGS = read_settings()
DATABASE = SparkifyDatabase()
STAGING = StagingFolder(location=SETTINGS.staging)

defs = dg.Definitions(
    # A range of days is one run: one scan, one COPY a table. Given to `@asset` the policy warns at each import.
    assets=[
        kept_fresh(asset, SETTINGS).with_attributes(backfill_policy=dg.BackfillPolicy.single_run()) for asset in ASSETS
    ],
    asset_checks=STORED_CHECKS,
    jobs=[*JOBS, *CLOCK_JOBS],
    schedules=SCHEDULES,
    sensors=[*SENSORS, *ALERTS],
    resources={
        "database": DATABASE,
        "watch": Watch(settle_s=SETTINGS.settle_s, retract=SETTINGS.retract),
        "postgres_io_manager": SparkifyIOManager(database=DATABASE),
        "staging": STAGING,
        "staging_io_manager": StagingIOManager(folder=STAGING),
        "raw_files": RawFiles(
            data=str(SETTINGS.data),
            first_day=SETTINGS.first_day.isoformat(),
            last_day=SETTINGS.last_day.isoformat() if SETTINGS.last_day else "",
            max_rejected=SETTINGS.max_rejected,
        ),
    },
    executor=EXECUTORS[SETTINGS.executor],
)
