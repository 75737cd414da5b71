"""What `make run` and `make report` show of Dagster's log."""

import io

from sparkify_assets.all_definitions import defs
from sparkify_assets.commands.materialize import STEP_WIDTH, progress

START = "2018-11-05 10:00:00 +0000 - dagster - "
JOB = "__ASSET_JOB - 5e1f - "
FAILED = f'{START}ERROR - {JOB}3 - songs - STEP_FAILURE - Execution of step "songs" failed.'
WRAPPER = "dagster._core.errors.DagsterExecutionHandleOutputError: Error occurred while handling output"
REFUSED = "sparkify_assets.errors.PublishError: table 'public.songs': permission denied for schema public; grant it"
BENEATH = "psycopg.errors.InsufficientPrivilege: permission denied for schema public"
OF_DAGSTER = "dagster._core.errors.DagsterInvariantViolationError: metadata for a partition without definition"


def shown(*lines: str) -> tuple[list[str], list[str]]:
    """Return what is shown of the lines, and what counts as told of errors."""
    told: list[str] = []
    text = "".join(f"{line}\n" for line in lines)
    return list(progress(io.StringIO(text), io.StringIO(), told)), told


def test_step_that_ends_is_a_line() -> None:
    end = f'{START}DEBUG - {JOB}3 - songs - STEP_SUCCESS - Finished execution of step "songs" in 53ms.'

    assert shown(end) == (["  done    songs                  53ms"], [])


def test_cause_is_told_once_without_wrappers_and_what_lies_beneath() -> None:
    lines, _ = shown(FAILED, REFUSED, BENEATH, WRAPPER, REFUSED)

    assert lines == [
        "  FAILED  songs",
        "  error   PublishError: table 'public.songs': permission denied for schema public; grant it",
    ]


def test_step_whose_own_line_is_lost_is_told_by_the_end_of_the_run() -> None:
    ended = f'{START}ERROR - {JOB}3 - RUN_FAILURE - Execution of run for "__ASSET_JOB" failed.'
    end = f"{ended} Steps failed: ['songs', 'time']."

    assert shown(end)[0] == ["  FAILED  songs", "  FAILED  time"]
    assert shown(FAILED, end)[0] == ["  FAILED  songs", "  FAILED  time"]
    assert shown(end, FAILED)[0] == ["  FAILED  songs", "  FAILED  time"]


def test_error_of_dagster_itself_is_told() -> None:
    lines, told = shown(FAILED, OF_DAGSTER, WRAPPER)

    assert lines == [
        "  FAILED  songs",
        "  error   DagsterInvariantViolationError: metadata for a partition without definition",
    ]
    assert told == ["metadata for a partition without definition"]


def test_names_of_all_steps_fit_their_column() -> None:
    steps = [node.name for node in defs.resolve_job_def("__ASSET_JOB").nodes]

    assert {"check_songplays", "listening_report"} <= set(steps)
    assert max(map(len, steps)) <= STEP_WIDTH
