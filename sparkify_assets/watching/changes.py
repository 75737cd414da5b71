"""What differs between the raw files in the folder and those in the ledger."""

import datetime as dt
import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import NamedTuple

from sparkify_assets.ingest.discovery import day_in_name
from sparkify_assets.ingest.raw_files import Stat

SONGS = "songs"
"""The portion of the song files; a log file's portion is its day, such as '2018-11-15'."""


class Loaded(NamedTuple):
    """A file as the ledger has it."""

    stat: Stat
    content_hash: str


Ledger = Mapping[str, Mapping[str, Loaded]]
"""By portion and path, what the star holds."""


@dataclass(frozen=True)
class Difference:
    """A portion whose files are not those that the star holds.

    Attributes:
        portion: a day, or 'songs'.
        files: the portion's files as they are now.
        new: paths that the star does not hold.
        changed: paths that look otherwise than when they were loaded.
        gone: paths that the star holds and the folder does not.
    """

    portion: str
    files: Mapping[str, Stat]
    new: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()
    gone: tuple[str, ...] = ()

    @property
    def only_gone(self) -> bool:
        """Whether files are gone and nothing came in their place."""
        return not self.new and not self.changed

    @property
    def fingerprint(self) -> str:
        """What tells these files, as they are now, from those of another moment."""
        listed = "\n".join(f"{path}\t{stat}" for path, stat in sorted(self.files.items()))
        return hashlib.blake2b(listed.encode(), digest_size=8).hexdigest()

    @property
    def latest_us(self) -> int:
        """When the last of the new or changed files was written, epoch microseconds; 0 where there is none."""
        return max((max(self.files[path][1:]) for path in (*self.new, *self.changed)), default=0)


@dataclass(frozen=True)
class Comparison:
    """Folder against ledger.

    Attributes:
        checked: how many files were compared.
        differences: by portion, in order.
        outside: log files of days that do not exist by the settings.
        undated: log files without a date in their name.
        emptied: the ledger has files and the folder not one.
    """

    checked: int = 0
    differences: Mapping[str, Difference] = field(default_factory=dict)
    outside: tuple[str, ...] = ()
    undated: tuple[str, ...] = ()
    emptied: bool = False


def compare_songs(files: Mapping[str, Stat], ledger: Ledger) -> Comparison:
    """Compare the song files with the ledger; they are one portion."""
    loaded = ledger.get(SONGS, {})
    found = _difference(SONGS, files, loaded)
    return Comparison(
        checked=len(files), differences={SONGS: found} if found else {}, emptied=bool(loaded) and not files
    )


def compare_logs(files: Mapping[str, Stat], ledger: Ledger, first: dt.date, last: dt.date) -> Comparison:
    """Compare the log files of the days first ... last with the ledger, day by day."""
    by_day: dict[str, dict[str, Stat]] = {}
    undated: list[str] = []
    for path, stat in files.items():
        day = day_in_name(path.rpartition("/")[2])
        if day is None:
            undated.append(path)
        else:
            by_day.setdefault(day.isoformat(), {})[path] = stat
    exist = {day for day in by_day if first.isoformat() <= day <= last.isoformat()}
    loaded = {day for day in ledger if day != SONGS and first.isoformat() <= day <= last.isoformat()}
    differences = (_difference(day, by_day.get(day, {}), ledger.get(day, {})) for day in sorted(exist | loaded))
    return Comparison(
        checked=len(files),
        differences={each.portion: each for each in differences if each},
        outside=tuple(sorted(path for day in by_day.keys() - exist for path in by_day[day])),
        undated=tuple(sorted(undated)),
        emptied=bool(loaded) and not files,
    )


def without_touched(
    comparison: Comparison, ledger: Ledger, hash_of: Callable[[str], str], *, most_bytes: int
) -> tuple[Comparison, dict[str, Stat]]:
    """Leave out files that look otherwise but hold what was loaded: copied back, touched, given other rights.

    Args:
        comparison: of the folder with the ledger.
        ledger: the ledger.
        hash_of: returns the hash of a file's content.
        most_bytes: stop reading at so many; a file that was not read counts as changed.

    Returns:
        the comparison without them, and how those files look now.
    """
    touched: dict[str, Stat] = {}
    differences: dict[str, Difference] = {}
    for portion, found in comparison.differences.items():
        alike = []
        for path in found.changed:
            stat, loaded = found.files[path], ledger[portion][path]
            if stat[0] != loaded.stat[0] or stat[0] > most_bytes:
                continue
            most_bytes -= stat[0]
            if hash_of(path) == loaded.content_hash:
                alike.append(path)
        left = replace(found, changed=tuple(path for path in found.changed if path not in alike))
        touched |= {path: found.files[path] for path in alike}
        if left.new or left.changed or left.gone:
            differences[portion] = left
    return replace(comparison, differences=differences), touched


def _difference(portion: str, files: Mapping[str, Stat], loaded: Mapping[str, Loaded]) -> Difference | None:
    new, changed = [], []
    for path, stat in files.items():
        before = loaded.get(path)
        if before is None:
            new.append(path)
        elif before.stat != stat:
            changed.append(path)
    gone = [path for path in loaded if path not in files] if len(loaded) + len(new) > len(files) else []
    if not (new or changed or gone):
        return None
    return Difference(portion, files, tuple(sorted(new)), tuple(sorted(changed)), tuple(sorted(gone)))
