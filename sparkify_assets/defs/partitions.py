"""The days that exist, as Dagster's partitions."""

import datetime as dt

import dagster as dg

from sparkify_assets.settings import Settings, read_settings


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


DAYS = days_of(read_settings())
