"""What is done by the clock: a look every morning whether yesterday's file came, and the upkeep of a week."""

import datetime as dt

import dagster as dg

from sparkify_assets.defs.jobs import ONE_LOAD_AT_A_TIME
from sparkify_assets.defs.resources import RawFiles, SparkifyDatabase
from sparkify_assets.defs.tables import DAY, PARENTS_FIRST, REJECTED_EVENTS, TABLES, TIME
from sparkify_assets.ingest.discovery import find_days
from sparkify_assets.postgres.upkeep import analyze, forget_before, prune_all
from sparkify_assets.settings import Settings, read_settings
from sparkify_assets.watching.lateness import look_for
from sparkify_assets.watching.ledger import read_ledger

EVERY_MORNING = "0 6 * * *"
KEPT_FRESH = ("loaded_log_files", "songplays")
SUNDAY_NIGHT = "0 4 * * 0"


def kept_fresh(asset: dg.AssetsDefinition, settings: Settings) -> dg.AssetsDefinition:
    """Have Dagster show whether the asset was loaded since the morning before, where a file of every day is to come."""
    is_kept = {key.to_user_string() for key in asset.keys} & set(KEPT_FRESH)
    if not settings.daily or settings.last_day is not None or not is_kept:
        return asset
    policy = dg.FreshnessPolicy.cron(deadline_cron=EVERY_MORNING, lower_bound_delta=dt.timedelta(days=1))
    return asset.map_asset_specs(lambda spec: spec.replace_attributes(freshness_policy=policy))


def is_looked_for(settings: Settings) -> bool:
    """Tell whether yesterday's log file is looked for every morning, unless somebody switches that in the UI."""
    return settings.last_day is None and settings.daily is not False


class Lateness(dg.Config):
    """Which day is looked for, and how often and after how many seconds again while its file waits to be loaded."""

    day: str
    looks_again: int = 5
    pause_s: float = 120.0


class Retention(dg.Config):
    """How long refused log records are kept.

    Refused songs have no age: their table speaks of the song files as they are and is made anew with each load of them.
    """

    keep_rejects_days: int | None = None


@dg.op
def look_for_day(
    context: dg.OpExecutionContext, config: Lateness, database: SparkifyDatabase, raw_files: RawFiles
) -> None:
    """Fail where a log file of the day is to be expected and has not come, or has come and is not loaded."""
    with database.retried(context.retry_number), database.connect("looks for a day") as connection:
        loaded = {dt.date.fromisoformat(day) for day in read_ledger(connection, "log")}
    found = look_for(dt.date.fromisoformat(config.day), in_folder=find_days(raw_files.folder), loaded=loaded)
    if found.state == "waits" and context.retry_number < config.looks_again:
        # As after days without the daemon: the sensors are loading it while we look.
        context.log.info(f"{found.sentence}; looking again in {config.pause_s:g} s")
        raise dg.RetryRequested(max_retries=config.looks_again, seconds_to_wait=config.pause_s)
    if found.state in ("late", "waits"):
        raise dg.Failure(found.sentence, allow_retries=False)
    context.log.info(found.sentence)


@dg.op
def keep_in_shape(context: dg.OpExecutionContext, config: Retention, database: SparkifyDatabase) -> None:
    """Delete moments that no play uses, and refused records that are old enough; make statistics anew."""
    with database.retried(context.retry_number), database.connect("upkeep") as connection:
        pruned = prune_all(connection, PARENTS_FIRST, [TIME])
        forgotten = 0
        if config.keep_rejects_days is not None:
            oldest = dt.datetime.now(dt.UTC).date() - dt.timedelta(days=config.keep_rejects_days)
            forgotten = forget_before(connection, REJECTED_EVENTS, DAY, oldest)
        analyzed = analyze(connection, TABLES)
    context.add_output_metadata(
        {
            **{f"deleted from {each.table.qualified_name}": each.deleted for each in pruned},
            "refused records forgotten": forgotten,
            "tables analyzed": len(analyzed),
        }
    )


@dg.job(description="Fails, and so tells, where yesterday's log file is late or not loaded.")
def yesterdays_file() -> None:
    """Look for yesterday's log file."""
    look_for_day()


@dg.job(description="ANALYZE, moments that no play uses, refused records that are old enough.", tags=ONE_LOAD_AT_A_TIME)
def upkeep() -> None:
    """Keep the tables in shape."""
    keep_in_shape()


@dg.schedule(
    job=yesterdays_file,
    cron_schedule=EVERY_MORNING,
    default_status=dg.DefaultScheduleStatus.RUNNING
    if is_looked_for(read_settings())
    else dg.DefaultScheduleStatus.STOPPED,
    description="Every morning at six (UTC). Off where the days have an end, or SPARKIFY_DAILY is no.",
)
def every_morning(context: dg.ScheduleEvaluationContext) -> dg.RunRequest:
    """Look for the file of the day before."""
    yesterday = (context.scheduled_execution_time.astimezone(dt.UTC) - dt.timedelta(days=1)).date().isoformat()
    config = dg.RunConfig(ops={"look_for_day": Lateness(day=yesterday)})
    return dg.RunRequest(run_key=yesterday, run_config=config)


@dg.schedule(
    job=upkeep,
    cron_schedule=SUNDAY_NIGHT,
    default_status=dg.DefaultScheduleStatus.RUNNING,
    description="Every Sunday at four (UTC).",
)
def every_sunday() -> dg.RunRequest:
    """Ask for the upkeep."""
    return dg.RunRequest(run_config=upkeep_config(read_settings()))


def upkeep_config(settings: Settings) -> dg.RunConfig:
    """Return what the upkeep is told."""
    return dg.RunConfig(ops={"keep_in_shape": Retention(keep_rejects_days=settings.keep_rejects_days)})


CLOCK_JOBS = [yesterdays_file, upkeep]
SCHEDULES = [every_morning, every_sunday]
