"""The log files of a day, or of many days, to events and refusals."""

import datetime as dt
from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from itertools import islice

import polars as pl

from sparkify_assets.errors import IngestError
from sparkify_assets.ingest.blocks import BLOCK_BYTES, STORED_ROWS_STAY, ContentHash, hash_content, read_blocks
from sparkify_assets.ingest.discovery import RawFile
from sparkify_assets.ingest.drift import count_by_field
from sparkify_assets.ingest.lines import INDEX, LineReader
from sparkify_assets.ingest.records import EVENT
from sparkify_assets.ingest.refusals import DamagedFile, rejected_frame, rejected_row
from sparkify_assets.ingest.rules import split_by_rules
from sparkify_assets.schemas import EventFiles, Events, RejectedEvents
from sparkify_assets.schemas.staged import PLAY

DAYS_IN_FLIGHT = 2
BLOCKS_AT_ONCE = 8
"""Blocks whose records are put to the rules together: one by one, polars' start-up would cost more than its work."""
EVENT_KEY = ("ts", "user_id", "session_id", "item_in_session")


@dataclass(frozen=True)
class DayOfLogs:
    """One day: its events, what was refused, what became of its files, and fields that we do not know.

    `events` is in the order of (file, line), an event that was delivered twice only as its last copy.
    """

    day: dt.date
    events: pl.DataFrame  # Events
    rejected: pl.DataFrame  # RejectedEvents
    files: pl.DataFrame  # EventFiles
    unknown_fields: pl.DataFrame  # UnknownFields


@dataclass
class _FileOfLogs:
    """What became of one file's lines so far."""

    file: RawFile
    content: ContentHash | str = ""
    lines: int = 0
    blank: int = 0
    events: list[pl.DataFrame] = field(default_factory=list)
    rejected: list[pl.DataFrame] = field(default_factory=list)
    unknown: list[pl.DataFrame] = field(default_factory=list)


def read_days(by_day: Mapping[dt.date, Sequence[RawFile]]) -> Iterator[DayOfLogs]:
    """Read days in order, two at a time, and hand each out as soon as it and those before it are ready.

    Raises:
        IngestError: files can't be read; raised after all days were looked at, and names all of them.
    """
    days = iter(sorted(by_day))
    unreadable: list[str] = []
    with ThreadPoolExecutor(DAYS_IN_FLIGHT, thread_name_prefix="read_day") as pool:
        flight: deque[Future[DayOfLogs]] = deque()

        def start(count: int) -> None:
            flight.extend(pool.submit(read_day, day, by_day[day]) for day in islice(days, count))

        start(DAYS_IN_FLIGHT)
        while flight:
            try:
                ready = flight.popleft().result()
            except IngestError as error:
                start(1)
                unreadable.append(str(error).removesuffix(STORED_ROWS_STAY))
            else:
                start(1)  # before it is handed out: whoever takes it is busy for a while
                if not unreadable:
                    yield ready
    if unreadable:
        raise IngestError("; ".join(unreadable) + STORED_ROWS_STAY)


def read_day(day: dt.date, files: Sequence[RawFile], *, block_bytes: int = BLOCK_BYTES) -> DayOfLogs:
    """Read the log files of a day, given in the order of path.

    Raises:
        IngestError: files can't be read; all of them are named.
    """
    reader = LineReader(EVENT)
    parts: list[_FileOfLogs] = []
    unreadable: list[str] = []
    position = 0
    for file in files:
        try:
            part = _read_file(day, file, position, reader, block_bytes)
            position += part.lines
        except DamagedFile as damage:
            part = _damaged(file, damage)
        except IngestError as error:
            unreadable.append(str(error))
            continue
        parts.append(part)
    if unreadable:
        raise IngestError(f"day {day}: {'; '.join(unreadable)}{STORED_ROWS_STAY}")
    return _gather(day, parts)


def _read_file(day: dt.date, file: RawFile, position: int, reader: LineReader, block_bytes: int) -> _FileOfLogs:
    """Read a file whose first line is at `position` among the lines of its day."""
    content = ContentHash()
    part = _FileOfLogs(file, content)
    blocks = read_blocks(file, block_bytes, content)
    while some := list(islice(blocks, BLOCKS_AT_ONCE)):
        parsed = reader.read_blocks(some)
        first = part.lines + 1
        records = parsed.records.with_columns(
            pl.lit(day).alias("log_date"),
            pl.lit(file.name).alias("file"),
            (pl.col(INDEX) + first).alias("line"),
            (pl.col(INDEX) + (position + part.lines)).alias("position"),
        )
        good, broken = split_by_rules(records, EVENT)
        part.events.append(good)
        refused = sorted([*parsed.refused, *broken], key=lambda refusal: refusal.index)
        if refused:
            lines = b"".join(some).split(b"\n")
            rows = [rejected_row(file.name, first + each.index, each, lines[each.index]) for each in refused]
            part.rejected.append(rejected_frame(rows))
        part.unknown.append(parsed.unknown.select(pl.lit(file.name).alias("file"), "field"))
        part.blank += len(parsed.blank)
        part.lines += parsed.count
    return part


def _damaged(file: RawFile, damage: DamagedFile) -> _FileOfLogs:
    """Return a file that is refused as a whole: one reject, which stands for all of its lines."""
    rejected = rejected_frame([rejected_row(file.name, 0, damage, damage.head)])
    return _FileOfLogs(file, hash_content(file), lines=1, rejected=[rejected])


def _gather(day: dt.date, parts: Sequence[_FileOfLogs]) -> DayOfLogs:
    read = pl.concat([Events.create_empty(), *(frame for part in parts for frame in part.events)])
    events = _last_copies(read)
    rejected = pl.concat([rejected_frame([]), *(frame for part in parts for frame in part.rejected)])
    return DayOfLogs(
        day=day,
        events=events,
        rejected=rejected.with_columns(pl.lit(day).alias("log_date")).select(RejectedEvents.column_names()),
        files=_account(day, parts, events),
        unknown_fields=count_by_field([frame for part in parts for frame in part.unknown]),
    )


def _last_copies(events: pl.DataFrame) -> pl.DataFrame:
    """Leave out events of which a later copy follows."""
    key = pl.struct(EVENT_KEY)
    if events.select(key.n_unique()).item() == events.height:
        return events
    return events.unique(EVENT_KEY, keep="last", maintain_order=True)


def _account(day: dt.date, parts: Sequence[_FileOfLogs], events: pl.DataFrame) -> pl.DataFrame:
    """Return the account of every file.

    Raises:
        IngestError: the lines of a file are not all accounted for.
    """
    count = events.group_by("file").agg(pl.len().alias("events"), (pl.col("page") == PLAY).sum().alias("plays"))
    kept = dict(count.select("file", "events").iter_rows())
    plays = dict(count.select("file", "plays").iter_rows())
    rows = []
    for part in parts:
        name = part.file.name
        valid = sum(frame.height for frame in part.events)
        rejected = sum(frame.height for frame in part.rejected)
        if part.lines != valid + rejected + part.blank:
            raise IngestError(
                f"file '{name}': {part.lines} lines, but {valid} events, {rejected} rejected and {part.blank} blank"
                f" ones; this is a fault of the program{STORED_ROWS_STAY}"
            )
        counts = (part.lines, part.blank, kept.get(name, 0), plays.get(name, 0), valid - kept.get(name, 0), rejected)
        rows.append((day, name, *part.file.stat, str(part.content), *counts))
    return pl.DataFrame(rows, schema=EventFiles.create_empty().schema, orient="row")
