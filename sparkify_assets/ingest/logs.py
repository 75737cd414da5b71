"""The log files of a day, or of many days, to events and refusals."""

import datetime as dt
from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from itertools import islice

import polars as pl

from sparkify_assets.errors import IngestError
from sparkify_assets.ingest.blocks import BLOCK_BYTES, STORED_ROWS_STAY, ContentHash, hash_content, read_blocks
from sparkify_assets.ingest.drift import count_by_field
from sparkify_assets.ingest.lines import INDEX, LineReader, count_lines
from sparkify_assets.ingest.raw_files import RawFile
from sparkify_assets.ingest.records import EVENT
from sparkify_assets.ingest.refusals import DamagedFile, rejected_frame, rejected_row
from sparkify_assets.ingest.rules import split_by_rules
from sparkify_assets.schemas import EventFiles, Events, RejectedEvents, UnknownFields
from sparkify_assets.schemas.fields import no_rows
from sparkify_assets.schemas.staged import PLAY

DAYS_IN_FLIGHT = 2
BYTES_IN_FLIGHT = 2**27
"""Days are read beside each other while their files are no larger than this together: memory holds whole days."""
BLOCKS_AT_ONCE = 8
"""Blocks whose records are put to the rules together: one by one, polars' start-up would cost more than its work."""
READERS = 2
"""Threads that parse the blocks of one day: polars by itself leaves a second processor idle half of the time."""
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


ReadDay = Callable[[dt.date, Sequence[RawFile], LineReader], DayOfLogs]


@dataclass(frozen=True)
class _Lines:
    """What became of some lines of a file that follow each other."""

    count: int
    blank: int
    events: pl.DataFrame
    rejected: pl.DataFrame
    unknown: pl.DataFrame


@dataclass
class _FileOfLogs:
    """What became of one file's lines."""

    file: RawFile
    content: ContentHash | str
    parts: list[_Lines] = field(default_factory=list)

    @property
    def lines(self) -> int:
        """How many there are."""
        return sum(part.count for part in self.parts)


def read_days(by_day: Mapping[dt.date, Sequence[RawFile]], read: ReadDay | None = None) -> Iterator[DayOfLogs]:
    """Read days in order, two at a time unless they are large, and hand each out as soon as those before it are ready.

    Args:
        by_day: the files of each, in the order of path.
        read: reads one day; `read_day` by default.

    Raises:
        IngestError: files can't be read; raised after all days were looked at, and names all of them.
    """
    waiting = deque(sorted(by_day))
    reader = LineReader(EVENT)
    unreadable: list[str] = []
    with ThreadPoolExecutor(DAYS_IN_FLIGHT, thread_name_prefix="read_day") as pool:
        flight: deque[tuple[Future[DayOfLogs], int]] = deque()

        def start() -> None:
            while waiting and len(flight) < DAYS_IN_FLIGHT:
                size = sum(file.size for file in by_day[waiting[0]])
                if flight and sum(others for _, others in flight) + size > BYTES_IN_FLIGHT:
                    break
                day = waiting.popleft()
                flight.append((pool.submit(read or read_day, day, by_day[day], reader), size))

        start()
        while flight:
            reading, _ = flight.popleft()
            try:
                ready = reading.result()
            except IngestError as error:
                start()
                unreadable.append(str(error).removesuffix(STORED_ROWS_STAY))
            else:
                start()  # before it is handed out: whoever takes it is busy for a while
                if not unreadable:
                    yield ready
                del reading, ready  # a day's frames may fill half of the memory that there is
    if unreadable:
        raise IngestError("; ".join(unreadable) + STORED_ROWS_STAY)


def read_day(
    day: dt.date, files: Sequence[RawFile], reader: LineReader | None = None, *, block_bytes: int = BLOCK_BYTES
) -> DayOfLogs:
    """Read the log files of a day, given in the order of path.

    Args:
        day: whose files they are.
        files: at most all of the day.
        reader: one that has seen lines of other days already, and need not learn again.
        block_bytes: about how much to read at a time.

    Raises:
        IngestError: files can't be read; all of them are named.
    """
    reader = reader or LineReader(EVENT)
    read: list[_FileOfLogs] = []
    unreadable: list[str] = []
    position = 0
    with ThreadPoolExecutor(READERS, thread_name_prefix="read_lines") as pool:
        for file in files:
            try:
                whole = _read_file(day, file, position, _Reading(pool, reader, block_bytes))
                position += whole.lines
            except DamagedFile as damage:
                whole = _damaged(file, damage)
            except IngestError as error:
                unreadable.append(str(error))
                continue
            read.append(whole)
    if unreadable:
        raise IngestError(f"day {day}: {'; '.join(unreadable)}{STORED_ROWS_STAY}")
    return _gather(day, read)


@dataclass(frozen=True)
class _Reading:
    """What reads a day's lines: threads, the templates that they learn, and how much at a time."""

    pool: ThreadPoolExecutor
    reader: LineReader
    block_bytes: int

    def lines_of(self, day: dt.date, file: RawFile, position: int, content: ContentHash) -> Iterator[_Lines]:
        """Yield what became of a file's lines, in order; while one part is read, the next ones are."""
        flight: deque[Future[_Lines]] = deque()
        blocks = read_blocks(file, self.block_bytes, content)
        first = 1
        while some := list(islice(blocks, BLOCKS_AT_ONCE)):
            flight.append(self.pool.submit(_read_lines, self.reader, some, day, file.name, first, position))
            lines = sum(map(count_lines, some))
            first, position = first + lines, position + lines
            if len(flight) > READERS:
                yield flight.popleft().result()
        while flight:
            yield flight.popleft().result()


def _read_file(day: dt.date, file: RawFile, position: int, reading: _Reading) -> _FileOfLogs:
    """Read a file whose first line is at `position` among the lines of its day."""
    content = ContentHash()
    return _FileOfLogs(file, content, list(reading.lines_of(day, file, position, content)))


def _read_lines(
    reader: LineReader, blocks: Sequence[bytes], day: dt.date, file: str, first: int, position: int
) -> _Lines:
    """Read blocks of whole lines, the first of which has the number `first` in its file."""
    parsed = reader.read_blocks(blocks)
    records = parsed.records.with_columns(
        pl.lit(day).alias("log_date"),
        pl.lit(file).alias("file"),
        (pl.col(INDEX) + first).alias("line"),
        (pl.col(INDEX) + position).alias("position"),
    )
    events, broken = split_by_rules(records, EVENT)
    refused = sorted([*parsed.refused, *broken], key=lambda refusal: refusal.index)
    lines = b"".join(blocks).split(b"\n") if refused else []
    rows = [rejected_row(file, first + each.index, each, lines[each.index]) for each in refused]
    return _Lines(
        count=parsed.count,
        blank=len(parsed.blank),
        events=events,
        rejected=rejected_frame(rows),
        unknown=parsed.unknown.select(pl.lit(file).alias("file"), "field"),
    )


def _damaged(file: RawFile, damage: DamagedFile) -> _FileOfLogs:
    """Return a file that is refused as a whole: one reject, which stands for all of its lines."""
    rejected = rejected_frame([rejected_row(file.name, 0, damage, damage.head)])
    unknown = no_rows(UnknownFields).select("file", "field")
    return _FileOfLogs(file, hash_content(file), [_Lines(1, 0, no_rows(Events), rejected, unknown)])


def _gather(day: dt.date, files: Sequence[_FileOfLogs]) -> DayOfLogs:
    parts = [part for file in files for part in file.parts]
    events = _last_copies(pl.concat([no_rows(Events), *(part.events for part in parts)]))
    rejected = pl.concat([rejected_frame([]), *(part.rejected for part in parts)])
    return DayOfLogs(
        day=day,
        events=events,
        rejected=rejected.with_columns(pl.lit(day).alias("log_date")).select(RejectedEvents.column_names()),
        files=_account(day, files, events),
        unknown_fields=count_by_field([part.unknown for part in parts]),
    )


def _last_copies(events: pl.DataFrame) -> pl.DataFrame:
    """Leave out events of which a later copy follows."""
    key = pl.struct(EVENT_KEY)
    if events.select(key.n_unique()).item() == events.height:
        return events
    return events.unique(EVENT_KEY, keep="last", maintain_order=True)


def _account(day: dt.date, files: Sequence[_FileOfLogs], events: pl.DataFrame) -> pl.DataFrame:
    """Return the account of every file.

    Raises:
        IngestError: the lines of a file are not all accounted for.
    """
    count = events.group_by("file").agg(pl.len().alias("events"), (pl.col("page") == PLAY).sum().alias("plays"))
    counted = {name: (kept, plays) for name, kept, plays in count.iter_rows()}
    rows = []
    for file in files:
        name = file.file.name
        valid = sum(part.events.height for part in file.parts)
        rejected = sum(part.rejected.height for part in file.parts)
        blank = sum(part.blank for part in file.parts)
        if file.lines != valid + rejected + blank:
            raise IngestError(
                f"file '{name}': {file.lines} lines, but {valid} events, {rejected} rejected and {blank} blank"
                f" ones; this is a fault of the program{STORED_ROWS_STAY}"
            )
        kept, plays = counted.get(name, (0, 0))
        counts = (file.lines, blank, kept, plays, valid - kept, rejected)
        rows.append((day, name, *file.file.stat, str(file.content), *counts))
    return pl.DataFrame(rows, schema=no_rows(EventFiles).schema, orient="row")
