"""Versioned frames in a folder: written aside, taken for whole only once their manifest is there.

The layout is `<asset>/<partition>/<version>-<run>/<part>.parquet` with a `manifest.json` beside, written last.
Readers take the greatest version, so that of two runs that stage one partition at once the one that began to read
its files later wins, whichever ends first. The other one learns of it by an error, but for an asset without partitions:
there the newer version holds all that the older one did, and both runs go on with it.
"""

from __future__ import annotations

import io
import json
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field

import polars as pl
import xxhash
from polars.exceptions import PolarsError
from upath import UPath

from sparkify_assets.errors import StagingError
from sparkify_assets.staging.staged import MANIFEST, Staged

WHOLE_ASSET = "all"
"""The folder of an asset that has no partitions."""

ASIDE = f".{MANIFEST}"
SUPERSEDED = "superseded"

ABANDONED_AFTER_S = 24 * 3600
"""An unfinished draft of this age belongs to no run any more."""


@dataclass(frozen=True)
class Version:
    """One complete version of a partition."""

    folder: UPath
    number: int
    run_id: str


@dataclass
class Draft:
    """A version that is being written; nobody reads it before `commit`.

    Attributes:
        area: where.
        asset: of what.
        run_id: by whom.
        version: what it began with; partitions that were renewed have one of their own, see `version_of`.
        written: the folder of each partition that was added.
    """

    area: StagingArea
    asset: str
    run_id: str
    version: int
    written: dict[str, UPath] = field(default_factory=dict)
    rows: dict[str, int] = field(default_factory=dict)
    hashes: dict[str, dict[str, str]] = field(default_factory=dict)
    renewed: dict[str, int] = field(default_factory=dict)
    committed: bool = False

    def version_of(self, partition: str) -> int:
        """Return the version of a partition."""
        return self.renewed.get(partition, self.version)

    def renew(self, partition: str) -> None:
        """Take back what was written of a partition, and begin a version of it that is of this moment."""
        _remove(self.written.pop(partition))
        self.renewed[partition] = max(self.area.next_version(self.asset, [partition]), self.version_of(partition) + 1)

    def add(self, partition: str, parts: Mapping[str, pl.DataFrame]) -> None:
        """Write the frames of one partition ('' where the asset has none) aside.

        Raises:
            StagingError: the folder can't be written, such as for want of space.
        """
        folder = self.area.partition_folder(self.asset, partition) / f"{self.version_of(partition):020d}-{self.run_id}"
        self.written[partition] = folder
        self.rows[partition] = sum(frame.height for frame in parts.values())
        try:
            folder.mkdir(parents=True, exist_ok=True)
            self.hashes[partition] = {name: _write(frame, folder / f"{name}.parquet") for name, frame in parts.items()}
        except (OSError, PolarsError) as error:  # polars reports a full disk as an error of its own
            raise self._unwritable(folder, error) from error

    def commit(self) -> None:
        """Make the partitions readable, each whole; older versions of them are removed.

        Interrupted in between, some partitions are as they were and some as they become.

        Raises:
            StagingError: a newer version of a partition was staged in the meantime, or the folder can't be written;
                nothing of ours is read.
        """
        for partition in self.written:
            newest = self.area.newest(self.asset, partition)
            if newest and newest.number > self.version_of(partition):
                self.discard()
                if not partition:
                    return
                raise StagingError(
                    f"'{self.asset}'{_of(partition)}: run {newest.run_id} has staged version {newest.number}, newer "
                    f"than version {self.version_of(partition)} of this run, which is left out; the newer one stays"
                )
        # All that needs room comes before the first partition can be read.
        for partition, folder in self.written.items():
            manifest = {
                "version": self.version_of(partition),
                "run_id": self.run_id,
                "rows": self.rows[partition],
                "hashes": self.hashes[partition],
            }
            try:
                (folder / ASIDE).write_text(json.dumps(manifest))
            except OSError as error:
                self.discard()
                raise self._unwritable(folder, error) from error
        for folder in self.written.values():
            (folder / ASIDE).rename(folder / MANIFEST)
        self.committed = True
        for partition in self.written:
            self.area.remove_older(self.asset, partition, self.version_of(partition))

    def discard(self) -> None:
        """Remove what was written and can't be read yet; what was staged before stays."""
        for folder in self.written.values():
            if not (folder / MANIFEST).exists():
                _remove(folder)

    def _unwritable(self, folder: UPath, error: Exception) -> StagingError:
        return StagingError(
            f"'{self.asset}' can't be staged in {folder}: {error}; make room or set another folder; "
            "what was staged before stays"
        )

    def __enter__(self) -> Draft:
        """Return the draft itself."""
        return self

    def __exit__(self, *exception: object) -> None:
        """Remove what was written, unless it was committed: a load that failed leaves nothing to be read."""
        if not self.committed:
            self.discard()


@dataclass(frozen=True)
class StagingArea:
    """A folder, or fsspec URL, of staged frames."""

    root: UPath

    def draft(self, asset: str, run_id: str, partitions: Sequence[str]) -> Draft:
        """Begin a version, greater than every version of the partitions so far.

        To be called when the files are found, and before the first one is read: what is staged is then to be how they
        were at this moment.
        """
        return Draft(self, asset, run_id, self.next_version(asset, partitions))

    def next_version(self, asset: str, partitions: Sequence[str]) -> int:
        """Return a version that tells this moment, greater than every one of the partitions so far."""
        newest = [version.number for name in partitions or [""] if (version := self.newest(asset, name))]
        return max([time.time_ns(), *(number + 1 for number in newest)])

    def open(self, asset: str, run_id: str, partitions: Sequence[str]) -> Staged:
        """Return the newest staged frames of the partitions.

        Args:
            asset: what was staged.
            run_id: who reads. A run that has staged a partition itself reads its own version, or fails.
            partitions: which; none for an asset without partitions.

        Raises:
            StagingError: a partition was never staged, or another run has staged a newer version than this run.
        """
        versions = {name: self._readable(asset, run_id, name) for name in partitions or [""]}
        return Staged(
            asset,
            {name: version.number for name, version in versions.items()},
            [version.folder for version in versions.values()],
        )

    def newest(self, asset: str, partition: str) -> Version | None:
        """Return the newest complete version of the partition, None where there is none."""
        complete = [version for version in self._versions(asset, partition) if _is_complete(version)]
        return max(complete, key=lambda version: version.number, default=None)

    def staged_by(self, asset: str, run_id: str, partition: str = "") -> Version | None:
        """Return the complete version that this run has staged itself, None where it has not."""
        own = (version for version in self._versions(asset, partition) if version.run_id == run_id)
        return next((version for version in own if _is_complete(version)), None)

    def partition_folder(self, asset: str, partition: str) -> UPath:
        """Return the folder of the partition's versions."""
        return self.root / asset / (partition or WHOLE_ASSET)

    def remove_older(self, asset: str, partition: str, number: int) -> None:
        """Remove what nobody reads any more: versions before the last one below the number, and abandoned drafts.

        The last one below stays: a run beside this one may be reading it. Of the others a mark stays for a day, so
        that the run that wrote one learns what became of it.
        """
        oldest = time.time_ns() - ABANDONED_AFTER_S * 10**9
        versions = self._versions(asset, partition)
        number = max((each.number for each in versions if each.number < number and _is_complete(each)), default=0)
        for version in versions:
            with suppress(FileNotFoundError):  # a run beside this one may be removing the same
                if version.number < oldest and (version.number < number or not _is_complete(version)):
                    _remove(version.folder)
                elif version.number < number and _is_complete(version):
                    (version.folder / SUPERSEDED).touch()
                    _empty(version.folder)

    def _readable(self, asset: str, run_id: str, partition: str) -> Version:
        newest = self.newest(asset, partition)
        if newest is None:
            raise StagingError(f"'{asset}'{_of(partition)} has not been staged; materialize '{asset}' for it first")
        own = [version for version in self._versions(asset, partition) if version.run_id == run_id]
        if not partition:
            # What a run has staged itself it reads in all its steps, whatever others stage meanwhile.
            return next((version for version in own if _is_complete(version)), newest)
        if own and newest.run_id != run_id:
            raise StagingError(
                f"'{asset}'{_of(partition)}: run {newest.run_id} has staged version {newest.number} since this run "
                f"staged its own; that run publishes the newer rows of {partition}; this one stops, and publishes no "
                "other partition of its range either: run it again for those"
            )
        return newest

    def _versions(self, asset: str, partition: str) -> list[Version]:
        folder = self.partition_folder(asset, partition)
        if not folder.exists():
            return []
        return [version for child in folder.iterdir() if (version := _version(child))]


def _version(folder: UPath) -> Version | None:
    number, dash, run_id = folder.name.partition("-")
    return Version(folder, int(number), run_id) if dash and number.isdecimal() else None


def _write(frame: pl.DataFrame, file: UPath) -> str:
    """Write a frame and return the hash of the file."""
    written = io.BytesIO()
    frame.write_parquet(written, compression="lz4", statistics=False)
    with file.open("wb") as opened:
        opened.write(written.getbuffer())
    return xxhash.xxh3_128_hexdigest(written.getbuffer())


def _is_complete(version: Version) -> bool:
    return (version.folder / MANIFEST).exists()


def _empty(folder: UPath) -> None:
    # The manifest goes first: a half removed version is no version.
    (folder / MANIFEST).unlink(missing_ok=True)
    for file in list(folder.iterdir()):
        if file.name != SUPERSEDED:
            file.unlink(missing_ok=True)


def _remove(folder: UPath) -> None:
    if folder.exists():
        _empty(folder)
        (folder / SUPERSEDED).unlink(missing_ok=True)
        folder.rmdir()


def _of(partition: str) -> str:
    return f" of {partition}" if partition else ""
