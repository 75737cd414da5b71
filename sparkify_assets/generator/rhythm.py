"""The rhythm of the week as a clock that runs fast when people listen."""

import numpy as np
from numpy.typing import NDArray

from sparkify_assets.sample.rhythm import BY_HOUR, BY_WEEKDAY, DAY_S, EPOCH_WEEKDAY, HOUR_S

WEEK_S = 7 * DAY_S
OFFSET_S = EPOCH_WEEKDAY * DAY_S  # the clock begins on a Monday
HOURS = np.outer(BY_WEEKDAY, BY_HOUR).ravel()
EDGES_S = np.arange(len(HOURS) + 1) * HOUR_S
# Read at each hour of the week; on average it gains a second a second.
READINGS = np.concatenate([[0.0], np.cumsum(HOURS / HOURS.mean() * HOUR_S)])

Floats = NDArray[np.float64]


def clock_of(second: NDArray[np.int64] | NDArray[np.float64]) -> Floats:
    """Return what the clock shows at a second."""
    weeks, rest = np.divmod(second + OFFSET_S, WEEK_S)
    return np.asarray(weeks * READINGS[-1] + np.interp(rest, EDGES_S, READINGS))


def second_of(clock: Floats) -> Floats:
    """Return the second at which the clock shows that."""
    weeks, rest = np.divmod(clock, READINGS[-1])
    return np.asarray(weeks * WEEK_S + np.interp(rest, READINGS, EDGES_S) - OFFSET_S)
