"""The jobs: what people and sensors ask for by name."""

import dagster as dg

from sparkify_assets.defs import answers, ledger, raw, star

ONE_LOAD_AT_A_TIME = {"sparkify/load": "star"}
"""A tag by which dagster.yaml keeps loads from running beside each other: they would take turns at every table."""

SONG_SIDE = (raw.raw_song_files, raw.rejected_songs, star.artists, star.songs, ledger.loaded_song_files)
LOG_SIDE = (
    raw.raw_logs,
    raw.rejected_events,
    star.users,
    star.time,
    star.songplays,
    answers.level_events,
    ledger.loaded_log_files,
)
ENDING = (star.matches, star.unused_rows, answers.analytics)

load_everything = dg.define_asset_job(
    "load_everything",
    dg.AssetSelection.assets(*SONG_SIDE, *LOG_SIDE, *ENDING),
    description="The song files, and the log files of a day or of a range of days, to the whole star.",
    tags=ONE_LOAD_AT_A_TIME,
)

load_days = dg.define_asset_job(
    "load_days",
    dg.AssetSelection.assets(*LOG_SIDE, *ENDING),
    description="The log files of a day or of a range of days, with the songs as they were loaded last.",
    tags=ONE_LOAD_AT_A_TIME,
)

load_songs = dg.define_asset_job(
    "load_songs",
    dg.AssetSelection.assets(*SONG_SIDE, *ENDING),
    description="The song files to songs and artists; plays whose song came, changed or went are matched anew.",
    tags=ONE_LOAD_AT_A_TIME,
)

rematch = dg.define_asset_job(
    "rematch",
    dg.AssetSelection.assets(*ENDING),
    description="Match plays anew with the songs as they stand; by its configuration the plays of all days.",
    tags=ONE_LOAD_AT_A_TIME,
)

rebuild_dimensions = dg.define_asset_job(
    "rebuild_dimensions",
    dg.AssetSelection.assets(*SONG_SIDE, star.users, star.time, *ENDING),
    description="Songs and artists from the files; users and time from what is staged of a day or of a range of days.",
    tags=ONE_LOAD_AT_A_TIME,
)

JOBS = [load_everything, load_days, load_songs, rematch, rebuild_dimensions]
