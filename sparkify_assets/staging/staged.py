"""Staged frames to read: lazily, a portion at a time, or proven byte for byte."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

import polars as pl
import xxhash
from polars.exceptions import PolarsError
from upath import UPath

from sparkify_assets.errors import StagingError

MANIFEST = "manifest.json"
"""What a version holds, beside its parts: the rows of all of them together, and the hash of each."""

LOCAL = ("", "file", "local")
ROWS_A_PORTION = 400_000
"""Rows read at once: enough that polars' start-up does not count, few enough that memory stays flat."""


@dataclass(frozen=True)
class Staged:
    """Staged frames of some partitions, read lazily.

    Attributes:
        asset: what was staged.
        versions: the version of each partition, in order; the key is '' where the asset has no partitions.
        folders: the folders to read, in the same order.
    """

    asset: str
    versions: Mapping[str, int]
    folders: Sequence[UPath]

    def frame(self, part: str) -> pl.LazyFrame:
        """Return one part of all the partitions, one after the other in their order.

        Raises:
            StagingError: a file is missing, or cut short.
        """
        return self._scan(part, self.folders)

    def proven(self, *parts: str) -> dict[str, pl.DataFrame]:
        """Read parts of an asset without partitions whole, and prove that they are, byte for byte, what was staged.

        Raises:
            StagingError: a file is missing, or is not what was staged.
        """
        (folder,) = self.folders
        manifest = folder / MANIFEST
        with self._explained(manifest):
            hashes = json.loads(manifest.read_text())["hashes"]
        frames = {}
        for part in parts:
            file = folder / f"{part}.parquet"
            with self._explained(file):
                read = file.read_bytes()
                if xxhash.xxh3_128_hexdigest(read) != hashes[part]:
                    raise ValueError("it is not what was staged")
                frames[part] = pl.read_parquet(io.BytesIO(read))
        return frames

    def portions(self, part: str, rows: int = ROWS_A_PORTION) -> Iterator[pl.LazyFrame]:
        """Return one part of some partitions at a time, in their order.

        Args:
            part: which.
            rows: how many rows of all parts the partitions of a portion have together at the most; a partition with
                more is a portion of its own.

        Raises:
            StagingError: a file is missing, or cut short.
        """
        taken: list[UPath] = []
        count = 0
        for folder in self.folders:
            more = self._rows(folder)
            if taken and count + more > rows:
                yield self._scan(part, taken)
                taken, count = [], 0
            taken.append(folder)
            count += more
        yield self._scan(part, taken)

    def _rows(self, folder: UPath) -> int:
        manifest = folder / MANIFEST
        with self._explained(manifest):
            return int(json.loads(manifest.read_text())["rows"])

    def _scan(self, part: str, folders: Sequence[UPath]) -> pl.LazyFrame:
        files = [folder / f"{part}.parquet" for folder in folders]
        if all(file.protocol in LOCAL for file in files):
            for file in files:
                with self._explained(file), file.open("rb") as opened:
                    pl.read_parquet_metadata(opened)
            return pl.scan_parquet([file.path for file in files], glob=False)
        # polars maps local files; others are read whole, through fsspec.
        return pl.scan_parquet([self._bytes(file) for file in files])

    def _bytes(self, file: UPath) -> bytes:
        with self._explained(file):
            read = file.read_bytes()
            pl.read_parquet_metadata(io.BytesIO(read))
        return read

    @contextmanager
    def _explained(self, file: UPath) -> Iterator[None]:
        """Look at the footer in here: a scan is lazy, and would find a file that is cut short much later."""
        try:
            yield
        except (OSError, PolarsError, ValueError, KeyError) as error:  # the latter two from a manifest
            raise StagingError(
                f"'{self.asset}': {file} can't be read: {error}; materialize '{self.asset}' again"
            ) from error
