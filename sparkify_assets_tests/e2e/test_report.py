"""The listening report beside the loads: none has anything of it, and each has its own drawn soon after."""

from __future__ import annotations

import sys
import textwrap
from pathlib import Path

import psycopg
import pytest
from psycopg import sql

from sparkify_assets.report.files import PAGE
from sparkify_assets_tests.e2e.place import Place, as_url, materialize_command
from sparkify_assets_tests.e2e.raw_files import at, event, write_day
from sparkify_assets_tests.e2e.serving import caught_up, eventually, nothing_is_left, runs, served, settled
from sparkify_assets_tests.loading import Loader

pytestmark = pytest.mark.slow

WATCHED = """
    import atexit, runpy, sys

    STARTS = ("subprocess.Popen", "os.fork", "os.forkpty", "os.posix_spawn", "os.exec")

    def watch(event, arguments):
        if event in STARTS:
            print("STARTED", event, *arguments[:2], flush=True)

    sys.addaudithook(watch)
    atexit.register(lambda: print("LOADED", *sorted({name.partition(".")[0] for name in sys.modules}), flush=True))
    runpy.run_module("dagster", run_name="__main__", alter_sys=True)
"""
"""Dagster's command, which says in the end what it has loaded, and at once which process it starts."""

REFUSE = """
    CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE 'the disk is full'; END $$;
    CREATE TRIGGER refuse BEFORE INSERT ON ops.loaded_files FOR EACH STATEMENT EXECUTE FUNCTION refuse()
"""
"""Has a load fail at its end, when all else is published."""


def test_load_has_nothing_of_what_draws_and_starts_no_process_of_ours(data: Path, database_url: str) -> None:
    place = Place(data.parent, {"SPARKIFY_DATABASE_URL": as_url(database_url)})
    write_day(data, 5, event())
    _, *arguments = materialize_command("2018-11-05")

    code, said = place.run(sys.executable, "-c", textwrap.dedent(WATCHED), *arguments)

    assert code == 0, said
    (loaded,) = [line.split() for line in said.splitlines() if line.startswith("LOADED")]
    assert {"dagster", "polars", "sparkify_assets"} <= set(loaded)
    assert {"altair", "vl_convert"} & set(loaded) == set()
    # Dagster has some of its own, for what a run writes to its outputs.
    assert [line for line in said.splitlines() if line.startswith("STARTED") and "sparkify_assets." in line] == []
    assert not (place.folder / "home" / "report").exists()


def test_daemon_has_the_report_drawn_after_each_load_also_after_one_that_failed_late(
    data: Path, database_url: str
) -> None:
    settings = {"SPARKIFY_DATABASE_URL": as_url(database_url), "SPARKIFY_LOOK_EVERY": "1", "SPARKIFY_SETTLE": "1"}
    place = Place(data.parent, settings)
    loader = Loader(data, place.folder / "home" / "staging", database_url)
    page = place.folder / "home" / "report" / PAGE
    write_day(data, 5, event())
    with served(place):
        caught_up(place, loader)
        assert eventually(lambda: is_about(page, "2018-11-05 to 2018-11-05"))

        write_day(data, 7, event(ts=at(7)))
        assert eventually(lambda: is_about(page, "2018-11-05 to 2018-11-07"))

        with psycopg.connect(database_url) as connection:
            connection.execute(REFUSE)
        write_day(data, 9, event(ts=at(9)))
        assert eventually(lambda: is_about(page, "2018-11-05 to 2018-11-09"))

        assert settled(loader) == {"SUCCESS": 2, "FAILURE": 1}
        assert eventually(lambda: runs(loader, of_reports=True) == {"SUCCESS": 3})
        limits = loader.query(sql.SQL("SELECT value FROM dagster.run_tags WHERE key = 'dagster/max_runtime'"))
        assert limits == [("600",)] * 3
    assert nothing_is_left(place)


def is_about(page: Path, days: str) -> bool:
    """Tell whether the report is there, and about these days."""
    return page.exists() and days in page.read_text()
