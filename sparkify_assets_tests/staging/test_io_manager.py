"""The IO manager in real runs of Dagster: one partition, a range, an empty day."""

import warnings
from collections.abc import Iterator, Sequence
from pathlib import Path

import dagster as dg
import polars as pl
import pytest

from sparkify_assets.errors import StagingError
from sparkify_assets.staging.area import Draft
from sparkify_assets.staging.io_manager import StagingFolder, StagingIOManager
from sparkify_assets.staging.staged import Staged

DAYS = dg.DailyPartitionsDefinition(start_date="2018-11-01", end_date="2018-11-06")
POLICY = dg.BackfillPolicy.single_run()
EMPTY_DAY = "2018-11-03"
RANGE_TAGS = ("dagster/asset_partition_range_start", "dagster/asset_partition_range_end")
VALUES = {"day": pl.String, "value": pl.Int64}


@dg.asset(partitions_def=DAYS, io_manager_key="staging_io_manager")
def readings(context: dg.AssetExecutionContext, staging: StagingFolder) -> Iterator[dg.Output[Draft]]:
    """Two readings a day, but for one day without any."""
    with staging.area().draft("readings", context.run.run_id, context.partition_keys) as draft:
        for day in context.partition_keys:
            values = [] if day == EMPTY_DAY else [1, 2]
            draft.add(day, {"values": pl.DataFrame({"day": [day] * len(values), "value": values}, schema=VALUES)})
        yield dg.Output(draft)


@dg.asset(io_manager_key="staging_io_manager")
def stations(context: dg.AssetExecutionContext, staging: StagingFolder) -> Iterator[dg.Output[Draft]]:
    """Two stations, not cut by day."""
    with staging.area().draft("stations", context.run.run_id, []) as draft:
        draft.add("", {"stations": pl.DataFrame({"station": ["a", "b"]})})
        yield dg.Output(draft)


@dg.asset(partitions_def=DAYS)
def totals(readings: Staged, stations: Staged) -> dict[str, object]:
    """What was read."""
    frame = readings.frame("values").collect()
    return {
        "days": list(readings.versions),
        "rows": frame.rows(),
        "stations": stations.frame("stations").collect()["station"].to_list(),
    }


@dg.asset(io_manager_key="staging_io_manager")
def not_a_draft() -> int:
    """Something else."""
    return 1


@dg.asset(partitions_def=DAYS, io_manager_key="staging_io_manager")
def forgetful(context: dg.AssetExecutionContext, staging: StagingFolder) -> Iterator[dg.Output[Draft]]:
    """The first day alone, whatever was asked for."""
    with staging.area().draft("forgetful", context.run.run_id, context.partition_keys) as draft:
        draft.add(context.partition_keys[0], {"values": pl.DataFrame({"value": [1]})})
        yield dg.Output(draft)


@dg.asset(io_manager_key="staging_io_manager", output_required=False)
def held_back(context: dg.AssetExecutionContext, staging: StagingFolder) -> Iterator[dg.Output[Draft]]:
    """Written aside, and never given out."""
    with staging.area().draft("held_back", context.run.run_id, []) as draft:
        draft.add("", {"values": pl.DataFrame({"value": [1]})})
        yield from ()


def materialize(
    location: Path | str,
    assets: Sequence[dg.AssetsDefinition],
    *,
    beside: Sequence[dg.AssetsDefinition] = (),
    day: str | None = None,
    days: tuple[str, str] | None = None,
) -> dg.ExecuteInProcessResult:
    """Materialize the assets for a day or a range of days; those beside are only read."""
    folder = StagingFolder(location=str(location))
    tags = {} if days is None else dict(zip(RANGE_TAGS, days, strict=True))
    with warnings.catch_warnings():
        # Dagster 1.13 itself calls what it deprecates, for any resource that another one depends on.
        warnings.filterwarnings("ignore", "InitResourceContext.dagster_run is deprecated", DeprecationWarning)
        return dg.materialize(
            [asset.with_attributes(backfill_policy=POLICY) for asset in (*assets, *beside)],
            selection=dg.AssetSelection.assets(*(asset.key for asset in assets)),
            partition_key=day,
            tags=tags,
            resources={
                "staging": folder,
                "staging_io_manager": StagingIOManager(folder=folder),
                "io_manager": dg.mem_io_manager,
            },
        )


def test_one_partition_is_staged_and_read(tmp_path: Path) -> None:
    result = materialize(tmp_path / "staged frames", [readings, stations, totals], day="2018-11-02")

    assert result.output_for_node("totals") == {
        "days": ["2018-11-02"],
        "rows": [("2018-11-02", 1), ("2018-11-02", 2)],
        "stations": ["a", "b"],
    }


def test_range_is_staged_and_read_in_one_run_with_an_empty_day(tmp_path: Path) -> None:
    result = materialize(tmp_path, [readings, stations, totals], days=("2018-11-02", "2018-11-04"))

    assert result.output_for_node("totals") == {
        "days": ["2018-11-02", EMPTY_DAY, "2018-11-04"],
        "rows": [("2018-11-02", 1), ("2018-11-02", 2), ("2018-11-04", 1), ("2018-11-04", 2)],
        "stations": ["a", "b"],
    }


def test_empty_day_alone_is_staged_with_its_columns(tmp_path: Path) -> None:
    result = materialize(tmp_path, [readings, stations, totals], day=EMPTY_DAY)

    assert result.output_for_node("totals")["rows"] == []


def test_later_run_reads_what_an_earlier_one_has_staged(tmp_path: Path) -> None:
    materialize(tmp_path, [readings, stations], days=("2018-11-01", "2018-11-05"))

    result = materialize(tmp_path, [totals], beside=[readings, stations], day="2018-11-05")

    assert result.output_for_node("totals")["days"] == ["2018-11-05"]


def test_fsspec_url_serves_as_well() -> None:
    result = materialize("memory://staged frames", [readings, stations, totals], day="2018-11-01")

    assert result.output_for_node("totals")["days"] == ["2018-11-01"]


def test_output_says_where_the_frames_are_and_their_version(tmp_path: Path) -> None:
    result = materialize(tmp_path, [readings], day="2018-11-01")

    (event,) = result.asset_materializations_for_node("readings")
    (version_folder,) = (tmp_path / "readings" / "2018-11-01").iterdir()
    assert event.metadata["dagster/uri"].value == str(tmp_path / "readings")
    assert int(str(event.metadata["version"].value)) == int(version_folder.name.partition("-")[0])


def test_value_that_is_no_draft_is_refused(tmp_path: Path) -> None:
    with pytest.raises(StagingError, match=r"^the asset gave a int, expected is a Draft; nothing was staged$"):
        materialize(tmp_path, [not_a_draft])


def test_draft_that_lacks_a_day_of_the_run_is_refused_and_removed(tmp_path: Path) -> None:
    with pytest.raises(
        StagingError, match=r"^the draft of 'forgetful' lacks the partition\(s\) \['2018-11-02'\]; nothing was staged$"
    ):
        materialize(tmp_path, [forgetful], days=("2018-11-01", "2018-11-02"))

    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []


def test_output_held_back_leaves_nothing(tmp_path: Path) -> None:
    materialize(tmp_path, [held_back])

    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []


def test_nothing_staged_is_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(StagingError, match=r"^'readings' of 2018-11-01 has not been staged"):
        materialize(tmp_path, [totals], beside=[readings, stations], day="2018-11-01")


@pytest.mark.parametrize(
    ("location", "reason"), [("shelf://a", "shelf"), ("s3://bucket/a", "s3fs")], ids=["of no kind", "not installed"]
)
def test_location_that_nothing_installed_can_write_is_one_sentence(location: str, reason: str) -> None:
    with pytest.raises(
        StagingError, match=rf"^nothing can be staged in '{location}': .*{reason}.*; expected is a folder or a URL"
    ):
        StagingFolder(location=location).area()
