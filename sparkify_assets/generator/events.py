"""Events as columns."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True)
class Events:
    """Events; the attributes are columns.

    Attributes:
        second: epoch seconds.
        listener: number among the listeners, of a guest too.
        session: number of the session.
        item: position in the session, from 0.
        kind: page, level and whether the listener is a guest, see `scripts`.
        song: number in the catalogue; -1 where nothing is played.
    """

    second: NDArray[np.int64]
    listener: NDArray[np.int32]
    session: NDArray[np.int64]
    item: NDArray[np.int16]
    kind: NDArray[np.uint8]
    song: NDArray[np.int32]

    def __len__(self) -> int:
        return len(self.second)

    def part(self, begin: int, end: int) -> "Events":
        """Return the events at the places from `begin` up to and without `end`, as views."""
        return self._at(slice(begin, end))

    def copy(self) -> "Events":
        """Return events that hold on to no others."""
        return joined([self, self.part(0, 0)])

    def by_time(self) -> "Events":
        """Return the events ordered by time; those of one second stay as they are."""
        if not len(self):
            return self
        first = self.second.min()
        keys = (self.second - first).astype(np.uint64) << np.uint64(32) | np.arange(len(self), dtype=np.uint64)
        keys.sort()  # a good deal faster than to sort places by time
        return self._at((keys & np.uint64(2**32 - 1)).astype(np.int64))

    def _at(self, places: slice | NDArray[np.int64]) -> "Events":
        return Events(
            second=self.second[places],
            listener=self.listener[places],
            session=self.session[places],
            item=self.item[places],
            kind=self.kind[places],
            song=self.song[places],
        )


def joined(parts: Sequence[Events]) -> Events:
    """Return the events of all parts, one after the other."""
    if len(parts) == 1:
        return parts[0]
    return Events(
        second=np.concatenate([part.second for part in parts]),
        listener=np.concatenate([part.listener for part in parts]),
        session=np.concatenate([part.session for part in parts]),
        item=np.concatenate([part.item for part in parts]),
        kind=np.concatenate([part.kind for part in parts]),
        song=np.concatenate([part.song for part in parts]),
    )


NONE = Events(
    second=np.zeros(0, np.int64),
    listener=np.zeros(0, np.int32),
    session=np.zeros(0, np.int64),
    item=np.zeros(0, np.int16),
    kind=np.zeros(0, np.uint8),
    song=np.zeros(0, np.int32),
)
