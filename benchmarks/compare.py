"""Time the project's load against others, as whole processes on one server of its own: medians and ratios.

Usage:
    python -m benchmarks.compare floor [--runs N]
    python -m benchmarks.compare bare DATA_FOLDER [--runs N]
    python -m benchmarks.compare rivals [--events N] [--songs N] [--few N] [--runs N]
    python -m benchmarks.compare growth [--events N N N] [--songs N] [--runs N]
    python -m benchmarks.compare days [--days N] [--events N] [--runs N]
    python -m benchmarks.compare songs [--songs N] [--runs N]

`floor` compares the load of SPARKIFY_DATA with the same graph with empty bodies; `bare` the first load of DATA_FOLDER
with `benchmarks/bare.py`, which has no Dagster and no checks. The others generate their data:

- `rivals`: the first load of the project, with its answers and without, the bare script, DuckDB and dlt; and, with
  fewer events, a row-by-row `etl.py`. It needs the extra `bench`, see `make bench`.
- `growth`: the first load of ever more events, and the bare script while they fit into memory.
- `days`: one more day on top of many, against the first one.
- `songs`: many song files for the first time, against reading and parsing their bytes; and one more of them.

All are taken in turn, once unmeasured. Bytecode must be allowed: with PYTHONDONTWRITEBYTECODE set, every start costs
twice as much. `--folder` names another place for data and server than the system's temporary folder.
"""

import argparse
import sys
import tempfile
from collections.abc import Callable, Mapping
from itertools import count
from pathlib import Path

from benchmarks.contestants import MODULE, Project, contestants, script
from benchmarks.measure import Run, Server, median_of
from benchmarks.tables import memory_bytes, surroundings, table
from sparkify_assets.generator.generate import generate
from sparkify_assets.generator.plan import Plan
from sparkify_assets.ingest.discovery import find_days
from sparkify_assets.settings import read_settings

MONTH = 30
LEAST_A_DAY = 1_000
BARE_BYTES_AN_EVENT = 1_300
"""What the bare script needs, which holds everything at once; where the machine has less, `growth` leaves it out."""
SONG_ASSETS = "raw_song_files,rejected_songs,songs,artists"


def in_turn(ways: Mapping[str, Callable[[], Run]], runs: int) -> dict[str, Run]:
    """Run all after each other, once unmeasured where there are several runs; return medians by name."""
    results: dict[str, list[Run]] = {name: [] for name in ways}
    for turn in range(runs + (runs > 1)):
        for name, way in ways.items():
            run = way()
            print(f"  {name}: {run.wall_s:.1f} s{'' if turn or runs == 1 else ' (not counted)'}", file=sys.stderr)
            if turn or runs == 1:
                results[name].append(run)
    return {name: median_of(of_name) for name, of_name in results.items()}


def floor(server: Server, folder: Path, arguments: argparse.Namespace) -> str:
    """Compare with the same graph with empty bodies."""
    project = Project(server, folder / "home", read_settings().data.absolute())
    url = server.fresh_database("floor")
    ways = {
        "project": lambda: project.materialize(url),
        "empty": lambda: project.materialize(url, module="benchmarks.empty_graph"),
    }
    return table("load", in_turn(ways, arguments.runs), dict.fromkeys(ways, lines_of(project.data)), "empty")


def bare(server: Server, folder: Path, arguments: argparse.Namespace) -> str:
    """Compare the first load of a folder with the limit."""
    data = arguments.data.absolute()
    every = contestants(server, folder, data)
    ways = {name: every[name] for name in ("project", "without answers", "bare")}
    return table("first load", in_turn(ways, arguments.runs), dict.fromkeys(ways, lines_of(data)), "bare")


def rivals(server: Server, folder: Path, arguments: argparse.Namespace) -> str:
    """Compare the first load with what else people take."""
    many, few = folder / "many", folder / "few"
    events = generated(many, arguments.events, arguments.songs)
    few_events = generated(few, arguments.few, max(arguments.songs * arguments.few // arguments.events, 10))
    every = contestants(server, folder, many)
    ways = {name: way for name, way in every.items() if name != "etl.py"}
    ways["etl.py"] = lambda: script(server, few, "rivals.etl")
    counts = {name: few_events if name == "etl.py" else events for name in ways}
    return table("first load", in_turn(ways, arguments.runs), counts, "project")


def growth(server: Server, folder: Path, arguments: argparse.Namespace) -> str:
    """Measure the first load of ever more events, and beside it the bare script while they fit into memory."""
    runs: dict[str, Run] = {}
    counts: dict[str, int] = {}
    for wanted in arguments.events:
        with tempfile.TemporaryDirectory(dir=folder) as data:
            events = generated(Path(data), wanted, arguments.songs)
            every = contestants(server, folder, Path(data))
            names = ["project", "bare"] if events * BARE_BYTES_AN_EVENT < memory_bytes() else ["project"]
            done = in_turn({name: every[name] for name in names}, arguments.runs)
        runs |= {f"{name}, {wanted:,}": run for name, run in done.items()}
        counts |= {f"{name}, {wanted:,}": events for name in done}
    return table("first load", runs, counts, next(iter(runs)))


def days(server: Server, folder: Path, arguments: argparse.Namespace) -> str:
    """Measure days that come on top of many others, and first days, of the same days of the week."""
    data = folder / "days"
    before = -(-arguments.days // 7) * 7
    plan = Plan(days=before + arguments.runs, events_per_day=arguments.events, songs=arguments.songs)
    generate(plan, data)
    project = Project(server, folder / "home", data)
    every = [str(day) for day in find_days(data)]
    firsts, lasts = [], []
    for day in every[: arguments.runs]:
        project.forget()
        firsts.append(project.materialize(server.fresh_database("first"), days=(day, day)))
    project.forget()
    url = server.fresh_database("history")
    for begin in range(0, before, MONTH):
        project.materialize(url, days=(every[begin], every[min(begin + MONTH, before) - 1]))
    for day in every[before:]:
        lasts.append(project.materialize(url, days=(day, day)))
    runs = {"a first day": median_of(firsts), f"a day on top of {before}": median_of(lasts)}
    return table("load of a day", runs, dict.fromkeys(runs, arguments.events), "a first day")


def songs(server: Server, folder: Path, arguments: argparse.Namespace) -> str:
    """Measure many song files, read bare and loaded for the first time, and one more of them."""
    data = folder / "songs"
    generate(Plan(days=1, events_per_day=100, songs=arguments.songs), data)
    project = Project(server, folder / "home", data)

    def load(module: str = MODULE) -> Run:
        return project.materialize(url, module=module, select=SONG_ASSETS)

    def first_load() -> Run:
        nonlocal url
        project.forget()
        url = server.fresh_database("songs")
        return load()

    def one_more() -> Run:
        more = next((data / "song_data").rglob("*.json"))
        text = more.read_text().replace('"song_id": "SO', f'"song_id": "{next(marks):05}')
        more.with_name(f"TRZZZ{next(marks):013}.json").write_text(text)
        return load()

    url, marks = "", count()
    ways = {
        "read and parsed, bare": lambda: server.measure([sys.executable, "-m", "benchmarks.read_songs", str(data)]),
        "empty graph": lambda: load("benchmarks.empty_graph"),
        "first load": first_load,
        "one more": one_more,
    }
    first_load()
    runs = in_turn(ways, arguments.runs)
    return table("song files", runs, dict.fromkeys(runs, arguments.songs), "first load", "files")


def generated(folder: Path, events: int, song_files: int) -> int:
    """Generate a month, or fewer days where they would be nearly empty; return how many events there are."""
    spread = min(MONTH, max(events // LEAST_A_DAY, 1))
    plan = Plan(days=spread, events_per_day=max(events // spread, 10), songs=song_files)
    return generate(plan, folder).events


def lines_of(data: Path) -> int:
    """Count the lines of the log files."""
    return sum(file.read_bytes().count(b"\n") + 1 for file in (data / "log_data").rglob("*.json"))


COMPARISONS = {"floor": floor, "bare": bare, "rivals": rivals, "growth": growth, "days": days, "songs": songs}
DEFAULTS = {
    "floor": {},
    "bare": {},
    "rivals": {"events": 3_000_000, "songs": 20_000, "few": 10_000},
    "growth": {"events": [300_000, 3_000_000, 30_000_000], "songs": 20_000},
    "days": {"days": 365, "events": 100_000, "songs": 1_000},
    "songs": {"songs": 100_000},
}


def parsed() -> argparse.Namespace:
    """Return what the command line asks for."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    commands = parser.add_subparsers(dest="what", required=True)
    for name, defaults in DEFAULTS.items():
        command = commands.add_parser(name, help=COMPARISONS[name].__doc__)
        command.add_argument("--runs", type=int, default=3)
        command.add_argument("--folder", type=Path, help="where data and server are put; in the end they are removed")
        if name == "bare":
            command.add_argument("data", type=Path)
        for option, default in defaults.items():
            several = {"nargs": "+"} if isinstance(default, list) else {}
            command.add_argument(f"--{option}", type=int, default=default, **several)
    return parser.parse_args()


def main() -> None:
    """Make the comparison that the command line names and print it."""
    arguments = parsed()
    with tempfile.TemporaryDirectory(prefix="bench", dir=arguments.folder) as folder:
        server = Server.start(Path(folder))
        print(f"{surroundings(server)}\nmedians of {arguments.runs}\n", flush=True)
        print(COMPARISONS[arguments.what](server, Path(folder), arguments))


if __name__ == "__main__":
    main()
