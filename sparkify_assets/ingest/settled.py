"""Files that change while they are read: what is taken is to be how all of them were at one moment.

Of two runs that load a day at once the later version is published, and a version is a moment: so that must be one at
which the files were what this run has read. They were so from the moment they were found if they still are when all
are read; else they are found and read anew.
"""

import datetime as dt
from collections.abc import Callable, Mapping, Sequence

from sparkify_assets.ingest.raw_files import RawFile

FilesByDay = Mapping[dt.date, Sequence[RawFile]]

READINGS = 3
"""How often at the most; a file that somebody writes to all the time is never at rest."""


def read_settled(
    found: FilesByDay,
    find: Callable[[], FilesByDay],
    read: Callable[[FilesByDay], None],
    renew: Callable[[Sequence[dt.date]], None],
) -> list[dt.date]:
    """Read days, and those whose files have changed meanwhile again.

    Args:
        found: the files of the days.
        find: looks for the files of all days again.
        read: reads days.
        renew: is told which days will be read again, from the files as they were just found.

    Returns:
        the days whose files were not at rest while they were read for the last time.
    """
    pending = found
    for reading in range(READINGS):
        read(pending)
        now = find()
        changed = {day: now[day] for day, files in pending.items() if list(now[day]) != list(files)}
        if not changed or reading == READINGS - 1:
            return sorted(changed)
        renew(sorted(changed))
        pending = changed
    return []
