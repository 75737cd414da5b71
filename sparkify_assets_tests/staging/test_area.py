"""Frames are staged whole or not at all, the newest wins, and every failure is one sentence."""

import os
import shutil
import subprocess
import sys
import textwrap
import time
from collections.abc import Iterator
from pathlib import Path

import polars as pl
import pytest
from upath import UPath

from sparkify_assets.errors import StagingError
from sparkify_assets.staging.area import ABANDONED_AFTER_S, Draft, StagingArea
from sparkify_assets.staging.staged import MANIFEST
from sparkify_assets_tests.staging.frames import ONE, TWO, stage

MONDAY, TUESDAY = "2018-11-12", "2018-11-13"


def begun(area: StagingArea, run_id: str, *partitions: str, frame: pl.DataFrame = ONE) -> Draft:
    """Write partitions aside."""
    draft = area.draft("logs", run_id, partitions)
    for partition in partitions:
        draft.add(partition, {"events": frame})
    return draft


def stage_day(area: StagingArea, run_id: str, day: str, frame: pl.DataFrame) -> int:
    """Stage one partition; return the version."""
    with begun(area, run_id, day, frame=frame) as draft:
        draft.commit()
    return draft.version


def rows(area: StagingArea, run_id: str, *partitions: str) -> list[int]:
    return area.open("logs", run_id, partitions).frame("events").collect()["n"].to_list()


def files(area: StagingArea) -> list[str]:
    """Return the names of all files in the area, sorted."""
    return sorted(path.name for path in below(area.root))


def below(folder: UPath) -> Iterator[UPath]:
    for path in folder.iterdir():
        if path.is_dir():
            yield from below(path)
        else:
            yield path


def test_committed_frames_are_read_back(area: StagingArea) -> None:
    version = stage(area, "run-1", events=TWO, rejected=ONE.clear())

    staged = area.open("logs", "run-2", [])

    assert staged.versions == {"": version}
    assert staged.frame("events").collect().equals(TWO)
    assert staged.frame("rejected").collect().equals(ONE.clear())


def test_draft_is_not_read_before_its_commit(area: StagingArea) -> None:
    draft = begun(area, "run-1", MONDAY)

    with pytest.raises(
        StagingError, match=rf"^'logs' of {MONDAY} has not been staged; materialize 'logs' for it first$"
    ):
        area.open("logs", "run-1", [MONDAY])
    draft.commit()

    assert rows(area, "run-2", MONDAY) == [1]


def test_draft_aside_leaves_the_version_before_it_readable(area: StagingArea) -> None:
    begun(area, "run-1", MONDAY, frame=ONE).commit()

    begun(area, "run-2", MONDAY, frame=TWO)

    assert rows(area, "run-3", MONDAY) == [1]


def test_newest_version_wins_and_the_frames_before_the_last_ones_go(area: StagingArea) -> None:
    begun(area, "run-1", MONDAY, frame=ONE).commit()
    begun(area, "run-2", MONDAY, frame=ONE).commit()
    begun(area, "run-3", MONDAY, frame=TWO).commit()

    assert rows(area, "run-4", MONDAY) == [2]
    assert files(area) == ["events.parquet", "events.parquet", "manifest.json", "manifest.json", "superseded"]


def test_frames_can_be_read_on_while_another_run_stages_newer_ones(area: StagingArea) -> None:
    begun(area, "run-1", MONDAY, frame=ONE).commit()
    reading = area.open("logs", "run-1", [MONDAY]).frame("events")

    begun(area, "run-2", MONDAY, frame=TWO).commit()

    assert reading.collect().equals(ONE)


def test_partitions_are_read_in_the_order_asked_for(area: StagingArea) -> None:
    begun(area, "run-1", TUESDAY, frame=TWO).commit()
    begun(area, "run-1", MONDAY, frame=ONE).commit()

    assert rows(area, "run-2", MONDAY, TUESDAY) == [1, 2]
    assert rows(area, "run-2", TUESDAY, MONDAY) == [2, 1]
    assert rows(area, "run-2", TUESDAY) == [2]


def test_partition_never_staged_is_named(area: StagingArea) -> None:
    begun(area, "run-1", MONDAY).commit()

    with pytest.raises(StagingError, match=f"'logs' of {TUESDAY} has not been staged"):
        area.open("logs", "run-2", [MONDAY, TUESDAY])
    with pytest.raises(StagingError, match=r"^'songs' has not been staged; materialize 'songs' for it first$"):
        area.open("songs", "run-2", [])


def test_run_whose_version_is_superseded_stops_and_names_the_other(area: StagingArea) -> None:
    begun(area, "run-1", MONDAY).commit()
    newer = begun(area, "run-2", MONDAY)
    newer.commit()

    with pytest.raises(
        StagingError,
        match=rf"'logs' of {MONDAY}: run run-2 has staged version {newer.version} since this run staged its own",
    ):
        area.open("logs", "run-1", [MONDAY])


def test_older_draft_is_refused_at_commit_and_leaves_nothing(area: StagingArea) -> None:
    older = begun(area, "run-1", MONDAY, TUESDAY, frame=ONE)
    newer = begun(area, "run-2", TUESDAY, frame=TWO)
    newer.commit()

    with pytest.raises(
        StagingError,
        match=rf"'logs' of {TUESDAY}: run run-2 has staged version {newer.version}, newer than version {older.version}",
    ):
        older.commit()

    assert area.newest("logs", MONDAY) is None
    assert rows(area, "run-3", TUESDAY) == [2]
    assert files(area) == ["events.parquet", "manifest.json"]


def test_draft_begun_later_wins_whichever_is_committed_first(area: StagingArea) -> None:
    first, second = begun(area, "run-1", MONDAY, frame=ONE), begun(area, "run-2", MONDAY, frame=TWO)
    first.commit()
    second.commit()

    assert first.version < second.version
    assert rows(area, "run-3", MONDAY) == [2]


def test_partition_that_is_renewed_has_a_version_of_its_own_and_one_folder(area: StagingArea) -> None:
    with area.draft("logs", "run-1", [MONDAY, TUESDAY]) as draft:
        draft.add(MONDAY, {"events": ONE})
        draft.add(TUESDAY, {"events": ONE})
        between = stage_day(area, "run-2", TUESDAY, TWO)
        draft.renew(TUESDAY)
        draft.add(TUESDAY, {"events": pl.DataFrame({"n": [3]})})
        draft.commit()

    assert rows(area, "run-1", MONDAY, TUESDAY) == [1, 3]
    assert area.open("logs", "run-1", [MONDAY, TUESDAY]).versions == {
        MONDAY: draft.version,
        TUESDAY: draft.version_of(TUESDAY),
    }
    assert draft.version < between < draft.version_of(TUESDAY)
    assert len([path for path in area.partition_folder("logs", TUESDAY).iterdir() if "run-1" in path.name]) == 1


def test_run_that_stages_again_reads_its_own_newest(area: StagingArea) -> None:
    begun(area, "run-1", MONDAY, frame=ONE).commit()
    begun(area, "run-1", MONDAY, frame=TWO).commit()

    assert rows(area, "run-1", MONDAY) == [2]


def test_version_is_greater_than_one_of_a_clock_ahead(area: StagingArea) -> None:
    ahead = Draft(area, "logs", "run-1", version=time.time_ns() + 10**18)
    ahead.add("", {"events": ONE})
    ahead.commit()

    later = area.draft("logs", "run-2", [])

    assert later.version == ahead.version + 1


def test_left_draft_is_discarded(area: StagingArea) -> None:
    with area.draft("logs", "run-1", [MONDAY]) as draft:
        draft.add(MONDAY, {"events": ONE})

    assert files(area) == []


def test_discard_after_a_commit_removes_nothing(area: StagingArea) -> None:
    draft = begun(area, "run-1", MONDAY)
    draft.commit()

    draft.discard()

    assert rows(area, "run-2", MONDAY) == [1]


def test_abandoned_drafts_and_old_marks_are_cleaned_and_young_ones_stay(area: StagingArea) -> None:
    long_ago = time.time_ns() - 2 * ABANDONED_AFTER_S * 10**9
    for run_id, version in [("abandoned", long_ago), ("young", time.time_ns())]:
        Draft(area, "logs", run_id, version).add(MONDAY, {"events": ONE})
    old = Draft(area, "logs", "old", long_ago + 1)
    old.add(MONDAY, {"events": ONE})
    old.commit()

    begun(area, "run-1", MONDAY, frame=ONE).commit()
    begun(area, "run-2", MONDAY, frame=TWO).commit()

    folders = area.partition_folder("logs", MONDAY).iterdir()
    assert sorted(folder.name.partition("-")[2] for folder in folders) == ["run-1", "run-2", "young"]
    assert rows(area, "run-3", MONDAY) == [2]


def test_things_that_are_no_version_are_passed_over(area: StagingArea) -> None:
    begun(area, "run-1", MONDAY).commit()
    for name in ("notes", "12", "x-run", ".hidden-1"):
        (area.partition_folder("logs", MONDAY) / name).mkdir(parents=True)

    assert rows(area, "run-2", MONDAY) == [1]


def test_interrupted_commit_is_completed_by_the_next(area: StagingArea) -> None:
    begun(area, "run-1", MONDAY, TUESDAY, frame=ONE).commit()
    interrupted = begun(area, "run-2", MONDAY, TUESDAY, frame=TWO)
    # As a kill leaves it between the two days.
    (interrupted.written[MONDAY] / MANIFEST).write_text("{}")

    assert rows(area, "run-3", MONDAY, TUESDAY) == [2, 1]

    begun(area, "run-3", MONDAY, TUESDAY, frame=TWO).commit()
    assert rows(area, "run-4", MONDAY, TUESDAY) == [2, 2]


def test_interrupted_clean_up_leaves_the_newest(area: StagingArea) -> None:
    old = begun(area, "run-1", MONDAY, frame=ONE)
    old.commit()
    new = begun(area, "run-2", MONDAY, frame=TWO)
    (new.written[MONDAY] / MANIFEST).write_text("{}")

    assert area.open("logs", "run-3", [MONDAY]).versions == {MONDAY: new.version}
    with pytest.raises(StagingError, match="run run-2 has staged"):
        area.open("logs", "run-1", [MONDAY])


def test_commit_that_fails_halfway_keeps_what_can_be_read(area: StagingArea) -> None:
    begun(area, "run-1", MONDAY, frame=ONE).commit()
    with area.draft("logs", "run-2", [MONDAY, TUESDAY]) as draft:
        draft.add(MONDAY, {"events": TWO})
        draft.add(TUESDAY, {"events": TWO})
        (draft.written[MONDAY] / MANIFEST).write_text("{}")

    assert rows(area, "run-3", MONDAY) == [2]
    assert area.newest("logs", TUESDAY) is None


def test_folder_that_can_not_be_made_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "staged").write_text("a file where the folder should be")
    area = StagingArea(UPath(tmp_path / "staged"))

    with pytest.raises(
        StagingError,
        match=r"^'logs' can't be staged in .*; make room or set another folder; what was staged before stays$",
    ):
        begun(area, "run-1", MONDAY)


@pytest.mark.parametrize(
    ("rows_staged", "limit_bytes"),
    [pytest.param(100_000, 10_000, id="in a frame"), pytest.param(1, 0, id="at its first byte")],
)
def test_full_disk_is_one_sentence_and_what_was_staged_stays(
    local_area: StagingArea, rows_staged: int, limit_bytes: int
) -> None:
    begun(local_area, "run-1", MONDAY).commit()
    program = f"""
        import resource, sys
        import polars as pl
        from upath import UPath
        from sparkify_assets.errors import StagingError
        from sparkify_assets.staging.area import StagingArea

        frame = pl.DataFrame({{"n": range({rows_staged})}})
        resource.setrlimit(resource.RLIMIT_FSIZE, ({limit_bytes}, {limit_bytes}))
        try:
            with StagingArea(UPath(sys.argv[1])).draft("logs", "run-2", ["{MONDAY}"]) as draft:
                draft.add("{MONDAY}", {{"events": frame}})
                draft.commit()
        except StagingError as error:
            print(error)
    """

    done = run_python(program, str(local_area.root))

    assert done.stderr == ""
    assert "'logs' can't be staged in" in done.stdout
    assert "File too large" in done.stdout
    assert rows(local_area, "run-3", MONDAY) == [1]
    assert files(local_area) == ["events.parquet", "manifest.json"]


def test_manifest_that_can_not_be_written_leaves_all_partitions_as_they_were(local_area: StagingArea) -> None:
    begun(local_area, "run-1", MONDAY, TUESDAY, frame=ONE).commit()
    draft = begun(local_area, "run-2", MONDAY, TUESDAY, frame=TWO)
    shutil.rmtree(str(draft.written[TUESDAY]))

    with pytest.raises(StagingError, match=r"can't be staged in .*; what was staged before stays"):
        draft.commit()

    assert rows(local_area, "run-3", MONDAY, TUESDAY) == [1, 1]
    assert files(local_area) == ["events.parquet", "events.parquet", "manifest.json", "manifest.json"]


def test_two_processes_that_stage_one_partition_at_once_leave_the_last_two_versions(local_area: StagingArea) -> None:
    program = f"""
        import sys
        import polars as pl
        from upath import UPath
        from sparkify_assets.errors import StagingError
        from sparkify_assets.staging.area import StagingArea

        area, run_id = StagingArea(UPath(sys.argv[1])), sys.argv[2]
        sys.stdin.readline()
        for round in range(40):
            try:
                with area.draft("logs", f"{{run_id}}{{round}}", ["{MONDAY}"]) as draft:
                    draft.add("{MONDAY}", {{"events": pl.DataFrame({{"n": [round]}})}})
                    draft.commit()
            except StagingError as error:
                assert "newer than version" in str(error), error
    """
    commands = [[sys.executable, "-c", textwrap.dedent(program), str(local_area.root), run_id] for run_id in ("a", "b")]
    processes = [
        subprocess.Popen(command, stdin=subprocess.PIPE, stderr=subprocess.PIPE, text=True) for command in commands
    ]
    for process in processes:
        assert process.stdin is not None
        process.stdin.write("go\n")
        process.stdin.flush()
    errors = [process.communicate()[1] for process in processes]

    assert errors == ["", ""]
    assert rows(local_area, "reader", MONDAY) == [39]
    begun(local_area, "last", MONDAY).commit()
    assert files(local_area).count("manifest.json") == 2
    assert files(local_area).count("events.parquet") == 2


def run_python(program: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", textwrap.dedent(program), *arguments],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "PYTHONDONTWRITEBYTECODE": "1"},
    )
