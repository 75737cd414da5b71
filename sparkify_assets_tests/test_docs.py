"""The pages in docs: links lead somewhere, commands exist, SQL does what it says beside a load."""

import re
import subprocess
import sys
from pathlib import Path

import psycopg
import pytest
from psycopg import sql

from sparkify_assets.settings import CHECKOUT
from sparkify_assets_tests.loading import LAST_DAY, Loader

DOCS = CHECKOUT / "docs"
PAGES = sorted(path for path in DOCS.glob("*.md"))
SETTINGS_OF_PLAYS = sql.SQL(
    "SELECT indexrelid::regclass::text FROM pg_index WHERE indrelid = 'public.songplays'::regclass"
    " UNION ALL SELECT unnest(reloptions) FROM pg_class WHERE oid = 'public.songplays'::regclass ORDER BY 1"
)


def blocks(page: str, language: str) -> list[str]:
    """Return the fenced blocks of a language, also those within lists."""
    found = re.findall(rf"^ *```{language}\n(.*?)\n *```$", (DOCS / page).read_text(), re.MULTILINE | re.DOTALL)
    return [block.strip() for block in found]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_lead_to_files_and_the_readme_leads_here(page: Path) -> None:
    links = re.findall(r"\]\(([^)#]+)\)", page.read_text())

    assert [link for link in links if not (DOCS / link).exists()] == []
    assert f"](docs/{page.name})" in (CHECKOUT / "README.md").read_text()


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_pages_name_no_machine(page: Path) -> None:
    assert not re.search(r"/(home|root|tmp|work)\b", page.read_text())


@pytest.mark.parametrize("module", ["compare", "physical"])
def test_every_measuring_command_is_understood(module: str) -> None:
    pages = "".join(page.read_text() for page in PAGES)
    commands = set(re.findall(rf"python -m benchmarks\.{module}((?: [\w-]+)*)", pages))

    assert commands
    for command in commands:
        done = subprocess.run(
            [sys.executable, "-m", f"benchmarks.{module}", *command.split(), "--help"],
            cwd=CHECKOUT,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        assert {word for word in command.split() if word.startswith("--")} <= set(re.findall(r"--\w+", done.stdout))


@pytest.mark.slow
def test_indexes_and_settings_of_ones_own_survive_a_load(tmp_path: Path, database_url: str) -> None:
    loader = Loader(CHECKOUT / "data", tmp_path, database_url)
    loader.load()
    before = len(loader.query(SETTINGS_OF_PLAYS))
    with psycopg.connect(database_url, autocommit=True) as connection:
        for block in blocks("physical-design.md", "sql"):
            connection.execute(block.encode())
    own = loader.query(SETTINGS_OF_PLAYS)

    loader.load(LAST_DAY, LAST_DAY)

    assert loader.query(SETTINGS_OF_PLAYS) == own
    assert len(own) == before + 4
