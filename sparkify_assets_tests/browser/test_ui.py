"""A range is loaded from the lineage page in a real browser; then the pages show what the load has done."""

from __future__ import annotations

import re
import shutil
import struct
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from playwright.sync_api import Locator, Page, expect
from psycopg.conninfo import make_conninfo

from sparkify_assets.definitions import ASSETS
from sparkify_assets.defs.checks import CHECKS
from sparkify_assets.defs.gating import PUBLISH_GATE
from sparkify_assets.defs.tables import SONGPLAYS
from sparkify_assets.report.make import MAIN
from sparkify_assets.report.sections import PARTS
from sparkify_assets.settings import CHECKOUT
from sparkify_assets_tests.browser.chromium import open_page
from sparkify_assets_tests.browser.dagster_ui import GROUPS, DagsterUI, serving
from sparkify_assets_tests.browser.pictures import FOLDER, HOURS, PICTURES, REPORT, picture_report, take_pictures
from sparkify_assets_tests.e2e.place import Place, as_url

pytestmark = [pytest.mark.slow, pytest.mark.browser]

ARTEFACTS = CHECKOUT / "test-artifacts"
"""Pictures of what the tests have seen last, and the log of the server; git is told to leave it out."""
GATED = {"raw_logs", "raw_song_files"}
FIRST, SPOILED, LAST = "2018-11-01", "2018-11-15", "2018-11-30"


@pytest.fixture(scope="module")
def database(server_url: str) -> Iterator[str]:
    """Make a database for the server and its runs, dropped at the end."""
    with psycopg.connect(server_url, autocommit=True) as connection:
        connection.execute("CREATE DATABASE of_the_browser TEMPLATE template0")
        yield make_conninfo(server_url, dbname="of_the_browser")
        connection.execute("DROP DATABASE of_the_browser WITH (FORCE)")


@pytest.fixture(scope="module")
def ui(tmp_path_factory: pytest.TempPathFactory, database: str) -> Iterator[DagsterUI]:
    """Serve the sample, with one line that is no event, and load all of it from the lineage page."""
    folder = tmp_path_factory.mktemp("browser")
    shutil.copytree(CHECKOUT / "data", folder / "data", copy_function=shutil.copy)  # as files of today
    with (folder / "data" / "log_data" / "2018" / "11" / f"{SPOILED}-events.json").open("a") as spoiled:
        spoiled.write('\n{"page": "NextSong", "ts": "yesterday"}\n')
    ARTEFACTS.mkdir(exist_ok=True)
    settings = {
        "SPARKIFY_DATABASE_URL": as_url(database),
        "SPARKIFY_FIRST_DAY": FIRST,
        "SPARKIFY_LAST_DAY": LAST,
        # What is loaded here is loaded by hand: files of today are not still enough for the sensors.
        "SPARKIFY_SETTLE": "86400",
    }
    place = Place(folder, settings)
    with serving(place, ARTEFACTS / "make-ui.log") as url, open_page() as page:
        ui = DagsterUI(page, url)
        ui.open_lineage()
        for group in GROUPS:
            expect(page.get_by_text(group, exact=True).first).to_be_visible()
        keep(page, "lineage-before")
        ui.materialize_all(FIRST, LAST)
        keep(page, "load")
        yield ui


def test_lineage_shows_every_asset_of_the_load(ui: DagsterUI) -> None:
    # Dagster draws what is within sight alone.
    ui.page.set_viewport_size({"width": 2000, "height": 1800})
    ui.open_lineage()

    specs = [spec for asset in ASSETS for spec in asset.specs]
    # The views are too many for one picture: their group stays folded.
    for name in {spec.key.to_user_string() if spec.group_name in GROUPS else str(spec.group_name) for spec in specs}:
        expect(ui.page.get_by_text(name, exact=True).first).to_be_visible()
    keep(ui.page, "lineage-after")


@pytest.mark.parametrize("name", sorted(GATED | {asset.key.to_user_string() for asset, _ in CHECKS.values()}))
def test_no_check_has_failed_though_the_range_came_in_several_runs(ui: DagsterUI, name: str) -> None:
    ui.open_asset(name, view="checks")

    expect(ui.page.get_by_text("Succeeded", exact=True).first).to_be_visible()
    expect(ui.page.get_by_text("Failed", exact=True)).to_have_count(0)


def test_songplays_shows_its_description_and_columns(ui: DagsterUI) -> None:
    ui.open_asset("songplays")

    expect(ui.page.get_by_text(SONGPLAYS.description).first).to_be_visible()
    for column in SONGPLAYS.columns:
        row = ui.row(column.name).first
        expect(row).to_contain_text(column.sql_type)
        expect(row).to_contain_text(column.description)
        expect(row.get_by_text("non-nullable")).to_have_count(0 if column.nullable else 1)
    expect(ui.page.get_by_text("primary key (songplay_id)")).to_be_visible()
    keep(ui.page, "songplays")


def test_songplays_shows_how_many_rows_there_are(ui: DagsterUI, database: str) -> None:
    with psycopg.connect(database) as connection:
        row = connection.execute(
            "SELECT count(*), count(*) FILTER (WHERE log_date = %s) FROM public.songplays", (LAST,)
        ).fetchone()
    assert row
    everything, of_the_last_day = row

    ui.open_asset("songplays")

    expect(ui.page.get_by_text(f"{everything:,}", exact=True).first).to_be_visible()
    expect(ui.row("dagster/partition_row_count")).to_contain_text(str(of_the_last_day))
    expect(ui.row("rows_inserted").or_(ui.row("rows_unchanged")).filter(has_text=str(of_the_last_day))).to_have_count(1)
    expect(
        ui.row("run_rows_inserted").or_(ui.row("run_rows_unchanged")).filter(has_text=str(everything))
    ).to_have_count(1)
    expect(ui.row("match_rate")).to_contain_text(re.compile(r"0\.\d+"))


def test_songplays_shows_a_plot_and_its_first_rows_without_any_network(ui: DagsterUI) -> None:
    ui.open_asset("songplays")

    plot = ui.page.get_by_alt_text(HOURS)
    plot.scroll_into_view_if_needed()
    expect(plot).to_be_visible()
    assert drawn_width(plot) > 100
    preview = ui.row("preview")
    expect(preview.get_by_role("table").get_by_role("row")).to_have_count(11)
    expect(preview).to_contain_text(LAST)
    keep(ui.page, "songplays-figures")


def test_each_day_has_figures_of_its_own(ui: DagsterUI, database: str) -> None:
    with psycopg.connect(database) as connection:
        rows = connection.execute(
            "SELECT log_date::text, count(*) FROM public.songplays WHERE log_date = ANY(%s::date[]) GROUP BY 1",
            ([FIRST, SPOILED],),
        ).fetchall()

    for day, plays in rows:
        ui.open_asset("songplays", view="partitions", partition=day)
        expect(ui.row("dagster/partition_row_count")).to_contain_text(str(plays))
        expect(ui.page.get_by_alt_text(HOURS)).to_be_visible()


def test_match_rate_is_drawn_over_the_days(ui: DagsterUI) -> None:
    ui.open_asset("songplays")

    ui.page.get_by_role("button", name="Plots").click()
    ui.page.get_by_role("button", name="Events").click()

    # The view of that name is linked beside the plots.
    plot = ui.page.get_by_text("match_rate", exact=True).and_(ui.page.locator(":not(a *)"))
    expect(plot).to_be_visible()
    expect(ui.page.get_by_text("rows_inserted", exact=True)).to_be_visible()
    plot.scroll_into_view_if_needed()
    keep(ui.page, "songplays-plots")


def test_checks_have_passed_and_say_what_they_have_looked_at(ui: DagsterUI) -> None:
    _, stored = CHECKS["check_songplays"]
    ui.open_asset("songplays", view="checks")

    for name in (PUBLISH_GATE, *(check.name for check in stored)):
        expect(ui.page.get_by_text(name, exact=True).first).to_be_visible()
    expect(ui.page.get_by_text("Succeeded", exact=True)).to_have_count(len(stored) + 1)
    check = next(check for check in stored if check.name == "plays_reconcile")
    ui.page.get_by_text(check.name, exact=True).first.click()
    expect(ui.page.get_by_text(check.in_full)).to_be_visible()
    expect(ui.page.get_by_text("plays_recorded").first).to_be_visible()
    keep(ui.page, "songplays-checks")


def test_a_day_of_logs_leads_to_the_records_that_were_refused(ui: DagsterUI) -> None:
    ui.open_asset("raw_logs", view="partitions", partition=SPOILED)
    expect(ui.row("rejected")).to_contain_text("1")
    expect(ui.row("reject_rate")).to_contain_text(re.compile(r"0\.00\d+"))

    ui.page.get_by_text("1 refused record(s), with line and reason").click()

    ui.page.wait_for_url(re.compile(r"/assets/rejected_events"))
    expect(ui.row("preview")).to_contain_text('ts is "yesterday", expected an integer')
    keep(ui.page, "rejected-events")


def test_listening_report_shows_its_main_charts(ui: DagsterUI) -> None:
    ui.open_asset("listening_report")
    expect(ui.row("page")).to_contain_text("listening-report.html")

    for name in MAIN:
        ui.row(name).get_by_role("button").or_(ui.row(name).get_by_text("Show")).first.click()
        chart = ui.page.get_by_role("dialog").get_by_alt_text(PARTS[name][0])
        expect(chart).to_be_visible()
        assert drawn_width(chart) > 300
        keep(ui.page, f"listening-report-{name}")
        ui.page.keyboard.press("Escape")
        expect(ui.page.get_by_role("dialog")).to_have_count(0)


def test_listening_report_is_where_the_ui_says_and_gives_the_picture_of_the_readme(
    ui: DagsterUI, tmp_path: Path
) -> None:
    ui.open_asset("listening_report")
    page = Path(ui.row("page").get_by_role("cell").last.inner_text().strip())

    picture_report(ui.page, page, tmp_path)

    assert size_of(tmp_path / f"{REPORT}.png") == size_of(FOLDER / f"{REPORT}.png")
    keep(ui.page, "report-of-the-sample")


def test_pictures_of_the_readme_can_be_taken_anew(ui: DagsterUI, tmp_path: Path) -> None:
    take_pictures(ui, tmp_path)

    readme = (CHECKOUT / "README.md").read_text()
    for name in PICTURES:
        assert size_of(tmp_path / f"{name}.png") == size_of(FOLDER / f"{name}.png")
        assert f"](docs/images/{name}.png)" in readme
    assert {picture.stem for picture in FOLDER.iterdir()} == {*PICTURES, REPORT}


def keep(page: Page, name: str) -> None:
    """Keep a picture of the page among the artefacts."""
    page.wait_for_timeout(1000)  # for what moves into its place
    page.screenshot(path=ARTEFACTS / f"{name}.png")


def drawn_width(picture: Locator) -> int:
    """Return the width of what the browser has made of an image's source; 0 where it could not read it."""
    return int(picture.evaluate("image => image.naturalWidth"))


def size_of(picture: Path) -> tuple[int, int]:
    """Return width and height of a PNG file, as its first chunk has them."""
    width, height = struct.unpack(">II", picture.read_bytes()[16:24])
    return width, height
