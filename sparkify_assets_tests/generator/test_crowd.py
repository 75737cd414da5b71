"""Growth, churn and totals come out as the plan says, whatever its size."""

from collections import Counter

import numpy as np
import pytest

from sparkify_assets.generator.catalogue import build_catalogue
from sparkify_assets.generator.crowd import Crowd, stretches
from sparkify_assets.generator.events import joined
from sparkify_assets.generator.listeners import build_listeners
from sparkify_assets.generator.plan import Plan
from sparkify_assets.generator.scripts import build_scripts

SCRIPTS = build_scripts(1)


def crowd_of(plan: Plan) -> Crowd:
    return Crowd(plan, build_listeners(plan), build_catalogue(plan), SCRIPTS)


def events_by_day(plan: Plan) -> list[int]:
    """Return how many events each day has."""
    seconds = np.concatenate([events.second for events in crowd_of(plan).events()])
    counts = Counter(((seconds - plan.first_second) // 86_400).tolist())
    return [counts[day] for day in range(plan.days)]


@pytest.mark.parametrize(
    "plan",
    [
        Plan(days=1, events_per_day=2_000),
        Plan(days=2, events_per_day=400_000, songs=100),
        Plan(days=400, events_per_day=200),
        Plan(days=7, events_per_day=5_000, listeners=250),
        Plan(days=7, events_per_day=5_000, listeners=100_000),
    ],
    ids=["a day", "many events", "many days", "few listeners", "many listeners"],
)
def test_total_is_near_the_plan(plan: Plan) -> None:
    assert 0.9 < sum(events_by_day(plan)) / plan.events < 1.05


def test_days_are_alike_without_growth() -> None:
    days = events_by_day(Plan(days=140, events_per_day=2_000))

    assert 0.95 < sum(days[7:70]) / sum(days[70:133]) < 1.05


def test_growth_is_that_of_the_plan() -> None:
    days = events_by_day(Plan(days=126, events_per_day=3_000, growth=0.2))

    # From the first to the last four weeks it is 98 days.
    assert sum(days[-28:]) / sum(days[:28]) == pytest.approx(1.2 ** (98 / 30), rel=0.1)


def test_churn_takes_listeners_away_for_good() -> None:
    plan = Plan(days=90, events_per_day=3_000, churn=0.3)
    people = build_listeners(plan)
    events = joined(list(crowd_of(plan).events()))
    first = events.item == 0

    assert (events.second[first] < people.leaves[events.listener[first]]).all()
    assert (people.leaves > plan.end_second).mean() == pytest.approx(0.7**3, abs=0.05)


def test_nobody_is_seen_before_registering() -> None:
    plan = Plan(days=60, events_per_day=2_000, growth=0.5)
    people = build_listeners(plan)
    events = joined(list(crowd_of(plan).events()))

    assert (events.second >= people.registered[events.listener]).all()
    assert (people.registered > plan.first_second).mean() == pytest.approx(1 - 1 / 1.5**2, abs=0.05)


def test_events_come_in_order_over_all_stretches() -> None:
    plan = Plan(days=3, events_per_day=150_000, songs=10)
    parts = list(crowd_of(plan).events())

    assert len(parts) == len(stretches(plan)) - 1
    assert (np.diff(joined(parts).second) >= 0).all()


def test_one_song_alone_is_played_again_and_again() -> None:
    plan = Plan(days=1, events_per_day=500, songs=1, match_rate=1.0)
    events = joined(list(crowd_of(plan).events()))

    assert set(events.song.tolist()) == {-1, 0}
