"""The ledger's rows: the accounts of the files, of logs and songs in the same columns."""

import datetime as dt

import polars as pl

from sparkify_assets.schemas import EventFiles, LoadedFiles, SongFiles
from sparkify_assets.transforms.ledger import build_loaded_logs, build_loaded_songs

NOON = dt.datetime(2018, 11, 16, 12, tzinfo=dt.UTC)
SEEN = {"size": 10, "modified_at": NOON, "changed_at": NOON, "content_hash": "c0ffee", "lines": 9, "blank": 1}


def test_log_file_is_loaded_with_its_day() -> None:
    counts = {"events": 5, "plays": 4, "duplicates": 2, "rejected": 1}
    files = pl.DataFrame(
        [{"log_date": dt.date(2018, 11, 15), "file": name, **SEEN, **counts} for name in ("log_data/b", "log_data/a")],
        schema=EventFiles.create_empty().schema,
    )

    ledger = build_loaded_logs(files, NOON, "run-1")

    LoadedFiles.validate(ledger)
    assert ledger["path"].to_list() == ["log_data/a", "log_data/b"]
    first = ledger.row(0, named=True)
    assert (first["portion"], first["kind"], first["day"]) == ("2018-11-15", "log", dt.date(2018, 11, 15))
    assert (first["records"], first["plays"], first["duplicates"], first["rejected"]) == (5, 4, 2, 1)
    assert (first["loaded_at"], first["run_id"], first["content_hash"]) == (NOON, "run-1", "c0ffee")


def test_song_files_are_one_portion_without_day_and_plays() -> None:
    files = pl.DataFrame(
        [{"file": "song_data/a", **SEEN, "songs": 7, "rejected": 1, "read_at": NOON, "read_by": "run-1"}],
        schema=SongFiles.create_empty().schema,
    )

    ledger = build_loaded_songs(files)

    LoadedFiles.validate(ledger)
    row = ledger.row(0, named=True)
    assert (row["portion"], row["kind"], row["records"]) == ("songs", "song", 7)
    assert (row["day"], row["plays"], row["duplicates"]) == (None, None, None)
    assert (row["loaded_at"], row["run_id"]) == (NOON, "run-1")


def test_no_file_gives_no_row() -> None:
    assert build_loaded_logs(EventFiles.create_empty(), NOON, "run-1").equals(LoadedFiles.create_empty())
    assert build_loaded_songs(SongFiles.create_empty()).equals(LoadedFiles.create_empty())
