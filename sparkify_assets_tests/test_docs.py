"""The pages in docs: links lead somewhere, commands exist, SQL does what it says beside a load."""

import re
import subprocess
import sys
from pathlib import Path

import psycopg
import pytest
from psycopg import sql

from sparkify_assets.analytics.questions import base_names
from sparkify_assets.defs.tables import PARENTS_FIRST
from sparkify_assets.settings import CHECKOUT
from sparkify_assets_tests.data_dictionary import DOCUMENTED, write_page
from sparkify_assets_tests.loading import LAST_DAY, Loader
from sparkify_assets_tests.readme_page import table_rows
from sparkify_assets_tests.readme_star import references_of

DOCS = CHECKOUT / "docs"
PAGES = sorted(path for path in DOCS.glob("*.md"))
SETTINGS_OF_PLAYS = sql.SQL(
    "SELECT indexrelid::regclass::text FROM pg_index WHERE indrelid = 'public.songplays'::regclass"
    " UNION ALL SELECT unnest(reloptions) FROM pg_class WHERE oid = 'public.songplays'::regclass ORDER BY 1"
)
COLUMNS = sql.SQL(
    "SELECT table_schema || '.' || table_name, column_name, data_type,"
    " CASE WHEN table_type = 'VIEW' OR is_nullable = 'NO' THEN '' ELSE 'yes' END"
    " FROM information_schema.columns JOIN information_schema.tables USING (table_schema, table_name)"
    " WHERE table_schema IN ('public', 'ops', 'analytics') AND table_name <> ALL(%(inner)s)"
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


@pytest.mark.slow
def test_dictionary_has_every_table_and_column_of_a_loaded_star(tmp_path: Path, database_url: str) -> None:
    loader = Loader(CHECKOUT / "data", tmp_path, database_url)
    loader.load(LAST_DAY, LAST_DAY)

    _, *sections = re.split(r"^### ", write_page(), flags=re.MULTILINE)

    written = {
        (section.partition("\n")[0], row[0].strip("`"), row[1], row[2] if len(row) == 5 else "")
        for section in sections
        for row in table_rows(section)
    }
    with psycopg.connect(database_url) as connection:
        assert written == set(connection.execute(COLUMNS, {"inner": list(base_names())}))


def test_dictionary_shows_what_markdown_would_bend() -> None:
    page = write_page()

    assert "such as not\\_json or unknown\\_level" in page
    assert "the user, see [users](#publicusers)" in page
    assert {len(row) for row in table_rows(page)} == {3, 5}


def test_star_is_drawn_with_these_references_and_among_them_all_that_are_declared() -> None:
    by_name = {table.name: table for table in PARENTS_FIRST}

    drawn = {
        (table.name, column.name, parent.name)
        for table in PARENTS_FIRST
        for column, parent in references_of(table, by_name)
    }

    declared = {
        (table.name, reference.column, reference.parent.name) for table in DOCUMENTED for reference in table.references
    }
    assert drawn == declared | {("songs", "artist_id", "artists")}
