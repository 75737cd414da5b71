"""Imports point up the list of layers, never down, and importing a module does nothing."""

import ast
import json
import os
import socket
import subprocess
import sys
import textwrap
from collections.abc import Iterator
from pathlib import Path

import pytest

import sparkify_assets

PACKAGE = Path(sparkify_assets.__file__).parent
NAME = PACKAGE.name
MODULES = sorted(PACKAGE.rglob("*.py"))

FRAMES = {"polars", "dataframely"}
POSTGRES_FRAMES = {"errors", "psycopg", "polars", "dataframely", "pgpq"}
WIRING = {"dagster", "pydantic", "polars", "dataframely", "psycopg"}

# What each part may import beside itself and the standard library. The longest name counts: a part of its own
# stands below the part that it belongs to.
ALLOWED: dict[str, set[str]] = {
    "__init__": set(),
    "errors": set(),
    "alerts": set(),
    "schemas": FRAMES,
    "ingest": FRAMES | {"errors", "schemas", "fsspec", "numpy", "xxhash"},
    "transforms": FRAMES | {"errors", "schemas"},
    "staging": {"errors"},
    "staging.area": {"errors", "polars", "upath", "xxhash"},
    "staging.staged": {"errors", "polars", "upath", "xxhash"},
    "staging.io_manager": {"errors", "dagster", "upath"},
    "postgres": POSTGRES_FRAMES,
    "postgres.io_manager": POSTGRES_FRAMES | {"dagster", "pydantic"},
    "postgres.dagster_storage": {"errors", "dagster", "dagster_postgres", "sqlalchemy", "click"},
    "postgres.embedded": {"errors"},
    "analytics": {"errors", "schemas", "postgres", "psycopg", "ua_parser"},
    "report": {"errors", "analytics", "postgres", "jinja2", "markupsafe"},
    "report.charts": {"altair"},
    "report.drawing": {"errors", "altair", "vl_convert"},
    "bar_chart": set(),
    "settings": {"errors", "click"},
    "process": set(),
    "watching": {"errors", "ingest", "postgres", "psycopg"},
    "defs": {"process", "errors", "schemas", "ingest", "bar_chart", "transforms", "staging", "postgres", "settings"}
    | {"watching", "alerts", "analytics", "report"}
    | WIRING,
    "definitions": {"process", "defs", "settings", "staging", "dagster"},
    "all_definitions": {"definitions", "defs", "dagster"},
    "commands": {"errors", "schemas", "ingest", "postgres", "analytics", "settings", "watching", "defs", "definitions"}
    | WIRING
    | {"dotenv", "generator", "report", "typer", "rich"},
    "sample": set(),
    "generator": {"errors", "sample", "numpy", "polars"},
}

# What does not load, at import, what only some of its users need.
HEAVY = {"dagster", "polars", "dataframely", "sqlalchemy", "psycopg"}
DRAWS = {"altair", "vl_convert"}
LIGHT = {"errors": HEAVY, "settings": HEAVY, "postgres.embedded": HEAVY, "sample": HEAVY}
LIGHT |= {"definitions": DRAWS, "all_definitions": DRAWS}


def dotted(path: Path) -> str:
    """Return the module's name below the package."""
    parts = path.relative_to(PACKAGE).with_suffix("").parts
    return ".".join(parts[:-1] if len(parts) > 1 and parts[-1] == "__init__" else parts)


def part_of(module: str) -> str:
    """Return the part that the module belongs to: the longest name in the list that it begins with."""
    return max((part for part in ALLOWED if f"{module}.".startswith(f"{part}.")), key=len, default="")


def imported(path: Path) -> Iterator[str]:
    """Give the full name of all that the module imports, in functions and for type checkers too."""
    inside = [NAME, *path.relative_to(PACKAGE).parts[:-1]]
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            start = ".".join(inside[: len(inside) - node.level + 1]) if node.level else ""
            base = ".".join(filter(None, [start, node.module]))
            yield from (f"{base}.{alias.name}" for alias in node.names)


def foreign(path: Path) -> set[str]:
    """Return the parts and packages that the module imports, but the standard library and its own part."""
    names = set()
    for name in imported(path):
        top, _, below = name.partition(".")
        if top != NAME:
            names |= {top} - sys.stdlib_module_names
        elif (family := part_of(below).partition(".")[0]) != dotted(path).partition(".")[0]:
            names.add(family or NAME)
    return names


def run_python(program: str, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run the program in a fresh interpreter, with the user's settings taken away."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("SPARKIFY_", "DAGSTER_"))}
    return subprocess.run(
        [sys.executable, "-B", "-c", textwrap.dedent(program), *arguments],
        capture_output=True,
        text=True,
        check=False,
        env={**kept, **environment},
    )


def test_every_part_is_in_the_list_and_every_one_in_the_list_exists() -> None:
    found = {dotted(path) for path in MODULES}

    assert {module for module in found if not part_of(module)} == set()
    assert {part for part in ALLOWED if part not in found} == set()


@pytest.mark.parametrize("path", MODULES, ids=dotted)
def test_module_imports_only_what_its_part_may(path: Path) -> None:
    assert foreign(path) - ALLOWED[part_of(dotted(path))] == set()


def test_package_itself_imports_nothing() -> None:
    assert list(imported(PACKAGE / "__init__.py")) == []


def test_generators_and_commands_are_imported_by_those_above_them_alone() -> None:
    users = {
        part: {part_of(dotted(path)) for path in MODULES if part in foreign(path)}
        for part in ("sample", "generator", "commands")
    }

    assert users == {"sample": {"generator"}, "generator": {"commands"}, "commands": set()}


@pytest.mark.parametrize("part", [part for part in ALLOWED if "." in part])
def test_rest_of_a_part_does_not_load_its_special_module(part: str) -> None:
    family = part.partition(".")[0]
    meant = {
        "staging.area": {"staging.io_manager"},
        "staging.staged": {"staging.area", "staging.io_manager"},
        "postgres.embedded": {"postgres.dagster_storage"},
        "report.charts": {"report.drawing"},
        "report.drawing": {"report.make"},
    }
    users = {
        dotted(path)
        for path in MODULES
        if dotted(path).partition(".")[0] == family
        and part_of(dotted(path)) != part
        and any(
            part_of(name.removeprefix(f"{NAME}.")) == part for name in imported(path) if name.startswith(f"{NAME}.")
        )
    }

    assert users == meant.get(part, set())


@pytest.mark.parametrize("part", LIGHT)
def test_light_part_loads_nothing_heavy(part: str) -> None:
    done = run_python(f"import sys, json, {NAME}.{part}; print(json.dumps(sorted(sys.modules)))")

    assert done.stderr == ""
    assert set(json.loads(done.stdout)) & LIGHT[part] == set()


WATCHED_IMPORT = """
    import importlib, json, os, sys

    # What the packages that we use do when they are imported is not ours to answer for.
    for name in ("altair", "click", "dagster", "dagster_postgres", "dataframely", "fsspec",
                 "fsspec.implementations.local", "numpy", "pgpq", "polars", "psycopg", "pyarrow", "sqlalchemy", "typer",
                 "upath.core", "vl_convert", "xxhash"):
        importlib.import_module(name)

    # A view's file is code: its head is what the view's asset says.
    READABLE = (".py", ".pyc", ".so", ".sql")
    WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_APPEND | os.O_TRUNC
    FORBIDDEN = ("socket.connect", "socket.bind", "socket.getaddrinfo", "subprocess.Popen", "os.exec", "os.fork",
                 "os.forkpty", "os.posix_spawn", "os.spawn", "os.system", "os.mkdir", "os.rename", "os.remove",
                 "os.rmdir", "os.link", "os.symlink", "os.truncate", "os.chmod", "os.chown", "os.kill", "os.putenv",
                 "os.unsetenv", "shutil.copyfile", "shutil.rmtree", "sqlite3.connect", "tempfile.mkstemp",
                 "tempfile.mkdtemp", "glob.glob", "os.walk", "os.scandir", "fcntl.flock", "signal.pthread_kill")
    seen = []

    def watch(event, arguments):
        if event == "open":
            path, _, flags = arguments
            if flags & WRITING or not str(path).endswith(READABLE):
                seen.append(f"open {path}")
        elif event in FORBIDDEN:
            seen.append(f"{event} {arguments[:1]}")

    sys.addaudithook(watch)
    found = []
    for module in sys.argv[1:]:
        seen.clear()
        importlib.import_module(module)
        found += [f"{module}: {what}" for what in seen]
    print(json.dumps(found))
"""


def test_importing_any_module_touches_no_file_network_or_process(tmp_path: Path) -> None:
    names = [f"{NAME}.{dotted(path)}" for path in MODULES if path.name not in ("__init__.py", "__main__.py")]
    with socket.create_server(("127.0.0.1", 0)) as database:
        database.settimeout(0)
        url = f"postgresql://nobody@127.0.0.1:{database.getsockname()[1]}/nothing"

        done = run_python(
            WATCHED_IMPORT,
            *names,
            SPARKIFY_DATABASE_URL=url,
            SPARKIFY_HOME=str(tmp_path / "home"),
            SPARKIFY_DATA=str(tmp_path / "data"),
            DAGSTER_HOME=str(tmp_path / "dagster"),
        )

        assert done.stderr == ""
        assert json.loads(done.stdout) == []
        with pytest.raises(BlockingIOError):
            database.accept()
    assert list(tmp_path.iterdir()) == []
