"""A load refuses what the manifest of a damaged set lists, for the reasons it lists, and nothing else."""

import datetime as dt
import json
from pathlib import Path

import pytest
from psycopg import sql

from sparkify_assets.generator.faults import EVENT_FAULTS, FILE_FAULTS, SONG_FAULTS
from sparkify_assets.generator.generate import generate
from sparkify_assets.generator.place import MANIFEST
from sparkify_assets.generator.plan import USUAL_QUIRKS, Plan, Quirk
from sparkify_assets.ingest.discovery import find_log_files, find_song_files
from sparkify_assets.ingest.logs import read_days
from sparkify_assets.ingest.refusals import Reason
from sparkify_assets.ingest.songs import read_songs
from sparkify_assets_tests.e2e.comparison import assert_as_oracle
from sparkify_assets_tests.loading import FIRST_DAY, Loader

Refused = tuple[str, int, str]
MANY = Plan(days=6, events_per_day=800, songs=800, fault_rate=0.04, damaged_files=6)


def manifest(data: Path) -> list[Refused]:
    """Return file, line and reason of what the manifest lists."""
    rows = [json.loads(line) for line in (data / MANIFEST).read_text().splitlines()]
    return [(row["file"], row["line"], row["reason"]) for row in rows]


def refused(data: Path, plan: Plan) -> list[Refused]:
    """Return file, line and reason of what the project refuses."""
    last = plan.first_day + dt.timedelta(days=plan.days - 1)
    logs = [day.rejected for day in read_days(find_log_files(data, plan.first_day, last).by_day)]
    frames = [*logs, read_songs(find_song_files(data).files).rejected]
    return sorted(row for frame in frames for row in frame.select("file", "line", "reason").iter_rows())


@pytest.mark.parametrize(
    "quirks",
    [
        USUAL_QUIRKS,
        frozenset[Quirk](),
        frozenset(Quirk) - {Quirk.GZIP},
        frozenset({Quirk.GZIP, Quirk.CRLF, Quirk.NULLS, Quirk.BOM}),
    ],
    ids=["usual", "none", "all", "packed"],
)
def test_what_is_refused_is_what_the_manifest_lists(tmp_path: Path, quirks: frozenset[Quirk]) -> None:
    plan = Plan(**{**vars(MANY), "quirks": quirks})

    done = generate(plan, tmp_path)

    assert refused(tmp_path, plan) == sorted(manifest(tmp_path))
    assert done.faults == len(manifest(tmp_path)) > 200


def test_every_way_to_damage_is_used_and_every_reason_that_can_be_met(tmp_path: Path) -> None:
    generate(MANY, tmp_path)

    rows = [json.loads(line) for line in (tmp_path / MANIFEST).read_text().splitlines()]
    assert {row["fault"] for row in rows} == {fault.name for fault in (*EVENT_FAULTS, *SONG_FAULTS, *FILE_FAULTS)}
    assert {row["reason"] for row in rows} == set(Reason) - {Reason.BROKEN_RULE}


def test_damaged_records_change_no_other_line(tmp_path: Path) -> None:
    plan = Plan(days=2, events_per_day=500, songs=50, fault_rate=0.1)

    generate(plan, tmp_path / "damaged")
    generate(Plan(**{**vars(plan), "fault_rate": 0.0}), tmp_path / "good")

    bad = {(name, line) for name, line, _ in manifest(tmp_path / "damaged")}
    for path in (tmp_path / "good" / "log_data").rglob("*.json"):
        name = str(path.relative_to(tmp_path / "good"))
        texts = enumerate((tmp_path / "damaged" / name).read_bytes().split(b"\n"), start=1)
        assert [text for line, text in texts if (name, line) not in bad] == path.read_bytes().split(b"\n")


@pytest.mark.slow
def test_load_of_a_damaged_set_is_that_of_the_oracle_and_stores_the_manifest(tmp_path: Path, database_url: str) -> None:
    plan = Plan(days=5, events_per_day=400, songs=200, first_day=FIRST_DAY, fault_rate=0.03, damaged_files=2)
    generate(plan, tmp_path / "data")
    loader = Loader(tmp_path / "data", tmp_path / "staging", database_url, max_rejected=1.0)

    loader.load()

    assert_as_oracle(loader)
    stored = loader.query(
        sql.SQL(
            "SELECT file, line::int, reason FROM ops.rejected_events"
            " UNION ALL SELECT file, line::int, reason FROM ops.rejected_songs"
        )
    )
    assert sorted(stored) == sorted(manifest(tmp_path / "data"))
