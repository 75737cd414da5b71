"""Folders of embedded servers of the tests' own."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from .embedded_users import clean_up, prepare


@pytest.fixture
def new_home(tmp_path: Path) -> Iterator[Path]:
    """Folder of a server that is not there yet; whatever runs in it afterwards is ended."""
    folder = tmp_path / "server"
    yield folder
    clean_up(folder)


@pytest.fixture
def home(new_home: Path) -> Path:
    """Folder of a server that has its data, and is not up."""
    prepare(new_home)
    return new_home
