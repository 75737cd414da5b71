"""What became of the lines of raw files, as figures: of all files together, and of each day."""

import datetime as dt
from dataclasses import dataclass, field
from typing import Any

import polars as pl

from sparkify_assets.ingest.logs import DayOfLogs
from sparkify_assets.ingest.sessions import Gaps, find_gaps, sessions_of
from sparkify_assets.schemas import EventFiles, RejectedEvents, UnknownFields
from sparkify_assets.schemas.fields import no_rows

DECIMALS = 6  # one record in a million is a share that people can read


@dataclass(frozen=True)
class _Kept:
    """What is kept of one day."""

    files: pl.DataFrame
    rejected: pl.DataFrame
    unknown: pl.DataFrame
    sessions: pl.DataFrame


@dataclass
class AccountOfDays:
    """What is kept of days of logs when their events have been handed on: nothing that grows with the events."""

    first_day: dt.date
    _days: dict[dt.date, _Kept] = field(default_factory=dict)

    def add(self, day: DayOfLogs) -> None:
        """Take a day; one that is there already is replaced."""
        sessions = sessions_of(day.day, day.events)
        self._days[day.day] = _Kept(day.files, day.rejected, day.unknown_fields, sessions)

    @property
    def files(self) -> pl.DataFrame:
        """EventFiles of all days."""
        return pl.concat([no_rows(EventFiles), *(day.files for day in self._days.values())])

    @property
    def rejected(self) -> pl.DataFrame:
        """RejectedEvents of all days."""
        return pl.concat([no_rows(RejectedEvents), *(day.rejected for day in self._days.values())])

    @property
    def unknown_fields(self) -> pl.DataFrame:
        """UnknownFields of all days."""
        return pl.concat([no_rows(UnknownFields), *(day.unknown for day in self._days.values())])

    @property
    def gaps(self) -> Gaps:
        """What is missing from the sessions of all days."""
        return find_gaps([day.sessions for day in self._days.values()], self.first_day)


def figures_of_files(files: pl.DataFrame, unknown: pl.DataFrame) -> dict[str, Any]:
    """Return the totals over the files.

    Args:
        files: EventFiles or SongFiles.
        unknown: UnknownFields of the same files.

    Returns:
        `files`, each count of the frame summed, `reject_rate` (share of the lines, as the record gate takes it; 0 where
        there is none) and `unknown_fields`, the fields that we do not know with the records that have them.
    """
    counted = files.select(pl.col(pl.Int64).sum()).row(0, named=True)
    fields = unknown.group_by("field").agg(pl.col("records").sum()).sort("field")
    return {
        "files": files.height,
        **counted,
        "reject_rate": round(counted["rejected"] / counted["lines"], DECIMALS) if counted["lines"] else 0.0,
        "unknown_fields": ", ".join(f"{field} ({records})" for field, records in fields.iter_rows()) or "none",
    }
