"""The days that exist, as Dagster's partitions."""

import datetime as dt
from collections.abc import Mapping

import dagster as dg

from sparkify_assets.settings import Settings, read_settings

# Dagster's own tags, which say what days a run is for.
ONE_DAY = "dagster/partition"
RANGE_START = "dagster/asset_partition_range_start"
RANGE_END = "dagster/asset_partition_range_end"


def days_of(settings: Settings) -> dg.DailyPartitionsDefinition:
    """Return one partition a day, from the first to the last day that exist, today's too and those to come."""
    if settings.last_day is None:
        return dg.DailyPartitionsDefinition(start_date=settings.first_day.isoformat(), end_offset=1)
    after = settings.last_day + dt.timedelta(days=1)
    # Dagster ends at yesterday, plus the offset; no day after `end_date` comes of a greater one.
    ahead = settings.last_day - dt.datetime.now(dt.UTC).date()
    return dg.DailyPartitionsDefinition(
        start_date=settings.first_day.isoformat(), end_date=after.isoformat(), end_offset=max(ahead.days, 0) + 1
    )


def days_of_run(tags: Mapping[str, str]) -> tuple[str | None, str | None]:
    """Return the first and the last day that a run with these tags is for; None where it has none."""
    day = tags.get(ONE_DAY)
    return tags.get(RANGE_START, day), tags.get(RANGE_END, day)


DAYS = days_of(read_settings())
