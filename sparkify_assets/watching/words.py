"""What a sensor says of a tick: in one sentence, with numbers."""

from collections.abc import Sequence

from sparkify_assets.watching.changes import SONGS, Comparison
from sparkify_assets.watching.requests import PAUSES_S, Plan

SHOWN = 5


def reason_to_skip(comparison: Comparison, made: Plan) -> str:
    """Return why nothing is asked for, or nothing more."""
    parts = []
    if made.unsettled:
        parts.append(f"{some(made.unsettled)} still changing, or seen for the first time")
    if made.waiting:
        parts.append(f"{some(made.waiting)} waiting for the days next to them until the next look")
    if made.loading:
        runs = sorted(set(made.loading.values()))
        parts.append(f"{some(list(made.loading))} being loaded by run {_listed([run[:8] for run in runs])}")
    if made.pausing:
        parts.append(f"{some(list(made.pausing))} to be tried again in {min(made.pausing.values()):.0f} s")
    parts += [
        f"{portion} left alone after {len(PAUSES_S) + 1} runs that failed, the last one {run}; change its files, or "
        "load it by hand"
        for portion, run in list(made.given_up.items())[:SHOWN]
    ]
    if len(made.given_up) > SHOWN:
        parts.append(f"{len(made.given_up) - SHOWN} more left alone likewise")
    looked = f"among {comparison.checked:,} raw file(s)"
    return "; ".join([*parts, looked] if parts else [f"nothing new {looked}"])


def warnings(comparison: Comparison, made: Plan) -> list[str]:
    """Return what people should know and the sensor does nothing about."""
    found = []
    if made.stay:
        gone = [path for portion in made.stay for path in comparison.differences[portion].gone]
        why = "all of them are gone, as when a disk is not mounted" if comparison.emptied else "SPARKIFY_RETRACT is off"
        found.append(
            f"{len(gone)} loaded file(s) are gone and their rows stay ({why}): {_listed(gone)}; put them back, or load "
            f"{some(made.stay)} by hand"
        )
    lost = [path for portion in made.portions for path in comparison.differences[portion].gone]
    if lost:
        found.append(f"{len(lost)} loaded file(s) are gone and their rows go with this load: {_listed(lost)}")
    if comparison.outside:
        found.append(
            f"{len(comparison.outside)} log file(s) are of days outside of those that exist: "
            f"{_listed(comparison.outside)}; set SPARKIFY_FIRST_DAY and SPARKIFY_LAST_DAY and start again"
        )
    if comparison.undated:
        found.append(f"{len(comparison.undated)} log file(s) have no date in their name: {_listed(comparison.undated)}")
    return found


def some(portions: Sequence[str]) -> str:
    """Return portions in words."""
    days = [portion for portion in portions if portion != SONGS]
    names = ["the songs"] if SONGS in portions else []
    if len(days) > SHOWN:
        days = [f"{len(days)} days from {days[0]} to {days[-1]}"]
    return " and ".join(filter(None, [", ".join(days), *names]))


def _listed(names: Sequence[str]) -> str:
    more = f" and {len(names) - SHOWN} more" if len(names) > SHOWN else ""
    return ", ".join(names[:SHOWN]) + more
