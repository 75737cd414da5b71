"""Files that come, change and go while `make ui` runs: after each step the tables are theirs, in the fewest runs."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest

from sparkify_assets_tests.e2e.place import Place, as_url
from sparkify_assets_tests.e2e.raw_files import at, event, write_day, write_song
from sparkify_assets_tests.e2e.serving import caught_up, nothing_is_left, served, settled
from sparkify_assets_tests.loading import Loader

pytestmark = pytest.mark.slow


@pytest.fixture
def place(data: Path, database_url: str) -> Place:
    """Return a place whose sensors look every second."""
    settings = {"SPARKIFY_DATABASE_URL": as_url(database_url), "SPARKIFY_LOOK_EVERY": "1", "SPARKIFY_SETTLE": "1"}
    return Place(data.parent, {**settings, "SPARKIFY_RETRACT": "yes"})


@pytest.fixture
def loader(place: Place, database_url: str) -> Loader:
    """Return a loader of the same files, staging folder and database: here it only compares."""
    return Loader(place.folder / "data", place.folder / "home" / "staging", database_url)


def test_what_happens_to_the_files_happens_to_the_tables_in_the_fewest_runs(place: Place, loader: Loader) -> None:
    data = loader.data
    for day in range(1, 31):
        write_day(data, day, event(ts=at(day)), event(ts=at(day, 1), itemInSession=1, song="Vespers"))

    with served(place):
        caught_up(place, loader)
        assert settled(loader) == {"SUCCESS": 1}

        write_day(data, 7, event(ts=at(7)))  # shorter
        late = write_day(data, 9, event(ts=at(9), itemInSession=9), folder="late")
        os.utime(late, (0, 0))
        (data / "log_data/2018/11/2018-11-20-events.json").unlink()
        caught_up(place, loader)
        assert settled(loader) == {"SUCCESS": 4}

        write_song(data, "A/two", song_id="SO2", title="Vespers")
        caught_up(place, loader)
        assert settled(loader) == {"SUCCESS": 5}

        slow = data / "log_data/2018/11/2018-11-20-events.json"
        with slow.open("w") as file:
            for item in range(8):
                file.write(event(ts=at(20), itemInSession=item) + "\n")
                file.flush()
                time.sleep(0.5)
        caught_up(place, loader)
        assert settled(loader) == {"SUCCESS": 6}

    assert nothing_is_left(place)
    assert "Traceback" not in (place.folder / "ui.log").read_text()
