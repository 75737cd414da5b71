"""Files that look unchanged are taken over, and the result is what reading all of them gives."""

import os
import random
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from types import ModuleType

import polars as pl
import pytest

from sparkify_assets.ingest.catalogue import CatalogueOfSongs
from sparkify_assets.ingest.discovery import find_song_files
from sparkify_assets.ingest.songs import read_songs
from sparkify_assets.ingest.unchanged import (
    READING,
    SETTLED_US,
    Earlier,
    OutdatedReading,
    Reading,
    earlier_of,
    way_of_reading,
)
from sparkify_assets_tests.ingest.raw_records import put, song

LONG_AFTER_US = 60 * 10**6
HTML = b"<html>"


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """Return a folder with valid, refused and damaged song files, several records in one, and fields not known."""
    put(tmp_path, "song_data/A/one.json", song())
    put(tmp_path, "song_data/A/two.json", song(song_id="SO2", label=1) + b"\n\n" + song(song_id="SO3", title=None))
    put(tmp_path, "song_data/B/again.json", song(title="Later Train"))
    put(tmp_path, "song_data/B/broken.json", b"{")
    put(tmp_path, "song_data/B/page.json", HTML)
    put(tmp_path, "song_data/C/mood.json", song(song_id="SO4", mood="blue", label=2))
    return tmp_path


def read_before(data: Path, began_after_us: int = LONG_AFTER_US) -> Earlier:
    """Read the folder as a load that begins so long after the files were written."""
    return Earlier(read_songs(find_song_files(data).files), time.time_ns() // 1000 + began_after_us)


def assert_as_fresh(data: Path, earlier: Earlier, files_read: int | None = None) -> None:
    """Assert that a reading that takes over equals one that does not, and how many files it has read."""
    files = find_song_files(data).files
    fresh = read_songs(files)
    again = read_songs(files, earlier)
    assert {part: frame.equals(fresh.frames()[part]) for part, frame in again.frames().items()} == dict.fromkeys(
        CatalogueOfSongs.parts(), True
    )
    assert {part: frame.schema for part, frame in again.frames().items()} == {
        part: frame.schema for part, frame in fresh.frames().items()
    }
    assert fresh.files_read == len(files)
    if files_read is not None:
        assert again.files_read == files_read


def rewrite(path: Path, content: bytes) -> None:
    """Write a file anew, as often as it takes for the file system's clock to tick."""
    before = path.stat().st_ctime_ns
    while path.stat().st_ctime_ns == before:
        path.write_bytes(content)


def add_first(data: Path) -> None:
    put(data, "song_data/0.json", song(song_id="SO1", title="First of all"))


def add_between(data: Path) -> None:
    put(data, "song_data/A/three.json", b"\n" + song(song_id="SO3", label=3) + b"\n" + song(song_id="SO2"))


def add_last(data: Path) -> None:
    put(data, "song_data/Z/last.json", song(song_id="SO1", title="Last of all"))


def add_refused(data: Path) -> None:
    put(data, "song_data/A/zero.json", song(duration=0, mood=1))


def add_damaged(data: Path) -> None:
    put(data, "song_data/A/damaged.json.gz", b"no gzip")


def change_size(data: Path) -> None:
    rewrite(data / "song_data/A/two.json", song(song_id="SO2", title="Shorter"))


def change_same_size(data: Path) -> None:
    rewrite(data / "song_data/A/one.json", song(title="Last Train"))


def change_same_size_and_put_the_time_back(data: Path) -> None:
    path = data / "song_data/A/one.json"
    before = path.stat()
    rewrite(path, song(title="Last Train"))
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))


def damage(data: Path) -> None:
    rewrite(data / "song_data/C/mood.json", HTML)


def repair(data: Path) -> None:
    rewrite(data / "song_data/B/page.json", song(song_id="SO5"))


def replace_by_a_copy_of_the_same_times(data: Path) -> None:
    path, other = data / "song_data/A/one.json", data / "other"
    before = path.stat()
    other.write_bytes(song(title="Last Train"))
    os.utime(other, ns=(before.st_atime_ns, before.st_mtime_ns))
    other.replace(path)


@pytest.mark.parametrize(
    ("change", "files_read"),
    [
        (add_first, 1),
        (add_between, 1),
        (add_last, 1),
        (add_refused, 1),
        (add_damaged, 1),
        (change_size, 1),
        (change_same_size, 1),
        (change_same_size_and_put_the_time_back, 1),
        (replace_by_a_copy_of_the_same_times, 1),
        (damage, 1),
        (repair, 1),
        (Path.exists, 0),
        (lambda data: (data / "song_data/A/two.json").unlink(), 0),
        (lambda data: (data / "song_data/B/page.json").unlink(), 0),
        (lambda data: (data / "song_data/A/one.json").rename(data / "song_data/Z.json"), 1),
        (lambda data: (data / "song_data/A").rename(data / "song_data/D"), 2),
        (lambda data: [path.unlink() for path in (data / "song_data").rglob("*.json")], 0),
    ],
)
def test_only_what_has_changed_is_read_and_the_result_is_that_of_reading_all(
    data: Path, change: Callable[[Path], object], files_read: int
) -> None:
    earlier = read_before(data)

    change(data)

    assert_as_fresh(data, earlier, files_read)


def test_any_changes_one_after_the_other_give_what_reading_all_gives(data: Path) -> None:
    draw = random.Random(18)
    names = [f"song_data/{folder}/{number}.json" for folder in "ABé" for number in range(5)]
    contents = [song(song_id=f"SO{n}", title=f"T{n}") for n in range(5)]
    contents += [b"", b"\n", b"{", HTML, song(label=1), song(year=None, mood=2) + b"\n" + song(title=None)]
    earlier = read_before(data)
    for _ in range(30):
        for name in draw.sample(names, 2):
            if (data / name).exists() and draw.random() < 0.3:
                (data / name).unlink()
            else:
                put(data, name, draw.choice(contents))

        assert_as_fresh(data, earlier)

        earlier = Earlier(read_songs(find_song_files(data).files, earlier), time.time_ns() // 1000)


def test_name_that_is_no_utf8_keeps_its_place(data: Path) -> None:
    for name in (b"\xff.json", b"\\z.json", b"]z.json"):
        Path(os.fsdecode(os.fsencode(data) + b"/song_data/" + name)).write_bytes(song(song_id="SO9"))
    earlier = read_before(data)
    (data / "song_data" / "]z.json").unlink()
    add_between(data)

    assert_as_fresh(data, earlier, 1)


@pytest.mark.parametrize(("began_after_us", "files_read"), [(0, 6), (SETTLED_US // 2, 6), (2 * SETTLED_US, 0)])
def test_file_that_was_written_just_before_it_was_read_is_read_again(
    data: Path, began_after_us: int, files_read: int
) -> None:
    earlier = read_before(data, began_after_us)

    assert_as_fresh(data, earlier, files_read)


def test_file_of_a_time_to_come_is_read_again(data: Path) -> None:
    ahead_ns = time.time_ns() + 10**12
    os.utime(data / "song_data/A/one.json", ns=(ahead_ns, ahead_ns))
    earlier = read_before(data)

    assert_as_fresh(data, earlier, 1)


def staged(data: Path) -> dict[str, pl.DataFrame]:
    """Return what a load stages."""
    reading = Reading.begin(data, "run-1")
    return {**read_songs(find_song_files(data).files).frames(), READING: reading.to_frame()}


def test_what_is_staged_says_what_can_be_taken_over(data: Path) -> None:
    frames = staged(data)

    earlier = earlier_of(Reading.begin(data, "run-1"), frames)

    assert earlier.catalogue.songs.equals(frames["songs"])
    assert 0 <= time.time_ns() // 1000 - earlier.began_us < LONG_AFTER_US


def test_nothing_of_another_folder_is_taken_over(data: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    with pytest.raises(OutdatedReading, match=f"another folder, '{data}'"):
        earlier_of(Reading.begin(tmp_path_factory.mktemp("other"), "run-2"), staged(data))


def test_nothing_that_was_read_in_another_way_is_taken_over(data: Path) -> None:
    before = staged(data)
    other = replace(Reading.begin(data, "run-1"), way="another")

    with pytest.raises(OutdatedReading, match="other code"):
        earlier_of(other, before)


def test_way_of_reading_is_another_one_with_any_other_module(tmp_path: Path) -> None:
    package = ModuleType("reader")
    package.__path__ = [str(tmp_path)]
    ways = []
    for content in ("", "a = 1", "a = 2"):
        (tmp_path / "module.py").write_text(content)
        ways.append(way_of_reading([package]))

    assert len(set(ways)) == 3
    assert way_of_reading([package]) == ways[-1]


def test_file_keeps_the_reading_that_has_read_it(data: Path) -> None:
    first, second = (Reading("way", str(data), began_us, run_id) for began_us, run_id in ((10**15, "1"), (10**16, "2")))
    before = first.note_in(read_before(data).catalogue)
    add_between(data)

    files = find_song_files(data).files
    noted = second.note_in(read_songs(files, Earlier(before, time.time_ns() // 1000 + LONG_AFTER_US))).files

    assert noted["read_by"].to_list() == ["1", "2", "1", "1", "1", "1", "1"]
    assert noted["read_at"].cast(int).to_list() == [10**15, 10**16, *[10**15] * 5]
