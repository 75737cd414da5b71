"""Tables as they are declared, and frames that have to fit them."""

from __future__ import annotations

import dataframely as dy
import polars as pl
import pytest

from sparkify_assets.errors import FrameError
from sparkify_assets.postgres.modes import Merge, ReplacePartition
from sparkify_assets.postgres.table import Check, Reference, Table, conform
from sparkify_assets_tests.postgres.weather import DOUBTED, READINGS, STATIONS, Readings, rows_of


def test_columns_come_from_the_schema() -> None:
    kind = STATIONS.column("kind")

    assert STATIONS.column_names == ["station_id", "name", "height_m", "kind"]
    assert STATIONS.key == ("station_id",)
    assert STATIONS.description == "One row per weather station."
    assert (kind.sql_type, kind.nullable, kind.checks) == ("text", False, (Check("in", ("land", "buoy")),))
    assert [str(check) for check in STATIONS.column("height_m").checks] == [">= -430", "<= 8850"]


def test_a_dtype_without_postgres_type_is_refused() -> None:
    class Shapes(dy.Schema):
        corners = dy.List(dy.Int64())

    with pytest.raises(FrameError, match=r"column 'corners' is List\(Int64\), which has no Postgres type here"):
        Table.of(Shapes, "weather", "shapes")


def test_a_name_that_postgres_would_cut_is_refused() -> None:
    name = "ä" * 32

    with pytest.raises(FrameError, match=f"the name '{name}' has 64 bytes, Postgres keeps 63"):
        Table.of(Readings, "weather", name)


def test_a_table_without_key_is_only_replaced_whole() -> None:
    class Notes(dy.Schema):
        text = dy.String()

    assert Table.of(Notes, "weather", "notes").key == ()
    with pytest.raises(FrameError, match=r"table 'weather\.notes': Merge needs a primary key"):
        Table.of(Notes, "weather", "notes", publish=Merge())


def test_a_reference_that_keeps_its_parent_is_part_of_the_unique_key() -> None:
    unique = ReplacePartition("day", unique=("minute",), superseded=DOUBTED)

    with pytest.raises(FrameError, match=r"'station_id' keeps its parent, so it has to be part of .*\['minute'\]"):
        Table.of(
            Readings,
            "weather",
            "readings",
            publish=unique,
            references=[Reference("station_id", STATIONS, keeps_parent=True)],
        )


def test_an_index_is_added_only_where_none_begins_so() -> None:
    indexed = READINGS.with_indexes(("reading_id",), ("station_id", "minute"), ("station_id",), ("day",))

    assert indexed.indexes == (("station_id", "minute"), ("day",))


def test_columns_are_taken_by_name() -> None:
    frame = rows_of(STATIONS, ("a", "Alp", 1.0, "land"))

    conformed = conform(frame.select("kind", "height_m", "station_id", "name"), STATIONS)

    assert conformed.equals(frame)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (pl.all().exclude("kind"), r"the frame lacks \['kind'\] and has none that the table does not declare"),
        ([pl.all(), pl.lit(1).alias("colour")], r"the frame lacks no column and has \['colour'\]"),
        ([pl.all().exclude("name"), pl.lit(3).alias("name")], r"column 'name' is Int32, expected String"),
        (
            [pl.all().exclude("station_id"), pl.lit(None, pl.String).alias("station_id")],
            r"column 'station_id' has 1 null\(s\), but may have none",
        ),
    ],
)
def test_a_frame_that_does_not_fit_is_refused(change: pl.Expr | list[pl.Expr], message: str) -> None:
    frame = rows_of(STATIONS, ("a", "Alp", 1.0, "land"))

    with pytest.raises(FrameError, match=rf"table 'weather\.stations': {message}"):
        conform(frame.select(change), STATIONS)


def test_an_unknown_column_is_named() -> None:
    with pytest.raises(FrameError, match=r"table 'weather\.stations' has no column 'colour'; declared are \['station_"):
        STATIONS.column("colour")
