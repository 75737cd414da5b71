"""README.md: every command is run, every query, table and picture is compared with what is."""

import os
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import suppress
from datetime import date
from pathlib import Path

import psycopg
import pytest
from dagster import AssetCheckSeverity
from psycopg import sql

from sparkify_assets.definitions import defs
from sparkify_assets.defs.answers import VIEWS
from sparkify_assets.defs.checks import CHECKS
from sparkify_assets.defs.raw_checks import WARN
from sparkify_assets.ingest.refusals import Reason
from sparkify_assets.settings import CHECKOUT, read_settings
from sparkify_assets_tests.readme_page import README, Reader, Step, blocks, section, steps, table_rows
from sparkify_assets_tests.written_docs import written_pages

DAGSTER = ("server_info", "dagster_version", "Dagster services shut down")
SERVERS = {
    "make ui": ('make ui ARGS="--port {}"', *DAGSTER),
    ".venv/bin/dagster dev": (".venv/bin/dagster dev --port {}", *DAGSTER),
    "make notebook": ('make notebook ARGS="--headless --port {}"', "health", "healthy", "Thanks for using marimo"),
}
"""Commands that serve until Ctrl-C: how to give them a port, a page and what it says, and their last words."""
TESTS = ("make test", "make check")  # would start themselves
WALK = [step for step in steps() if step.command not in (*SERVERS, *TESTS)]
THEIR_DATABASE = "postgresql://loader:secret@db.example.com:5432/sparkify"
PATIENCE = re.compile(r"waiting for|starting Postgres|Postgres (says|is|was|runs)")  # said when it takes its time
INSTALLS = ("making .venv", "installing what the project needs (once)")
UI_PATIENCE_S = 120
END_PATIENCE_S = 60

on_one_worker = pytest.mark.xdist_group("readme")  # of pytest-xdist, which would else take each step on each worker


@pytest.fixture(scope="module")
def reader(tmp_path_factory: pytest.TempPathFactory) -> Reader:
    """Give a reader whose checkout is as it was cloned."""
    reader = Reader(tmp_path_factory.mktemp("home"))
    reader.settle()
    return reader


@pytest.fixture(scope="module")
def walk(reader: Reader, server_url: str) -> Iterator[dict[Step, tuple[int, str]]]:
    """Do all that the page says, in its order, and give exit code and output of each step."""
    own_url = server_url.replace("postgres@/postgres", "loader:secret@/sparkify")
    results = {}
    with psycopg.connect(server_url, autocommit=True) as admin:
        for step in WALK:
            if step.kind == "admin":
                for statement in filter(None, map(str.strip, step.command.split(";"))):
                    admin.execute(statement.encode())
                results[step] = (0, "")
                continue
            script = step.command.replace(THEIR_DATABASE, own_url)
            done = reader.psql(script) if step.kind == "psql" else reader.shell(script)
            results[step] = (done.returncode, done.stdout.replace(str(reader.home), "~"))
        with psycopg.connect(own_url) as connection:
            row = connection.execute("SELECT count(*) FROM public.songplays").fetchone()
        yield {**results, Step("count", "own Postgres", None, ""): (0, str(row and row[0]))}
        admin.execute("DROP DATABASE sparkify WITH (FORCE)")
        admin.execute("DROP ROLE loader")


@pytest.mark.slow
@on_one_worker
@pytest.mark.parametrize("step", WALK, ids=lambda step: step.name)
def test_step_does_what_the_page_says(walk: dict[Step, tuple[int, str]], step: Step) -> None:
    code, output = walk[step]

    assert code == 0, output
    assert "Traceback" not in output
    assert "secret" not in output
    if step.printed is not None:
        assert re.fullmatch(pattern_of(step.printed), plain(output)), f"the page says\n{step.printed}\nit is\n{output}"


@pytest.mark.slow
@on_one_worker
def test_own_files_give_their_days_and_own_postgres_gets_the_sample(walk: dict[Step, tuple[int, str]]) -> None:
    outputs = {step.command: output for step, (_, output) in walk.items()}

    own_files = next(output for command, output in outputs.items() if "SPARKIFY_DATA=~/sparkify" in command)
    assert "loading ~/sparkify, 2018-11-05 to 2018-11-07" in own_files
    assert outputs["own Postgres"] == "6579"


@pytest.mark.slow
@on_one_worker
@pytest.mark.parametrize("command", SERVERS)
def test_server_answers_until_ctrl_c_and_leaves_no_process(reader: Reader, tmp_path: Path, command: str) -> None:
    assert command in [step.command for step in steps()]
    (with_port, page, said, last_words), port, log = SERVERS[command], free_port(), tmp_path / "log"

    with log.open("w") as file:
        process = subprocess.Popen(
            # A suite that runs in the background has its children ignore Ctrl-C.
            ["env", "--default-signal=INT", "bash", "-c", with_port.format(port)],
            cwd=reader.checkout,
            env=reader.environment,
            stdin=subprocess.DEVNULL,
            stdout=file,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        try:
            answer = answer_of(f"http://127.0.0.1:{port}/{page}", process)
            os.killpg(process.pid, signal.SIGINT)
            process.wait(END_PATIENCE_S)
        finally:
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGTERM)

    assert said in answer, log.read_text()
    assert last_words in log.read_text()
    assert "Traceback" not in log.read_text()
    assert processes_of(reader) == []


def test_test_command_is_what_ci_runs() -> None:
    makefile = (CHECKOUT / "Makefile").read_text()
    recipe = makefile.partition("\ntest:")[2].partition("\n\n")[0]

    assert all(command in [step.command for step in steps()] for command in TESTS)
    assert (CHECKOUT / ".ci" / "run").read_text().rstrip().endswith("exec make test")
    assert all(tool in recipe for tool in ("ruff format --check", "ruff check", "mypy", "-m pytest"))
    assert all(f'echo "{line}"' in makefile.replace("$(VENV)", ".venv") for line in INSTALLS)


def test_every_block_is_of_a_kind_that_is_tested() -> None:
    assert {block.language for block in blocks()} == {"sh", "console", "mermaid", "text", "sql", "python"}


def test_page_names_no_machine() -> None:
    assert not re.search(r"/(home|root|tmp|work)\b", README.read_text())


@pytest.mark.parametrize(("page", "text"), written_pages().items(), ids=lambda value: getattr(value, "name", ""))
def test_what_is_written_from_the_code_is_up_to_date(page: Path, text: str) -> None:
    assert page.read_text() == text, "`make docs` writes it"


def test_settings_are_all_there_with_their_defaults() -> None:
    settings = read_settings({})
    read = set(re.findall(r'"(SPARKIFY_\w+)"', (CHECKOUT / "sparkify_assets" / "settings.py").read_text()))
    explained = set(re.findall(r"^#(\w+)=", (CHECKOUT / ".env.example").read_text(), re.MULTILINE))

    table = {name.strip("`"): default for name, _, default in table_rows(section("Your own files"))}

    assert set(table) - {"DAGSTER_HOME"} == read == explained
    defaults = {
        "SPARKIFY_DATABASE_URL": settings.database_url,
        "SPARKIFY_DATA": settings.data.relative_to(CHECKOUT),
        "SPARKIFY_FIRST_DAY": settings.first_day,
        "SPARKIFY_LAST_DAY": settings.last_day,
        "SPARKIFY_MAX_REJECTED": settings.max_rejected,
        "SPARKIFY_EXECUTOR": settings.executor,
        "SPARKIFY_HOME": settings.state.relative_to(CHECKOUT),
        "SPARKIFY_STAGING": Path(settings.staging).relative_to(CHECKOUT),
        "SPARKIFY_REPORT": settings.report.relative_to(CHECKOUT),
        "SPARKIFY_POSTGRES_BIN": settings.postgres_bin,
        "SPARKIFY_LOOK_EVERY": settings.look_every_s,
        "SPARKIFY_SETTLE": settings.settle_s,
        "SPARKIFY_KEEP_REJECTS": settings.keep_rejects_days,
        "SPARKIFY_ALERT_URL": settings.alert_url,
        "SPARKIFY_RETRACT": "yes" if settings.retract else "no",
        "SPARKIFY_DAILY": settings.daily,
    }
    for name in read:
        assert table[name].startswith("unset" if defaults[name] is None else f"`{defaults[name]}`"), name


def test_views_are_all_there_with_their_questions() -> None:
    told = table_rows(section("Ask it"))

    assert told == [[f"`{view.name}`", view.question, view.grain] for view in VIEWS]


def test_checks_are_all_there_with_what_their_failure_is() -> None:
    graph = defs.resolve_asset_graph()
    severities = {check.name: check.severity for _, checks in CHECKS.values() for check in checks}
    words = {AssetCheckSeverity.ERROR: "error", AssetCheckSeverity.WARN: "warning"}

    told = {
        name.strip("` "): row[3]
        for row in table_rows(section("What the UI shows"))
        if len(row) == 4
        for name in row[0].split(",")
    }

    assert told == {
        key.name: "gate" if graph.get_check_spec(key).blocking else words[severities.get(key.name, WARN)]
        for key in graph.asset_check_keys
    }


def test_reasons_are_those_of_the_record_gate() -> None:
    cells = [row[place : place + 2] for row in table_rows(section("Bad records")) for place in (0, 2)]

    assert {code.strip("`"): sentence for code, sentence in cells if code} == {
        reason.value: reason.sentence for reason in Reason
    }


def test_guide_names_every_part_and_no_other() -> None:
    named = set(guide())

    assert [path for path in named if not (CHECKOUT / path).exists()] == []
    package = CHECKOUT / "sparkify_assets"
    packages = {str(init.parent.relative_to(CHECKOUT)) for init in package.rglob("__init__.py")}
    modules = {str(module.relative_to(CHECKOUT)) for module in package.glob("*.py") if module.name != "__init__.py"}
    assert packages | modules | top_level() <= named | {README.name, ".gitignore"}


def test_links_lead_to_files() -> None:
    links = re.findall(r"\]\(([^)]+)\)", README.read_text())

    assert [link for link in links if not (CHECKOUT / link).exists()] == []


@pytest.mark.slow
def test_io_manager_example_writes_its_table(tmp_path: Path, database_url: str) -> None:
    (example,) = [block.text for block in blocks() if block.language == "python"]
    script = tmp_path / "weather.py"
    script.write_text(example)
    environment = {"PATH": os.environ["PATH"], "PYTHONPATH": str(CHECKOUT), "WAREHOUSE_URL": database_url}

    done = subprocess.run([sys.executable, script], cwd=tmp_path, env=environment, capture_output=True, text=True)

    assert done.returncode == 0, done.stderr
    with psycopg.connect(database_url) as connection:
        rows = connection.execute(sql.SQL("SELECT * FROM weather.readings ORDER BY station")).fetchall()
    assert rows == [("harbour", date(2024, 1, 15), -1.5), ("summit", date(2024, 1, 15), None)]


def pattern_of(printed: str) -> str:
    """Return a pattern for the output that the page shows; `...` stands for any lines."""
    lines = [line for line in printed.splitlines() if line not in INSTALLS]
    parts = re.split(r"^ \.\.\.$", plain("\n".join(lines)), flags=re.MULTILINE)
    return "(.|\n)*".join(map(re.escape, parts))


def plain(output: str) -> str:
    """Return the output without what differs from one time to the next, blanks and empty lines put together."""
    output = re.sub(r"run-[\d-]+\.log", "run.log", output)
    output = re.sub(r"\b\d+(\.\d+)? ?m?s\b", "0s", output)
    output = re.sub(r"^(  (?:port|password)) .*$", r"\1", output, flags=re.MULTILINE)
    lines = [re.sub(r" +", " ", line.rstrip()) for line in output.splitlines()]
    return "\n".join(line for line in lines if line and not PATIENCE.match(line))


def guide() -> Iterator[str]:
    """Yield the paths that the guide to the files names."""
    folders: list[str] = []
    for line in section("A guide to the files").partition("```text\n")[2].partition("\n```")[0].splitlines():
        name = line.split()[0].rstrip("/")
        depth = (len(line) - len(line.lstrip())) // 2
        folders[depth:] = [name]
        yield "/".join(folders)


def top_level() -> set[str]:
    """Return what git knows at the top of the checkout: people leave files there."""
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=CHECKOUT, capture_output=True, text=True, check=True).stdout
    return {path.partition("/")[0] for path in listed.split("\0") if path}


def free_port() -> int:
    """Return a port that nobody listens on."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        return int(server.getsockname()[1])


def answer_of(url: str, process: subprocess.Popen[bytes]) -> str:
    """Return the answer, '' where the process ends or the patience does."""
    until = time.monotonic() + UI_PATIENCE_S
    while process.poll() is None and time.monotonic() < until:
        with suppress(OSError), urllib.request.urlopen(url, timeout=5) as response:
            return str(response.read().decode())
        time.sleep(0.2)
    return ""


def processes_of(reader: Reader) -> list[str]:
    """Return the command lines of processes of the reader's checkout, once those that are ending have ended."""
    until = time.monotonic() + END_PATIENCE_S
    while (found := list(_command_lines(reader))) and time.monotonic() < until:
        time.sleep(0.2)
    return found


def _command_lines(reader: Reader) -> Iterator[str]:
    mark = str(reader.home).encode()
    for process in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            command = (process / "cmdline").read_bytes()
            if mark in command or mark in (process / "environ").read_bytes():
                yield command.replace(b"\0", b" ").decode(errors="replace")
