"""The sensors that tell people what failed: to the log always, to a webhook where one is set."""

import logging
from collections.abc import Iterator
from typing import Any

import dagster as dg

from sparkify_assets.alerts.message import Trouble, sentence_of
from sparkify_assets.alerts.webhook import tell
from sparkify_assets.defs.partitions import days_of_run
from sparkify_assets.settings import read_settings

MOST_RECORDS = 1000
OURS = "sparkify_assets.errors."
LOOK_EVERY_S = read_settings().look_every_s


@dg.run_failure_sensor(
    minimum_interval_seconds=LOOK_EVERY_S,
    default_status=dg.DefaultSensorStatus.RUNNING,
    description="Tells that a run has failed: which asset, which day, the first error, where to look.",
)
def failed_runs(context: dg.RunFailureSensorContext) -> None:
    """Tell of a run that failed."""
    run = context.dagster_run
    checks = list(_failed_checks(context.instance, run, blocking_only=True))
    gated = {name.partition(".")[0] for name, _ in checks}
    failures = [event for event in context.get_step_failure_events() if event.step_key not in gated]
    names = [*(name for name, _ in checks), *(str(event.step_key) for event in failures)]
    errors = [
        *(why for _, why in checks),
        *(_root_of(event.step_failure_data.error) for event in failures),
        context.failure_event.message or "",
    ]
    _alert(context.log, Trouble("run failed", run.run_id, run.job_name, _days_of(run), names, errors[0]))


@dg.run_status_sensor(
    run_status=dg.DagsterRunStatus.SUCCESS,
    minimum_interval_seconds=LOOK_EVERY_S,
    default_status=dg.DefaultSensorStatus.RUNNING,
    description="Tells that a run has ended well but checks have not passed: which, of which day, and why.",
)
def failed_checks(context: dg.RunStatusSensorContext) -> None:
    """Tell of the checks of a run that did not pass.

    A run without any gives no reason to skip: Dagster takes one a tick, and fails the tick over a second run, for ever.
    """
    run = context.dagster_run
    if checks := list(_failed_checks(context.instance, run)):
        names = [name for name, _ in checks]
        _alert(context.log, Trouble("checks failed", run.run_id, run.job_name, _days_of(run), names, checks[0][1]))


def _failed_checks(
    instance: dg.DagsterInstance, run: dg.DagsterRun, *, blocking_only: bool = False
) -> Iterator[tuple[str, str]]:
    """Give the checks of the run that did not pass, with the reason, those first that are not mere warnings."""
    records = instance.get_records_for_run(
        run.run_id, of_type=dg.DagsterEventType.ASSET_CHECK_EVALUATION, limit=MOST_RECORDS
    ).records
    found = []
    for record in records:
        event = record.event_log_entry.dagster_event
        check = event.asset_check_evaluation_data if event else None
        if check is None or check.passed or (blocking_only and not check.blocking):
            continue
        name = f"{check.asset_key.to_user_string()}.{check.check_name}"
        offending = check.metadata.get("offending")
        why = check.description or (f"{offending.value} offending row(s)" if offending else "it did not pass")
        found.append((check.severity is not dg.AssetCheckSeverity.ERROR, f"{name}", f"{name}: {why}"))
    yield from ((name, why) for _, name, why in sorted(found, key=lambda each: each[0]))


def _root_of(error: Any) -> str:
    """Return the error that the others came of, as text: the last that is ours, not the driver's."""
    text = ""
    while error is not None:
        if not text or error.message.startswith(OURS):
            text = str(error.message).removeprefix(OURS)
        error = error.cause
    return text


def _days_of(run: dg.DagsterRun) -> str:
    first, last = days_of_run(run.tags)
    return first or "" if first == last else f"{first} to {last}"


def _alert(log: logging.Logger, trouble: Trouble) -> None:
    text = sentence_of(trouble)
    log.error(text)
    url = read_settings().alert_url
    if url is not None and (why := tell(url, text)):
        log.warning(f"the webhook of SPARKIFY_ALERT_URL was not told: {why}")


ALERTS = [failed_runs, failed_checks]
