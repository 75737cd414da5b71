"""Odd files are reported, and loaded all the same."""

from pathlib import Path

import dagster as dg
import pytest

from sparkify_assets_tests.e2e.raw_files import at, event, november, write_day, write_song
from sparkify_assets_tests.loading import Loader


@pytest.fixture
def loader(tmp_path: Path, database_url: str) -> Loader:
    """Return a loader of one song, with an unknown field, and two days; on the second a session lacks an item."""
    loader = Loader(tmp_path / "data", tmp_path / "staging", database_url)
    write_song(loader.data, "A/one", mood="blue")
    write_day(loader.data, 5, event(ts=at(5), itemInSession=7), event(ts=at(5, 1), itemInSession=8))
    write_day(
        loader.data,
        6,
        event(ts=at(6), sessionId=2),
        event(ts=at(6, 1), sessionId=2, itemInSession=2, device="watch"),
        event(ts=at(6, 2), sessionId=2, itemInSession=3, device="watch", mood="blue"),
    )
    return loader


def test_unknown_fields_and_missing_items_are_told_but_hold_nothing_up(loader: Loader) -> None:
    result = loader.load(november(5), november(6))

    found = evaluations(result)
    assert result.success
    assert len(loader.rows("songplays")) == 5
    drift, gaps = found["raw_logs", "fields_are_known"], found["raw_logs", "session_items_have_no_gap"]
    assert (drift.passed, drift.description) == (False, "unknown: device in 2 record(s), mood in 1 record(s)")
    assert (gaps.passed, gaps.description) == (False, "1 event(s) are missing, from session 2")
    assert found["raw_song_files", "fields_are_known"].description == "unknown: mood in 1 record(s)"
    assert {check.severity for check in (drift, gaps)} == {dg.AssetCheckSeverity.WARN}
    assert {name: value.value for name, value in drift.metadata.items()} == {"offending": 2, "records": 3, "files": 1}
    assert {name: value.value for name, value in gaps.metadata.items()} == {
        "offending": 1,
        "sessions": 2,
        "missing_events": 1,
    }


def test_one_day_alone_has_nothing_odd(loader: Loader) -> None:
    found = evaluations(loader.load(november(5), november(5)))

    assert found["raw_logs", "fields_are_known"].passed
    assert found["raw_logs", "session_items_have_no_gap"].passed


def test_gate_says_what_it_has_compared(loader: Loader) -> None:
    found = evaluations(loader.load(november(5), november(6)))

    figures = {name: value.value for name, value in found["raw_logs", "records_are_accepted"].metadata.items()}
    assert (figures["lines"], figures["reject_rate"], figures["max_rejected"]) == (5, 0, 0.05)


def evaluations(result: dg.ExecuteInProcessResult) -> dict[tuple[str, str], dg.AssetCheckEvaluation]:
    """Return the results of the checks by asset and name."""
    return {(each.asset_key.to_user_string(), each.check_name): each for each in result.get_asset_check_evaluations()}
