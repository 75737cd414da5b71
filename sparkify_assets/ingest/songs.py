"""The song files to song records and refusals.

Song files are small and many, so their lines are gathered and parsed together.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import polars as pl

from sparkify_assets.errors import IngestError
from sparkify_assets.ingest.blocks import BLOCK_BYTES, STORED_ROWS_STAY, ContentHash, hash_content, read_blocks
from sparkify_assets.ingest.discovery import RawFile
from sparkify_assets.ingest.drift import count_by_field
from sparkify_assets.ingest.exact import is_one_object
from sparkify_assets.ingest.lines import INDEX, LineReader
from sparkify_assets.ingest.records import SONG
from sparkify_assets.ingest.refusals import DamagedFile, rejected_frame, rejected_row
from sparkify_assets.ingest.rules import split_by_rules
from sparkify_assets.schemas import SongFiles, SongRecords

_WHITE = b" \t\r\n"


@dataclass(frozen=True)
class CatalogueOfSongs:
    """The song records, what was refused, what became of the files, and fields that we do not know.

    `songs` is in the order of (path, line); two files may hold records of one song.
    """

    songs: pl.DataFrame  # SongRecords
    rejected: pl.DataFrame  # RejectedSongs
    files: pl.DataFrame  # SongFiles
    unknown_fields: pl.DataFrame  # UnknownFields


@dataclass
class _Batch:
    """Lines of several files that are parsed together, each with its file's name and its number there."""

    lines: list[bytes] = field(default_factory=list)
    files: list[str] = field(default_factory=list)
    numbers: list[int] = field(default_factory=list)
    size: int = 0
    spread: bool = False  # a record goes over several physical lines

    def add(self, file: str, first: int, lines: Sequence[bytes]) -> None:
        """Add lines of a file that follow each other."""
        self.lines.extend(lines)
        self.files.extend([file] * len(lines))
        self.numbers.extend(range(first, first + len(lines)))
        self.size += sum(map(len, lines))


@dataclass
class _Read:
    """What was read of all files so far."""

    songs: list[pl.DataFrame] = field(default_factory=list)
    rejected: list[pl.DataFrame] = field(default_factory=list)
    unknown: list[pl.DataFrame] = field(default_factory=list)
    lines: Counter[str] = field(default_factory=Counter)
    blank: Counter[str] = field(default_factory=Counter)
    damaged: dict[str, DamagedFile] = field(default_factory=dict)
    contents: dict[str, ContentHash | str] = field(default_factory=dict)


def read_songs(files: Sequence[RawFile], *, block_bytes: int = BLOCK_BYTES) -> CatalogueOfSongs:
    """Read the song files, given in the order of path.

    Raises:
        IngestError: files can't be read; all of them are named.
    """
    reader = LineReader(SONG)
    read = _Read()
    unreadable: list[str] = []
    batch = _Batch()
    for file in files:
        try:
            content = read.contents[file.name] = ContentHash()
            for lines, number_of_lines in _records_of(file, block_bytes, content):
                batch.add(file.name, read.lines[file.name] + 1, lines)
                batch.spread |= len(lines) != number_of_lines
                read.lines[file.name] += number_of_lines
                read.blank[file.name] += number_of_lines - len(lines)
                if batch.size >= block_bytes:
                    _parse(batch, reader, read)
                    batch = _Batch()
        except DamagedFile as damage:
            read.damaged[file.name] = damage
            read.contents[file.name] = hash_content(file)
        except IngestError as error:
            unreadable.append(str(error))
    if unreadable:
        raise IngestError(f"{'; '.join(unreadable)}{STORED_ROWS_STAY}")
    _parse(batch, reader, read)
    return _gather(files, read)


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


def _parse(batch: _Batch, reader: LineReader, read: _Read) -> None:
    """Parse the lines of a batch and add them to what was read."""
    if not batch.lines:
        return
    text = b"\n".join([*batch.lines, b""])
    parsed = reader.read_lines(batch.lines) if batch.spread else reader.read_blocks([text])
    places = pl.DataFrame({"file": batch.files, "line": batch.numbers})
    here = places[parsed.records[INDEX]]
    good, broken = split_by_rules(parsed.records.hstack(here), SONG)
    refused = sorted([*parsed.refused, *broken], key=lambda refusal: refusal.index)
    rows = [rejected_row(batch.files[n.index], batch.numbers[n.index], n, batch.lines[n.index]) for n in refused]
    read.songs.append(good)
    read.rejected.append(rejected_frame(rows))
    read.unknown.append(places[parsed.unknown[INDEX]].select("file").hstack(parsed.unknown.select("field")))
    read.blank.update(batch.files[index] for index in parsed.blank)


def _gather(files: Sequence[RawFile], read: _Read) -> CatalogueOfSongs:
    """Put together what was read, without what was taken from files that turned out to be damaged."""
    damaged = pl.col("file").is_in(list(read.damaged))
    songs = pl.concat([SongRecords.create_empty(), *read.songs]).filter(~damaged)
    rejected = pl.concat([rejected_frame([]), *read.rejected]).filter(~damaged)
    whole = rejected_frame([rejected_row(name, 0, each, each.head) for name, each in read.damaged.items()])
    return CatalogueOfSongs(
        songs=songs,
        rejected=pl.concat([rejected, whole]).sort("file", "line"),
        files=_account(files, read, songs, rejected),
        unknown_fields=count_by_field([frame.filter(~damaged) for frame in read.unknown]),
    )


def _account(files: Sequence[RawFile], read: _Read, songs: pl.DataFrame, rejected: pl.DataFrame) -> pl.DataFrame:
    """Return the account of every file.

    Raises:
        IngestError: the lines of a file are not all accounted for.
    """
    valid = Counter(songs["file"].to_list())
    refused = Counter(rejected["file"].to_list())
    rows = []
    for file in files:
        name = file.name
        seen = (*file.stat, str(read.contents[name]))
        if name in read.damaged:
            rows.append((name, *seen, 1, 0, 0, 1))
            continue
        counts = (read.lines[name], read.blank[name], valid[name], refused[name])
        if counts[0] != sum(counts[1:]):
            raise IngestError(
                f"file '{name}': {counts[0]} lines, but {counts[1]} blank, {counts[2]} songs and {counts[3]} rejected"
                f" ones; this is a fault of the program{STORED_ROWS_STAY}"
            )
        rows.append((name, *seen, *counts))
    return pl.DataFrame(rows, schema=SongFiles.create_empty().schema, orient="row")
