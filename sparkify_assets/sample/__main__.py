"""The command `python -m sparkify_assets.sample`."""

import argparse
from collections.abc import Sequence
from pathlib import Path

from sparkify_assets.sample.catalogue import build_catalogue
from sparkify_assets.sample.listeners import build_listeners
from sparkify_assets.sample.recipe import SAMPLE_SEED, Recipe
from sparkify_assets.sample.sessions import events_of_all
from sparkify_assets.sample.write import LOG_FOLDER, SONG_FOLDER, write_sample


def main(arguments: Sequence[str] | None = None) -> None:
    """Write a sample data set where the command line says."""
    parser = argparse.ArgumentParser(
        "python -m sparkify_assets.sample",
        description="Write invented song files and activity logs of November 2018, always the same for a seed.",
    )
    parser.add_argument("--out", type=Path, default=Path("data"), help="folder to write to (default: %(default)s)")
    parser.add_argument("--seed", type=int, default=SAMPLE_SEED, help="which sample (default: %(default)s)")
    parser.add_argument("--replace", action="store_true", help="delete song_data and log_data that stand there")
    given = parser.parse_args(arguments)
    standing = [name for name in (SONG_FOLDER, LOG_FOLDER) if (given.out / name).exists()]
    if standing and not given.replace:
        parser.error(f"'{given.out / standing[0]}' exists; name another folder with --out, or give --replace")
    generate(Recipe(seed=given.seed), given.out)


def generate(recipe: Recipe, out: Path) -> None:
    """Write the data set of a recipe below `out`, in place of what stands there."""
    catalogue = build_catalogue(recipe)
    events = events_of_all(recipe, build_listeners(recipe), catalogue)
    write_sample(out, catalogue.listed, events)


if __name__ == "__main__":
    main()
