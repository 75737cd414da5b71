"""What the UI shows of each day after a load of several days in one run."""

from collections.abc import Iterator
from typing import Any

import dagster as dg
import pytest

from sparkify_assets_tests.conftest import fresh_database
from sparkify_assets_tests.e2e.raw_files import at, event, november, write_day, write_song
from sparkify_assets_tests.loading import Loader

Shown = dict[str, dict[str, Any]]


@pytest.fixture(scope="module")
def result(tmp_path_factory: pytest.TempPathFactory, server_url: str) -> Iterator[dg.ExecuteInProcessResult]:
    """Load three days in one run: a play of a known song, a play of another one beside a refused record, no play."""
    folder = tmp_path_factory.mktemp("shown")
    with fresh_database(server_url) as url:
        yield load_three_days(Loader(folder / "data", folder / "staging", url))


def load_three_days(loader: Loader) -> dg.ExecuteInProcessResult:
    write_song(loader.data, "A/one")
    write_song(loader.data, "A/bad", title=None)
    write_day(loader.data, 5, event(ts=at(5, 1)))
    write_day(loader.data, 6, event(ts=at(6, 23), song="Nothing We Know"), "{", event(ts=at(6, 22), mood="blue"))
    write_day(loader.data, 7, event(ts=at(7), page="Home"))
    return loader.load(november(5), november(7))


def shown(result: dg.ExecuteInProcessResult, asset: str) -> Shown:
    """Return the metadata of each of the asset's days."""
    return {
        each.partition or "": {name: value.value for name, value in each.metadata.items()}
        for each in result.asset_materializations_for_node(asset)
    }


def test_each_day_of_logs_has_its_own_counts_and_reject_rate(result: dg.ExecuteInProcessResult) -> None:
    days = shown(result, "raw_logs")

    assert {day: (figures["lines"], figures["events"], figures["rejected"]) for day, figures in days.items()} == {
        "2018-11-05": (1, 1, 0),
        "2018-11-06": (3, 2, 1),
        "2018-11-07": (1, 1, 0),
    }
    assert [figures["reject_rate"] for figures in days.values()] == [0, 0.333333, 0]
    assert [figures["unknown_fields"] for figures in days.values()] == ["none", "mood (1)", "none"]
    assert [figures["dagster/partition_row_count"] for figures in days.values()] == [1, 2, 1]


def test_day_with_refused_records_leads_to_them(result: dg.ExecuteInProcessResult) -> None:
    links = {day: figures.get("rejects") for day, figures in shown(result, "raw_logs").items()}
    rejects = shown(result, "rejected_events")

    assert links == {
        "2018-11-05": None,
        "2018-11-06": (
            "[1 refused record(s), with line and reason](/assets/rejected_events?view=partitions&partition=2018-11-06)"
        ),
        "2018-11-07": None,
    }
    assert {day for day, figures in rejects.items() if "preview" in figures} == {"2018-11-06"}
    [record] = rejects["2018-11-06"]["preview"].records
    assert (record.data["line"], record.data["reason"], record.data["raw_text"]) == (2, "not_json", "{")


def test_refused_songs_are_led_to_as_well(result: dg.ExecuteInProcessResult) -> None:
    [files] = shown(result, "raw_song_files").values()
    [rejects] = shown(result, "rejected_songs").values()

    assert files["rejects"] == "[1 refused record(s), with line and reason](/assets/rejected_songs)"
    assert [record.data["reason"] for record in rejects["preview"].records] == ["missing_title"]


def test_each_day_of_plays_has_its_match_rate_and_its_hours(result: dg.ExecuteInProcessResult) -> None:
    days = shown(result, "songplays")

    assert [days[day].get("match_rate") for day in sorted(days)] == [1, 0.5, None]
    assert [days[day].get("matched_plays") for day in sorted(days)] == [1, 1, None]
    pictures = [days[day].get("plays_per_hour", "") for day in sorted(days)]
    assert pictures[0].startswith("![plays per hour of the day, UTC](data:image/svg+xml,")
    assert len(set(pictures)) == 3


def test_first_rows_of_each_day_are_shown(result: dg.ExecuteInProcessResult) -> None:
    plays, users, time = (shown(result, asset) for asset in ("songplays", "users", "time"))

    assert [record.data["log_date"] for record in plays["2018-11-06"]["preview"].records] == ["2018-11-06"] * 2
    assert {day: len(figures["preview"].records) for day, figures in users.items()} == dict.fromkeys(plays, 1)
    assert [day for day, figures in time.items() if "preview" in figures] == ["2018-11-07"]
