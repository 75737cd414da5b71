"""Whether a day's log file is late: a feed that stops is told of for a week, a data set that has ended never."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Literal

MORNINGS = 7
"""So long after the last file the next ones are missed: by then the feed was put right or given up."""

State = Literal["loaded", "waits", "late", "not expected"]


@dataclass(frozen=True)
class Finding:
    """What became of a day's log files.

    Attributes:
        state: loaded; in the folder and not loaded; late; or not there, and nobody is waiting for it.
        sentence: that in words, with the days it was judged by.
    """

    state: State
    sentence: str


def files_come(days: Iterable[dt.date], day: dt.date) -> bool:
    """Tell whether there are files of days so near that one of this day is to be expected.

    A file of the day after counts: the feed goes on, and has left a day out.
    """
    return any(-1 <= (day - each).days <= MORNINGS for each in days)


def look_for(day: dt.date, *, in_folder: Collection[dt.date], loaded: Collection[dt.date]) -> Finding:
    """Find out what became of the log files of a day.

    Args:
        day: the day.
        in_folder: days that there are log files of in the folder.
        loaded: days of which the star holds log files; those may have left the folder since.
    """
    if day in loaded:
        return Finding("loaded", f"the log file of {day} is loaded")
    if day in in_folder:
        return Finding(
            "waits",
            f"the log file of {day} has come, but is not loaded: see what the sensor new_log_files says of it, and the "
            "runs that failed",
        )
    known = sorted(each for each in {*in_folder, *loaded} if each <= day + dt.timedelta(days=1))
    newest = f"the newest one is of {known[-1]}" if known else "there is none of any day before"
    if files_come(known, day):
        return Finding(
            "late", f"no log file of {day} has come: {newest}; this is told for {MORNINGS} mornings after the last file"
        )
    return Finding("not expected", f"no log file of {day} has come, and none is expected: {newest}")
