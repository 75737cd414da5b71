"""Log files and song files."""

import datetime as dt
import gzip
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, cast

import numpy as np

from sparkify_assets.generator.catalogue import Catalogue
from sparkify_assets.generator.draws import Draws
from sparkify_assets.generator.events import Events
from sparkify_assets.generator.faults import FILE_FAULTS, Manifest, Refusal, event_faults, song_faults
from sparkify_assets.generator.lines import Lines, LineWriter
from sparkify_assets.generator.plan import Plan, Quirk
from sparkify_assets.generator.scripts import IS_PLAY
from sparkify_assets.sample.rhythm import DAY_S
from sparkify_assets.sample.write import LOG_FOLDER, SONG_FOLDER, song_text

CHUNK_EVENTS = 10_000  # so many lines are in memory at once
GZIP_LEVEL = 1
BOM = b"\xef\xbb\xbf"


class LogFile:
    """One day's file as it grows; the newline of a line is written with the line after it."""

    def __init__(self, file: IO[bytes], name: str, newline: bytes, *, bom: bool) -> None:
        self.name = name
        self.lines = 0
        self._file = file
        self._newline = newline
        if bom:
            file.write(BOM)

    def write(self, text: memoryview | bytes, lines: int) -> None:
        """Write whole lines, each with its newline."""
        if not lines:
            return
        if self.lines:
            self._file.write(self._newline)
        self._file.write(text[: -len(self._newline)])
        self.lines += lines

    def close(self, *, newline: bool) -> None:
        """Write the last newline if it is wanted."""
        if newline and self.lines:
            self._file.write(self._newline)


class LogWriter:
    """Writes events into one file a day, with damaged records between them where the plan wants some."""

    def __init__(self, plan: Plan, folder: Path, lines: LineWriter, manifest: Manifest) -> None:
        self._manifest = manifest
        self._plan = plan
        self._folder = folder
        self._lines = lines
        self._draws = Draws(plan.seed, "faults")
        self._faults = event_faults()
        self._damaged_days = self._draws.permutation(plan.days)[: plan.damaged_files].tolist()
        self._file_faults = iter(FILE_FAULTS * (plan.damaged_files // len(FILE_FAULTS) + 1))

    def write(self, parts: Iterator[Events]) -> Iterator[int]:
        """Write events that come ordered by time; yield how many were written since the last time."""
        rest = next(parts, None)
        for number in range(self._plan.days):
            end = self._plan.first_second + (number + 1) * DAY_S
            with self._day(number) as file:
                example = b""
                while rest is not None:
                    cut = int(np.searchsorted(rest.second, end))
                    for begin in range(0, cut, CHUNK_EVENTS):
                        chunk = rest.part(begin, min(begin + CHUNK_EVENTS, cut))
                        example = self._write_chunk(file, chunk) or example
                        yield len(chunk)
                    rest = rest.part(cut, len(rest)) if cut < len(rest) else next(parts, None)
                    if rest is not None and rest.second[0] >= end:
                        break
            if number in self._damaged_days and example:
                self._write_damaged(file.name, example)

    @contextmanager
    def _day(self, number: int) -> Iterator[LogFile]:
        quirks = self._plan.quirks
        date = self._plan.first_day + dt.timedelta(days=number)
        suffix = ".json.gz" if Quirk.GZIP in quirks else ".json"
        name = f"{date:%Y}/{date:%m}/{date.isoformat()}-events{suffix}"
        path = self._folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("wb") as raw, _packed(raw, quirks) as file:
            log = LogFile(file, f"{LOG_FOLDER}/{name}", self._lines.newline, bom=Quirk.BOM in quirks)
            yield log
            log.close(newline=Quirk.OPEN_END not in quirks)

    def _write_chunk(self, file: LogFile, events: Events) -> bytes:
        """Write events, damaged ones between them; return the line of a play, b'' where there is none."""
        lines = self._lines.lines(events)
        plays = np.flatnonzero(IS_PLAY[events.kind]).tolist()
        begin = 0
        if plays and self._plan.fault_rate:
            for place in np.flatnonzero(self._draws.happens(len(events), self._plan.fault_rate)).tolist():
                file.write(lines.part(begin, place), place - begin)
                begin = place
                self._write_fault(file, self._line(lines, plays[self._draws.number(len(plays))]))
        file.write(lines.part(begin, len(events)), len(events) - begin)
        return self._line(lines, plays[0]) if plays else b""

    def _line(self, lines: Lines, place: int) -> bytes:
        return bytes(lines.part(place, place + 1)).removesuffix(self._lines.newline)

    def _write_fault(self, file: LogFile, line: bytes) -> None:
        fault = next(self._faults)
        file.write(fault.damage(line) + self._lines.newline, 1)
        self._manifest.add(Refusal(file.name, file.lines, fault.reason, fault.name))

    def _write_damaged(self, beside: str, line: bytes) -> None:
        fault = next(self._file_faults)
        name = beside.partition("-events")[0] + "-damaged" + fault.suffix
        (self._folder.parent / name).write_bytes(fault.damage(line))
        self._manifest.add(Refusal(name, 0, fault.reason, fault.name))


def write_songs(plan: Plan, folder: Path, catalogue: Catalogue, manifest: Manifest) -> None:
    """Write one file a song, and damaged ones where the plan wants some."""
    draws = Draws(plan.seed, "song faults")
    faults = song_faults()
    spoiled = draws.happens(catalogue.listed, plan.fault_rate)
    damaged = iter((FILE_FAULTS * (plan.damaged_files // len(FILE_FAULTS) + 1))[: plan.damaged_files])
    folders = set()
    for number, song in enumerate(catalogue.songs()):
        path = folder.joinpath(*song.track_id[2:5], f"{song.track_id}.json")
        if path.parent not in folders:
            path.parent.mkdir(parents=True, exist_ok=True)
            folders.add(path.parent)
        text = song_text(song).encode()
        path.write_bytes(text)
        if spoiled[number]:
            fault = next(faults)
            refusal = Refusal("", 1, fault.reason, fault.name)
            manifest.add(_write_beside(path, "X", fault.damage(text), refusal))
        if (whole := next(damaged, None)) is not None:
            refusal = Refusal("", 0, whole.reason, whole.name)
            manifest.add(_write_beside(path.with_suffix(whole.suffix), "Y", whole.damage(text), refusal))


def _write_beside(path: Path, mark: str, content: bytes, refusal: Refusal) -> Refusal:
    """Write a damaged file beside a good one; return its refusal with its name in it."""
    name = path.with_name(path.name.replace(".json", f"{mark}.json", 1))
    name.write_bytes(content)
    below = "/".join(name.parts[name.parts.index(SONG_FOLDER) :])
    return Refusal(below, refusal.line, refusal.reason, refusal.fault)


@contextmanager
def _packed(raw: IO[bytes], quirks: frozenset[Quirk]) -> Iterator[IO[bytes]]:
    if Quirk.GZIP not in quirks:
        yield raw
        return
    with gzip.GzipFile(fileobj=raw, mode="wb", compresslevel=GZIP_LEVEL, filename="", mtime=0) as packed:
        yield cast(IO[bytes], packed)
