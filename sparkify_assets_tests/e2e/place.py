"""The project's real commands, run as a user runs them, in folders of the test's own."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO
from urllib.parse import quote, urlencode

from psycopg.conninfo import conninfo_to_dict

from sparkify_assets.settings import CHECKOUT

PATIENCE_S = 120.0
DAGSTER = str(Path(sys.executable).parent / "dagster")
OF_THE_USER = ("SPARKIFY_", "DAGSTER_", "PG")
"""What a user may have set and a test must not see."""


@dataclass(frozen=True)
class Place:
    """Settings and folders that belong together: as a checkout of its own.

    Attributes:
        folder: where all of it is; its sub-folder `data` holds the raw files.
        settings: variables of the environment, on top of those that name the folders.
    """

    folder: Path
    settings: Mapping[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Make Dagster's home, with the project's configuration linked into it as `make` does."""
        self.dagster_home.mkdir(parents=True, exist_ok=True)
        if not (self.dagster_home / "dagster.yaml").exists():
            (self.dagster_home / "dagster.yaml").symlink_to(CHECKOUT / "dagster.yaml")

    @property
    def dagster_home(self) -> Path:
        """Dagster's own folder."""
        return self.folder / "dagster"

    def start(self, *command: str, **settings: str) -> subprocess.Popen[str]:
        """Start a command in a process group of its own, both of its outputs in one pipe."""
        return self._start(command, settings, subprocess.PIPE)

    def serve(self, log: IO[str], *command: str) -> subprocess.Popen[str]:
        """Start a command that runs until it is told to end, what it says in the log."""
        return self._start(command, {}, log)

    def _start(
        self, command: Sequence[str], settings: Mapping[str, str], output: int | IO[str]
    ) -> subprocess.Popen[str]:
        ours = {name: value for name, value in os.environ.items() if not name.startswith(OF_THE_USER)}
        folders = {
            "SPARKIFY_HOME": str(self.folder / "home"),
            "SPARKIFY_DATA": str(self.folder / "data"),
            "DAGSTER_HOME": str(self.dagster_home),
        }
        return subprocess.Popen(
            command,
            cwd=self.folder,
            env={**ours, **folders, **self.settings, **settings},
            stdin=subprocess.PIPE,
            stdout=output,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )

    def run(self, *command: str, answer: str = "", **settings: str) -> tuple[int, str]:
        """Run a command to its end; return its exit code and what it said."""
        with self.start(*command, **settings) as process:
            try:
                said, _ = process.communicate(answer, timeout=PATIENCE_S)
            except subprocess.TimeoutExpired:
                process.kill()
                raise
        return process.returncode, said

    def materialize(self, first: str, last: str = "", **settings: str) -> tuple[int, str]:
        """Run `dagster asset materialize` for a day or a range of days."""
        return self.run(*materialize_command(first, last), **settings)

    def module(self, name: str, *arguments: str, answer: str = "", **settings: str) -> tuple[int, str]:
        """Run a module of the project's commands."""
        return self.run(sys.executable, "-m", f"sparkify_assets.commands.{name}", *arguments, answer=answer, **settings)


def materialize_command(first: str, last: str = "") -> list[str]:
    """Return the command that loads a day or a range of days."""
    days = ["--partition-range", f"{first}...{last}"] if last else ["--partition", first]
    return [DAGSTER, "asset", "materialize", "--select", "*", *days, "-m", "sparkify_assets.definitions"]


def as_url(conninfo: str) -> str:
    """Return a connection string as the URL that a user writes."""
    parts = {name: str(value) for name, value in conninfo_to_dict(conninfo).items()}
    options = urlencode({"host": parts["host"], "port": parts["port"]}, quote_via=quote)
    return f"postgresql://{parts['user']}@/{parts['dbname']}?{options}"
