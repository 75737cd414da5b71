"""The ledger: what the star holds now, written as the last asset of a load."""

import datetime as dt
from collections.abc import Iterator

import dagster as dg
import polars as pl

from sparkify_assets.defs.look import described
from sparkify_assets.defs.partitions import DAYS
from sparkify_assets.defs.raw import rejected_events, rejected_songs
from sparkify_assets.defs.resources import SparkifyDatabase
from sparkify_assets.defs.star import unused_rows
from sparkify_assets.defs.tables import LOADED_FILES
from sparkify_assets.postgres.newer import newer_publications
from sparkify_assets.postgres.publication import Publication
from sparkify_assets.staging.staged import Staged
from sparkify_assets.transforms.ledger import SONGS, build_loaded_logs, build_loaded_songs


@dg.asset(**described(LOADED_FILES, group="ops"), partitions_def=DAYS, deps=[rejected_events, unused_rows])
def loaded_log_files(
    context: dg.AssetExecutionContext, raw_logs: Staged, database: SparkifyDatabase
) -> Iterator[dg.Output[Publication]]:
    """One row per log file that the star holds now, with what became of its lines."""
    with database.retried(context.retry_number), database.connect("looks for newer loads") as connection:
        newer = newer_publications(connection, LOADED_FILES, raw_logs.versions)
    if newer:
        runs = ", ".join(sorted({run_id[:8] for run_id in newer.values()}))
        context.log.warning(f"{len(newer)} day(s) stay in the ledger as a newer load left them (run {runs})")
    own = {day: version for day, version in raw_logs.versions.items() if day not in newer}
    if own:
        files = raw_logs.frame("files").collect()
        rows = build_loaded_logs(files, dt.datetime.now(dt.UTC), context.run.run_id)
        yield dg.Output(Publication(rows.filter(pl.col("portion").is_in(own)), partitions=tuple(own), versions=own))


@dg.asset(**described(LOADED_FILES, group="ops"), deps=[rejected_songs, unused_rows])
def loaded_song_files(raw_song_files: Staged) -> Publication:
    """One row per song file that the star holds now, with what became of its lines."""
    rows = build_loaded_songs(raw_song_files.frame("files").collect())
    return Publication(rows, partitions=(SONGS,), versions={SONGS: raw_song_files.versions[""]})
