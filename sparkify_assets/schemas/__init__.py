"""Each table once: columns, types, keys, rules and what they mean.

Polars dtypes, the record gate, the DDL with its constraints and comments, Dagster's column schema and the
docs are all derived from these classes.
"""

from sparkify_assets.schemas.analytics import (
    HourPlays,
    LevelEvents,
    ListenerDays,
    ListenerTotals,
    ListenerWeeks,
    PeriodTotals,
    RolledUpDays,
    SessionPlays,
    SessionTotals,
    SongPlays,
    SongTotals,
    UserAgents,
    UserTotals,
)
from sparkify_assets.schemas.ops import (
    LoadedFiles,
    RejectedEvents,
    RejectedSongs,
    SongplayClaims,
    SupersededPlays,
    UserDays,
)
from sparkify_assets.schemas.staged import EventFiles, Events, Readings, SongFiles, SongRecords, UnknownFields
from sparkify_assets.schemas.star import Artists, Songplays, Songs, Time, Users

__all__ = [
    "Artists",
    "EventFiles",
    "Events",
    "HourPlays",
    "LevelEvents",
    "ListenerDays",
    "ListenerTotals",
    "ListenerWeeks",
    "LoadedFiles",
    "PeriodTotals",
    "Readings",
    "RejectedEvents",
    "RejectedSongs",
    "RolledUpDays",
    "SessionPlays",
    "SessionTotals",
    "SongFiles",
    "SongPlays",
    "SongRecords",
    "SongTotals",
    "SongplayClaims",
    "Songplays",
    "Songs",
    "SupersededPlays",
    "Time",
    "UnknownFields",
    "UserAgents",
    "UserDays",
    "UserTotals",
    "Users",
]
