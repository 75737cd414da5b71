"""Tables in the schema `ops`: what the pipeline keeps beside the star."""

import dataframely as dy

from sparkify_assets.schemas.fields import LEVELS, timestamp
from sparkify_assets.schemas.star import Songplays


class RejectedEvents(dy.Schema):
    """One row per log record that was refused, with where it stands and why."""

    file = dy.String(primary_key=True, description="path below the data folder")
    line = dy.Int64(primary_key=True, min=0, description="line from 1; 0 where the file as a whole is refused")
    reason = dy.String(description="reason code, such as not_json or unknown_level")
    message = dy.String(description="what was seen and what was expected")
    raw_text = dy.String(description="the record, cut at 2,000 characters; bytes that are no text are escaped")
    log_date = dy.Date(description="day in the log file's name: the partition")


class RejectedSongs(dy.Schema):
    """One row per song record that was refused, with where it stands and why."""

    file = dy.String(primary_key=True, description="path below the data folder")
    line = dy.Int64(primary_key=True, min=0, description="line from 1; 0 where the file as a whole is refused")
    reason = dy.String(description="reason code, such as not_json or missing_title")
    message = dy.String(description="what was seen and what was expected")
    raw_text = dy.String(description="the record, cut at 2,000 characters; bytes that are no text are escaped")


class UserDays(dy.Schema):
    """One row per user and day: the user as of the last event in that day's files."""

    log_date = dy.Date(primary_key=True, description="day in the log file's name: the partition")
    user_id = dy.Int64(primary_key=True, description="the user, see users")
    first_name = dy.String(nullable=True, description="first name at the last event of the day")
    last_name = dy.String(nullable=True, description="last name at the last event of the day")
    gender = dy.String(nullable=True, description="gender at the last event of the day, as logged")
    level = dy.Enum(LEVELS, description="subscription at the last event of the day")
    plays = dy.Int64(min=0, description="songs played in that day's files")
    last_event_time = timestamp(description="when the last event of the day happened")
    session_id = dy.Int64(description="session of that event; decides between events at one moment")
    item_in_session = dy.Int32(description="position of that event in its session; decides last")


class SupersededPlays(Songplays):
    """One row per play whose event a later day's files deliver again: kept aside, back when that copy goes."""


class SongplayClaims(dy.Schema):
    """One row per event of a user that is no play: where it is the last copy of an event, no earlier copy counts."""

    start_time = timestamp(primary_key=True, description="when the event happened")
    user_id = dy.Int64(primary_key=True, description="whose event")
    session_id = dy.Int64(primary_key=True, description="session of the event")
    item_in_session = dy.Int32(primary_key=True, description="position of the event in its session")
    log_date = dy.Date(primary_key=True, description="day in the log file's name: the partition")


FILE_KINDS = ("song", "log")


class LoadedFiles(dy.Schema):
    """One row per raw file that the star holds now: what it was like and what became of its lines."""

    portion = dy.String(description="what is loaded together: the day of a log file, or 'songs'")
    path = dy.String(primary_key=True, description="path below the data folder")
    kind = dy.Enum(FILE_KINDS, description="song file or log file")
    day = dy.Date(nullable=True, description="day in the log file's name; null for a song file")
    size = dy.Int64(min=0, description="bytes on disk")
    modified_at = timestamp(description="when its content changed by its own account, as found before it was read")
    changed_at = timestamp(description="when anything about it changed, by the file system's clock")
    content_hash = dy.String(description="XXH3, 128 bits, of its bytes on disk")
    lines = dy.Int64(min=0, description="physical lines; 1 where the file as a whole is refused")
    records = dy.Int64(min=0, description="events or songs that count")
    plays = dy.Int64(nullable=True, min=0, description="events that count and are plays; null for a song file")
    rejected = dy.Int64(min=0, description="records refused; 1 where the file as a whole is")
    duplicates = dy.Int64(nullable=True, min=0, description="events of which a later copy counts; null for a song file")
    blank = dy.Int64(min=0, description="lines that hold nothing, or go on with the record of the line before")
    loaded_at = timestamp(
        description="when the load that has read a log file ended, or one that has read a song file began"
    )
    run_id = dy.String(description="run that has read it")
