"""A data folder to write into, and a loader of it."""

from __future__ import annotations

from pathlib import Path

import pytest

from sparkify_assets_tests.e2e.raw_files import write_song
from sparkify_assets_tests.loading import Loader


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """Return a data folder with one song and no log file."""
    folder = tmp_path / "data"
    (folder / "log_data").mkdir(parents=True)
    write_song(folder, "A/one")
    return folder


@pytest.fixture
def loader(tmp_path: Path, data: Path, database_url: str) -> Loader:
    """Return a loader of the data folder into a database of its own."""
    return Loader(data, tmp_path / "staging", database_url)
