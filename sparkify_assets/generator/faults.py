"""Damaged records and files, each with the reason that it has to be refused for.

The reasons are those of `ingest.refusals`, written out: what is expected must not come from what is tested.
"""

import gzip
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import cycle
from typing import IO, Any

Record = dict[str, Any]
Damage = Callable[[bytes], bytes]


@dataclass(frozen=True)
class Fault:
    """A way to damage a record or a file: what is wrong, the reason code, and how it is done."""

    name: str
    reason: str
    damage: Damage


class Manifest:
    """The list of what a load has to refuse, a line of JSON each, written as it comes."""

    def __init__(self, file: IO[str]) -> None:
        self.refusals = 0
        self._file = file

    def add(self, refusal: "Refusal") -> None:
        """Write a refusal."""
        self._file.write(json.dumps(vars(refusal)) + "\n")
        self.refusals += 1


@dataclass(frozen=True)
class Refusal:
    """A line of the manifest: what a load has to refuse, and why; line 0 is the file as a whole."""

    file: str
    line: int
    reason: str
    fault: str


def event_faults() -> Iterator[Fault]:
    """Yield ways to damage a play's line, over and over."""
    return cycle(EVENT_FAULTS)


def song_faults() -> Iterator[Fault]:
    """Yield ways to damage the record of a song, over and over."""
    return cycle(SONG_FAULTS)


def _with(**values: object) -> Damage:
    """Return what gives fields other values."""
    return lambda line: _written({**json.loads(line), **values})


def _without(key: str) -> Damage:
    return lambda line: _written({name: value for name, value in json.loads(line).items() if name != key})


def _raw(key: str, text: bytes) -> Damage:
    """Return what puts text in the place of a value as it is."""
    mark = "\u2042"
    return lambda line: _written({**json.loads(line), key: mark}).replace(json.dumps(mark).encode(), text)


def _written(record: Record) -> bytes:
    return json.dumps(record, separators=(",", ":")).encode()


def _twice(key: str) -> Damage:
    return lambda line: line[:-1] + f',"{key}":{json.dumps(json.loads(line)[key])}}}'.encode()


DEEP = b"[" * 100_000 + b"]" * 100_000

BROKEN_LINES = (
    Fault("cut short", "not_json", lambda line: line[: len(line) // 2]),
    Fault("two records in one line", "not_json", lambda line: line + line),
    Fault("comma after the record", "not_json", lambda line: line + b","),
    Fault("byte order mark within the file", "not_json", lambda line: b" \xef\xbb\xbf" + line),
    Fault("NUL after the record", "not_json", lambda line: line + b"\0"),
    Fault("control character in a text", "not_json", lambda line: line[:-1] + b',"note":"\x01"}'),
    Fault("bad escape", "not_json", lambda line: line[:-1] + b',"note":"\\x41"}'),
    Fault("byte of Latin-1", "not_utf8", lambda line: line[:-1] + b',"note":"Bj\xf6rk"}'),
    Fault("surrogate as UTF-8", "not_utf8", lambda line: line[:-1] + b',"note":"\xed\xa0\x80"}'),
    Fault("list", "not_an_object", lambda line: b"[" + line + b"]"),
    Fault("text", "not_an_object", lambda _: b'"NextSong"'),
    Fault("null", "not_an_object", lambda _: b"null"),
    Fault("list in list in list", "too_deep", lambda line: line[:-1] + b',"note":' + DEEP + b"}"),
)

EVENT_FAULTS = (
    *BROKEN_LINES,
    Fault("ts twice", "duplicate_key", _twice("ts")),
    Fault("page twice", "duplicate_key", _twice("page")),
    Fault("ts is text", "wrong_type", _with(ts="1541105830796")),
    Fault("ts is true", "wrong_type", _with(ts=True)),
    Fault("sessionId is text", "wrong_type", _with(sessionId="12")),
    Fault("userId is a list", "wrong_type", _with(userId=["12"])),
    Fault("song is a number", "wrong_type", _with(song=1999)),
    Fault("artist is an object", "wrong_type", _with(artist={"name": "Someone"})),
    Fault("length is text", "wrong_type", _with(length="231.5")),
    Fault("ts with a fraction", "not_integer", _with(ts=1541105830796.5)),
    Fault("userId is a word", "not_integer", _with(userId="someone")),
    Fault("itemInSession with a fraction", "not_integer", _with(itemInSession=1.5)),
    Fault("length is NaN", "not_json", _raw("length", b"NaN")),
    Fault("length is beyond all numbers", "out_of_range", _raw("length", b"1e999")),
    Fault("sessionId of 65 bits", "out_of_range", _with(sessionId=2**64)),
    Fault("userId of 65 bits", "out_of_range", _with(userId=str(2**64))),
    Fault("ts after the year 9999", "out_of_range", _with(ts=2**62)),
    Fault("NUL in a text", "unstorable_text", _raw("song", b'"a\\u0000b"')),
    Fault("half a surrogate pair", "unstorable_text", _raw("artist", b'"\\ud800"')),
    Fault("no ts", "missing_ts", _without("ts")),
    Fault("ts is null", "missing_ts", _with(ts=None)),
    Fault("no sessionId", "missing_session", _without("sessionId")),
    Fault("no itemInSession", "missing_item", _without("itemInSession")),
    Fault("no page", "missing_page", _without("page")),
    Fault("page is empty", "missing_page", _with(page="")),
    Fault("play of a guest", "missing_user", _with(userId="")),
    Fault("play without userId", "missing_user", _without("userId")),
    Fault("another level", "unknown_level", _with(level="gold")),
    Fault("no level", "unknown_level", _with(level=None)),
    Fault("length is zero", "length_not_positive", _with(length=0)),
    Fault("length is negative", "length_not_positive", _with(length=-231.5)),
)

SONG_FAULTS = (
    *BROKEN_LINES,
    Fault("title twice", "duplicate_key", _twice("title")),
    Fault("title is a number", "wrong_type", _with(title=1999)),
    Fault("year is text", "wrong_type", _with(year="1999")),
    Fault("artist_latitude is text", "wrong_type", _with(artist_latitude="51.5")),
    Fault("year with a fraction", "not_integer", _with(year=1999.5)),
    Fault("year of 17 bits", "out_of_range", _with(year=70_000)),
    Fault("artist_latitude beyond the pole", "out_of_range", _with(artist_latitude=90.5)),
    Fault("artist_longitude beyond the date line", "out_of_range", _with(artist_longitude=-180.5)),
    Fault("NUL in a text", "unstorable_text", _raw("title", b'"a\\u0000b"')),
    Fault("half a surrogate pair", "unstorable_text", _raw("artist_name", b'"\\udc00"')),
    Fault("no song_id", "missing_song_id", _without("song_id")),
    Fault("song_id is empty", "missing_song_id", _with(song_id="")),
    Fault("title is null", "missing_title", _with(title=None)),
    Fault("artist_id is empty", "missing_artist_id", _with(artist_id="")),
    Fault("no artist_name", "missing_artist_name", _without("artist_name")),
    Fault("no duration", "missing_duration", _without("duration")),
    Fault("duration is zero", "duration_not_positive", _with(duration=0)),
)


@dataclass(frozen=True)
class FileFault(Fault):
    """A way to damage a file as a whole, and how its name ends then."""

    suffix: str


FILE_FAULTS = (
    FileFault("gzip cut short", "damaged_gzip", lambda text: gzip.compress(text, mtime=0)[:-12], ".json.gz"),
    FileFault("gzip by name only", "damaged_gzip", lambda text: text, ".json.gz"),
    FileFault("gzip by content only", "compressed", lambda text: gzip.compress(text, mtime=0), ".json"),
    FileFault("UTF-16", "utf16_or_32", lambda text: text.decode().encode("utf-16"), ".json"),
    FileFault("error page of a server", "html_page", lambda _: b"<!DOCTYPE html>\n<h1>502</h1>\n", ".json"),
)
