"""Compute the star row by row, in plain Python: what the pipeline must give for the same files.

Nothing here is shared with `sparkify_assets`, on purpose, and nothing is quick: a rule is one `if` that can
be read beside the rule's sentence. The result is that of one load of all the files as they are now.
"""

import gzip
import json
import math
import os
import re
import zlib
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import NamedTuple, NoReturn

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
EPOCH_DAY = date(1970, 1, 1)
FIRST_TS = -62_135_596_800_000  # 0001-01-01T00:00:00.000Z, what a datetime can hold
LAST_TS = 253_402_300_799_999  # 9999-12-31T23:59:59.999Z
PLAYS_A_DAY = 10**11  # room for positions in a songplay_id

BOM = b"\xef\xbb\xbf"
UTF16_MARKS = (b"\xff\xfe", b"\xfe\xff")
BLANKS = b" \t\r\n"
DATE = re.compile(r"(?=([0-9]{4}-[0-9]{2}-[0-9]{2}))")  # a lookahead, so that dates may overlap
JSON_NUMBER = re.compile(r"-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?")

EVENT_FIELDS = (
    "ts",
    "userId",
    "sessionId",
    "itemInSession",
    "page",
    "level",
    "firstName",
    "lastName",
    "gender",
    "location",
    "userAgent",
    "song",
    "artist",
    "length",
)
SONG_FIELDS = (
    "song_id",
    "title",
    "artist_id",
    "artist_name",
    "artist_location",
    "artist_latitude",
    "artist_longitude",
    "year",
    "duration",
)

SongRow = tuple[str, str, str, str, int | None, float]
ArtistRow = tuple[str, str, str | None, float | None, float | None]
UserRow = tuple[int, str | None, str | None, str | None, str]
TimeRow = tuple[datetime, int, int, int, int, int, int]
SongplayRow = tuple[
    int,
    datetime,
    int,
    str,
    str | None,
    str | None,
    int,
    int,
    str | None,
    str | None,
    str | None,
    str | None,
    float | None,
    date,
]


@dataclass
class Counts:
    """What became of the lines of one day: lines + damaged = blank + events + duplicates + rejected."""

    lines: int = 0  # physical lines; a damaged file has none
    blank: int = 0
    events: int = 0  # left when the day's own duplicates are gone
    duplicates: int = 0  # copies of an event that a later line of the same day holds too
    rejected: int = 0  # refused lines, and one for each damaged file
    damaged: int = 0  # files refused as a whole
    superseded: int = 0  # of the events, those that a later day holds too


@dataclass
class Star:
    """The five tables, sorted by key, columns as in DESIGN section 3, and what was refused on the way."""

    songs: list[SongRow] = field(default_factory=list)
    artists: list[ArtistRow] = field(default_factory=list)
    users: list[UserRow] = field(default_factory=list)
    time: list[TimeRow] = field(default_factory=list)
    songplays: list[SongplayRow] = field(default_factory=list)
    rejected_events: list[tuple[str, int]] = field(default_factory=list)
    rejected_songs: list[tuple[str, int]] = field(default_factory=list)
    reasons: dict[tuple[str, int], str] = field(default_factory=dict)  # of both kinds of rejects
    counts: dict[date, Counts] = field(default_factory=dict)  # days that have a file
    log_lines: dict[str, int] = field(default_factory=dict)  # physical lines of each log file
    song_files: list[str] = field(default_factory=list)

    def over_limit(self, limit: float = 0.05) -> list[str]:
        """Name the log files, and 'song_data', whose share of rejects stops a load.

        Damaged log files have no lines to take a share of: look for line 0 in `rejected_events`.
        """
        refused = [file for file, line in self.rejected_events if line > 0]
        over = [file for file, lines in self.log_lines.items() if lines >= 20 and refused.count(file) / lines > limit]
        bad_song_files = {file for file, _ in self.rejected_songs}
        if len(self.song_files) >= 20 and len(bad_song_files) / len(self.song_files) > limit:
            over.append("song_data")
        return over


@dataclass(frozen=True)
class Number:
    """A JSON number as it is written: no digit is lost before the rules have seen it."""

    text: str


@dataclass(frozen=True)
class JsonObject:
    """A JSON object with all its pairs: a key may stand there twice."""

    pairs: list[tuple[str, object]]


class Song(NamedTuple):
    """A song record that keeps the rules."""

    song_id: str
    title: str
    artist_id: str
    artist_name: str
    location: str | None
    latitude: float | None
    longitude: float | None
    year: int | None
    duration: float


class Event(NamedTuple):
    """A log record that keeps the rules; `position` counts the physical lines of its day from 0."""

    day: date
    position: int
    ts: int
    user_id: int | None
    session_id: int
    item: int
    page: str
    level: str | None
    first_name: str | None
    last_name: str | None
    gender: str | None
    location: str | None
    user_agent: str | None
    song: str | None
    artist: str | None
    length: float | None

    @property
    def key(self) -> tuple[int, int | None, int, int]:
        """Return what makes two records the same event."""
        return (self.ts, self.user_id, self.session_id, self.item)


class RefusedError(Exception):
    """A record breaks a rule."""


class DamagedError(Exception):
    """A file is damaged as a whole."""


def build_star(data: Path, first_day: date, last_day: date) -> Star:
    """Compute the star of all files below `data`, the logs of `first_day` to `last_day` included.

    Raises:
        OSError: a file can't be read.
    """
    star = Star()
    records = read_songs(data, star)
    events = read_events(data, first_day, last_day, star)

    # A later record of the same key takes the place of the earlier one, the whole of it.
    song_of_id = {record.song_id: record for record in records}
    artist_of_id = {record.artist_id: record for record in records}
    plays = [event for event in events if event.page == "NextSong"]

    star.songs = sorted(map(song_row, song_of_id.values()))
    star.artists = sorted(map(artist_row, artist_of_id.values()), key=lambda row: row[0])
    star.users = sorted(user_rows(events, plays), key=lambda row: row[0])
    star.time = sorted({time_row(play.ts) for play in plays})
    star.songplays = sorted((songplay_row(play, list(song_of_id.values())) for play in plays), key=lambda row: row[0])
    star.rejected_events.sort()
    star.rejected_songs.sort()
    return star


# --- the tables ---------------------------------------------------------------------------------------


def song_row(record: Song) -> SongRow:
    """Return the row of `songs`."""
    return (
        record.song_id,
        record.title,
        record.artist_id,
        record.artist_name,
        None if record.year == 0 else record.year,
        record.duration,
    )


def artist_row(record: Song) -> ArtistRow:
    """Return the row of `artists`."""
    return (
        record.artist_id,
        record.artist_name,
        empty_to_none(record.location),
        record.latitude,
        record.longitude,
    )


def user_rows(events: list[Event], plays: list[Event]) -> list[UserRow]:
    """Return a row for each user with a play, as of the user's latest event of any page."""
    rows = []
    for user_id in {play.user_id for play in plays}:
        own = [event for event in events if event.user_id == user_id]
        latest = max(own, key=lambda event: (event.ts, event.session_id, event.item))
        assert user_id is not None
        assert latest.level is not None
        rows.append((user_id, latest.first_name, latest.last_name, latest.gender, latest.level))
    return rows


def time_row(ts: int) -> TimeRow:
    """Return the row of `time`: hour, day, ISO week, month, calendar year, weekday with Monday = 0."""
    start = start_time(ts)
    week = start.isocalendar().week
    return (start, start.hour, start.day, week, start.month, start.year, start.weekday())


def songplay_row(play: Event, songs: list[Song]) -> SongplayRow:
    """Return the row of `songplays`, with the smallest song_id of those that match exactly, if any."""
    song, artist = repair(play.song), repair(play.artist)
    matches = [
        record for record in songs if (record.title, record.artist_name, record.duration) == (song, artist, play.length)
    ]
    match = min(matches, key=lambda record: record.song_id) if matches else None
    assert play.user_id is not None
    assert play.level is not None
    return (
        (play.day - EPOCH_DAY).days * PLAYS_A_DAY + play.position,
        start_time(play.ts),
        play.user_id,
        play.level,
        match.song_id if match else None,
        match.artist_id if match else None,
        play.session_id,
        play.item,
        empty_to_none(play.location),
        empty_to_none(play.user_agent),
        song,
        artist,
        play.length,
        play.day,
    )


def start_time(ts: int) -> datetime:
    """Return the moment of epoch milliseconds, exactly."""
    return EPOCH + timedelta(milliseconds=ts)


def empty_to_none(text: str | None) -> str | None:
    """Return None for the empty text."""
    return None if text == "" else text


def repair(text: str | None) -> str | None:
    """Undo UTF-8 that was decoded as Latin-1 twice, if both rounds succeed and make the text shorter."""
    if text is None:
        return None
    try:
        once = text.encode("latin-1").decode("utf-8")
        twice = once.encode("latin-1").decode("utf-8")
    except UnicodeError:
        return text
    return twice if len(twice) < len(text) else text


# --- the files ----------------------------------------------------------------------------------------


def read_songs(data: Path, star: Star) -> list[Song]:
    """Read all song records in order of (path, line), and note the refused ones in the star."""
    records = []
    for file in find_files(data, "song_data"):
        star.song_files.append(file)
        try:
            lines = read_lines(data / file)
        except DamagedError as error:
            refuse(star.rejected_songs, star, (file, 0), error)
            continue
        for number, line in song_records(lines):
            try:
                records.append(parse_song(line))
            except RefusedError as error:
                refuse(star.rejected_songs, star, (file, number), error)
    return records


def song_records(lines: list[bytes]) -> Iterable[tuple[int, bytes]]:
    """Give line number and bytes of each record: one a line, or the whole text if that is one object."""
    filled = [(number, line) for number, line in enumerate(lines, start=1) if line.strip(BLANKS)]
    if len(filled) > 1:
        whole = b"\n".join(lines)
        try:
            if isinstance(parse_json(whole), JsonObject):
                return [(1, whole)]
        except RefusedError:
            pass
    return filled


def read_events(data: Path, first_day: date, last_day: date, star: Star) -> list[Event]:
    """Read the events of the days, each once: of several copies the last in order (day, path, line)."""
    files = [(day, file) for file in find_files(data, "log_data") if (day := day_of(file)) is not None]
    winners: dict[tuple[int, int | None, int, int], Event] = {}
    # The files are in order of path already, and sorting keeps the order of equal days.
    for day, file in sorted(files, key=lambda pair: pair[0]):
        if not first_day <= day <= last_day:
            continue
        counts = star.counts.setdefault(day, Counts())
        try:
            lines = read_lines(data / file)
        except DamagedError as error:
            refuse(star.rejected_events, star, (file, 0), error)
            counts.damaged += 1
            counts.rejected += 1
            continue
        star.log_lines[file] = len(lines)
        for number, line in enumerate(lines, start=1):
            position = counts.lines
            counts.lines += 1
            if not line.strip(BLANKS):
                counts.blank += 1
                continue
            try:
                event = parse_event(line, day, position)
            except RefusedError as error:
                refuse(star.rejected_events, star, (file, number), error)
                counts.rejected += 1
                continue
            counts.events += 1
            loser = winners.get(event.key)
            if loser is not None and loser.day == day:
                counts.events -= 1
                counts.duplicates += 1
            elif loser is not None:
                star.counts[loser.day].superseded += 1
            winners[event.key] = event
    return list(winners.values())


def refuse(rejects: list[tuple[str, int]], star: Star, where: tuple[str, int], error: Exception) -> None:
    """Note what was refused, and why."""
    rejects.append(where)
    star.reasons[where] = str(error)


def find_files(data: Path, root: str) -> list[str]:
    """List the files that count below a root, relative to `data`, in order of the bytes of their paths."""
    found: list[str] = []
    folders = [data / root] if (data / root).is_dir() else []
    while folders:
        for path in folders.pop().iterdir():
            if path.name.startswith(".") or path.is_symlink():
                continue
            if path.is_dir():
                folders.append(path)
            elif path.is_file() and path.name.endswith((".json", ".json.gz")):
                found.append(path.relative_to(data).as_posix())
    return sorted(found, key=os.fsencode)


def day_of(file: str) -> date | None:
    """Return the first valid date in the name of the file, None if it has none."""
    name = file.rpartition("/")[2]
    for match in DATE.finditer(name):
        try:
            return date.fromisoformat(match[1])
        except ValueError:
            continue
    return None


def read_lines(path: Path) -> list[bytes]:
    """Read the physical lines of a file, without its byte order mark.

    Raises:
        DamagedError: no line of the file is to be trusted.
    """
    content = path.read_bytes()
    if path.name.endswith(".gz"):
        try:
            content = gzip.decompress(content)
        except (OSError, EOFError, zlib.error) as error:
            raise DamagedError(f"damaged gzip: {error}") from error
    if content.startswith(UTF16_MARKS):
        raise DamagedError("UTF-16")
    content = content.removeprefix(BOM)
    if content.lstrip(BLANKS).startswith(b"<"):
        raise DamagedError("markup, not JSON")
    lines = content.split(b"\n")
    if lines[-1] == b"":
        lines.pop()  # what follows the last line end is no line
    return lines


# --- the records --------------------------------------------------------------------------------------


def parse_event(line: bytes, day: date, position: int) -> Event:
    """Return the event of a line.

    Raises:
        RefusedError: the line breaks a rule.
    """
    fields = used_fields(parse_json(line), EVENT_FIELDS)
    event = Event(
        day=day,
        position=position,
        ts=integer(fields, "ts", FIRST_TS, LAST_TS),
        user_id=user_id(fields),
        session_id=integer(fields, "sessionId", -(2**63), 2**63 - 1),
        item=integer(fields, "itemInSession", -(2**31), 2**31 - 1),
        page=filled_text(fields, "page"),
        level=text(fields, "level"),
        first_name=text(fields, "firstName"),
        last_name=text(fields, "lastName"),
        gender=text(fields, "gender"),
        location=text(fields, "location"),
        user_agent=text(fields, "userAgent"),
        song=text(fields, "song"),
        artist=text(fields, "artist"),
        length=double(fields, "length"),
    )
    if event.user_id is not None and event.level not in ("free", "paid"):
        raise RefusedError("level: neither free nor paid")
    if event.page == "NextSong" and event.user_id is None:
        raise RefusedError("userId: a play without user")
    if event.page == "NextSong" and event.length is not None and event.length <= 0:
        raise RefusedError("length: not positive")
    return event


def parse_song(line: bytes) -> Song:
    """Return the song of a line.

    Raises:
        RefusedError: the line breaks a rule.
    """
    fields = used_fields(parse_json(line), SONG_FIELDS)
    song = Song(
        song_id=filled_text(fields, "song_id"),
        title=required_text(fields, "title"),
        artist_id=filled_text(fields, "artist_id"),
        artist_name=required_text(fields, "artist_name"),
        location=text(fields, "artist_location"),
        latitude=double(fields, "artist_latitude"),
        longitude=double(fields, "artist_longitude"),
        year=None if fields["year"] is None else integer(fields, "year", -(2**15), 2**15 - 1),
        duration=double(fields, "duration") or 0.0,
    )
    if song.duration <= 0:
        raise RefusedError("duration: missing or not positive")
    if song.latitude is not None and not -90 <= song.latitude <= 90:
        raise RefusedError("artist_latitude: out of range")
    if song.longitude is not None and not -180 <= song.longitude <= 180:
        raise RefusedError("artist_longitude: out of range")
    return song


def parse_json(line: bytes) -> object:
    """Return the JSON value that the bytes are, numbers as `Number`, objects as `JsonObject`.

    Raises:
        RefusedError: they are no UTF-8 or no JSON.
    """
    try:
        return json.loads(
            line.decode("utf-8"),
            object_pairs_hook=JsonObject,
            parse_int=Number,
            parse_float=Number,
            parse_constant=refuse_constant,
        )
    except (ValueError, RecursionError) as error:
        raise RefusedError(f"no JSON: {error}") from error


def refuse_constant(name: str) -> NoReturn:
    """Refuse NaN and Infinity, which Python's json module lets pass."""
    raise ValueError(f"{name} is no JSON number")


def used_fields(value: object, names: tuple[str, ...]) -> dict[str, object]:
    """Return the named fields of a record; a missing one is None.

    Raises:
        RefusedError: it is no object, or holds one of the names twice.
    """
    if not isinstance(value, JsonObject):
        raise RefusedError("no object")
    fields: dict[str, object] = {}
    for key, content in value.pairs:
        if key in names and key in fields:
            raise RefusedError(f"{key}: given twice")
        fields[key] = content
    return {name: fields.get(name) for name in names}


def text(fields: dict[str, object], name: str) -> str | None:
    """Return a text that Postgres can hold, or None."""
    value = fields[name]
    if value is None:
        return None
    if not isinstance(value, str):
        raise RefusedError(f"{name}: no text")
    if "\0" in value:
        raise RefusedError(f"{name}: holds a NUL")
    if any("\ud800" <= character <= "\udfff" for character in value):
        raise RefusedError(f"{name}: holds a lone surrogate")
    return value


def required_text(fields: dict[str, object], name: str) -> str:
    """Return a text that may be empty, but not null or missing."""
    value = text(fields, name)
    if value is None:
        raise RefusedError(f"{name}: missing")
    return value


def filled_text(fields: dict[str, object], name: str) -> str:
    """Return a text of at least one character."""
    value = required_text(fields, name)
    if not value:
        raise RefusedError(f"{name}: empty")
    return value


def integer(fields: dict[str, object], name: str, low: int, high: int) -> int:
    """Return a number without fraction, from `low` to `high`; null and missing are refused."""
    value = fields[name]
    if not isinstance(value, Number):
        raise RefusedError(f"{name}: no number")
    number = whole(value)
    if number is None or not low <= number <= high:
        raise RefusedError(f"{name}: {value.text[:40]} is no integer from {low} to {high}")
    return number


def whole(number: Number) -> int | None:
    """Return the integer that a number is, None if it has a fraction or far more than 64 bits."""
    try:
        exact = Decimal(number.text)
    except InvalidOperation:  # an exponent beyond all reason
        return None
    if not exact:
        return 0
    if exact.adjusted() > 30 or exact != int(exact):
        return None
    return int(exact)


def double(fields: dict[str, object], name: str) -> float | None:
    """Return a finite number, or None."""
    value = fields[name]
    if value is None:
        return None
    if not isinstance(value, Number):
        raise RefusedError(f"{name}: no number")
    number = float(value.text)
    if not math.isfinite(number):
        raise RefusedError(f"{name}: not finite")
    return number


def user_id(fields: dict[str, object]) -> int | None:
    """Return the user, given as a number or as a number in quotes; None for a guest."""
    value = fields["userId"]
    if value is None or value == "":
        return None
    if isinstance(value, str):
        if not JSON_NUMBER.fullmatch(value):
            raise RefusedError("userId: text that is no number")
        value = Number(value)
    return integer({"userId": value}, "userId", -(2**63), 2**63 - 1)
