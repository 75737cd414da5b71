"""Seeded draws, many at a time."""

from collections.abc import Sequence
from typing import TypeVar
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

Item = TypeVar("Item")


class Draws:
    """A seeded source of draws; another name of the same seed gives unrelated ones."""

    def __init__(self, seed: int, name: str) -> None:
        self._generator = np.random.Generator(np.random.PCG64([seed, crc32(name.encode())]))

    def shares(self, count: int) -> NDArray[np.float64]:
        """Draw from 0 (included) to 1 (excluded)."""
        return self._generator.random(count)

    def happens(self, count: int, share: float) -> NDArray[np.bool_]:
        """Draw True in that share of the cases."""
        return self._generator.random(count, np.float32) < share

    def below(self, count: int, limit: int) -> NDArray[np.int64]:
        """Draw whole numbers from 0 up to and without the limit."""
        return self._generator.integers(0, limit, count) if limit else np.zeros(count, np.int64)

    def bells(self, count: int) -> NDArray[np.float64]:
        """Draw from the normal distribution around 0 with standard deviation 1."""
        return self._generator.standard_normal(count)

    def waits(self, count: int, mean: float) -> NDArray[np.float32]:
        """Draw how long one waits for what happens once in `mean` on average."""
        return self._generator.standard_exponential(count, np.float32) * np.float32(mean)

    def permutation(self, count: int) -> NDArray[np.int64]:
        """Draw an order of the numbers below `count`."""
        return self._generator.permutation(count)

    def shuffled(self, items: Sequence[Item]) -> list[Item]:
        """Return the items in a drawn order."""
        return [items[n] for n in self._generator.permutation(len(items))]

    def number(self, limit: int) -> int:
        """Draw one whole number from 0 up to and without the limit."""
        return int(self._generator.integers(0, limit))
