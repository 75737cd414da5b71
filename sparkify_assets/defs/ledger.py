"""The ledger: what the star holds now, written as the last asset of a load."""

import datetime as dt

import dagster as dg

from sparkify_assets.defs.look import described
from sparkify_assets.defs.partitions import DAYS
from sparkify_assets.defs.raw import rejected_events, rejected_songs
from sparkify_assets.defs.star import unused_rows
from sparkify_assets.defs.tables import LOADED_FILES
from sparkify_assets.postgres.publication import Publication
from sparkify_assets.staging.area import Staged
from sparkify_assets.transforms.ledger import SONGS, build_loaded_logs, build_loaded_songs


@dg.asset(**described(LOADED_FILES, group="ops"), partitions_def=DAYS, deps=[rejected_events, unused_rows])
def loaded_log_files(context: dg.AssetExecutionContext, raw_logs: Staged) -> Publication:
    """One row per log file that the star holds now, with what became of its lines."""
    files = raw_logs.frame("files").collect()
    return Publication(
        build_loaded_logs(files, dt.datetime.now(dt.UTC), context.run.run_id), versions=raw_logs.versions
    )


@dg.asset(**described(LOADED_FILES, group="ops"), deps=[rejected_songs, unused_rows])
def loaded_song_files(context: dg.AssetExecutionContext, raw_song_files: Staged) -> Publication:
    """One row per song file that the star holds now, with what became of its lines."""
    files = raw_song_files.frame("files").collect()
    rows = build_loaded_songs(files, dt.datetime.now(dt.UTC), context.run.run_id)
    return Publication(rows, partitions=(SONGS,), versions={SONGS: raw_song_files.versions[""]})
