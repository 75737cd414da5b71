"""`make ui` on data of one's own, and its pages by the words that people read on them."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import Locator, Page, expect

from sparkify_assets_tests.e2e.place import Place

START_PATIENCE_S = 120
LOAD_PATIENCE_S = 400
"""Dagster's daemon starts a range in steps, and looks every 30 s whether the next one can begin."""
END_PATIENCE_S = 60
GROUPS = ("raw", "rejected", "star", "ops")


@contextmanager
def serving(place: Place, log: Path) -> Iterator[str]:
    """Run `make ui` on a free port of 127.0.0.1, give its address, and end it as Ctrl-C does."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    # A suite that runs in the background has its children ignore Ctrl-C.
    command = ["env", "--default-signal=INT", sys.executable, "-m", "sparkify_assets.commands.ui", "--port", str(port)]
    with log.open("w") as file, place.serve(file, *command) as process:
        try:
            _wait_for(f"http://127.0.0.1:{port}/server_info", process, log)
            yield f"http://127.0.0.1:{port}"
        finally:
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGINT)
            try:
                process.wait(END_PATIENCE_S)
            finally:
                with suppress(ProcessLookupError):
                    os.killpg(process.pid, signal.SIGKILL)


def _wait_for(url: str, process: subprocess.Popen[str], log: Path) -> None:
    until = time.monotonic() + START_PATIENCE_S
    while process.poll() is None and time.monotonic() < until:
        with suppress(OSError), urllib.request.urlopen(url, timeout=5):
            return
        time.sleep(0.2)
    raise AssertionError(f"Dagster's UI has not answered:\n{log.read_text()[-3000:]}")


@dataclass(frozen=True)
class DagsterUI:
    """The UI in a browser's page."""

    page: Page
    url: str

    def open_lineage(self) -> None:
        """Open the graph of all assets, its groups but one unfolded."""
        unfolded = ",".join(f"global@global:{group}" for group in GROUPS)
        self.page.goto(f"{self.url}/asset-groups/?expanded={unfolded}")
        expect(self.page.get_by_role("button", name="Materialize all")).to_be_enabled()
        self.page.get_by_role("button", name="zoom_out").click()  # the graph begins larger than the window

    def materialize_all(self, first: str, last: str) -> None:
        """Materialize everything for a range of days from the lineage page, and wait until it is done."""
        self.page.get_by_role("button", name="Materialize all").click()
        dialogue = self.page.get_by_role("dialog")
        days = dialogue.get_by_placeholder(re.compile("ex: "))
        days.fill(f"[{first}...{last}]")
        days.press("Enter")
        dialogue.get_by_role("button", name="Launch backfill").click()
        expect(self.page.get_by_text("Created backfill")).to_be_visible()
        self.page.get_by_text("View", exact=True).click()
        self.page.wait_for_url(re.compile(r"/runs/b/\w+"))
        backfill = self.page.url.rpartition("/")[2].partition("?")[0]
        until = time.monotonic() + LOAD_PATIENCE_S
        while (status := self._status_of(backfill)) in ("REQUESTED", "") and time.monotonic() < until:
            self.page.wait_for_timeout(1000)
        assert status == "COMPLETED_SUCCESS", f"the load's status is {status}"

    def _status_of(self, backfill: str) -> str:
        query = (
            "query($id: String!) { partitionBackfillOrError(backfillId: $id) { ... on PartitionBackfill { status } } }"
        )
        asked = {"query": query, "variables": {"id": backfill}}
        answer = self.page.request.post(f"{self.url}/graphql", data=asked).json()
        return str(answer["data"]["partitionBackfillOrError"].get("status", ""))

    def open_asset(self, name: str, **query: str) -> None:
        """Open an asset's page: its overview, or the view that is named."""
        asked = "&".join(f"{key}={value}" for key, value in query.items())
        self.page.goto(f"{self.url}/assets/{name}?{asked}")
        expect(self.page.get_by_role("tab", name="Overview")).to_be_visible()

    def row(self, name: str) -> Locator:
        """Return the table row that has a cell of exactly that text: of a column, or of a figure."""
        return self.page.get_by_role("row").filter(has=self.page.get_by_role("cell", name=name, exact=True))
