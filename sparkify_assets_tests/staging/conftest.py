"""Folders to stage frames in."""

from pathlib import Path

import pytest
from upath import UPath

from sparkify_assets.staging.area import StagingArea


@pytest.fixture(params=["local", "file URL", "memory URL"])
def area(request: pytest.FixtureRequest, tmp_path: Path) -> StagingArea:
    """Give an empty area with blanks in its path, and where it is local with what patterns are made of."""
    folder = tmp_path / "staged frames [1] *?"
    match request.param:
        case "local":
            return StagingArea(UPath(folder))
        case "file URL":
            return StagingArea(UPath(f"file://{folder}"))
        case _:
            return StagingArea(UPath(f"memory://{tmp_path.name}/staged frames"))


@pytest.fixture
def local_area(tmp_path: Path) -> StagingArea:
    """Give an empty area in a local folder."""
    return StagingArea(UPath(tmp_path / "staged"))
