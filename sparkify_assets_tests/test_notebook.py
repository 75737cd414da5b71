"""The notebook runs from its first cell to its last, on what is in the star, and can only read."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from sparkify_assets.analytics.questions import read_views
from sparkify_assets.analytics.roles import READER
from sparkify_assets.settings import CHECKOUT
from sparkify_assets_tests.e2e.place import as_url
from sparkify_assets_tests.loading import STAR, Loader

NOTEBOOK = CHECKOUT / "notebooks" / "explore.py"
RUN = """
import json
from notebooks.explore import app

outputs, cells = app.run()
refused = []
for statement in ("DELETE FROM public.songplays", "CREATE TABLE public.own (id int)", "TABLE ops.rejected_events"):
    try:
        cells["query"](statement)
    except Exception as error:
        refused.append(type(error).__name__)
print(json.dumps({
    "outputs": len(outputs),
    "refused": refused,
    "counted": cells["counted"],
    "columns": {name: frame.columns for name, frame in cells["first_rows"].items()},
    "role": cells["query"]("SELECT current_user").item(),
    "first": cells["answer"].row(0)[:3],
    "chart": cells["chart"] is not None,
    "built": {name: cells[name].height for name in ("songs", "artists", "user_days", "time", "songplays")},
    "questions": len(cells["views"]),
    "own": cells["own"]["plays"].sum(),
}))
"""


def run(program: str, database_url: str, folder: Path) -> subprocess.CompletedProcess[str]:
    """Run a program in the checkout, on the sample and the test's database."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("SPARKIFY_", "DAGSTER_", "PG"))}
    settings = {"SPARKIFY_DATABASE_URL": as_url(database_url), "SPARKIFY_HOME": str(folder)}
    return subprocess.run(
        [sys.executable, *(["-c", program] if program else [NOTEBOOK])],
        cwd=CHECKOUT,
        env={**kept, **settings, "PYTHONPATH": str(CHECKOUT)},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


@pytest.mark.slow
def test_notebook_goes_from_the_files_to_the_answers_and_can_only_read(tmp_path: Path, database_url: str) -> None:
    loader = Loader(CHECKOUT / "data", tmp_path / "staging", database_url)
    loader.load()
    before = loader.dump()

    done = run(RUN, database_url, tmp_path)

    assert done.returncode == 0, done.stderr
    seen: dict[str, Any] = json.loads(done.stdout)
    assert seen["role"] == READER
    assert seen["refused"] == ["ReadOnlySqlTransaction", "ReadOnlySqlTransaction", "InsufficientPrivilege"]
    assert seen["counted"] == {"songs": 100, "artists": 86, "users": 93, "time": 6571, "songplays": 6579}
    assert seen["columns"].keys() == STAR.keys()
    assert all(set(STAR[table]) <= set(columns) for table, columns in seen["columns"].items())
    assert seen["first"] == ["Out Of Office", "Mango Protocol", 292]
    assert seen["questions"] == len(read_views())
    assert (seen["chart"], seen["own"]) == (True, 6579)
    assert seen["built"]["songs"] == 100
    assert seen["built"]["songplays"] == len([row for row in loader.rows("songplays") if str(row[-1]) == "2018-11-01"])
    assert loader.dump() == before


@pytest.mark.slow
def test_notebook_without_a_star_says_what_to_do(tmp_path: Path, database_url: str) -> None:
    done = run("", database_url, tmp_path)

    assert done.returncode != 0
    assert "the star is not loaded; load it with `make run`" in done.stderr


@pytest.mark.slow
def test_notebook_is_as_marimo_writes_it() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "marimo", "check", "--strict", NOTEBOOK], capture_output=True, text=True, check=False
    )

    assert done.returncode == 0, done.stdout + done.stderr
