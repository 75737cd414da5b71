"""Sessions start rather when people are awake and at work."""

from collections import Counter

from sparkify_assets.sample.chance import Chance
from sparkify_assets.sample.rhythm import DAY_S, HOUR_S, liveliness, next_start

MONDAY = 1541376000  # 2018-11-05T00:00Z


def test_afternoon_is_livelier_than_night_and_monday_than_sunday() -> None:
    assert liveliness(MONDAY + 16 * HOUR_S) > 3 * liveliness(MONDAY + 3 * HOUR_S)
    assert liveliness(MONDAY + 16 * HOUR_S) > 1.5 * liveliness(MONDAY - DAY_S + 16 * HOUR_S)
    assert max(liveliness(MONDAY + hour * HOUR_S) for hour in range(7 * 24)) == 1


def test_next_start_keeps_mean_and_rhythm() -> None:
    chance = Chance(1)
    starts = [MONDAY]

    for _ in range(3_000):
        starts.append(next_start(starts[-1], 5 * HOUR_S, chance))

    by_hour = Counter(start // HOUR_S % 24 for start in starts)
    assert starts == sorted(starts)
    assert abs((starts[-1] - MONDAY) / 3_000 - 5 * HOUR_S) < HOUR_S / 2
    assert by_hour[16] > 3 * by_hour[3]
