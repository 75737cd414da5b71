"""The figures of raw files are those of their accounts."""

import datetime as dt

import polars as pl

from sparkify_assets.ingest.account import figures_of_files
from sparkify_assets.schemas import EventFiles, UnknownFields

DAY = dt.date(2018, 11, 15)
THEN = dt.datetime(2018, 11, 16, tzinfo=dt.UTC)
FILES = pl.DataFrame(
    [
        (DAY, "a", 900, THEN, THEN, "0a", 8, 1, 4, 3, 2, 1),
        (DAY, "b", 100, THEN, THEN, "0b", 2, 0, 1, 1, 0, 1),
    ],
    schema=EventFiles.create_empty().schema,
    orient="row",
)
UNKNOWN = pl.DataFrame(
    [("a", "mood", 2), ("b", "mood", 1), ("b", "device", 1)], schema=UnknownFields.create_empty().schema, orient="row"
)


def test_counts_are_summed_and_refused_records_are_a_share_of_the_lines() -> None:
    assert figures_of_files(FILES, UNKNOWN) == {
        "files": 2,
        "size": 1000,
        "lines": 10,
        "blank": 1,
        "events": 5,
        "plays": 4,
        "duplicates": 2,
        "rejected": 2,
        "reject_rate": 0.2,
        "unknown_fields": "device (1), mood (3)",
    }


def test_no_file_is_no_division() -> None:
    figures = figures_of_files(EventFiles.create_empty(), UnknownFields.create_empty())

    assert figures["reject_rate"] == 0
    assert figures["unknown_fields"] == "none"
    assert figures["lines"] == 0
