"""A song file is read once, as long as it and what was read of it stay as they are."""

import shutil
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest
from upath import UPath

from sparkify_assets.ingest.discovery import find_song_files
from sparkify_assets.ingest.settled import READINGS
from sparkify_assets.ingest.songs import read_songs
from sparkify_assets.ingest.unchanged import NOTED, SETTLED_US
from sparkify_assets.staging.area import StagingArea
from sparkify_assets_tests.e2e.raw_files import write_song
from sparkify_assets_tests.loading import Loader


@pytest.fixture(scope="module")
def settled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a data folder whose three song files have been there for a while."""
    data = tmp_path_factory.mktemp("settled") / "data"
    for number in range(3):
        write_song(data, f"A/{number}", song_id=f"SO{number}")
    (data / "log_data").mkdir()
    time.sleep(1.1 * SETTLED_US / 10**6)
    return data


@pytest.fixture
def loader(tmp_path: Path, settled: Path, database_url: str) -> Loader:
    """Return a loader of those files, which has staged them once."""
    loader = Loader(settled, tmp_path / "staging", database_url)
    assert files_read(loader) == 3
    return loader


def files_read(loader: Loader) -> int:
    """Stage the song files; return how many were read for it."""
    result = loader.load(select="key:raw_song_files")
    (materialization,) = result.asset_materializations_for_node("raw_song_files")
    return int(str(materialization.metadata["files_read"].value))


def newest(loader: Loader) -> Path:
    """Return the folder that was staged last."""
    return max((loader.staging / "raw_song_files" / "all").glob("*"))


def test_second_load_reads_what_is_new_and_stages_the_same(loader: Loader) -> None:
    assert files_read(loader) == 0

    more = write_song(loader.data, "A/1more", title="Vespers")

    assert files_read(loader) == 1
    staged = StagingArea(UPath(loader.staging)).open("raw_song_files", "test", [])
    whole = read_songs(find_song_files(loader.data).files).frames()
    for part, frame in whole.items():
        assert staged.frame(part).drop(NOTED, strict=False).collect().equals(frame.drop(NOTED, strict=False)), part
    more.unlink()


def cut_short(file: Path) -> None:
    file.write_bytes(file.read_bytes()[:-1])


def bend(file: Path) -> None:
    content = file.read_bytes()
    file.write_bytes(content.replace(b"Matins", b"Martin", 1))
    assert file.read_bytes() != content


@pytest.mark.parametrize("damage", [Path.unlink, cut_short, bend])
def test_damaged_stage_has_all_files_read_again(loader: Loader, damage: Callable[[Path], None]) -> None:
    damage(newest(loader) / "songs.parquet")

    assert files_read(loader) == 3
    assert files_read(loader) == 0


def test_stage_that_was_removed_has_all_files_read_again(loader: Loader) -> None:
    shutil.rmtree(loader.staging / "raw_song_files")

    assert files_read(loader) == 3


def test_copy_of_the_folder_is_read_again(loader: Loader, tmp_path: Path) -> None:
    shutil.copytree(loader.data, tmp_path / "copy")

    assert files_read(replace(loader, data=tmp_path / "copy")) == 3


def test_song_file_that_is_never_at_rest_is_read_and_named(
    tmp_path: Path, database_url: str, capfd: pytest.CaptureFixture[str]
) -> None:
    loader = Loader(tmp_path / "data", tmp_path / "staging", database_url)
    for number in range(1000):  # so many that the other one is written while they are read
        write_song(loader.data, f"A/{number}", song_id=f"SO{number}")
    over = threading.Event()

    def write_on() -> None:
        number = 0
        while not over.is_set():
            number += 1
            write_song(loader.data, "A/restless", song_id="SO", title="x" * (number % 90 + 1))

    with ThreadPoolExecutor(1) as pool:
        writing = pool.submit(write_on)
        try:
            files_read(loader)
        finally:
            over.set()
        writing.result()

    said = capfd.readouterr().err
    assert said.count("song file(s) have changed while they were read; read again") == READINGS - 1
    assert "files change all the time while they are read: song_data/A/restless.json" in said
