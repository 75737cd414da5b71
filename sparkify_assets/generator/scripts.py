"""Courses of sessions, drawn with the sample's program: which pages follow each other, and what they change."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sparkify_assets.sample import pages
from sparkify_assets.sample.chance import Chance
from sparkify_assets.sample.sessions import Standing, visits

SCRIPTS = 4_096  # for each way to stand at the start: songs, moments and pauses are drawn anew each time
LONGEST = 4_000  # events of a session
PAGES = tuple(sorted({page for ways in pages.WAYS.values() for page in ways} - {pages.START}))
STATUSES = tuple(sorted({pages.answer_of(page)[1] for page in PAGES}))
STATES = 4  # a state is 2 * paid + logged out

# The kind of an event is 4 * page + 2 * paid + guest.
KINDS = 4 * len(PAGES)
PAGE_OF = np.arange(KINDS) // 4
IS_PLAY = np.array([PAGES[page] == pages.PLAY for page in PAGE_OF])
IS_REDIRECT = np.array([PAGES[page] in pages.REDIRECTS for page in PAGE_OF])
STOPS_MUSIC = np.array([PAGES[page] == pages.LOGOUT for page in PAGE_OF])
PAID_OF = np.arange(KINDS) // 2 % 2
GUEST_OF = np.arange(KINDS) % 2
STATUS_OF = np.array([STATUSES.index(pages.answer_of(PAGES[page])[1]) for page in PAGE_OF])


@dataclass(frozen=True)
class Scripts:
    """Courses of sessions, one after the other; those of a state follow each other.

    Attributes:
        kinds: kinds of the events of all scripts.
        first: place of the first event, by script.
        length: number of events, by script.
        ends: state after the last event, by script.
    """

    kinds: NDArray[np.uint8]
    first: NDArray[np.int64]
    length: NDArray[np.int64]
    ends: NDArray[np.int64]

    @property
    def mean_length(self) -> NDArray[np.float64]:
        """Events of a session on average, by the state that it begins in."""
        return np.asarray(self.length.reshape(STATES, SCRIPTS).mean(axis=1))


def build_scripts(seed: int) -> Scripts:
    """Draw the scripts of a seed."""
    kinds: list[int] = []
    lengths, ends = [], []
    for state in range(STATES):
        chance = Chance(seed, "scripts", state)
        for _ in range(SCRIPTS):
            standing = Standing("paid" if state >= 2 else "free", logged_in=state % 2 == 0)
            before = len(kinds)
            for page in visits(standing, chance):
                kinds.append(4 * PAGES.index(page) + _state(standing))
                if len(kinds) - before == LONGEST:
                    break
            lengths.append(len(kinds) - before)
            ends.append(_state(standing))
    length = np.array(lengths)
    return Scripts(np.array(kinds, np.uint8), np.cumsum(length) - length, length, np.array(ends))


def _state(standing: Standing) -> int:
    return 2 * (standing.level == "paid") + (not standing.logged_in)
