"""The clock runs fast at busy hours, and a second a second on average."""

import numpy as np

from sparkify_assets.generator.rhythm import HOURS, WEEK_S, clock_of, second_of

MONDAY = 4 * 86_400  # 1970-01-05


def test_clock_and_second_are_each_others_inverse() -> None:
    seconds = np.arange(MONDAY - 3 * WEEK_S, MONDAY + 3 * WEEK_S, 1_007)

    assert np.abs(second_of(clock_of(seconds)) - seconds).max() < 0.001


def test_week_of_the_clock_is_a_week_long() -> None:
    readings = clock_of(np.array([MONDAY, MONDAY + WEEK_S]))

    assert abs(readings[1] - readings[0] - WEEK_S) < 0.001


def test_clock_runs_as_the_hours_say() -> None:
    readings = clock_of(MONDAY + np.arange(7 * 24 + 1) * 3_600)

    assert np.allclose(np.diff(readings) / 3_600, HOURS / HOURS.mean())
