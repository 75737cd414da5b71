"""The star: five tables in the schema `public`, which analysts query by their plain names."""

import dataframely as dy

from sparkify_assets.schemas.fields import LEVELS, timestamp


class Songs(dy.Schema):
    """One row per song of the catalogue: the last song file, by path, that names it."""

    song_id = dy.String(primary_key=True, min_length=1, description="key, as in the song file")
    title = dy.String(description="title, exactly as in the song file")
    artist_id = dy.String(min_length=1, description="the song's artist, see artists")
    artist_name = dy.String(description="artist as credited in this song's file")
    year = dy.Int16(nullable=True, description="year of release; null where the file says 0: unknown")
    duration = dy.Float64(min_exclusive=0, description="length of the recording in seconds")


class Artists(dy.Schema):
    """One row per artist of the catalogue: the last song file, by path, that names the artist."""

    artist_id = dy.String(primary_key=True, min_length=1, description="key, as in the song file")
    name = dy.String(description="name as in that song file")
    location = dy.String(nullable=True, min_length=1, description="place as free text; null where unknown")
    latitude = dy.Float64(nullable=True, min=-90, max=90, description="degrees north; null where unknown")
    longitude = dy.Float64(nullable=True, min=-180, max=180, description="degrees east; null where unknown")


class Users(dy.Schema):
    """One row per user who has played a song, as of the user's latest event of any page."""

    user_id = dy.Int64(primary_key=True, description="key, as logged")
    first_name = dy.String(nullable=True, description="first name at the latest event")
    last_name = dy.String(nullable=True, description="last name at the latest event")
    gender = dy.String(nullable=True, description="gender at the latest event, as logged")
    level = dy.Enum(LEVELS, description="subscription at the latest event")


class Time(dy.Schema):
    """One row per distinct start time of a songplay, taken apart; everything in UTC."""

    start_time = timestamp(primary_key=True, description="key: when a play started, UTC, to the millisecond")
    hour = dy.Int16(min=0, max=23, description="hour of the day, 0 to 23")
    day = dy.Int16(min=1, max=31, description="day of the month")
    week = dy.Int16(min=1, max=53, description="ISO 8601 week")
    month = dy.Int16(min=1, max=12, description="month")
    year = dy.Int16(description="calendar year (not the ISO week's year)")
    weekday = dy.Int16(min=0, max=6, description="day of the week, Monday = 0")


class Songplays(dy.Schema):
    """One row per song played: a NextSong event, with the song of the catalogue where it is known."""

    songplay_id = dy.Int64(
        primary_key=True,
        description="key: days since 1970-01-01 times 10^11, plus the position of the event's line in that day's files",
    )
    start_time = timestamp(description="when the play started, see time")
    user_id = dy.Int64(description="who played, see users")
    level = dy.Enum(LEVELS, description="the user's subscription in this very event")
    song_id = dy.String(nullable=True, description="the matching song, see songs; null where the catalogue has none")
    artist_id = dy.String(nullable=True, description="the matching song's artist, see artists")
    session_id = dy.Int64(description="session as logged; unique only together with user and time")
    item_in_session = dy.Int32(description="position of the event in its session, from 0")
    location = dy.String(nullable=True, min_length=1, description="where the user was; null where unknown")
    user_agent = dy.String(nullable=True, min_length=1, description="the user's browser, as logged")
    song = dy.String(nullable=True, description="title as logged, doubly decoded UTF-8 repaired")
    artist = dy.String(nullable=True, description="artist as logged, doubly decoded UTF-8 repaired")
    length = dy.Float64(nullable=True, min_exclusive=0, description="length as logged, in seconds")
    log_date = dy.Date(description="day in the log file's name: the partition")
