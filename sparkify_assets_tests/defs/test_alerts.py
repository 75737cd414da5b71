"""The real alert sensors on runs that failed: what they say to the log and to a real webhook."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import dagster as dg
import psycopg
import pytest

from sparkify_assets.definitions import defs
from sparkify_assets.defs.alerts import failed_checks, failed_runs
from sparkify_assets_tests.alerts.hooks import silence, webhook
from sparkify_assets_tests.defs.watched import Watched
from sparkify_assets_tests.e2e.raw_files import at, event, write_day, write_song
from sparkify_assets_tests.loading import Loader

pytestmark = [
    pytest.mark.slow,
    # Dagster 1.13 itself calls what it deprecates, for any resource that another one depends on.
    pytest.mark.filterwarnings("ignore:InitResourceContext.dagster_run is deprecated:DeprecationWarning"),
]

DAY = dg.RunRequest(run_key="key", job_name="load_everything", partition_key="2018-11-05")


@pytest.fixture
def watched(tmp_path: Path, database_url: str) -> Iterator[Watched]:
    """Return a folder with a song and a day, whose runs can be asked for."""
    write_song(tmp_path / "data", "A/one")
    write_day(tmp_path / "data", 5, event())
    home = tmp_path / "dagster"
    home.mkdir()
    with dg.DagsterInstance.local_temp(str(home), overrides={"telemetry": {"enabled": False}}) as instance:
        yield Watched(Loader(tmp_path / "data", tmp_path / "staging", database_url), instance)


def told_of_failure(watched: Watched, result: dg.ExecuteInProcessResult) -> None:
    """Have the sensor look at the run that failed."""
    context = dg.build_run_status_sensor_context(
        sensor_name="failed_runs",
        dagster_instance=watched.instance,
        dagster_run=result.dagster_run,
        dagster_event=result.get_run_failure_event(),
    ).for_run_failure()
    failed_runs(context)


def test_gate_that_failed_is_told_with_its_day_and_reason(watched: Watched, monkeypatch: pytest.MonkeyPatch) -> None:
    write_day(watched.loader.data, 5, *(["{"] * 30))
    result = watched.run(DAY)

    with webhook() as (url, posted):
        monkeypatch.setenv("SPARKIFY_ALERT_URL", url)
        told_of_failure(watched, result)

    (message,) = posted
    assert message["text"].startswith(
        "Sparkify: run failed at raw_logs.records_are_accepted of 2018-11-05 (job load_everything): "
    )
    assert "30 of 30 lines rejected" in message["text"]
    assert message["text"].endswith(f"/runs/{result.run_id}")


def test_error_of_a_step_is_told_as_our_own_words_say_it(watched: Watched, monkeypatch: pytest.MonkeyPatch) -> None:
    watched.run(DAY)
    write_day(watched.loader.data, 5, event(level="paid"))
    watched.loader.lock_timeout_s = 0.2
    with psycopg.connect(watched.loader.database_url, application_name="somebody") as other:
        other.execute("LOCK TABLE public.users")
        result = watched.run(DAY)

    with webhook() as (url, posted):
        monkeypatch.setenv("SPARKIFY_ALERT_URL", url)
        told_of_failure(watched, result)

    assert "run failed at users" in posted[0]["text"]
    assert "PublishError: table 'public.users' is locked by 'somebody'" in posted[0]["text"]


@pytest.mark.parametrize("answers", [500, None])
def test_webhook_that_fails_or_is_silent_fails_nothing(
    watched: Watched, monkeypatch: pytest.MonkeyPatch, answers: int | None, capfd: pytest.CaptureFixture[str]
) -> None:
    write_day(watched.loader.data, 5, *(["{"] * 30))
    result = watched.run(DAY)

    with webhook(500) if answers else silence() as served:
        monkeypatch.setenv("SPARKIFY_ALERT_URL", served[0] if isinstance(served, tuple) else served)
        told_of_failure(watched, result)

    said = capfd.readouterr().err
    assert "Sparkify: run failed at raw_logs.records_are_accepted of 2018-11-05" in said
    assert "the webhook of SPARKIFY_ALERT_URL was not told: it " in said
    assert "s3cret" not in said


def test_check_that_did_not_pass_is_told_though_the_run_succeeded(
    watched: Watched, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_day(watched.loader.data, 5, event(ts=at(6)))
    result = watched.run(DAY)
    context = dg.build_run_status_sensor_context(
        sensor_name="failed_checks",
        dagster_instance=watched.instance,
        dagster_run=result.dagster_run,
        dagster_event=result.get_run_success_event(),
    )

    with webhook() as (url, posted):
        monkeypatch.setenv("SPARKIFY_ALERT_URL", url)
        failed_checks(context)

    assert result.success
    assert "checks failed at songplays.event_date_is_file_date" in posted[0]["text"]


def test_runs_that_end_between_two_ticks_are_told_of_once_each(
    watched: Watched, monkeypatch: pytest.MonkeyPatch
) -> None:
    def tick(cursor: str | None) -> str | None:
        context = dg.build_sensor_context(
            instance=watched.instance, cursor=cursor, repository_def=defs.get_repository_def()
        )
        return failed_checks.evaluate_tick(context).cursor

    cursor = str(tick(None))
    for day in (5, 6, 5, 6):
        write_day(watched.loader.data, 5, event(ts=at(day)))
        assert watched.run(DAY).success

    with webhook() as (url, posted):
        monkeypatch.setenv("SPARKIFY_ALERT_URL", url)
        cursor = str(tick(cursor))
        assert ["event_date_is_file_date" in each["text"] for each in posted] == [True, True]
        tick(cursor)
        assert len(posted) == 2
