"""Tables in the schema `analytics`: what the views read where the star has no answer, or no quick one."""

import dataframely as dy

from sparkify_assets.schemas.fields import LEVELS, timestamp


class LevelEvents(dy.Schema):
    """One row per event that says something new of a user's subscription: the day's first, a change, an order."""

    event_time = timestamp(primary_key=True, description="when the event happened")
    user_id = dy.Int64(primary_key=True, description="whose event")
    session_id = dy.Int64(primary_key=True, description="session of the event")
    item_in_session = dy.Int32(primary_key=True, description="position of the event in its session")
    log_date = dy.Date(primary_key=True, description="day in the log file's name: the partition")
    page = dy.String(description="what the event is; Submit Upgrade and Submit Downgrade are orders")
    level = dy.Enum(LEVELS, description="the user's subscription in this very event")


class HourPlays(dy.Schema):
    """One row per hour and subscription: the plays in it, added up anew with each load of their file's day."""

    log_date = dy.Date(primary_key=True, description="day in the log file's name")
    day = dy.Date(primary_key=True, description="day on which the plays started, UTC")
    hour = dy.Int16(primary_key=True, min=0, max=23, description="hour in which they started, UTC")
    level = dy.Enum(LEVELS, primary_key=True, description="the users' subscription in these plays")
    plays = dy.Int64(min=1, description="songs played")
    matched = dy.Int64(min=0, description="songs played that the catalogue knows")
    length_us = dy.Int64(min=0, description="length of the songs played, together, in microseconds")


class SessionPlays(dy.Schema):
    """One row per part of a session that agrees in day, subscription, place and browser: the plays in it."""

    log_date = dy.Date(description="day in the log file's name")
    day = dy.Date(description="day on which the plays started, UTC")
    user_id = dy.Int64(description="who played")
    session_id = dy.Int64(description="session as logged")
    level = dy.Enum(LEVELS, description="the user's subscription in these plays")
    location = dy.String(nullable=True, description="where the user was; null where unknown")
    user_agent = dy.String(nullable=True, description="the user's browser, as logged")
    first_play = timestamp(description="when the first of the plays started")
    last_play = timestamp(description="when the last of the plays started")
    plays = dy.Int64(min=1, description="songs played")
    length_us = dy.Int64(min=0, description="length of the songs played, together, in microseconds")


class SongPlays(dy.Schema):
    """One row per month and song of `song_totals`: how often it was played in the month."""

    month = dy.Date(primary_key=True, description="first day of the month in which the plays started, UTC")
    song_key = dy.Binary(primary_key=True, description="the song as logged, see song_totals")
    plays = dy.Int64(min=1, description="songs played")


class SongTotals(dy.Schema):
    """One row per song as logged, subscription and match: how often it was played in all."""

    song_key = dy.Binary(primary_key=True, description="digest of song, artist, level and song_id")
    song = dy.String(nullable=True, description="title as logged")
    artist = dy.String(nullable=True, description="artist as logged")
    level = dy.Enum(LEVELS, description="the users' subscription in these plays")
    song_id = dy.String(nullable=True, description="the matching song, see songs; null where the catalogue has none")
    plays = dy.Int64(min=1, description="songs played")


class ListenerTotals(dy.Schema):
    """One row per user, subscription, place and browser: what was played with them in all."""

    listener_key = dy.Binary(primary_key=True, description="digest of user_id, level, location and user_agent")
    user_id = dy.Int64(description="who played")
    level = dy.Enum(LEVELS, description="the user's subscription in these plays")
    location = dy.String(nullable=True, description="where the user was; null where unknown")
    user_agent = dy.String(nullable=True, description="the user's browser, as logged")
    plays = dy.Int64(min=1, description="songs played")
    length_us = dy.Int64(min=0, description="length of the songs played, together, in microseconds")


class UserTotals(dy.Schema):
    """One row per user with a play: sessions and days."""

    user_id = dy.Int64(primary_key=True, description="who played")
    sessions = dy.Int64(min=1, description="sessions with a play")
    days = dy.Int64(min=1, description="days with a play, UTC")


class SessionTotals(dy.Schema):
    """One row per session with a play, as a whole."""

    # First in the key: sessions are numbered as they begin, so a day's lie beside each other in the index.
    session_id = dy.Int64(primary_key=True, description="session as logged")
    user_id = dy.Int64(primary_key=True, description="who played")
    level = dy.Enum(LEVELS, description="the user's subscription at its first play")
    plays = dy.Int64(min=1, description="songs played")
    first_play = timestamp(description="when the first of the plays started")
    last_play = timestamp(description="when the last of the plays started")


class PeriodTotals(dy.Schema):
    """One row per day, per week and per month with a play: its plays, listeners and sessions."""

    period = dy.String(primary_key=True, description="day, week (from Monday on) or month")
    begins = dy.Date(primary_key=True, description="its first day, UTC")
    plays = dy.Int64(min=1, description="songs played")
    listeners = dy.Int64(min=1, description="users who played something")
    free_listeners = dy.Int64(min=0, description="of them, with a free subscription in a play")
    paid_listeners = dy.Int64(min=0, description="of them, with a paid one")
    sessions = dy.Int64(nullable=True, min=1, description="sessions with a play in it; of days alone")
    length_us = dy.Int64(min=0, description="length of the songs played, together, in microseconds")
    free_us = dy.Int64(min=0, description="of it, with a free subscription")
    paid_us = dy.Int64(min=0, description="of it, with a paid one")


class ListenerDays(dy.Schema):
    """One row per user and day with a play: what the user played on it."""

    day = dy.Date(primary_key=True, description="day on which the plays started, UTC")
    user_id = dy.Int64(primary_key=True, description="who played")
    sessions = dy.Int64(min=1, description="sessions with a play on the day")
    plays = dy.Int64(min=1, description="songs played")
    length_us = dy.Int64(min=0, description="length of the songs played, together, in microseconds")
    free_us = dy.Int64(nullable=True, min=0, description="of it, with a free subscription; null where none was")
    paid_us = dy.Int64(nullable=True, min=0, description="of it, with a paid one; null where none was")


class ListenerWeeks(dy.Schema):
    """One row per user and week with a play."""

    user_id = dy.Int64(primary_key=True, description="who played")
    week = dy.Date(primary_key=True, description="first day of the ISO week, UTC")
    week_before = dy.Date(nullable=True, description="the user's last such week before; null where it is the first")


class UserAgents(dy.Schema):
    """One row per distinct user agent of the plays, taken apart."""

    user_agent = dy.String(primary_key=True, description="key, as logged")
    browser = dy.String(description="family of the browser; Other where it is not known")
    browser_version = dy.String(nullable=True, description="major version of the browser; null where it is not told")
    operating_system = dy.String(description="family of the operating system; Other where it is not known")
    system_version = dy.String(nullable=True, description="its major version; null where it is not told")
    device = dy.String(description="family of the device; Other where it is not known")


class RolledUpDays(dy.Schema):
    """One row per day of log files whose plays are added up: as of which publication."""

    log_date = dy.Date(primary_key=True, description="day in the log file's name")
    publication = dy.String(description="what told the day's plays from those of other loads")
