"""What a reading of the song files gives: the frames that are staged."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Self

import polars as pl

from sparkify_assets.ingest.drift import count_by_field
from sparkify_assets.ingest.refusals import rejected_frame
from sparkify_assets.schemas import SongFiles, SongRecords
from sparkify_assets.schemas.fields import no_rows


@dataclass(frozen=True)
class CatalogueOfSongs:
    """The song records, what was refused, what became of the files, and fields that we do not know.

    `songs` is in the order of (path, line); two files may hold records of one song.
    """

    songs: pl.DataFrame  # SongRecords
    rejected: pl.DataFrame  # RejectedSongs
    files: pl.DataFrame  # SongFiles
    unknown_fields: pl.DataFrame  # UnknownFields
    files_read: int = 0  # of the files, those that were read for this; the others were before, and are the same
    unsettled: tuple[str, ...] = ()  # of those, the ones that have changed since they were found

    @staticmethod
    def parts() -> tuple[str, ...]:
        """Return the names of the frames."""
        return ("songs", "rejected", "files", "unknown_fields")

    def frames(self) -> dict[str, pl.DataFrame]:
        """Return the frames by their names."""
        return {part: getattr(self, part) for part in self.parts()}

    @classmethod
    def of(cls, frames: Mapping[str, pl.DataFrame]) -> Self:
        """Return the catalogue of the frames, none of whose files was read for it."""
        return cls(frames["songs"], frames["rejected"], frames["files"], frames["unknown_fields"])

    @classmethod
    def empty(cls) -> Self:
        """Return the catalogue of no file."""
        return cls(no_rows(SongRecords), rejected_frame([]), no_rows(SongFiles), count_by_field([]))
