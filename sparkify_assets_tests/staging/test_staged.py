"""Staged frames are read whole or not at all, and every failure is one sentence."""

import polars as pl
import pytest

from sparkify_assets.errors import StagingError
from sparkify_assets.staging.area import StagingArea
from sparkify_assets.staging.staged import MANIFEST
from sparkify_assets_tests.staging.frames import ONE, TWO, stage


@pytest.mark.parametrize(
    ("rows_at_once", "expected"), [(1, [[0], [1, 2], [], [3, 4, 5]]), (3, [[0, 1, 2], [3, 4, 5]]), (100, [[*range(6)]])]
)
def test_partitions_are_read_some_at_a_time(area: StagingArea, rows_at_once: int, expected: list[list[int]]) -> None:
    partitions = {"day 1": [0], "day 2": [1, 2], "day 3": [], "day 4": [3, 4, 5]}
    with area.draft("logs", "run-1", list(partitions)) as draft:
        for partition, values in partitions.items():
            draft.add(partition, {"events": pl.DataFrame({"n": values}, schema={"n": pl.Int64})})
        draft.commit()

    portions = area.open("logs", "run-2", list(partitions)).portions("events", rows_at_once)

    assert [portion.collect()["n"].to_list() for portion in portions] == expected


@pytest.mark.parametrize("damage", [b"", b"{}", b'{"rows": "many"}'])
def test_damaged_manifest_is_one_sentence(area: StagingArea, damage: bytes) -> None:
    stage(area, "run-1")
    staged = area.open("logs", "run-2", [])
    (staged.folders[0] / MANIFEST).write_bytes(damage)

    with pytest.raises(StagingError, match=r"^'logs': .*manifest.json can't be read: .*; materialize 'logs' again$"):
        list(staged.portions("events"))


@pytest.mark.parametrize("damage", [b"", b"PAR1", bytes(400), b"<html>"])
def test_damaged_file_is_found_before_anything_is_computed(area: StagingArea, damage: bytes) -> None:
    stage(area, "run-1")
    staged = area.open("logs", "run-2", [])
    (staged.folders[0] / "events.parquet").write_bytes(damage)

    with pytest.raises(StagingError, match=r"^'logs': .*events.parquet can't be read: .*; materialize 'logs' again$"):
        staged.frame("events")


def test_file_cut_short_is_found_before_anything_is_computed(area: StagingArea) -> None:
    stage(area, "run-1", events=pl.DataFrame({"n": range(1000)}))
    staged = area.open("logs", "run-2", [])
    file = staged.folders[0] / "events.parquet"
    file.write_bytes(file.read_bytes()[:-1])

    with pytest.raises(StagingError, match=r"events.parquet can't be read: .*; materialize 'logs' again$"):
        staged.frame("events")


def test_whole_parts_are_proven_to_be_what_was_staged(area: StagingArea) -> None:
    stage(area, "run-1", events=ONE, plays=TWO)

    found = area.open("logs", "run-2", []).proven("plays", "events")

    assert list(found) == ["plays", "events"]
    assert found["plays"].equals(TWO)


@pytest.mark.parametrize("part", ["events.parquet", MANIFEST])
@pytest.mark.parametrize("damage", [b"", b"{}", b"another frame's bytes", None])
def test_part_that_is_not_what_was_staged_is_not_proven(area: StagingArea, part: str, damage: bytes | None) -> None:
    stage(area, "run-1")
    staged = area.open("logs", "run-2", [])
    file = staged.folders[0] / part
    file.unlink()
    if damage is not None:
        file.write_bytes(damage)

    with pytest.raises(StagingError, match=rf"^'logs': .*{part} can't be read: .*; materialize 'logs' again$"):
        staged.proven("events")


def test_missing_file_is_found_before_anything_is_computed(area: StagingArea) -> None:
    stage(area, "run-1")
    staged = area.open("logs", "run-2", [])

    with pytest.raises(StagingError, match=r"plays.parquet can't be read: .*; materialize 'logs' again$"):
        staged.frame("plays")
