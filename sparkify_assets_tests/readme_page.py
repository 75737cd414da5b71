"""README.md taken apart, and a checkout of one's own to try what it says in."""

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from sparkify_assets.settings import CHECKOUT

README = CHECKOUT / "README.md"
NOT_COPIED = (".git", ".venv", ".sparkify", ".env", ".hypothesis", ".*_cache", "__pycache__", ".tmp_dagster_home_*")
PROMPT, CONTINUED = "sparkify=# ", "sparkify-# "
STDIN = {"make reset": "yes\n"}


@dataclass(frozen=True)
class Block:
    """A fenced block: its language, its text, and the line of the page that it begins at."""

    language: str
    text: str
    line: int

    @property
    def name(self) -> str:
        """How the block is called in a test's name."""
        return f"line {self.line}: {self.text.splitlines()[0]}"


@dataclass(frozen=True)
class Step:
    """One thing that a reader does: a shell script or a statement of SQL, and what the page says is printed."""

    kind: str
    command: str
    printed: str | None
    name: str


def blocks() -> list[Block]:
    """Return the fenced blocks of the page in their order."""
    page = README.read_text()
    found = re.finditer(r"^```(\w+)\n(.*?)\n```$", page, re.MULTILINE | re.DOTALL)
    return [Block(match[1], match[2], page.count("\n", 0, match.start()) + 1) for match in found]


def section(heading: str) -> str:
    """Return the text below a heading, up to the next one."""
    _, _, rest = README.read_text().partition(f"\n## {heading}\n")
    assert rest, f"README.md has no section '{heading}'"
    return rest.partition("\n## ")[0]


def table_rows(text: str) -> list[list[str]]:
    """Return the cells of all rows of the tables in the text, but for heads and rulers."""
    rows = [line.strip("|").split("|") for line in text.splitlines() if line.startswith("|")]
    cells = [[cell.strip() for cell in row] for row in rows]
    rulers = [number for number, row in enumerate(cells) if set(row[0]) <= set("- ")]
    return [row for number, row in enumerate(cells) if number not in rulers and number + 1 not in rulers]


def steps() -> list[Step]:
    """Return what a reader does, in the order of the page."""
    return [step for block in blocks() for step in _steps_of(block)]


def _steps_of(block: Block) -> Iterator[Step]:
    match block.language:
        case "sh":
            yield Step("shell", block.text, None, block.name)
        case "console":
            for part in re.split(r"^\$ ", block.text, flags=re.MULTILINE)[1:]:
                command, _, printed = part.partition("\n")
                yield Step("shell", command, printed, f"line {block.line}: {command}")
        case "sql":
            yield Step("admin", block.text, None, block.name)
        case "text" if block.text.startswith(PROMPT):
            for statement, printed in _at_prompt(block.text):
                yield Step("psql", statement, printed, f"line {block.line}: {statement.splitlines()[0]}")


def _at_prompt(text: str) -> Iterator[tuple[str, str]]:
    for part in re.split(rf"^{re.escape(PROMPT)}", text, flags=re.MULTILINE)[1:]:
        lines = part.splitlines()
        if lines[0].startswith("--"):
            continue
        length = 1 + sum(line.startswith(CONTINUED) for line in lines)
        yield "\n".join(line.removeprefix(CONTINUED) for line in lines[:length]), "\n".join(lines[length:])


@dataclass(frozen=True)
class Reader:
    """Somebody who follows the page: a home folder, and in it a checkout that needs no installation."""

    home: Path

    @property
    def checkout(self) -> Path:
        """The folder that the commands are given in."""
        return self.home / "sparkify_assets"

    @property
    def environment(self) -> dict[str, str]:
        """The environment of a bare shell; nothing of the test's own is in it."""
        return {
            "HOME": str(self.home),
            "PATH": os.environ["PATH"],
            "LANG": "C.UTF-8",
            # The virtual environment is shared, and would give the package of the checkout that it was made in.
            "PYTHONPATH": str(self.checkout),
        }

    def settle(self) -> None:
        """Copy the checkout, with this very virtual environment as its own, and some files of the reader's own."""
        shutil.copytree(CHECKOUT, self.checkout, ignore=shutil.ignore_patterns(*NOT_COPIED))
        venv = self.checkout / ".venv"
        venv.mkdir()
        for entry in Path(sys.prefix).iterdir():
            if not entry.name.startswith("."):
                (venv / entry.name).symlink_to(entry)
        for stamp in (".ready-to-run", ".ready-to-test", ".ready-for-notebooks"):
            (venv / stamp).touch()
        own = self.home / "sparkify"
        shutil.copytree(CHECKOUT / "data" / "song_data", own / "song_data")
        (own / "log_data").mkdir()
        for day in ("05", "06", "07"):
            name = f"2018-11-{day}-events.json"
            shutil.copy(CHECKOUT / "data" / "log_data" / "2018" / "11" / name, own / "log_data" / name)

    def shell(self, script: str) -> subprocess.CompletedProcess[str]:
        """Run a script as bash does, errors and all in one stream."""
        return subprocess.run(
            ["bash", "-euo", "pipefail", "-c", script],
            cwd=self.checkout,
            env=self.environment,
            input=next((text for command, text in STDIN.items() if command in script), ""),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=120,
        )

    def psql(self, statement: str) -> subprocess.CompletedProcess[str]:
        """Give a statement at the prompt of `make psql`."""
        return subprocess.run(
            ["make", "--silent", "psql"],
            cwd=self.checkout,
            env=self.environment,
            input=statement,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=60,
        )
