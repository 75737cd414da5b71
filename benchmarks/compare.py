"""Time the project's load against another command, in turn, as whole processes: medians and ratios.

Usage:
    python -m benchmarks.compare floor [--runs N]
    python -m benchmarks.compare bare DATA_FOLDER [--runs N]

`floor` compares the load of SPARKIFY_DATA with the same graph with empty bodies; `bare` compares the first load of
DATA_FOLDER with `benchmarks/bare.py`. Both start a Postgres of their own in a temporary folder. Bytecode must be
allowed: with PYTHONDONTWRITEBYTECODE set, every start costs twice as much.
"""

import argparse
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import psycopg
from psycopg import sql

from sparkify_assets.commands.surroundings import DAGSTER
from sparkify_assets.ingest.discovery import find_days
from sparkify_assets.postgres.embedded import EmbeddedServer
from sparkify_assets.settings import CHECKOUT, read_settings

ROOT = Path(__file__).resolve().parent.parent


@dataclass(frozen=True)
class Run:
    """What one process took: seconds of wall clock and of CPU, and its peak memory in MiB."""

    wall_s: float
    cpu_s: float
    peak_mib: float


@dataclass(frozen=True)
class Bench:
    """A server of its own, and the environment of the commands."""

    server: EmbeddedServer
    folder: Path
    data: Path

    def fresh_database(self, name: str) -> str:
        """Make an empty database and return its URL."""
        url = self.server.ensure()
        with psycopg.connect(url, autocommit=True) as connection:
            connection.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))
            connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
            connection.execute("CHECKPOINT")
        return url.replace("/postgres?", f"/{name}?")

    def materialize(self, module: str, url: str) -> Run:
        """Run Dagster's command over all days of the data."""
        days = find_days(self.data)
        home = self.folder / "dagster"
        home.mkdir(exist_ok=True)
        (home / "dagster.yaml").write_text((CHECKOUT / "dagster.yaml").read_text())
        environment = {
            **os.environ,
            "DAGSTER_HOME": str(home),
            "SPARKIFY_HOME": str(self.folder),
            "SPARKIFY_DATA": str(self.data),
            "SPARKIFY_DATABASE_URL": url,
            "SPARKIFY_FIRST_DAY": str(days[0]),
            "SPARKIFY_LAST_DAY": str(days[-1]),
        }
        command = [*DAGSTER, "asset", "materialize", "--select", "*"]
        command += ["--partition-range", f"{days[0]}...{days[-1]}", "-m", module]
        return timed(command, environment)


def timed(command: list[str], environment: dict[str, str]) -> Run:
    """Run a command to its end.

    Raises:
        SystemExit: it failed.
    """
    started = time.monotonic()
    with tempfile.TemporaryFile("w+") as log:
        process = subprocess.Popen(command, env=environment, cwd=ROOT, stdout=log, stderr=subprocess.STDOUT)
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode:
            log.seek(0)
            sys.exit(f"{' '.join(command)} failed:\n{log.read()[-3000:]}")
    return Run(time.monotonic() - started, _cpu_s(usage), usage.ru_maxrss / 1024)


def _cpu_s(usage: resource.struct_rusage) -> float:
    return usage.ru_utime + usage.ru_stime


def in_turn(runs: int, ours: Callable[[], Run], other: Callable[[], Run], names: tuple[str, str]) -> None:
    """Run both after each other, once unmeasured, and print medians and the ratio of the medians."""
    ours(), other()
    pairs = [(ours(), other()) for _ in range(runs)]
    print(f"{'median of ' + str(runs):<14} {names[0]:>10} {names[1]:>10} {'ratio':>7}")
    for figure in ("wall_s", "cpu_s", "peak_mib"):
        first, second = (statistics.median(getattr(pair[side], figure) for pair in pairs) for side in (0, 1))
        print(f"{figure:<14} {first:>10.2f} {second:>10.2f} {first / second:>7.2f}")


def main() -> None:
    """Run the comparison that the arguments name."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", choices=["floor", "bare"])
    parser.add_argument("data", nargs="?", type=Path, default=read_settings().data)
    parser.add_argument("--runs", type=int, default=5)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="bench") as folder:
        server = EmbeddedServer(Path(folder) / "postgres")
        bench = Bench(server, Path(folder), arguments.data.absolute())
        if arguments.what == "floor":
            url = bench.fresh_database("floor")
            in_turn(
                arguments.runs,
                lambda: bench.materialize("sparkify_assets.definitions", url),
                lambda: bench.materialize("benchmarks.empty_graph", url),
                ("project", "empty"),
            )
        else:
            bare = [sys.executable, str(ROOT / "benchmarks" / "bare.py"), str(bench.data)]
            in_turn(
                arguments.runs,
                lambda: bench.materialize("sparkify_assets.definitions", bench.fresh_database("project")),
                lambda: timed([*bare, bench.fresh_database("bare")], dict(os.environ)),
                ("project", "bare"),
            )


if __name__ == "__main__":
    main()
