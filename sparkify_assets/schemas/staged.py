"""Frames of the raw stage: parsed, typed and checked records with where they came from.

The rules here are the record gate: a record that breaks one is refused, with the rule's name as reason.
"""

import datetime as dt

import dataframely as dy
import polars as pl

from sparkify_assets.schemas.fields import LEVELS, timestamp

PLAY = "NextSong"
FIRST_MOMENT_MS = int(dt.datetime(1, 1, 1, tzinfo=dt.UTC).timestamp()) * 1000
LAST_MOMENT_MS = int(dt.datetime(9999, 12, 31, 23, 59, 59, tzinfo=dt.UTC).timestamp()) * 1000 + 999


class Events(dy.Schema):
    """One row per log event that counts: valid, and the last copy of its event within the day."""

    log_date = dy.Date(description="day in the log file's name: the partition")
    file = dy.String(description="path below the data folder")
    line = dy.Int64(min=1, description="line of the file, from 1")
    position = dy.Int64(min=0, description="line among all physical lines of the day's files, from 0")
    ts = dy.Int64(min=FIRST_MOMENT_MS, max=LAST_MOMENT_MS, description="when it happened, epoch milliseconds")
    user_id = dy.Int64(nullable=True, description="who; null for a guest")
    session_id = dy.Int64(description="session as logged")
    item_in_session = dy.Int32(description="position in the session, from 0")
    page = dy.String(min_length=1, description="what the event is; NextSong is a play")
    level = dy.String(nullable=True, description="subscription as logged")
    first_name = dy.String(nullable=True, description="as logged")
    last_name = dy.String(nullable=True, description="as logged")
    gender = dy.String(nullable=True, description="as logged")
    location = dy.String(nullable=True, description="as logged")
    user_agent = dy.String(nullable=True, description="as logged")
    song = dy.String(nullable=True, description="title as logged")
    artist = dy.String(nullable=True, description="artist as logged")
    length = dy.Float64(nullable=True, description="length of the song in seconds, as logged")

    @dy.rule()
    def play_has_user(cls) -> pl.Expr:
        """A play (page NextSong) has a user."""
        return (pl.col("page") != PLAY) | pl.col("user_id").is_not_null()

    @dy.rule()
    def user_has_known_level(cls) -> pl.Expr:
        """An event of a user has the level free or paid: the user's row could not hold another."""
        return pl.col("user_id").is_null() | pl.col("level").is_in(LEVELS).fill_null(False)

    @dy.rule()
    def play_has_positive_length(cls) -> pl.Expr:
        """A play's length, where there is one, is above zero."""
        return (pl.col("page") != PLAY) | (pl.col("length") > 0)


class SongRecords(dy.Schema):
    """One row per valid song record, in the order of (path, line)."""

    file = dy.String(description="path below the data folder")
    line = dy.Int64(min=1, description="line of the file, from 1")
    song_id = dy.String(min_length=1, description="key of the song")
    title = dy.String(description="title")
    artist_id = dy.String(min_length=1, description="key of the artist")
    artist_name = dy.String(description="artist as credited")
    artist_location = dy.String(nullable=True, description="free text; '' where unknown")
    artist_latitude = dy.Float64(nullable=True, min=-90, max=90, description="degrees north")
    artist_longitude = dy.Float64(nullable=True, min=-180, max=180, description="degrees east")
    duration = dy.Float64(min_exclusive=0, description="length in seconds")
    year = dy.Int16(nullable=True, description="year of release; 0 where unknown")


class EventFiles(dy.Schema):
    """One row per log file: what became of its lines."""

    log_date = dy.Date(description="day in the file's name")
    file = dy.String(description="path below the data folder")
    size = dy.Int64(min=0, description="bytes on disk")
    modified_at = timestamp(description="when its content changed by its own account, as found before it was read")
    changed_at = timestamp(description="when anything about it changed, by the file system's clock")
    content_hash = dy.String(description="XXH3, 128 bits, of its bytes on disk")
    lines = dy.Int64(min=0, description="physical lines; 1 where the file as a whole is refused")
    blank = dy.Int64(min=0, description="lines of white space")
    events = dy.Int64(min=0, description="events that count")
    plays = dy.Int64(min=0, description="events that count and are plays")
    duplicates = dy.Int64(min=0, description="events of which a later copy counts")
    rejected = dy.Int64(min=0, description="records refused; 1 where the file as a whole is")


class SongFiles(dy.Schema):
    """One row per song file: what became of its lines."""

    file = dy.String(description="path below the data folder")
    size = dy.Int64(min=0, description="bytes on disk")
    modified_at = timestamp(description="when its content changed by its own account, as found before it was read")
    changed_at = timestamp(description="when anything about it changed, by the file system's clock")
    inode = dy.UInt64(description="its number in the file system")
    content_hash = dy.String(description="XXH3, 128 bits, of its bytes on disk")
    lines = dy.Int64(min=0, description="physical lines; 1 where the file as a whole is refused")
    blank = dy.Int64(min=0, description="lines of white space, and those that a pretty-printed object goes on over")
    songs = dy.Int64(min=0, description="valid song records")
    rejected = dy.Int64(min=0, description="records refused; 1 where the file as a whole is")
    read_at = timestamp(nullable=True, description="when the load that has read it began; null until that is noted")
    read_by = dy.String(nullable=True, description="run that has read it; null until that is noted")


class UnknownFields(dy.Schema):
    """One row per file and field that we do not know: schema drift."""

    file = dy.String(description="path below the data folder")
    field = dy.String(description="name of the field")
    records = dy.Int64(min=1, description="records that have it")


class Readings(dy.Schema):
    """One row per reading of the song files: what another one needs to know to take over from it."""

    way = dy.String(description="digest of the code and the versions that it was read with")
    folder = dy.String(description="data folder, links resolved")
    began_at = timestamp(description="when it began: before the files were looked for")
