"""What all listeners do: events, stretch of time after stretch of time, thousands of sessions at once.

A listener waits, has a session, rests, and waits again. Waiting is measured on the clock of `rhythm`, which runs
fast at busy hours. What a session leaves behind (level, login) the next one starts with.
"""

from collections import defaultdict
from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from sparkify_assets.generator.catalogue import Catalogue
from sparkify_assets.generator.draws import Draws
from sparkify_assets.generator.events import NONE, Events, joined
from sparkify_assets.generator.listeners import Listeners
from sparkify_assets.generator.moments import moments
from sparkify_assets.generator.plan import Plan
from sparkify_assets.generator.rhythm import clock_of, second_of
from sparkify_assets.generator.scripts import IS_PLAY, SCRIPTS, Scripts
from sparkify_assets.sample.sessions import BREAK_S, FAVOURITE_SHARE, FAVOURITES, FIRST_SESSION_ID

STRETCH_EVENTS = 100_000  # so many events, or half as many as there are listeners, are made together: less than
# that is mostly the cost of looking through all listeners, more no longer fits into the processor's cache
LEAST_STRETCHES = 12  # of a run: what one has too few, the next makes up for
MOST_CORRECTION = 3.0
HASH = np.uint64(0x9E3779B97F4A7C15)

Integers = NDArray[np.int64]


def stretches(plan: Plan) -> list[int]:
    """Return the seconds at which the stretches of a plan begin, and the second at which the last one ends."""
    together = max(STRETCH_EVENTS, plan.people // 2)
    count = max(-(-plan.events // together), LEAST_STRETCHES)
    return [plan.first_second + (plan.end_second - plan.first_second) * n // count for n in range(count + 1)]


class Crowd:
    """All listeners, and how they stand at a moment."""

    def __init__(self, plan: Plan, listeners: Listeners, catalogue: Catalogue, scripts: Scripts) -> None:
        self._plan = plan
        self._listeners = listeners
        self._scripts = scripts
        self._chart = catalogue.chart
        self._plays_s = catalogue.seconds
        self._draws = Draws(plan.seed, "crowd")
        self._state = 2 * listeners.paid.astype(np.int64) + listeners.logged_out
        self._free_at = np.maximum(listeners.registered, plan.first_second)
        self._to_wait = self._draws.waits(len(listeners), 1)
        self._next_session = FIRST_SESSION_ID

    def events(self) -> Iterator[Events]:
        """Yield all events, ordered by time, a stretch at a time."""
        edges = stretches(self._plan)
        targets = self._targets(edges)
        waiting: defaultdict[int, list[Events]] = defaultdict(list)
        missing = 0.0
        for number, target in enumerate(targets):
            wanted = min(max(target + missing, 0.0), MOST_CORRECTION * target)
            made = self._stretch(edges[number], edges[number + 1], wanted)
            missing += target - len(made)
            # Sessions go on beyond the stretch that they begin in.
            places = np.searchsorted(made.second, edges[number + 1 :])
            for later, (begin, end) in enumerate(zip([0, *places], places, strict=False), start=number):
                if end > begin:
                    part = made.part(begin, end)
                    waiting[later].append(part if later == number else part.copy())
            if parts := waiting.pop(number, None):
                yield parts[0] if len(parts) == 1 else joined(parts).by_time()

    def _targets(self, edges: list[int]) -> NDArray[np.float64]:
        """Return how many events each stretch should have: by the rhythm, and by how many listeners there are."""
        middles = (np.array(edges[:-1]) + np.array(edges[1:])) // 2
        came = np.searchsorted(np.sort(self._listeners.registered), middles)
        left = np.searchsorted(np.sort(self._listeners.leaves), middles)
        weights = np.diff(clock_of(np.array(edges))) * (came - left)
        return np.asarray(self._plan.events * weights / weights.sum())

    def _stretch(self, begin: int, end: int, wanted: float) -> Events:
        """Return the events of all sessions that begin in a stretch, ordered by time."""
        people = self._listeners
        clock_begin, clock_end = clock_of(np.array([begin, end]))
        present = (people.registered < end) & (people.leaves > begin)
        expected = (people.activity * self._scripts.mean_length[self._state])[present].sum()
        rate = wanted / max(expected, 1e-9) / (clock_end - clock_begin)
        waiting = np.flatnonzero(present & (self._free_at < end))
        parts: list[Events] = []
        starts: list[Integers] = []
        sessions = 0
        while len(waiting):
            speed = people.activity[waiting] * rate
            since = np.full(len(waiting), clock_begin)
            late = self._free_at[waiting] > begin
            since[late] = clock_of(self._free_at[waiting[late]])
            due = since + self._to_wait[waiting] / np.maximum(speed, 1e-30)
            begins = due < clock_end
            self._to_wait[waiting[~begins]] -= (clock_end - since[~begins]) * speed[~begins]
            who, start = waiting[begins], second_of(due[begins]).astype(np.int64)
            here = start < people.leaves[who]
            self._free_at[who[~here]] = people.leaves[who[~here]]
            who, start = who[here], start[here]
            if not len(who):
                break
            parts.append(self._sessions(who, start, sessions))
            starts.append(start)
            sessions += len(who)
            waiting = who[self._free_at[who] < end]
        return self._numbered(parts, starts)

    def _sessions(self, who: Integers, start: Integers, number: int) -> Events:
        """Return one session of each listener, numbered from `number`; the listeners stand as after it."""
        script = self._state[who] * SCRIPTS + self._draws.below(len(who), SCRIPTS)
        length = self._scripts.length[script]
        ends = np.cumsum(length)
        first = ends - length
        item = np.arange(ends[-1]) - np.repeat(first, length)
        kind = self._scripts.kinds[np.repeat(self._scripts.first[script], length) + item]
        listener = np.repeat(who, length)
        song = self._songs(kind, listener, item)
        plays_s = np.where(song >= 0, self._plays_s[song], 0)
        second = moments(kind, plays_s, first, start, self._draws)
        self._state[who] = self._scripts.ends[script]
        self._free_at[who] = second[ends - 1] + BREAK_S
        self._to_wait[who] = self._draws.waits(len(who), 1)
        return Events(
            second=second,
            listener=listener.astype(np.int32),
            session=np.repeat(np.arange(number, number + len(who)), length),
            item=item.astype(np.int16),
            kind=kind,
            song=song,
        )

    def _songs(self, kind: NDArray[np.uint8], listener: Integers, item: Integers) -> NDArray[np.int32]:
        """Draw what is played: from the chart, or one of the listener's favourites; never one twice in a row."""
        places = np.flatnonzero(IS_PLAY[kind])
        drawn = self._draw(listener[places])
        # The one before is of the same session where the items since then are as many as the places.
        follows = np.diff(places, prepend=-1) == np.diff(item[places], prepend=0)
        again = np.flatnonzero(follows[1:] & (drawn[1:] == drawn[:-1])) + 1
        for _ in range(20):  # in a catalogue of one song there is no other
            if not len(again):
                break
            drawn[again] = self._draw(listener[places[again]])
            near = np.unique(np.concatenate([again, again + 1]))
            near = near[(near > 0) & (near < len(drawn))]
            again = near[follows[near] & (drawn[near] == drawn[near - 1])]
        song = np.full(len(kind), -1, np.int32)
        song[places] = drawn
        return song

    def _draw(self, listener: Integers) -> NDArray[np.int32]:
        place = self._draws.below(len(listener), len(self._chart))
        often = np.flatnonzero(self._draws.happens(len(listener), FAVOURITE_SHARE))
        which = listener[often] * FAVOURITES + self._draws.below(len(often), FAVOURITES)
        # Each favourite's place in the chart follows from listener and number: nothing has to be kept.
        place[often] = ((which + 1).astype(np.uint64) * HASH >> np.uint64(20)) % np.uint64(len(self._chart))
        return self._chart[place]

    def _numbered(self, parts: list[Events], starts: list[Integers]) -> Events:
        """Put parts together, ordered by time, sessions numbered by their start, cut at the end of the logs."""
        if not parts:
            return NONE
        start = np.concatenate(starts)
        number = np.empty(len(start), np.int64)
        number[np.argsort(start, kind="stable")] = np.arange(self._next_session, self._next_session + len(start))
        self._next_session += len(start)
        events = joined(parts)
        events = Events(
            events.second, events.listener, number[events.session], events.item, events.kind, events.song
        ).by_time()
        return events.part(0, int(np.searchsorted(events.second, self._plan.end_second)))
