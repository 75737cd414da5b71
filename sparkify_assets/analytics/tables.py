"""The tables of the schema `analytics`, which the views read where the star has no answer, or no quick one."""

from sparkify_assets import schemas
from sparkify_assets.postgres.modes import ReplacePartition
from sparkify_assets.postgres.table import Table

SCHEMA = "analytics"
DAY = "log_date"

LEVEL_EVENTS = Table.of(schemas.LevelEvents, SCHEMA, "level_events", publish=ReplacePartition(DAY), indexes=[("page",)])
HOUR_PLAYS = Table.of(schemas.HourPlays, SCHEMA, "hour_plays")
SESSION_PLAYS = Table.of(
    schemas.SessionPlays, SCHEMA, "session_plays", indexes=[(DAY,), ("day",), ("session_id", "user_id")]
)
SONG_PLAYS = Table.of(schemas.SongPlays, SCHEMA, "song_plays")
SONG_TOTALS = Table.of(schemas.SongTotals, SCHEMA, "song_totals")
LISTENER_TOTALS = Table.of(schemas.ListenerTotals, SCHEMA, "listener_totals")
USER_TOTALS = Table.of(schemas.UserTotals, SCHEMA, "user_totals")
SESSION_TOTALS = Table.of(schemas.SessionTotals, SCHEMA, "session_totals")
PERIOD_TOTALS = Table.of(schemas.PeriodTotals, SCHEMA, "period_totals")
LISTENER_DAYS = Table.of(schemas.ListenerDays, SCHEMA, "listener_days")
LISTENER_WEEKS = Table.of(schemas.ListenerWeeks, SCHEMA, "listener_weeks", indexes=[("week",)])
USER_AGENTS = Table.of(schemas.UserAgents, SCHEMA, "user_agents")
ROLLED_UP_DAYS = Table.of(schemas.RolledUpDays, "ops", "rolled_up_days")

ROLLUPS = (
    HOUR_PLAYS,
    SESSION_PLAYS,
    SONG_PLAYS,
    SONG_TOTALS,
    LISTENER_TOTALS,
    USER_TOTALS,
    SESSION_TOTALS,
    PERIOD_TOTALS,
    LISTENER_DAYS,
    LISTENER_WEEKS,
)
TABLES = (LEVEL_EVENTS, *ROLLUPS, USER_AGENTS, ROLLED_UP_DAYS)

LOCK = ROLLED_UP_DAYS
"""Whose advisory lock keeps two sessions from bringing the schema up to date beside each other."""
