"""What differs between folder and ledger."""

import datetime as dt

from sparkify_assets.ingest.raw_files import Stat
from sparkify_assets.watching.changes import SONGS, Loaded, compare_logs, compare_songs, without_touched

FIRST, LAST = dt.date(2018, 11, 1), dt.date(2018, 11, 30)
OLD: Stat = (10, 1, 1)
DAY = "2018-11-15"
FILE = "log_data/2018-11-15.json"


def ledger(**portions: dict[str, Stat]) -> dict[str, dict[str, Loaded]]:
    """Return a ledger of these files, each with its own path as its hash."""
    return {
        name.replace("_", "-").removeprefix("day-"): {path: Loaded(stat, path) for path, stat in files.items()}
        for name, files in portions.items()
    }


def test_equal_files_do_not_differ() -> None:
    compared = compare_logs({FILE: OLD}, ledger(day_2018_11_15={FILE: OLD}), FIRST, LAST)

    assert (compared.differences, compared.checked) == ({}, 1)


def test_new_changed_and_gone_files_are_told_apart_by_day() -> None:
    files = {FILE: (9, 1, 1), "log_data/2018-11-16.json": OLD}
    stands = ledger(day_2018_11_15={FILE: OLD, "log_data/b-2018-11-15.json": OLD}, day_2018_11_17={"log_data/c": OLD})

    found = compare_logs(files, stands, FIRST, LAST).differences

    assert list(found) == [DAY, "2018-11-16", "2018-11-17"]
    assert (found[DAY].changed, found[DAY].gone, found[DAY].only_gone) == (
        (FILE,),
        ("log_data/b-2018-11-15.json",),
        False,
    )
    assert found["2018-11-16"].new == ("log_data/2018-11-16.json",)
    assert (found["2018-11-17"].gone, found["2018-11-17"].only_gone) == (("log_data/c",), True)


def test_each_of_size_and_both_times_makes_a_difference() -> None:
    stands = ledger(day_2018_11_15={FILE: OLD})

    for stat in ((11, 1, 1), (10, 0, 1), (10, 1, 0)):
        assert compare_logs({FILE: stat}, stands, FIRST, LAST).differences[DAY].changed == (FILE,)


def test_file_that_was_renamed_is_new_and_gone() -> None:
    found = compare_songs({"song_data/b": OLD}, ledger(songs={"song_data/a": OLD})).differences[SONGS]

    assert (found.new, found.gone) == (("song_data/b",), ("song_data/a",))


def test_days_outside_and_files_without_day_are_listed_and_loaded_days_outside_left() -> None:
    files = {"log_data/2018-12-01.json": OLD, "log_data/x.json": OLD, "log_data/2018-10-31.json": OLD}

    compared = compare_logs(files, ledger(day_2018_12_02={"log_data/2018-12-02.json": OLD}), FIRST, LAST)

    assert compared.differences == {}
    assert compared.outside == ("log_data/2018-10-31.json", "log_data/2018-12-01.json")
    assert compared.undated == ("log_data/x.json",)


def test_folder_without_a_file_is_emptied_only_where_there_was_one() -> None:
    assert compare_songs({}, ledger(songs={"song_data/a": OLD})).emptied
    assert not compare_songs({}, {}).emptied
    assert compare_logs({}, ledger(day_2018_11_15={FILE: OLD}), FIRST, LAST).emptied


def test_file_with_the_content_that_was_loaded_is_left_out_and_its_look_returned() -> None:
    stands = ledger(day_2018_11_15={FILE: OLD, "log_data/b-2018-11-15.json": OLD})
    files = {FILE: (10, 5, 5), "log_data/b-2018-11-15.json": (10, 6, 6)}
    compared = compare_logs(files, stands, FIRST, LAST)

    left, touched = without_touched(compared, stands, lambda _: FILE, most_bytes=100)

    assert left.differences[DAY].changed == ("log_data/b-2018-11-15.json",)
    assert touched == {FILE: (10, 5, 5)}
    left, touched = without_touched(compared, stands, lambda path: path, most_bytes=100)
    assert (left.differences, set(touched)) == ({}, set(files))


def test_file_of_another_size_or_beyond_what_may_be_read_is_not_read() -> None:
    stands = ledger(day_2018_11_15={FILE: OLD, "log_data/b-2018-11-15.json": OLD})
    files = {FILE: (11, 5, 5), "log_data/b-2018-11-15.json": (10, 6, 6)}
    compared = compare_logs(files, stands, FIRST, LAST)
    read: list[str] = []

    left, touched = without_touched(compared, stands, lambda path: read.append(path) or path, most_bytes=9)  # type: ignore[func-returns-value]

    assert (read, touched) == ([], {})
    assert left == compared


def test_fingerprint_is_that_of_names_and_looks() -> None:
    def fingerprint(files: dict[str, Stat]) -> str:
        return compare_songs(files, {}).differences[SONGS].fingerprint

    assert fingerprint({"a": OLD, "b": OLD}) == fingerprint({"b": OLD, "a": OLD})
    assert len({fingerprint(files) for files in ({"a": OLD}, {"b": OLD}, {"a": (10, 1, 2)}, {"a": OLD, "b": OLD})}) == 4
