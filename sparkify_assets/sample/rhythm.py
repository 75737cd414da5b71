"""When people listen: by hour of the day and day of the week, in UTC."""

from sparkify_assets.sample.chance import Chance

HOUR_S = 60 * 60
DAY_S = 24 * HOUR_S
EPOCH_WEEKDAY = 3  # 1970-01-01 was a Thursday; Monday is 0

BY_HOUR = (*(4, 4, 3, 3, 4, 5, 6, 6, 7, 9, 11, 12), *(11, 12, 15, 17, 19, 18, 17, 13, 12, 9, 7, 5))
BY_WEEKDAY = (0.85, 0.95, 1.0, 0.9, 1.0, 0.55, 0.4)

BUSIEST = max(BY_HOUR) * max(BY_WEEKDAY)
AVERAGE = sum(BY_HOUR) / len(BY_HOUR) * sum(BY_WEEKDAY) / len(BY_WEEKDAY)


def liveliness(second: int) -> float:
    """Return how busy that moment is, 1 at the busiest hour of the week."""
    hour = second // HOUR_S % 24
    weekday = (second // DAY_S + EPOCH_WEEKDAY) % 7
    return BY_HOUR[hour] * BY_WEEKDAY[weekday] / BUSIEST


def next_start(after: int, mean_wait_s: float, chance: Chance) -> int:
    """Draw the second when the next session starts, `mean_wait_s` later on average, rather at a busy hour."""
    # Draw as if it were always the busiest hour, then drop draws in quiet hours.
    wait_at_busiest_s = mean_wait_s * AVERAGE / BUSIEST
    second = float(after)
    while True:
        second += chance.wait(wait_at_busiest_s)
        if chance.happens(liveliness(int(second))):
            return int(second)
