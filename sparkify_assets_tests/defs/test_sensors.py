"""The real sensors on a real folder and a real Postgres: what they ask for, what they say, and what is then loaded."""

import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import dagster as dg
import psycopg
import pytest
from dagster._core.events import DagsterEvent, EngineEventData  # what a run's process writes, and public nowhere

from sparkify_assets.defs import runs
from sparkify_assets.defs.sensors import HELD_FOR_TICKS
from sparkify_assets.errors import IngestError
from sparkify_assets_tests.defs.watched import Watched, reason_of, span_of
from sparkify_assets_tests.e2e.comparison import assert_as_oracle
from sparkify_assets_tests.e2e.raw_files import at, event, november, write_day, write_song
from sparkify_assets_tests.loading import Loader
from sparkify_assets_tests.unprivileged import without_the_power_to_pass_closed_files

pytestmark = [
    pytest.mark.slow,
    # Dagster 1.13 itself calls what it deprecates, for any resource that another one depends on.
    pytest.mark.filterwarnings("ignore:InitResourceContext.dagster_run is deprecated:DeprecationWarning"),
]

NOTHING_NEW = ["nothing new among 3 raw file(s)", "nothing new among 1 raw file(s)"]


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """Return a data folder with one song and the log files of three days, one apart."""
    folder = tmp_path / "data"
    write_song(folder, "A/one")
    for day in (5, 6, 9):
        write_day(folder, day, event(ts=at(day)), event(ts=at(day, 1), itemInSession=1))
    return folder


@pytest.fixture
def watched(tmp_path: Path, data: Path, database_url: str) -> Iterator[Watched]:
    """Return what the sensors look at."""
    home = tmp_path / "dagster"
    home.mkdir()
    with dg.DagsterInstance.local_temp(str(home), overrides={"telemetry": {"enabled": False}}) as instance:
        yield Watched(Loader(data, tmp_path / "staging", database_url), instance)


@pytest.fixture
def loaded(watched: Watched) -> Watched:
    """Return what the sensors look at, once all of it is loaded."""
    assert watched.catch_up() == ["load_everything 2018-11-05...2018-11-06", "load_everything 2018-11-09"]
    return watched


def test_first_start_is_a_run_for_each_stretch_of_days_with_the_songs(loaded: Watched) -> None:
    assert_as_oracle(loaded.loader)
    assert [reason_of(loaded.tick(sensor)) for sensor in ("logs", "songs")] == NOTHING_NEW


def test_each_change_is_noticed_whatever_its_time_and_loads_its_day_alone(loaded: Watched) -> None:
    data = loaded.loader.data
    old = data / "log_data/2018/11/2018-11-05-events.json"

    write_day(data, 6, event(ts=at(6)))
    assert loaded.catch_up() == ["load_days 2018-11-06"]  # shrunk
    assert_as_oracle(loaded.loader)

    stat = old.stat()
    old.write_text(old.read_text().replace("Matins", "Nonets"))
    os.utime(old, ns=(stat.st_atime_ns, stat.st_mtime_ns))
    assert loaded.catch_up() == ["load_days 2018-11-05"]  # of the same size and time as before
    assert_as_oracle(loaded.loader)

    late = write_day(data, 2, event(ts=at(2)))
    os.utime(late, (0, 0))
    assert loaded.catch_up() == ["load_days 2018-11-02"]  # late, with an old time
    assert_as_oracle(loaded.loader)

    write_day(data, 9, event(ts=at(9), itemInSession=7), folder="more")
    assert loaded.catch_up() == ["load_days 2018-11-09"]  # a second file of a day
    assert_as_oracle(loaded.loader)


def test_file_that_only_looks_changed_is_not_loaded_and_is_read_once(loaded: Watched) -> None:
    for file in loaded.loader.data.rglob("*.json"):
        content = file.read_bytes()
        file.unlink()
        file.write_bytes(content)

    assert [reason_of(loaded.tick(sensor)) for sensor in ("logs", "songs")] == NOTHING_NEW

    files = list(loaded.loader.data.rglob("*.json"))
    with psycopg.connect(loaded.loader.database_url) as connection:
        noted = connection.execute(
            "SELECT path, (extract(epoch FROM modified_at) * 1000000)::bigint, "
            "(extract(epoch FROM changed_at) * 1000000)::bigint FROM ops.loaded_files"
        ).fetchall()
    assert {path: look for path, *look in noted} == {
        str(file.relative_to(loaded.loader.data)): [file.stat().st_mtime_ns // 1000, file.stat().st_ctime_ns // 1000]
        for file in files
    }


def test_late_songs_alone_are_loaded_by_their_own_sensor(loaded: Watched) -> None:
    write_song(loaded.loader.data, "A/two", song_id="SO2", title="Vespers")

    assert loaded.catch_up() == ["load_songs"]
    assert [row[0] for row in loaded.loader.rows("songs")] == ["SO1", "SO2"]


def test_songs_are_left_to_the_load_of_days_that_are_about_to_come_but_not_for_ever(loaded: Watched) -> None:
    write_song(loaded.loader.data, "A/two", song_id="SO2", title="Vespers")
    write_day(loaded.loader.data, 7, event(ts=at(7)))

    loaded.tick("songs")

    for _ in range(HELD_FOR_TICKS):
        assert reason_of(loaded.tick("songs")).startswith("the songs are left to new_log_files")
    assert [request.job_name for request in loaded.tick("songs").run_requests or []] == ["load_songs"]


def test_file_that_is_being_written_is_left_alone(loaded: Watched) -> None:
    loaded.settle_s = 3600
    write_day(loaded.loader.data, 7, event(ts=at(7)))
    (loaded.loader.data / "log_data" / "2018-11-08.json.part").write_text(event(ts=at(8)))

    reasons = [reason_of(loaded.tick()) for _ in range(3)]

    assert reasons == ["2018-11-07 still changing, or seen for the first time; among 4 raw file(s)"] * 3
    loaded.settle_s = 0
    write_day(loaded.loader.data, 7, event(ts=at(7)), event(ts=at(7), itemInSession=1))
    assert "2018-11-07 still changing" in reason_of(loaded.tick())
    assert [span_of(request) for request in loaded.tick().run_requests or []] == ["2018-11-07"]


def test_day_that_is_asked_for_or_being_loaded_is_not_asked_for_again(loaded: Watched) -> None:
    write_day(loaded.loader.data, 7, event(ts=at(7)))
    (request,) = loaded.ask()
    tags = {**request.tags, "dagster/run_key": str(request.run_key), "dagster/partition": "2018-11-07"}
    run = loaded.instance.create_run_for_job(loaded.job(request), tags=tags)

    assert f"2018-11-07 being loaded by run {run.run_id[:8]}" in reason_of(loaded.tick())
    loaded.cursors.clear()
    loaded.tick()
    assert f"2018-11-07 being loaded by run {run.run_id[:8]}" in reason_of(loaded.tick())


def test_run_whose_process_was_killed_is_marked_as_failed_and_its_days_are_asked_for_at_once(loaded: Watched) -> None:
    write_day(loaded.loader.data, 7, event(ts=at(7)))
    (request,) = loaded.ask()
    tags = {**request.tags, "dagster/run_key": str(request.run_key), "dagster/partition": "2018-11-07"}
    run = loaded.instance.create_run_for_job(loaded.job(request), tags=tags)
    with subprocess.Popen(["true"]) as gone:
        gone.wait()
    loaded.instance.report_engine_event("started", run, EngineEventData.in_process(gone.pid))
    loaded.instance.handle_run_event(run.run_id, started_event(run))

    assert "being loaded" in reason_of(loaded.tick())
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(runs, "SILENT_S", 0.0)
        (again,) = loaded.tick().run_requests or []

    assert (again.job_name, again.partition_key) == (request.job_name, request.partition_key)
    assert again.run_key != request.run_key
    lost = loaded.instance.get_run_by_id(run.run_id)
    assert lost is not None
    assert lost.status is dg.DagsterRunStatus.FAILURE


def test_run_that_was_made_and_never_started_does_not_hold_up_its_day_for_ever(loaded: Watched) -> None:
    write_day(loaded.loader.data, 7, event(ts=at(7)))
    (request,) = loaded.ask()
    tags = {**request.tags, "dagster/run_key": str(request.run_key), "dagster/partition": "2018-11-07"}
    run = loaded.instance.create_run_for_job(loaded.job(request), tags=tags)

    assert "being loaded" in reason_of(loaded.tick())
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(runs, "UNSTARTED_S", -60.0)
        (again,) = loaded.tick().run_requests or []

    assert again.partition_key == "2018-11-07"
    assert again.run_key != request.run_key
    lost = loaded.instance.get_run_by_id(run.run_id)
    assert lost is not None
    assert lost.status is dg.DagsterRunStatus.FAILURE


def started_event(run: dg.DagsterRun) -> DagsterEvent:
    """Return the event by which a run's process says that it has begun."""
    return DagsterEvent(event_type_value=dg.DagsterEventType.RUN_START.value, job_name=run.job_name)


def test_request_whose_tick_was_killed_is_made_again_under_the_same_key(loaded: Watched) -> None:
    write_day(loaded.loader.data, 7, event(ts=at(7)))
    loaded.tick()
    cursor = loaded.cursors["logs"]

    (first,) = loaded.tick().run_requests or []
    loaded.cursors["logs"] = cursor
    (again,) = loaded.tick().run_requests or []

    assert first.run_key == again.run_key


def test_days_that_failed_together_are_tried_apart_and_the_bad_one_is_left_in_the_end(watched: Watched) -> None:
    write_day(watched.loader.data, 6, *(["{"] * 30))

    asked = watched.catch_up()

    together, apart = ["load_everything 2018-11-05...2018-11-06"], ["load_days 2018-11-05", "load_days 2018-11-06"]
    assert [name for name in asked if name not in ("load_everything 2018-11-09", "load_songs")] == [*together, *apart]
    assert {row[-1] for row in watched.loader.rows("songplays")} == {november(5), november(9)}
    assert "2018-11-06 to be tried again in" in reason_of(watched.tick())
    write_day(watched.loader.data, 6, event(ts=at(6)))
    assert watched.catch_up() == ["load_days 2018-11-06"]
    assert_as_oracle(watched.loader)


def test_rows_of_a_file_that_is_gone_stay_and_a_warning_says_so(loaded: Watched) -> None:
    (loaded.loader.data / "log_data/2018/11/2018-11-05-events.json").unlink()
    (loaded.loader.data / "song_data/A/one.json").rename(loaded.loader.data / "song_data/A/one.txt")
    before = loaded.loader.dump()

    loaded.tick()
    reason = reason_of(loaded.tick())

    assert "1 loaded file(s) are gone and their rows stay (SPARKIFY_RETRACT is off): log_data/2018/11/20" in reason
    assert "all of them are gone" in reason_of(loaded.tick("songs"))
    assert loaded.loader.dump() == before


def test_rows_of_a_file_that_is_gone_go_where_it_is_set(loaded: Watched) -> None:
    loaded.retract = True
    (loaded.loader.data / "log_data/2018/11/2018-11-05-events.json").unlink()

    assert loaded.catch_up() == ["load_days 2018-11-05"]
    assert_as_oracle(loaded.loader)


def test_empty_folder_retracts_nothing_and_a_missing_one_fails_the_tick(loaded: Watched) -> None:
    loaded.retract = True
    before = loaded.loader.dump()
    logs = loaded.loader.data / "log_data"
    aside = loaded.loader.data / "aside"
    logs.rename(aside)
    with pytest.raises(IngestError, match="log_data' does not exist; set SPARKIFY_DATA"):
        loaded.tick()

    logs.mkdir()
    loaded.tick()
    assert "all of them are gone, as when a disk is not mounted" in reason_of(loaded.tick())

    logs.rmdir()
    aside.rename(logs)
    assert reason_of(loaded.tick()) == NOTHING_NEW[0]
    assert loaded.loader.dump() == before


def test_folder_that_is_closed_fails_the_tick_in_a_sentence_and_the_next_one_works(loaded: Watched) -> None:
    loaded.retract = True
    data = loaded.loader.data
    before = loaded.loader.dump()
    for sensor, folder in (("logs", "log_data/2018/11"), ("songs", "song_data/A")):
        for closed in (data, data / folder.partition("/")[0], data / folder):
            closed.chmod(0)

            with (
                without_the_power_to_pass_closed_files(),
                pytest.raises(IngestError, match=r"can't be .*: Permission denied; .*no stored row was changed$"),
            ):
                loaded.tick(sensor)

            closed.chmod(0o700)
            assert reason_of(loaded.tick(sensor)) == NOTHING_NEW[sensor == "songs"]
    assert loaded.loader.dump() == before


def test_links_in_a_loop_are_not_followed(loaded: Watched) -> None:
    logs = loaded.loader.data / "log_data"
    (logs / "loop").symlink_to(loaded.loader.data)
    (logs / "2018-11-07-events.json").symlink_to(logs / "2018-11-07-events.json")

    assert reason_of(loaded.tick()) == NOTHING_NEW[0]


def test_folder_in_whose_place_is_a_link_to_itself_fails_the_tick_and_the_next_one_works(loaded: Watched) -> None:
    logs = loaded.loader.data / "log_data"
    aside = logs.rename(loaded.loader.data / "aside")
    logs.symlink_to(logs)
    with pytest.raises(IngestError, match="log_data' does not exist; set SPARKIFY_DATA"):
        loaded.tick()

    logs.unlink()
    aside.rename(logs)
    assert reason_of(loaded.tick()) == NOTHING_NEW[0]


def test_files_of_other_days_and_of_none_are_named(loaded: Watched) -> None:
    (loaded.loader.data / "log_data" / "2018-12-01-events.json").write_text(event())
    (loaded.loader.data / "log_data" / "events.json").write_text(event())

    reason = reason_of(loaded.tick())

    assert "1 log file(s) are of days outside of those that exist: log_data/2018-12-01-events.json" in reason
    assert "1 log file(s) have no date in their name: log_data/events.json" in reason


def test_database_that_was_emptied_is_loaded_again(loaded: Watched) -> None:
    with psycopg.connect(loaded.loader.database_url) as connection:
        connection.execute("DROP SCHEMA ops CASCADE")
        connection.execute("DROP TABLE songplays, users, time, songs, artists CASCADE")

    assert loaded.catch_up() == ["load_everything 2018-11-05...2018-11-06", "load_days 2018-11-09"]
    assert_as_oracle(loaded.loader)


def test_staging_folder_that_was_lost_is_staged_again_with_the_next_day(loaded: Watched) -> None:
    shutil.rmtree(loaded.loader.staging)
    write_day(loaded.loader.data, 7, event(ts=at(7)))

    assert loaded.catch_up() == ["load_everything 2018-11-07"]
    assert_as_oracle(loaded.loader)


def test_load_that_published_a_day_and_died_is_loaded_again(loaded: Watched) -> None:
    with psycopg.connect(loaded.loader.database_url) as connection:
        connection.execute(
            "UPDATE ops.publications SET run_id = 'died' "
            "WHERE table_name = 'public.songplays' AND partition = '2018-11-09'"
        )

    assert loaded.catch_up() == ["load_days 2018-11-09"]
    assert_as_oracle(loaded.loader)
