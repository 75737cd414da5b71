"""Which loads to ask for now, given what differs, what was asked before and what became of it.

A portion (a day, or the songs) is asked for once its files have been still for a while. Days that follow each other are
asked for in one run; days that failed together are tried one by one; a portion that fails is tried again after growing
pauses, then left until its files change.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Literal

from sparkify_assets.watching.changes import SONGS, Comparison, Difference
from sparkify_assets.watching.memory import Asked, Memory

PAUSES_S = (60, 300, 1500)
"""Before the second, third and fourth try of a portion that failed alone; after that it is left."""


State = Literal["running", "ended", "lost"]
"""Lost: its process was killed, which says nothing of the files."""


@dataclass(frozen=True)
class Outcome:
    """What became of a run that was asked for.

    A portion that still differs after it has failed, whatever the run itself says of its end.
    """

    run_id: str
    state: State
    ended_at: float = 0.0


@dataclass(frozen=True)
class Request:
    """A run to ask for: the portions it is to load, days in order."""

    key: str
    portions: tuple[str, ...]


@dataclass(frozen=True)
class Rules:
    """How careful to be: seconds that files must be still, and whether rows of files that are gone go too."""

    settle_s: float = 10.0
    retract: bool = False


@dataclass
class Plan:
    """What to do in this tick, and why nothing is done about the rest.

    Attributes:
        requests: the runs to ask for.
        memory: what to remember.
        unsettled: portions whose files are still being written, or were not there at the tick before.
        waiting: portions that are asked for at the next tick, with the days next to them that are just coming.
        loading: portions that a run is loading, with that run.
        pausing: portions that are tried again later: seconds to go.
        given_up: portions that are left, with the last run that failed.
        stay: portions of which files are gone whose rows stay.
    """

    memory: Memory
    requests: list[Request] = field(default_factory=list)
    unsettled: list[str] = field(default_factory=list)
    waiting: list[str] = field(default_factory=list)
    loading: dict[str, str] = field(default_factory=dict)
    pausing: dict[str, float] = field(default_factory=dict)
    given_up: dict[str, str] = field(default_factory=dict)
    stay: list[str] = field(default_factory=list)

    @property
    def portions(self) -> list[str]:
        """The portions that are asked for."""
        return [portion for request in self.requests for portion in request.portions]


def plan(
    comparison: Comparison,
    memory: Memory,
    *,
    outcomes: Mapping[str, Outcome],
    loading: Mapping[str, str],
    now: float,
    rules: Rules,
) -> Plan:
    """Decide what to ask for; songs are taken along with days, and asked for by themselves where no day differs.

    Args:
        comparison: of the folder with the ledger.
        memory: of the last tick.
        outcomes: by run key, of the runs in `memory.asked`; one that is missing was never started.
        loading: portions that some run, whoever started it, is loading or about to load; with the run.
        now: epoch seconds.
        rules: how careful to be.
    """
    made = Plan(memory)
    ready: dict[str, Asked] = {}
    seen: dict[str, str] = {}
    for portion, found in comparison.differences.items():
        if found.only_gone and (not rules.retract or comparison.emptied):
            made.stay.append(portion)
            continue
        seen[portion] = found.fingerprint
        if portion in loading:
            made.loading[portion] = loading[portion]
        elif not _is_still(found, memory.seen.get(portion), now, rules):
            made.unsettled.append(portion)
        elif (next_try := _next_try(found, memory.asked.get(portion), outcomes, now, made)) is not None:
            ready[portion] = next_try
    if any(portion != SONGS for portion in comparison.differences) and _go_apart(ready):
        ready.pop(SONGS, None)
    if not memory.held and _days_next_to_them_are_coming(ready, made.unsettled):
        made.waiting = [portion for portion, each in ready.items() if not each.alone]
        ready = {portion: each for portion, each in ready.items() if each.alone}
    made.requests = list(_requests(ready, memory.serial))
    asked = {portion: each for portion, each in memory.asked.items() if portion in seen}
    for request in made.requests:
        alone = len(request.portions) == 1
        asked |= {name: replace(ready[name], key=request.key, alone=alone) for name in request.portions}
    made.memory = Memory(memory.serial + len(made.requests), seen, asked, held=int(bool(made.waiting)))
    return made


def _is_still(found: Difference, before: str | None, now: float, rules: Rules) -> bool:
    """Tell whether the files were the same at the tick before, and the last of them is written for a while.

    A time in the future says nothing, so there the tick before alone decides.
    """
    age_s = now - found.latest_us / 10**6
    return found.fingerprint == before and not 0 <= age_s < rules.settle_s


def _next_try(
    found: Difference, asked: Asked | None, outcomes: Mapping[str, Outcome], now: float, made: Plan
) -> Asked | None:
    """Return how the portion is to be asked for now, or note in the plan why not yet, or not any more."""
    first = Asked(found.fingerprint, key="", alone=False)
    if asked is None or asked.files != found.fingerprint:
        return first
    outcome = outcomes.get(asked.key)
    if outcome is None:
        return asked
    if outcome.state == "running":
        made.loading[found.portion] = outcome.run_id
        return None
    if not asked.alone:
        again = outcome.state == "lost" and not asked.failed
        return replace(asked, failed=1) if again else replace(asked, alone=True, failed=0)
    if asked.failed >= len(PAUSES_S):
        made.given_up[found.portion] = outcome.run_id
        return None
    to_go = 0 if outcome.state == "lost" else outcome.ended_at + PAUSES_S[asked.failed] - now
    if to_go > 0:
        made.pausing[found.portion] = to_go
        return None
    return replace(asked, failed=asked.failed + 1)


def _days_next_to_them_are_coming(ready: Mapping[str, Asked], unsettled: Sequence[str]) -> bool:
    """Tell whether a look has met a delivery half-way: then one run takes all of it, a tick later."""
    coming = {portion for portion in unsettled if portion != SONGS}
    days = [portion for portion, each in ready.items() if portion != SONGS and not each.alone]
    return any(_day_after(day) in coming for day in days) or any(_day_after(day) in days for day in coming)


def _go_apart(ready: Mapping[str, Asked]) -> bool:
    """Tell whether what failed together is tried one by one: then the songs go by the sensor of their own."""
    days = [each for portion, each in ready.items() if portion != SONGS]
    return all(each.alone for each in days) or (SONGS in ready and ready[SONGS].alone)


def _requests(ready: Mapping[str, Asked], serial: int) -> Iterator[Request]:
    """Give a request for each run of days that follow each other, and one for each day that is to go alone.

    The songs go with the first days.
    """
    together = list(_runs_of_days([name for name, each in ready.items() if not each.alone and name != SONGS]))
    alone = [(name,) for name, each in ready.items() if each.alone and name != SONGS]
    if SONGS in ready:
        together[:1] = [(*(together[0] if together else ()), SONGS)]
    for portions in [*together, *alone]:
        serial += 1
        files = "-".join(dict.fromkeys((ready[portions[0]].files, ready[portions[-1]].files)))
        span = ":".join(dict.fromkeys((portions[0], portions[-1])))
        yield Request(f"{span}:{files}:{serial}", portions)


def _runs_of_days(portions: Sequence[str]) -> Iterator[tuple[str, ...]]:
    """Cut the portions where a day does not follow the one before."""
    run: list[str] = []
    for portion in portions:
        if run and _day_after(run[-1]) != portion:
            yield tuple(run)
            run = []
        run.append(portion)
    if run:
        yield tuple(run)


def _day_after(day: str) -> str:
    return (dt.date.fromisoformat(day) + dt.timedelta(days=1)).isoformat()
