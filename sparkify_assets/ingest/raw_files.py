"""Raw files as they stood when they were found, one by one and as a table."""

import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

Stat = tuple[int, int, int]
"""Size in bytes, time of the content's last change and time of any last change, in epoch microseconds."""


class RawFile(NamedTuple):
    """A file that counts, as it stood when it was found.

    Attributes:
        path: where it is.
        name: its path below the data folder, as text that can be stored.
        size: bytes on disk.
        modified_us: when its content changed by its own account, epoch microseconds.
        changed_us: when anything about it changed, by the file system's clock, epoch microseconds.
        inode: its number in the file system; a file that is put in its place has another one.
    """

    path: str
    name: str
    size: int
    modified_us: int = 0
    changed_us: int = 0
    inode: int = 0

    @property
    def stat(self) -> Stat:
        """What tells, without reading it, that the file is another one than before."""
        return self.size, self.modified_us, self.changed_us


@dataclass(frozen=True)
class FileTable:
    """Files, column by column: as an object each, the interpreter would go through a hundred thousand for garbage."""

    paths: list[str] = field(default_factory=list)
    names: list[str] = field(default_factory=list)
    sizes: list[int] = field(default_factory=list)
    modified_us: list[int] = field(default_factory=list)
    changed_us: list[int] = field(default_factory=list)
    inodes: list[int] = field(default_factory=list)

    @classmethod
    def of(cls, files: Iterable[RawFile]) -> "FileTable":
        """Return files as a table, in their order."""
        table = cls()
        for file in files:
            table.append(file)
        return table

    def append(self, file: RawFile) -> None:
        """Add a file at the end."""
        self.paths.append(file.path)
        self.names.append(file.name)
        self.sizes.append(file.size)
        self.modified_us.append(file.modified_us)
        self.changed_us.append(file.changed_us)
        self.inodes.append(file.inode)

    def picked(self, positions: Iterable[int]) -> "FileTable":
        """Return some of the files, in the order of the positions."""
        taken = list(positions)
        return FileTable(
            [self.paths[position] for position in taken],
            [self.names[position] for position in taken],
            [self.sizes[position] for position in taken],
            [self.modified_us[position] for position in taken],
            [self.changed_us[position] for position in taken],
            [self.inodes[position] for position in taken],
        )

    def in_order(self) -> "FileTable":
        """Return the files in bytewise order of path."""
        encoded = [os.fsencode(path) for path in self.paths]
        return self.picked(sorted(range(len(self)), key=encoded.__getitem__))

    def __len__(self) -> int:
        """Return how many files there are."""
        return len(self.paths)

    def __getitem__(self, position: int) -> RawFile:
        """Return a file."""
        return RawFile(
            self.paths[position],
            self.names[position],
            self.sizes[position],
            self.modified_us[position],
            self.changed_us[position],
            self.inodes[position],
        )

    def __iter__(self) -> Iterator[RawFile]:
        """Give the files one after the other."""
        return (self[position] for position in range(len(self)))
