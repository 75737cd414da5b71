"""The commands that are compared, each from files to a star in a fresh database."""

import os
import shutil
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from benchmarks.measure import Run, Server
from sparkify_assets.commands.surroundings import DAGSTER, MODULE
from sparkify_assets.ingest.discovery import find_days
from sparkify_assets.settings import CHECKOUT

WITHOUT_ANSWERS = "not group:analytics"
"""The load without the views and what is added up for them: what the others do, and the checks."""

# The settings of whoever measures are not to be measured.
FOREIGN = {name: "" for name in os.environ if name.startswith("SPARKIFY_")}


@dataclass(frozen=True)
class Project:
    """The project with a home of its own, through Dagster's own command."""

    server: Server
    home: Path
    data: Path

    def forget(self) -> None:
        """Forget what was staged and stored about runs."""
        shutil.rmtree(self.home, ignore_errors=True)

    def materialize(
        self, url: str, *, module: str = MODULE, select: str = "*", days: tuple[str, str] | None = None
    ) -> Run:
        """Run Dagster's command over days, all that there are files of by default."""
        found = find_days(self.data)
        first, last = days or (str(found[0]), str(found[-1]))
        environment = {
            **FOREIGN,
            "DAGSTER_HOME": str(self._dagster_home()),
            "SPARKIFY_HOME": str(self.home),
            "SPARKIFY_DATA": str(self.data),
            "SPARKIFY_DATABASE_URL": url,
            "SPARKIFY_FIRST_DAY": str(found[0]),
            "SPARKIFY_LAST_DAY": str(found[-1]),
        }
        command = [*DAGSTER, "asset", "materialize", "--select", select]
        command += ["--partition-range", f"{first}...{last}", "-m", module]
        return self.server.measure(command, environment)

    def first_load(self, database: str = "project", *, select: str = "*") -> Run:
        """Load everything, or what is selected, into a fresh database."""
        self.forget()
        return self.materialize(self.server.fresh_database(database), select=select)

    def _dagster_home(self) -> Path:
        home = self.home / "dagster"
        home.mkdir(parents=True, exist_ok=True)
        (home / "dagster.yaml").write_text((CHECKOUT / "dagster.yaml").read_text())
        return home


def script(server: Server, data: Path, module: str, *arguments: str) -> Run:
    """Run a script of this folder that loads the data into a fresh database."""
    url = server.fresh_database("script")
    return server.measure([sys.executable, "-m", f"benchmarks.{module}", str(data), url, *arguments])


def contestants(server: Server, folder: Path, data: Path) -> Mapping[str, Callable[[], Run]]:
    """Return all that can be compared, by name."""
    project = Project(server, folder / "home", data)
    return {
        "project": project.first_load,
        "without answers": lambda: project.first_load(select=WITHOUT_ANSWERS),
        "bare": lambda: script(server, data, "bare"),
        "DuckDB": lambda: script(server, data, "rivals.duckdb_load"),
        "dlt Arrow, CSV": lambda: script(server, data, "rivals.dlt_load", "arrow"),
        "dlt Arrow, ADBC": lambda: script(server, data, "rivals.dlt_load", "adbc"),
        "dlt default": lambda: script(server, data, "rivals.dlt_load", "default"),
        "etl.py": lambda: script(server, data, "rivals.etl"),
    }
