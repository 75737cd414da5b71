"""Print what a load takes on disks: raw files, staging, tables and indexes, per event.

Usage: python -m benchmarks.sizes [--events N] [--folder FOLDER]
"""

import argparse
import tempfile
from pathlib import Path

from benchmarks.compare import MONTH
from benchmarks.contestants import Project
from benchmarks.measure import MIB, Server
from benchmarks.tables import markdown
from sparkify_assets.generator.generate import generate
from sparkify_assets.generator.plan import Plan

TABLES = """
    SELECT n.nspname || '.' || c.relname, c.reltuples::bigint, pg_table_size(c.oid), pg_indexes_size(c.oid)
    FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE c.relkind = 'r' AND n.nspname IN ('public', 'ops', 'dagster') AND pg_total_relation_size(c.oid) > 500000
    ORDER BY pg_total_relation_size(c.oid) DESC
"""


def main() -> None:
    """Load a month and print the sizes."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--events", type=int, default=300_000)
    parser.add_argument("--folder", type=Path, help="where data and server are put; in the end they are removed")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="bench", dir=arguments.folder) as name:
        folder = Path(name)
        server = Server.start(folder)
        plan = Plan(days=MONTH, events_per_day=max(arguments.events // MONTH, 10), songs=2_000)
        events = generate(plan, folder / "data").events
        project = Project(server, folder / "home", folder / "data")
        project.first_load("sizes")
        sizes: list[tuple[str, int | None, int, int]] = [
            ("log files", events, below(folder / "data" / "log_data"), 0),
            ("staging", None, below(project.home / "staging"), 0),
        ]
        with server.connect("sizes") as connection:
            connection.execute("ANALYZE")
            sizes += connection.execute(TABLES).fetchall()  # type: ignore[arg-type]  # four columns
    rows = [["", "rows", "data", "indexes", "bytes an event"]]
    for what, count, data, indexes in sizes:
        size = [f"{data / MIB:.1f} MiB", f"{indexes / MIB:.1f} MiB" if indexes else ""]
        rows.append([what, f"{count:,}" if count else "", *size, f"{(data + indexes) / events:.0f}"])
    print(markdown(rows))


def below(folder: Path) -> int:
    """Return the bytes of all files below a folder."""
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())


if __name__ == "__main__":
    main()
