"""Which files count: JSON files below `song_data` and `log_data`, and the day a log file is for."""

import datetime as dt
import os
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from sparkify_assets.errors import IngestError
from sparkify_assets.ingest.raw_files import FileTable, RawFile, Stat

SONG_FOLDER = "song_data"
LOG_FOLDER = "log_data"
SUFFIXES = (".json", ".json.gz")
EARLIEST_US = int(dt.datetime(1, 1, 1, tzinfo=dt.UTC).timestamp()) * 10**6
LATEST_US = int(dt.datetime(9999, 12, 31, tzinfo=dt.UTC).timestamp()) * 10**6
_DATE = re.compile(r"(?=([0-9]{4}-[0-9]{2}-[0-9]{2}))")  # a lookahead, so that overlapping dates are all seen


@dataclass(frozen=True)
class PassedOver:
    """Something below the folder that looks as if it counted and does not, with the reason."""

    name: str
    reason: str


@dataclass(frozen=True)
class FoundFiles:
    """The song files in bytewise order of path, and what was passed over."""

    files: FileTable
    passed_over: list[PassedOver]


@dataclass(frozen=True)
class FoundLogs:
    """The log files of every day of the window in bytewise order of path, and what was passed over."""

    by_day: dict[dt.date, list[RawFile]]
    passed_over: list[PassedOver]


def find_song_files(data: Path) -> FoundFiles:
    """Find the song files below `data`.

    Raises:
        IngestError: there is no song folder, a folder can't be listed, or two files have one name as text.
    """
    return _find(data, SONG_FOLDER)


def find_log_files(data: Path, first: dt.date, last: dt.date) -> FoundLogs:
    """Find the log files below `data` by the day in their names, with an entry for every day of first ... last.

    Raises:
        IngestError: there is no log folder, a folder can't be listed, or two files have one name as text.
    """
    found = _find(data, LOG_FOLDER)
    days = (last - first).days + 1
    by_day: dict[dt.date, list[RawFile]] = {first + dt.timedelta(days=n): [] for n in range(days)}
    passed_over = found.passed_over
    for file in found.files:
        day = day_in_name(Path(file.path).name)
        if day is None:
            passed_over.append(PassedOver(file.name, "no date (YYYY-MM-DD) in its name"))
        elif day in by_day:
            by_day[day].append(file)
        else:
            passed_over.append(PassedOver(file.name, f"its day {day} is outside of {first} ... {last}"))
    return FoundLogs(by_day, sorted(passed_over, key=lambda item: item.name))


def find_days(data: Path) -> list[dt.date]:
    """Find the days, in order, that there are log files of.

    Raises:
        IngestError: there is no log folder, or a folder can't be listed.
    """
    days = {day_in_name(Path(file.path).name) for file in _find(data, LOG_FOLDER).files}
    return sorted(day for day in days if day is not None)


def stat_files(data: Path, folder: str) -> dict[str, Stat]:
    """Return how the files below `data` that count look, by name.

    Raises:
        IngestError: there is no such folder, or a folder can't be listed.
    """
    root = _root(data, folder)
    before_name = len(str(root)) - len(folder)
    entries = _entries_below(root)
    return {file.name: file.stat for entry in entries if (file := _raw_file(entry, before_name)) is not None}


def changed_since(files: FileTable) -> list[str]:
    """Return the names of the files that are not, any more, what they were when they were found."""
    found = zip(files.paths, files.sizes, files.modified_us, files.changed_us, files.inodes, strict=True)
    changed = (_look(path) != look for path, *look in found)
    return [name for name, is_changed in zip(files.names, changed, strict=True) if is_changed]


def day_in_name(file_name: str) -> dt.date | None:
    """Return the first valid YYYY-MM-DD in a file's name."""
    for match in _DATE.finditer(file_name):
        try:
            return dt.date.fromisoformat(match[1])
        except ValueError:
            continue
    return None


def epoch_us(moment_ns: int) -> int:
    """Return a file's moment in microseconds, as the ledger keeps it; what no calendar holds is put at its end."""
    return min(max(moment_ns // 1000, EARLIEST_US), LATEST_US)


def _root(data: Path, folder: str) -> Path:
    root = data / folder
    try:
        seen = "" if root.is_dir() else "is not a folder" if root.exists() else "does not exist"
    except OSError as error:
        seen = f"can't be looked at: {error.strerror}"
    if seen:
        raise IngestError(
            f"'{root}' {seen}; set SPARKIFY_DATA to the folder that holds {SONG_FOLDER} and {LOG_FOLDER}"
            f" (now '{data}'); nothing was read and no stored row was changed"
        )
    return root


def _find(data: Path, folder: str) -> FoundFiles:
    root = _root(data, folder)
    before_name = len(str(root)) - len(folder)
    files, passed_over = FileTable(), []
    for entry in _entries_below(root):
        file = _raw_file(entry, before_name)
        if file is not None:
            files.append(file)
        elif (reason := _reason_to_pass_over(entry)) is not None:
            passed_over.append(PassedOver(_storable(entry.path[before_name:]), reason))
    _refuse_doubled_names(files.names)
    return FoundFiles(files.in_order(), sorted(passed_over, key=lambda item: item.name))


def _refuse_doubled_names(names: Sequence[str]) -> None:
    if len(set(names)) < len(names):
        doubled = [name for name, count in Counter(names).items() if count > 1]
        raise IngestError(
            f"{len(doubled)} name(s) stand for two files each once bytes that are no UTF-8 are written as text, such as"
            f" '{doubled[0]}'; rename one; no stored row was changed"
        )


def _raw_file(entry: "os.DirEntry[str]", before_name: int) -> RawFile | None:
    """Return the file that the entry is, named by its path from there on; None where it is none that counts."""
    if not (entry.name.endswith(SUFFIXES) and entry.is_file(follow_symlinks=False)):
        return None
    path = entry.path
    try:
        stat = entry.stat(follow_symlinks=False)
    except FileNotFoundError:
        return None  # gone since the folder was listed
    except OSError as error:
        raise IngestError(f"file '{path}': can't be looked at: {error.strerror}; no stored row was changed") from error
    return RawFile(path, _storable(path[before_name:]), *_look_of(stat))


def _look_of(stat: os.stat_result) -> tuple[int, int, int, int]:
    """Return size, both times and the inode, as `RawFile` has them."""
    modified, changed = stat.st_mtime_ns // 1000, stat.st_ctime_ns // 1000
    if not EARLIEST_US <= modified <= LATEST_US or not EARLIEST_US <= changed <= LATEST_US:
        modified, changed = epoch_us(stat.st_mtime_ns), epoch_us(stat.st_ctime_ns)
    return stat.st_size, modified, changed, stat.st_ino


def _look(path: str) -> list[int] | None:
    """Return how a file looks now; None where it can't be looked at, such as for being gone."""
    try:
        return list(_look_of(os.stat(path, follow_symlinks=False)))  # noqa: PTH116  # half the time of a Path's
    except OSError:
        return None


def _entries_below(root: Path) -> Iterator["os.DirEntry[str]"]:
    """Walk a folder; what begins with a dot is left out, links and folders named like a file are not entered."""
    pending = [str(root)]
    while pending:
        folder = pending.pop()
        try:
            with os.scandir(folder) as listing:
                for entry in listing:
                    if entry.name.startswith("."):
                        continue
                    yield entry
                    if not entry.name.endswith(SUFFIXES) and entry.is_dir(follow_symlinks=False):
                        pending.append(entry.path)
        except OSError as error:
            raise IngestError(
                f"folder '{folder}': can't be listed: {error.strerror}; no stored row was changed"
            ) from error


def _reason_to_pass_over(entry: "os.DirEntry[str]") -> str | None:
    if entry.is_symlink():
        return "a link; links are not followed"
    if not entry.name.endswith(SUFFIXES) or entry.is_file(follow_symlinks=False):
        return None
    if entry.is_dir(follow_symlinks=False):
        return "a folder, though it is named like a file"
    return "a pipe, socket or device; only plain files are read"


def _storable(name: str) -> str:
    r"""Return a path as text that can be stored: bytes that are no UTF-8 are shown as `\xNN`."""
    return name if name.isascii() else os.fsencode(name).decode("utf-8", "backslashreplace")
