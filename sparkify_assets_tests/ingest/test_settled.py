"""Days whose files change while they are read are read again, from the files as they then are."""

import datetime as dt
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from sparkify_assets.ingest.discovery import find_log_files
from sparkify_assets.ingest.settled import READINGS, FilesByDay, read_settled
from sparkify_assets_tests.ingest.raw_records import put

MONDAY, TUESDAY = dt.date(2018, 11, 12), dt.date(2018, 11, 13)


class Reader:
    """Reads the days below a folder into `texts`; what else happens to the folder meanwhile is given."""

    def __init__(self, data: Path, meanwhile: Callable[[int], object]) -> None:
        self.data = data
        self.meanwhile = meanwhile
        self.texts: dict[dt.date, list[str]] = {}
        self.renewed: list[Sequence[dt.date]] = []
        self.readings = 0

    def find(self) -> FilesByDay:
        """Return the files of both days."""
        return find_log_files(self.data, MONDAY, TUESDAY).by_day

    def read(self, by_day: FilesByDay) -> None:
        """Read days."""
        self.texts |= {day: [Path(file.path).read_text() for file in files] for day, files in by_day.items()}
        self.readings += 1
        self.meanwhile(self.readings)

    def run(self) -> list[dt.date]:
        """Return the days that were not at rest."""
        return read_settled(self.find(), self.find, self.read, self.renewed.append)


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """Give a folder with a file of each day."""
    for day in (MONDAY, TUESDAY):
        put(tmp_path, f"log_data/{day}-events.json", b"old")
    return tmp_path


def test_files_at_rest_are_read_once(data: Path) -> None:
    reader = Reader(data, lambda _: None)

    assert reader.run() == []
    assert (reader.readings, reader.renewed) == (1, [])


def written(folder: Path) -> None:
    (folder / f"{TUESDAY}-events.json").write_text("new")


def put_in_its_place(folder: Path) -> None:
    (folder / "aside").write_text("new")
    (folder / "aside").rename(folder / f"{TUESDAY}-events.json")


@pytest.mark.parametrize("change", [written, put_in_its_place])
def test_day_that_changed_is_read_again_and_no_other(data: Path, change: Callable[[Path], None]) -> None:
    def once(reading: int) -> None:
        if reading == 1:
            change(data / "log_data")

    reader = Reader(data, once)

    assert reader.run() == []
    assert reader.texts == {MONDAY: ["old"], TUESDAY: ["new"]}
    assert (reader.readings, reader.renewed) == (2, [[TUESDAY]])


def test_file_that_comes_or_goes_meanwhile_is_a_change(data: Path) -> None:
    def once(reading: int) -> None:
        if reading == 1:
            put(data, f"log_data/later/{MONDAY}-events.json", b"more")
            (data / "log_data" / f"{TUESDAY}-events.json").unlink()

    reader = Reader(data, once)

    assert reader.run() == []
    assert reader.texts == {MONDAY: ["old", "more"], TUESDAY: []}
    assert reader.renewed == [[MONDAY, TUESDAY]]


def test_file_that_is_never_at_rest_is_taken_as_it_was_last_and_named(data: Path) -> None:
    reader = Reader(data, lambda reading: put(data, f"log_data/{TUESDAY}-events.json", b"x" * reading))

    assert reader.run() == [TUESDAY]
    assert reader.texts[TUESDAY] == ["x" * (READINGS - 1)]
    assert reader.renewed == [[TUESDAY]] * (READINGS - 1)
