"""Fields that we do not know."""

import polars as pl
import pytest

from sparkify_assets.ingest.drift import count_by_field, storable
from sparkify_assets.schemas import UnknownFields


def test_records_are_counted_by_file_and_field() -> None:
    one = pl.DataFrame({"file": ["b", "a", "b"], "field": ["zone", "zone", "app"]})
    two = pl.DataFrame({"file": ["b"], "field": ["zone"]})

    counted = count_by_field([one, two])

    assert counted.rows() == [("a", "zone", 1), ("b", "app", 1), ("b", "zone", 2)]
    UnknownFields.validate(counted)
    UnknownFields.validate(count_by_field([]))


@pytest.mark.parametrize(("name", "shown"), [("zoné", "zoné"), ("a\0b", r"a\x00b"), ("\ud800", r"\ud800")])
def test_names_can_be_stored(name: str, shown: str) -> None:
    assert storable(name) == shown
