"""Figures as tables in Markdown, with what they were measured on."""

import os
import platform
from collections.abc import Mapping, Sequence
from importlib.metadata import PackageNotFoundError, version

from benchmarks.measure import Run, Server

PACKAGES = (
    "dagster",
    "polars",
    "psycopg",
    "pgpq",
    "duckdb",
    "dlt",
    "adbc-driver-postgresql",
    "pandas",
    "psycopg2-binary",
)
HEADS = ("wall", "client CPU", "server CPU", "peak memory", "WAL")


def surroundings(server: Server) -> str:
    """Return what was measured on: machine and versions."""
    with server.connect() as connection:
        row = connection.execute("SHOW server_version").fetchone()
    load = os.getloadavg()[0]
    return (
        f"{len(os.sched_getaffinity(0))} cores, {memory_bytes() / 2**30:.0f} GiB of memory, "
        f"load at the start {load:.1f}; "
        f"Python {platform.python_version()}, PostgreSQL {row and row[0]}, {', '.join(_versions())}"
    )


def memory_bytes() -> int:
    """Return how much memory the machine has."""
    return os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")


def table(head: str, runs: Mapping[str, Run], events: Mapping[str, int], base: str, unit: str = "events") -> str:
    """Return a table with a row per name; the last columns compare an event with one of the row `base`."""
    rows = [[head, unit, *HEADS, f"{unit} a second", f"wall for one / {base}", "CPU for one"]]
    wall_each, cpu_each = runs[base].wall_s / events[base], runs[base].cpu_s / events[base]
    for name, run in runs.items():
        rows.append(
            [
                name,
                f"{events[name]:,}",
                f"{run.wall_s:.1f} s",
                f"{run.client_cpu_s:.1f} s",
                f"{run.server_cpu_s:.1f} s",
                f"{run.peak_mib:,.0f} MiB",
                f"{run.wal_mib:,.0f} MiB",
                f"{events[name] / run.wall_s:,.0f}",
                f"{run.wall_s / events[name] / wall_each:.2f}",
                f"{run.cpu_s / events[name] / cpu_each:.2f}",
            ]
        )
    return markdown(rows)


def markdown(rows: Sequence[Sequence[str]]) -> str:
    """Return rows, the first of which is the head, as a table; all columns but the first are numbers."""
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    lines = []
    for row in rows:
        name, *numbers = [cell.rjust(width) for cell, width in zip(row, widths, strict=True)]
        lines.append(f"| {' | '.join([name.strip().ljust(widths[0]), *numbers])} |")
    ruler = f"| {' | '.join(['-' * widths[0], *('-' * (width - 1) + ':' for width in widths[1:])])} |"
    return "\n".join([lines[0], ruler, *lines[1:]])


def _versions() -> list[str]:
    found = []
    for package in PACKAGES:
        try:
            found.append(f"{package} {version(package)}")
        except PackageNotFoundError:
            continue
    return found
