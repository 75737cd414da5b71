"""A headless Chromium or Chrome that is installed on this machine, driven by Playwright, which brings none along."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager

from playwright.sync_api import Page, sync_playwright

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
QUIET = (
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-dev-shm-usage",  # containers have little of it
    "--disable-gpu",
    "--disable-sync",
    "--no-first-run",
)
VIEW = (1440, 900)
PATIENCE_S = 30


class NoBrowserError(Exception):
    """No browser is installed."""


def find_chromium() -> str:
    """Return the program's path: the one that CHROMIUM names, or the first that is installed.

    Raises:
        NoBrowserError: there is none.
    """
    wanted = (os.environ.get("CHROMIUM", ""), *NAMES)
    found = next(filter(None, (shutil.which(name) for name in wanted if name)), None)
    if found is None:
        raise NoBrowserError(
            f"no browser is installed, looked for {', '.join(NAMES)}; install one, such as Debian's package chromium, "
            "or name one: make test CHROMIUM=/path/to/chrome"
        )
    return found


@contextmanager
def open_page(view: tuple[int, int] = VIEW) -> Iterator[Page]:
    """Give an empty page of a browser of its own.

    Raises:
        NoBrowserError: none is installed.
    """
    # Chromium's own sandbox refuses to run as root, which CI machines and containers are.
    sandbox = ("--no-sandbox",) if os.geteuid() == 0 else ()
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=find_chromium(), args=[*QUIET, *sandbox])
        try:
            page = browser.new_page(
                viewport={"width": view[0], "height": view[1]}, locale="en-GB", timezone_id="UTC", color_scheme="light"
            )
            page.set_default_timeout(PATIENCE_S * 1000)
            yield page
        finally:
            browser.close()
