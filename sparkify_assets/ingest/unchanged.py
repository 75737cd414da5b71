"""Which files need not be read again: those that look as they did when an earlier load read them.

What is taken over is what reading them again would give: same code, same folder, same bytes as far as the file system
can tell. Where it can't, they are read.
"""

import os
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from types import ModuleType
from typing import Self

import dataframely as dy
import polars as pl
import xxhash

from sparkify_assets import ingest, schemas
from sparkify_assets.ingest.catalogue import CatalogueOfSongs
from sparkify_assets.ingest.raw_files import FileTable
from sparkify_assets.schemas import Readings, SongFiles
from sparkify_assets.schemas.fields import no_rows

LOOK = ("file", "size", "modified_at", "changed_at", "inode")
"""Columns of `SongFiles` that tell, all equal, that a file is the one that was read."""

NOTED = ("read_at", "read_by")
"""Columns of `SongFiles` that say which reading a file's account is of."""

READING = "reading"
"""The part that is staged beside a catalogue: `Readings`."""

SETTLED_US = 2_000_000
"""How much older than a reading a file's times must be: as coarse as any file system's clock ticks, and more than the
clock of a file server should differ from ours. A file that was written later could have been written once more since it
was read, and show the same times."""


class OutdatedReading(Exception):  # noqa: N818  # not an error: a reason to read everything
    """An earlier reading says nothing of the files as they would be read now; the message says why."""


@dataclass(frozen=True)
class Reading:
    """A reading of a folder: with which code, of which folder, when it began in epoch microseconds, by which run."""

    way: str
    folder: str
    began_us: int
    run_id: str

    @classmethod
    def begin(cls, data: Path, run_id: str) -> Self:
        """Begin to read the files below a data folder: to be called before they are looked for."""
        return cls(way_of_reading(), os.path.realpath(data), time.time_ns() // 1000, run_id)

    def note_in(self, catalogue: CatalogueOfSongs) -> CatalogueOfSongs:
        """Return a catalogue with this reading noted at the files that were read for it."""
        began = pl.lit(self.began_us).cast(catalogue.files.schema["read_at"])
        noted = catalogue.files.with_columns(
            pl.col("read_at").fill_null(began), pl.col("read_by").fill_null(pl.lit(self.run_id))
        )
        return replace(catalogue, files=noted)

    def to_frame(self) -> pl.DataFrame:
        """Return the reading as `Readings`, to be staged with what was read."""
        row = {"way": self.way, "folder": self.folder, "began_at": self.began_us}
        return pl.DataFrame([row], schema=no_rows(Readings).schema)


@dataclass(frozen=True)
class Earlier:
    """What an earlier reading of the same folder, with the same code, has read."""

    catalogue: CatalogueOfSongs
    began_us: int


def earlier_of(reading: Reading, staged: Mapping[str, pl.DataFrame]) -> Earlier:
    """Return what can be taken over from an earlier reading.

    Args:
        reading: the one that begins.
        staged: the earlier one as `Readings`, and the frames of its catalogue, by their names.

    Raises:
        OutdatedReading: nothing can.
    """
    ((way, folder, began_us),) = staged[READING].cast({"began_at": pl.Int64}).rows()
    if folder != reading.folder:
        raise OutdatedReading(f"those staged last are of another folder, '{folder}'")
    if way != reading.way:
        raise OutdatedReading("those staged last were read with other code, or other versions of the libraries")
    return Earlier(CatalogueOfSongs.of(staged), began_us)


def take_over(files: FileTable, earlier: Earlier) -> tuple[CatalogueOfSongs, FileTable]:
    """Return what the earlier reading has of files that have not changed, and the files that are to be read."""
    before = earlier.catalogue
    settled = before.files.filter(
        pl.max_horizontal("modified_at", "changed_at").cast(pl.Int64) < earlier.began_us - SETTLED_US
    )
    as_before = as_frame(files).join(settled, on=LOOK, how="left", maintain_order="left")
    is_same = as_before["content_hash"].is_not_null()
    same = as_before.filter(is_same).select(SongFiles.column_names())
    changed = files.picked((~is_same).arg_true())
    if same.height == before.files.height:
        return CatalogueOfSongs(before.songs, before.rejected, same, before.unknown_fields), changed
    names = same.select("file")
    taken = {
        part: rows.join(names, on="file", how="semi", maintain_order="left") for part, rows in before.frames().items()
    }
    return CatalogueOfSongs.of({**taken, "files": same}), changed


def combined(files: FileTable, taken: CatalogueOfSongs, read: CatalogueOfSongs) -> CatalogueOfSongs:
    """Return what was taken over and what was read, each of some of the files, as one reading of all gives it."""
    if taken.files.is_empty():
        return read
    if read.files.is_empty():
        return taken
    order = pl.DataFrame({"file": files.names}).with_row_index("position")
    both = read.frames()
    together = {part: pl.concat([rows, both[part]]) for part, rows in taken.frames().items()}
    return CatalogueOfSongs(
        songs=_ordered(together["songs"], order, "line"),
        rejected=together["rejected"].sort("file", "line"),
        files=_ordered(together["files"], order),
        unknown_fields=together["unknown_fields"].sort("file", "field"),
        files_read=read.files_read,
        unsettled=read.unsettled,
    )


def as_frame(files: FileTable) -> pl.DataFrame:
    """Return files as the columns `LOOK`."""
    columns = {
        "file": files.names,
        "size": files.sizes,
        "modified_at": files.modified_us,
        "changed_at": files.changed_us,
        "inode": files.inodes,
    }
    return pl.DataFrame(columns, schema=no_rows(SongFiles).select(LOOK).schema)


def way_of_reading(packages: Sequence[ModuleType] = (ingest, schemas)) -> str:
    """Return a digest of what decides what is made of a file's bytes: our code, and the libraries it reads with."""
    digest = xxhash.xxh3_128(f"{sys.version} polars {pl.__version__} dataframely {dy.__version__}".encode())
    for package in packages:
        for module in sorted(module for folder in package.__path__ for module in Path(folder).glob("*.py")):
            digest.update(module.read_bytes())
    return digest.hexdigest()


def _ordered(frame: pl.DataFrame, order: pl.DataFrame, *then: str) -> pl.DataFrame:
    """Return rows in the order of their files."""
    return frame.join(order, on="file", how="left").sort("position", *then).drop("position")
