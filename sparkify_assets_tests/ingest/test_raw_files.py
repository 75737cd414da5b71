"""Files as they stood when they were found."""

from sparkify_assets.ingest.raw_files import FileTable, RawFile

FIRST = RawFile("/data/song_data/b.json", "song_data/b.json", 2, 3, 4, 5)
SECOND = RawFile("/data/song_data/B.json", "song_data/B.json", 7, 8, 9, 10)


def test_table_gives_the_files_it_is_made_of() -> None:
    table = FileTable.of([FIRST, SECOND])

    assert len(table) == 2
    assert list(table) == [FIRST, SECOND]
    assert list(table.picked([1, 0, 1])) == [SECOND, FIRST, SECOND]
    assert list(FileTable.of([])) == []


def test_order_is_that_of_the_bytes_of_the_path() -> None:
    assert list(FileTable.of([FIRST, SECOND]).in_order()) == [SECOND, FIRST]


def test_look_is_size_and_both_times() -> None:
    assert FIRST.stat == (2, 3, 4)
