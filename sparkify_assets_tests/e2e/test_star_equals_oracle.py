"""Hostile sets, the shipped sample and the real data: the loaded tables are those of the oracle."""

import os
import random
from datetime import date
from pathlib import Path

import pytest

from sparkify_assets.settings import CHECKOUT
from sparkify_assets_tests.e2e.answers import assert_answers_as_oracle
from sparkify_assets_tests.e2e.comparison import assert_as_oracle
from sparkify_assets_tests.loading import FIRST_DAY, LAST_DAY, Loader
from sparkify_assets_tests.oracle import hostile
from sparkify_assets_tests.oracle.star import day_of, find_files

# "100-400" looks for defects in more sets than a test run has time for.
FIRST_SEED, LAST_SEED = map(int, os.environ.get("SPARKIFY_SEEDS", "1-3").split("-"))
WAYS = ("range", "days", "mixed")
REAL_DATA = os.environ.get("SPARKIFY_REAL_DATA")
COMPLETE_SETS = [CHECKOUT / "data", *([Path(REAL_DATA)] if REAL_DATA else [])]

pytestmark = pytest.mark.slow


@pytest.mark.parametrize("seed", range(FIRST_SEED, LAST_SEED + 1))
def test_hostile_set_gives_the_oracles_star_before_and_after_changes(
    tmp_path: Path, database_url: str, seed: int
) -> None:
    rng = random.Random(seed)
    hostile.write_hostile_set(tmp_path, seed, bad=rng.choice((0, 0.02, 0.3)), damaged=rng.random() < 0.3)
    loader = Loader(tmp_path, tmp_path / "staging", database_url, max_rejected=1.0)

    load_in_some_order(loader, rng, WAYS[seed % len(WAYS)])

    assert_as_oracle(loader)

    for change in range(2):
        changed = hostile.mutate(tmp_path, seed * 10 + change)
        rng.shuffle(changed)
        for day in changed:
            loader.load(day, day)
        assert_as_oracle(loader)
        assert_answers_as_oracle(loader)

    change_songs(tmp_path, rng)
    loader.load()
    assert_as_oracle(loader)
    assert_answers_as_oracle(loader)


@pytest.mark.parametrize("data", COMPLETE_SETS, ids=["sample", "real"][: len(COMPLETE_SETS)])
def test_month_in_one_run_gives_the_oracles_star(tmp_path: Path, database_url: str, data: Path) -> None:
    loader = Loader(data, tmp_path, database_url)

    loader.load()

    assert_as_oracle(loader)


def load_in_some_order(loader: Loader, rng: random.Random, way: str) -> None:
    """Load every day that has a file: all in one run, or one after the other in any order, or both."""
    days = days_with_files(loader.data)
    if way == "range":
        loader.load(days[0], days[-1])
        return
    rng.shuffle(days)
    for day in days:
        loader.load(day, day)
    if way == "mixed":
        loader.load(min(days), rng.choice(days))


def days_with_files(data: Path) -> list[date]:
    """Return the set's days, also of damaged files."""
    days = {day_of(file) for file in find_files(data, "log_data")}
    return sorted(day for day in days if day is not None and FIRST_DAY <= day <= LAST_DAY)


def change_songs(data: Path, rng: random.Random) -> None:
    """Take some song files out of the catalogue and add others."""
    files = find_files(data, "song_data")
    for file in rng.sample(files, rng.randint(1, 4)):
        (data / file).unlink()
    for _ in range(rng.randint(0, 3)):
        hostile.write_song_file(data, rng, 0.0)
