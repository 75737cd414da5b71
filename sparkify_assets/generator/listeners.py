"""The people with a user id, any number of them, as columns."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sparkify_assets.generator.draws import Draws
from sparkify_assets.generator.plan import Plan
from sparkify_assets.sample import listeners as usual
from sparkify_assets.sample.chance import Chance
from sparkify_assets.sample.people import FEMALE_NAMES, LAST_NAMES, MALE_NAMES, METROS
from sparkify_assets.sample.rhythm import DAY_S

MONTH_S = 30 * DAY_S
USER_AGENTS = 400  # drawn with the sample's program: so many are enough for a crowd
FIRST_NAMES = (*FEMALE_NAMES, *MALE_NAMES)
NEVER = 2**60

Integers = NDArray[np.int64]


@dataclass(frozen=True)
class Listeners:
    """All listeners, ordered by user id; the attributes are columns.

    Attributes:
        user_id: as in the logs.
        first_name: number in `FIRST_NAMES`; the first ones are women's.
        last_name: number in `LAST_NAMES`.
        metro: number in `METROS`.
        agent: number in `agents`.
        agents: user agents.
        registered: epoch seconds.
        leaves: epoch second after which no session begins.
        paid: level at first.
        logged_out: at first.
        activity: sessions, as multiples of those of a usual listener.
    """

    user_id: Integers
    first_name: Integers
    last_name: Integers
    metro: Integers
    agent: Integers
    agents: list[str]
    registered: Integers
    leaves: Integers
    paid: NDArray[np.bool_]
    logged_out: NDArray[np.bool_]
    activity: NDArray[np.float64]

    def __len__(self) -> int:
        return len(self.user_id)


def build_listeners(plan: Plan) -> Listeners:
    """Invent the listeners of a plan."""
    draws = Draws(plan.seed, "listeners")
    count = plan.people
    female = draws.happens(count, usual.FEMALE_SHARE)
    women, men = draws.below(count, len(FEMALE_NAMES)), draws.below(count, len(MALE_NAMES))
    activity = np.exp(usual.ACTIVITY_SPREAD * draws.bells(count))
    chance = Chance(plan.seed, "user agents")
    registered = _registrations(plan, draws)
    return Listeners(
        user_id=usual.FIRST_USER_ID + np.cumsum(1 + draws.happens(count, usual.UNUSED_ID_SHARE)) - 1,
        first_name=np.where(female, women, len(FEMALE_NAMES) + men),
        last_name=draws.below(count, len(LAST_NAMES)),
        metro=draws.below(count, len(METROS)),
        agent=draws.below(count, USER_AGENTS),
        agents=[usual.user_agent(chance) for _ in range(USER_AGENTS)],
        registered=registered,
        leaves=_leaving(plan, registered, draws),
        paid=draws.shares(count) < activity / (activity + usual.PAYING_ACTIVITY),
        logged_out=~draws.happens(count, usual.LOGGED_IN_SHARE),
        activity=activity,
    )


def _registrations(plan: Plan, draws: Draws) -> Integers:
    """Return when people register: in the weeks before, or, where their number grows, while the logs are written."""
    before = plan.first_second - 1 - draws.below(plan.people, usual.WEEKS_OF_REGISTRATION * 7 * DAY_S)
    if not plan.growth:
        return before
    # The number of listeners is that of the last day divided by the growth since; whoever is not there yet comes.
    span = (plan.end_second - plan.first_second) / MONTH_S
    months = np.log1p(plan.growth)
    share = draws.shares(plan.people)
    arrival = span + np.log(np.maximum(share, 1e-12)) / months
    return np.where(arrival <= 0, before, plan.first_second + (arrival * MONTH_S).astype(np.int64))


def _leaving(plan: Plan, registered: Integers, draws: Draws) -> Integers:
    if plan.churn <= 0:
        return np.full(plan.people, NEVER)
    months = draws.waits(plan.people, 1 / -np.log1p(-plan.churn))
    return np.maximum(registered, plan.first_second) + (months * MONTH_S).astype(np.int64)
