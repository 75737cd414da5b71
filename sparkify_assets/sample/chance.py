"""Draws that come out the same on every machine and every Python."""

import math
import random
from bisect import bisect_right
from collections.abc import Sequence
from typing import TypeVar

Item = TypeVar("Item")

BELL_DRAWS = 12  # the sum of twelve draws from 0...1 has mean 6 and variance 1: near enough to a normal draw


class Chance:
    """A seeded source of draws.

    Everything comes from `random.Random.random`: it is the one method whose results Python promises to keep from
    version to version. Sums, powers and logarithms may differ in their last bit between machines; what is drawn with
    them is only ever compared or cut to whole seconds and MP3 frames, where a last bit does not show.
    """

    def __init__(self, *seed: int | str) -> None:
        """Start anew; different seeds give unrelated draws."""
        self._random = random.Random("/".join(str(part) for part in seed))

    def share(self) -> float:
        """Draw from 0 (included) to 1 (excluded)."""
        return self._random.random()

    def happens(self, share: float) -> bool:
        """Return True in that share of the calls."""
        return self._random.random() < share

    def between(self, low: int, high: int) -> int:
        """Draw a whole number, both ends included."""
        return low + int(self._random.random() * (high - low + 1))

    def one_of(self, items: Sequence[Item]) -> Item:
        """Draw one of the items, all equally likely."""
        return items[int(self._random.random() * len(items))]

    def weighted(self, items: Sequence[Item], running_weights: Sequence[float]) -> Item:
        """Draw one of the items; `running_weights` are the sums of the weights up to and with each item."""
        return items[bisect_right(running_weights, self._random.random() * running_weights[-1], hi=len(items) - 1)]

    def shuffled(self, items: Sequence[Item]) -> list[Item]:
        """Return the items in a drawn order."""
        rest = list(items)
        return [rest.pop(int(self._random.random() * len(rest))) for _ in items]

    def text(self, alphabet: str, length: int) -> str:
        """Return that many drawn characters."""
        return "".join(self.one_of(alphabet) for _ in range(length))

    def bell(self) -> float:
        """Draw around 0 with standard deviation 1, from -6 to 6."""
        return sum(self._random.random() for _ in range(BELL_DRAWS)) - BELL_DRAWS / 2

    def lognormal(self, spread: float) -> float:
        """Draw around 1 with a long tail upwards."""
        return math.exp(spread * self.bell())

    def wait(self, mean: float) -> float:
        """Draw how long one waits for what happens once in `mean` on average."""
        return -mean * math.log(1 - self._random.random())
