"""What is read of an event and of a song record: the fields, their types, and what a broken rule is called."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from functools import cached_property

import dataframely as dy
import polars as pl

from sparkify_assets.ingest.refusals import Reason
from sparkify_assets.schemas import Events, SongRecords


class FieldType(Enum):
    """What a field may hold; null is allowed everywhere, the schema's rules say where it is not."""

    TEXT = "text"
    USER = "an integer, or text that is empty or an integer"
    INT64 = "an integer of 64 bits"
    INT32 = "an integer of 32 bits"
    INT16 = "an integer of 16 bits"
    FLOAT = "a number"


DTYPES: Mapping[FieldType, type[pl.DataType]] = {
    FieldType.TEXT: pl.String,
    FieldType.USER: pl.Int64,
    FieldType.INT64: pl.Int64,
    FieldType.INT32: pl.Int32,
    FieldType.INT16: pl.Int16,
    FieldType.FLOAT: pl.Float64,
}


@dataclass(frozen=True)
class Field:
    """A field that we use: its name in the files, and the column it becomes."""

    name: str
    column: str
    type: FieldType


@dataclass(frozen=True, eq=False)
class RecordKind:
    """A kind of record: the fields that we use, those that we know of, its schema and its rules' reasons."""

    fields: tuple[Field, ...]
    unused: frozenset[str]
    schema: type[dy.Schema]
    rules: Mapping[str, tuple[Reason, str]]  # rule of the schema: reason, message with {columns}; first one counts

    @cached_property
    def by_name(self) -> dict[str, Field]:
        """The fields that we use by their name in the files."""
        return {field.name: field for field in self.fields}

    @cached_property
    def known(self) -> frozenset[str]:
        """The names of all fields that are no drift."""
        return self.unused | self.by_name.keys()

    @cached_property
    def columns(self) -> dict[str, type[pl.DataType]]:
        """The columns that the fields become, in order, with their types."""
        return {field.column: DTYPES[field.type] for field in self.fields}


EVENT = RecordKind(
    fields=(
        Field("ts", "ts", FieldType.INT64),
        Field("userId", "user_id", FieldType.USER),
        Field("sessionId", "session_id", FieldType.INT64),
        Field("itemInSession", "item_in_session", FieldType.INT32),
        Field("page", "page", FieldType.TEXT),
        Field("level", "level", FieldType.TEXT),
        Field("firstName", "first_name", FieldType.TEXT),
        Field("lastName", "last_name", FieldType.TEXT),
        Field("gender", "gender", FieldType.TEXT),
        Field("location", "location", FieldType.TEXT),
        Field("userAgent", "user_agent", FieldType.TEXT),
        Field("song", "song", FieldType.TEXT),
        Field("artist", "artist", FieldType.TEXT),
        Field("length", "length", FieldType.FLOAT),
    ),
    unused=frozenset({"auth", "method", "registration", "status"}),
    schema=Events,
    rules={
        "ts|nullability": (Reason.MISSING_TS, "ts is missing or null, expected epoch milliseconds"),
        "ts|min": (Reason.OUT_OF_RANGE, "ts is {ts}, expected epoch milliseconds of the years 1 to 9999"),
        "ts|max": (Reason.OUT_OF_RANGE, "ts is {ts}, expected epoch milliseconds of the years 1 to 9999"),
        "session_id|nullability": (Reason.MISSING_SESSION, "sessionId is missing or null, expected an integer"),
        "item_in_session|nullability": (Reason.MISSING_ITEM, "itemInSession is missing or null, expected an integer"),
        "page|nullability": (Reason.MISSING_PAGE, "page is missing or null, expected a name"),
        "page|min_length": (Reason.MISSING_PAGE, "page is {page}, expected a name"),
        "play_has_user": (Reason.MISSING_USER, "userId is missing or empty, expected the user of a play"),
        "user_has_known_level": (
            Reason.UNKNOWN_LEVEL,
            'level is {level} for user {user_id}, expected "free" or "paid"',
        ),
        "play_has_positive_length": (
            Reason.LENGTH_NOT_POSITIVE,
            "length of a play is {length}, expected seconds above 0",
        ),
    },
)

SONG = RecordKind(
    fields=(
        Field("song_id", "song_id", FieldType.TEXT),
        Field("title", "title", FieldType.TEXT),
        Field("artist_id", "artist_id", FieldType.TEXT),
        Field("artist_name", "artist_name", FieldType.TEXT),
        Field("artist_location", "artist_location", FieldType.TEXT),
        Field("artist_latitude", "artist_latitude", FieldType.FLOAT),
        Field("artist_longitude", "artist_longitude", FieldType.FLOAT),
        Field("duration", "duration", FieldType.FLOAT),
        Field("year", "year", FieldType.INT16),
    ),
    unused=frozenset({"num_songs"}),
    schema=SongRecords,
    rules={
        "song_id|nullability": (Reason.MISSING_SONG_ID, "song_id is missing or null, expected text"),
        "song_id|min_length": (Reason.MISSING_SONG_ID, "song_id is {song_id}, expected text"),
        "title|nullability": (Reason.MISSING_TITLE, "title is missing or null, expected text"),
        "artist_id|nullability": (Reason.MISSING_ARTIST_ID, "artist_id is missing or null, expected text"),
        "artist_id|min_length": (Reason.MISSING_ARTIST_ID, "artist_id is {artist_id}, expected text"),
        "artist_name|nullability": (Reason.MISSING_ARTIST_NAME, "artist_name is missing or null, expected text"),
        "duration|nullability": (Reason.MISSING_DURATION, "duration is missing or null, expected seconds"),
        "duration|min_exclusive": (
            Reason.DURATION_NOT_POSITIVE,
            "duration is {duration}, expected seconds above 0",
        ),
        "artist_latitude|min": (Reason.OUT_OF_RANGE, "artist_latitude is {artist_latitude}, expected -90 to 90"),
        "artist_latitude|max": (Reason.OUT_OF_RANGE, "artist_latitude is {artist_latitude}, expected -90 to 90"),
        "artist_longitude|min": (Reason.OUT_OF_RANGE, "artist_longitude is {artist_longitude}, expected -180 to 180"),
        "artist_longitude|max": (Reason.OUT_OF_RANGE, "artist_longitude is {artist_longitude}, expected -180 to 180"),
    },
)
