"""Why a record or a file is refused: the closed set of reason codes, and the rows that tell."""

import json
from dataclasses import dataclass
from enum import StrEnum
from typing import Self

import polars as pl

MAX_RAW_CHARACTERS = 2_000
MAX_SEEN_CHARACTERS = 80
REJECTED_SCHEMA = {
    "file": pl.String,
    "line": pl.Int64,
    "reason": pl.String,
    "message": pl.String,
    "raw_text": pl.String,
}


class Reason(StrEnum):
    """A reason code and the sentence that explains it."""

    sentence: str

    def __new__(cls, code: str, sentence: str) -> Self:
        """Make a member of a code and its sentence."""
        member = str.__new__(cls, code)
        member._value_ = code
        member.sentence = sentence
        return member

    DAMAGED_GZIP = "damaged_gzip", "The file is gzip by its name, but is cut short or corrupt."
    COMPRESSED = "compressed", "The file is gzip by its content, but not by its name."
    UTF16_OR_32 = "utf16_or_32", "The file is UTF-16 or UTF-32, or starts with NUL bytes, and not UTF-8."
    HTML_PAGE = "html_page", "The file starts as an HTML or XML page, such as a server's error page."
    NOT_UTF8 = "not_utf8", "The line has bytes that are not UTF-8."
    NOT_JSON = "not_json", "The line is not valid JSON."
    TOO_DEEP = "too_deep", "The line nests lists or objects too deeply to be read."
    NOT_AN_OBJECT = "not_an_object", "The line is valid JSON, but no object."
    DUPLICATE_KEY = "duplicate_key", "A field that we use is given twice in one record."
    WRONG_TYPE = "wrong_type", "A field that we use has a value of another type."
    NOT_INTEGER = "not_integer", "A field that takes an integer has another number or text."
    OUT_OF_RANGE = "out_of_range", "A number is outside of what its column can hold or mean."
    UNSTORABLE_TEXT = "unstorable_text", "A text has a NUL or half of a surrogate pair, which can't be stored."
    MISSING_TS = "missing_ts", "The event has no time."
    MISSING_SESSION = "missing_session", "The event has no session."
    MISSING_ITEM = "missing_item", "The event has no position in its session."
    MISSING_PAGE = "missing_page", "The event has no page, or an empty one."
    MISSING_USER = "missing_user", "A play has no user."
    UNKNOWN_LEVEL = "unknown_level", "An event of a user has a level that is neither free nor paid."
    LENGTH_NOT_POSITIVE = "length_not_positive", "A play's length is not above zero."
    MISSING_SONG_ID = "missing_song_id", "The song has no id, or an empty one."
    MISSING_TITLE = "missing_title", "The song has no title."
    MISSING_ARTIST_ID = "missing_artist_id", "The song's artist has no id, or an empty one."
    MISSING_ARTIST_NAME = "missing_artist_name", "The song's artist has no name."
    MISSING_DURATION = "missing_duration", "The song has no duration."
    DURATION_NOT_POSITIVE = "duration_not_positive", "The song's duration is not above zero."
    BROKEN_RULE = "broken_rule", "The record breaks a rule of the schema that has no code of its own."


class Refused(Exception):  # noqa: N818  # not an error of the program: the record's own
    """A record, or a file as a whole, is refused."""

    def __init__(self, reason: Reason, message: str) -> None:
        super().__init__(message)
        self.reason = reason
        self.message = message


class DamagedFile(Refused):
    """A file is refused as a whole; `head` is how its text starts, where it can be read."""

    def __init__(self, reason: Reason, message: str, head: bytes = b"") -> None:
        super().__init__(reason, message)
        self.head = head


@dataclass(frozen=True)
class Refusal:
    """One refused record: its place in what was read together, and why."""

    index: int
    reason: Reason
    message: str


def rejected_row(file: str, line: int, refusal: Refusal | Refused, raw: bytes) -> tuple[str, int, str, str, str]:
    """Return the row of REJECTED_SCHEMA for a refusal."""
    return file, line, refusal.reason.value, refusal.message, raw_text(raw)


def rejected_frame(rows: list[tuple[str, int, str, str, str]]) -> pl.DataFrame:
    """Return rows of `rejected_row` as a frame."""
    return pl.DataFrame(rows, schema=REJECTED_SCHEMA, orient="row")


def raw_text(raw: bytes) -> str:
    r"""Return a line as text that can be stored: NUL as `\x00`, bytes that are no text as `\xNN`, cut."""
    head = raw[: 4 * MAX_RAW_CHARACTERS]  # a character has at most four bytes
    text = head.decode("utf-8", "backslashreplace").replace("\0", "\\x00")
    return text[:MAX_RAW_CHARACTERS]


def seen(value: object, *, quoted: bool = True) -> str:
    """Return a value for a message: short, as JSON in ASCII; text that is a number goes without quotes."""
    text = json.dumps(value) if quoted else str(value)
    return text if len(text) <= MAX_SEEN_CHARACTERS else text[:MAX_SEEN_CHARACTERS] + "..."
