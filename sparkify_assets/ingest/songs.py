"""The song files to song records and refusals.

Song files are small and many, so their lines are gathered and parsed together.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import polars as pl

from sparkify_assets.errors import IngestError
from sparkify_assets.ingest.blocks import (
    BLOCK_BYTES,
    STORED_ROWS_STAY,
    ContentHash,
    hash_content,
    read_blocks,
    read_one_line,
)
from sparkify_assets.ingest.catalogue import CatalogueOfSongs
from sparkify_assets.ingest.discovery import changed_since
from sparkify_assets.ingest.drift import count_by_field
from sparkify_assets.ingest.exact import is_one_object
from sparkify_assets.ingest.lines import INDEX, LineReader
from sparkify_assets.ingest.raw_files import FileTable, RawFile
from sparkify_assets.ingest.records import SONG
from sparkify_assets.ingest.refusals import DamagedFile, rejected_frame, rejected_row
from sparkify_assets.ingest.rules import split_by_rules
from sparkify_assets.ingest.unchanged import NOTED, Earlier, as_frame, combined, take_over
from sparkify_assets.schemas import SongFiles, SongRecords
from sparkify_assets.schemas.fields import no_rows

_WHITE = b" \t\r\n"


@dataclass
class _Batch:
    """Lines of several files that are parsed together, each with its file and its number there."""

    lines: list[bytes] = field(default_factory=list)
    files: list[int] = field(default_factory=list)
    numbers: list[int] = field(default_factory=list)
    size: int = 0
    spread: bool = False  # a record goes over several physical lines

    def add_line(self, file: int, line: bytes) -> None:
        """Add the one line of a file."""
        self.lines.append(line)
        self.files.append(file)
        self.numbers.append(1)
        self.size += len(line)

    def add(self, file: int, first: int, lines: Sequence[bytes]) -> None:
        """Add lines of a file that follow each other."""
        self.lines.extend(lines)
        self.files.extend([file] * len(lines))
        self.numbers.extend(range(first, first + len(lines)))
        self.size += sum(map(len, lines))


class _Reading:
    """What was read of the files so far; a file is known by its position among them."""

    def __init__(self, files: FileTable, block_bytes: int) -> None:
        self.files = files
        self.block_bytes = block_bytes
        self.songs: list[pl.DataFrame] = []
        self.rejected: list[pl.DataFrame] = []
        self.unknown: list[pl.DataFrame] = []
        self.lines = [0] * len(files)
        self.blank = [0] * len(files)
        self.contents = [""] * len(files)
        self.damaged: dict[int, DamagedFile] = {}
        self._reader = LineReader(SONG)
        self._batch = _Batch()

    def read(self, number: int) -> None:
        """Read a file; what it holds is parsed with other files' lines, at the latest by `parse`.

        Raises:
            DamagedFile: it is refused as a whole.
            IngestError: it can't be read.
        """
        file = self.files[number]
        small = read_one_line(file, self.block_bytes)
        if small is not None:
            line, self.contents[number] = small
            self._batch.add_line(number, line)
            self.lines[number] = 1
            self._parse_when_full()
            return
        content = ContentHash()
        for lines, number_of_lines in _records_of(file, self.block_bytes, content):
            self._batch.add(number, self.lines[number] + 1, lines)
            self._batch.spread |= len(lines) != number_of_lines
            self.lines[number] += number_of_lines
            self.blank[number] += number_of_lines - len(lines)
            self._parse_when_full()
        self.contents[number] = str(content)

    def parse(self) -> None:
        """Parse the lines that have been gathered."""
        batch, self._batch = self._batch, _Batch()
        if not batch.lines:
            return
        text = b"\n".join([*batch.lines, b""])
        parsed = self._reader.read_lines(batch.lines) if batch.spread else self._reader.read_blocks([text])
        names = [self.files.names[number] for number in batch.files]
        places = pl.DataFrame({"file": names, "line": batch.numbers})
        here = places[parsed.records[INDEX]]
        good, broken = split_by_rules(parsed.records.hstack(here), SONG)
        refused = sorted([*parsed.refused, *broken], key=lambda refusal: refusal.index)
        rows = [rejected_row(names[n.index], batch.numbers[n.index], n, batch.lines[n.index]) for n in refused]
        self.songs.append(good)
        self.rejected.append(rejected_frame(rows))
        self.unknown.append(places[parsed.unknown[INDEX]].select("file").hstack(parsed.unknown.select("field")))
        for index in parsed.blank:
            self.blank[batch.files[index]] += 1

    def _parse_when_full(self) -> None:
        if self._batch.size >= self.block_bytes:
            self.parse()


def read_songs(files: FileTable, earlier: Earlier | None = None, *, block_bytes: int = BLOCK_BYTES) -> CatalogueOfSongs:
    """Return what the song files hold; the same, whether or not there is an earlier reading to take from.

    Args:
        files: in the order of path.
        earlier: what was read before; of files that look unchanged it is taken over.
        block_bytes: about how much to parse at a time.

    Raises:
        IngestError: files can't be read; all of them are named.
    """
    taken, changed = (CatalogueOfSongs.empty(), files) if earlier is None else take_over(files, earlier)
    return combined(files, taken, _read(changed, block_bytes))


def _read(files: FileTable, block_bytes: int) -> CatalogueOfSongs:
    reading = _Reading(files, block_bytes)
    unreadable: list[str] = []
    for number in range(len(files)):
        try:
            reading.read(number)
        except DamagedFile as damage:
            reading.damaged[number] = damage
            reading.contents[number] = hash_content(files[number])
        except IngestError as error:
            unreadable.append(str(error))
    if unreadable:
        raise IngestError(f"{'; '.join(unreadable)}{STORED_ROWS_STAY}")
    reading.parse()
    return _gather(reading)


def _records_of(file: RawFile, block_bytes: int, content: ContentHash) -> Iterator[tuple[list[bytes], int]]:
    """Yield a file's records, block by block, with the number of physical lines that they take.

    A line is a record, but for a file that is one object, written over several lines.
    """
    for block in read_blocks(file, block_bytes, content):
        body = block.strip(_WHITE)
        lines = block.removesuffix(b"\n").split(b"\n")
        if b"\n" in body and is_one_object(body):
            yield [body], len(lines)
        else:
            yield lines, len(lines)


def _gather(read: _Reading) -> CatalogueOfSongs:
    """Put together what was read, without what was taken from files that turned out to be damaged."""
    damaged = {read.files.names[number]: damage for number, damage in read.damaged.items()}
    is_damaged = pl.col("file").is_in(list(damaged))
    songs = pl.concat([no_rows(SongRecords), *read.songs]).filter(~is_damaged)
    rejected = pl.concat([rejected_frame([]), *read.rejected]).filter(~is_damaged)
    whole = rejected_frame([rejected_row(name, 0, each, each.head) for name, each in damaged.items()])
    for number in read.damaged:
        read.lines[number], read.blank[number] = 1, 0  # one line and one reject stand for all of it
    rejected = pl.concat([rejected, whole]).sort("file", "line")
    return CatalogueOfSongs(
        songs=songs,
        rejected=rejected,
        files=_account(read, songs, rejected),
        unknown_fields=count_by_field([frame.filter(~is_damaged) for frame in read.unknown]),
        files_read=len(read.files),
        unsettled=tuple(changed_since(read.files)),
    )


def _account(read: _Reading, songs: pl.DataFrame, rejected: pl.DataFrame) -> pl.DataFrame:
    """Return the account of every file.

    Raises:
        IngestError: the lines of a file are not all accounted for.
    """
    files = as_frame(read.files).with_columns(
        pl.Series("content_hash", read.contents, pl.String),
        pl.Series("lines", read.lines, pl.Int64),
        pl.Series("blank", read.blank, pl.Int64),
    )
    for name, records in {"songs": songs, "rejected": rejected}.items():
        counted = records.group_by("file").agg(pl.len().cast(pl.Int64).alias(name))
        files = files.join(counted, on="file", how="left", maintain_order="left").with_columns(
            pl.col(name).fill_null(0)
        )
    wrong = files.filter(pl.col("lines") != pl.col("blank") + pl.col("songs") + pl.col("rejected"))
    if not wrong.is_empty():
        file = wrong.row(0, named=True)
        raise IngestError(
            f"file '{file['file']}': {file['lines']} lines, but {file['blank']} blank, {file['songs']} songs and"
            f" {file['rejected']} rejected ones; this is a fault of the program{STORED_ROWS_STAY}"
        )
    return files.with_columns(
        pl.lit(None, dtype).alias(name) for name, dtype in no_rows(SongFiles).select(NOTED).schema.items()
    ).select(SongFiles.column_names())
