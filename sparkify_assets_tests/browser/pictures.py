"""The pictures of the UI in README.md, taken from the real thing: `make pictures`."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory

from playwright.sync_api import Page, expect

from sparkify_assets.report.files import PAGE
from sparkify_assets.settings import CHECKOUT, FIRST_SAMPLE_DAY, LAST_SAMPLE_DAY
from sparkify_assets_tests.browser.chromium import open_page
from sparkify_assets_tests.browser.dagster_ui import DagsterUI, serving
from sparkify_assets_tests.e2e.place import Place

FOLDER = CHECKOUT / "docs" / "images"
HOURS = "plays per hour of the day, UTC"
WIDE, TALL = (1280, 760), (1280, 900)
REPORT = "report"


def picture_lineage(ui: DagsterUI) -> None:
    """Show the graph."""
    ui.page.set_viewport_size({"width": WIDE[0], "height": WIDE[1]})
    ui.open_lineage()
    expect(ui.page.get_by_text("songplays", exact=True).first).to_be_visible()


def picture_figures(ui: DagsterUI) -> None:
    """Show the figures of a day of songplays, with the plot."""
    ui.page.set_viewport_size({"width": TALL[0], "height": TALL[1]})
    ui.open_asset("songplays", view="partitions", partition="2018-11-15")
    expect(ui.page.get_by_alt_text(HOURS)).to_be_visible()


def picture_checks(ui: DagsterUI) -> None:
    """Show the checks of songplays, one of them with its numbers."""
    ui.page.set_viewport_size({"width": WIDE[0], "height": WIDE[1]})
    ui.open_asset("songplays", view="checks")
    ui.page.get_by_text("plays_reconcile", exact=True).first.click()
    expect(ui.page.get_by_text("plays_recorded").first).to_be_visible()


PICTURES: dict[str, Callable[[DagsterUI], None]] = {
    "lineage": picture_lineage,
    "songplays": picture_figures,
    "checks": picture_checks,
}


def take_pictures(ui: DagsterUI, folder: Path) -> None:
    """Take all pictures of a UI in which the sample was loaded."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, show in PICTURES.items():
        show(ui)
        ui.page.wait_for_timeout(1500)  # for what moves into its place
        ui.page.screenshot(path=folder / f"{name}.png")


def picture_report(page: Page, report: Path, folder: Path) -> None:
    """Take the picture of the upper part of the listening report."""
    page.set_viewport_size({"width": TALL[0], "height": TALL[1]})
    page.goto(report.as_uri())
    page.screenshot(path=folder / f"{REPORT}.png")


def main() -> None:
    """Load the sample into a Postgres of its own, serve the UI, and take the pictures."""
    with TemporaryDirectory(prefix="pictures") as name:
        folder = Path(name)
        shutil.copytree(CHECKOUT / "data", folder / "data")
        days = {"SPARKIFY_FIRST_DAY": str(FIRST_SAMPLE_DAY), "SPARKIFY_LAST_DAY": str(LAST_SAMPLE_DAY)}
        place = Place(folder, days)
        code, said = place.materialize(str(FIRST_SAMPLE_DAY), str(LAST_SAMPLE_DAY))
        if code:
            sys.exit(f"the sample was not loaded:\n{said[-3000:]}")
        code, said = place.module("report")
        if code:
            sys.exit(f"the report was not drawn:\n{said[-3000:]}")
        with serving(place, folder / "make-ui.log") as url, open_page() as page:
            take_pictures(DagsterUI(page, url), FOLDER)
            picture_report(page, folder / "home" / "report" / PAGE, FOLDER)
    print(f"{len(PICTURES) + 1} pictures are in {FOLDER.relative_to(CHECKOUT)}")


if __name__ == "__main__":
    main()
