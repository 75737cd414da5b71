"""Replacing all rows."""

from __future__ import annotations

from sparkify_assets.postgres.connection import Connection, connected
from sparkify_assets.postgres.publication import Publication
from sparkify_assets.postgres.publish import publish
from sparkify_assets.postgres.read import read
from sparkify_assets_tests.postgres.weather import STATIONS, rows_of

ALP = rows_of(STATIONS, ("a", "Alp", 1.0, "land"))
BAY = rows_of(STATIONS, ("b", "Bay", None, "buoy"), ("c", None, 0.0, "buoy"))


def test_the_frame_becomes_the_table(connection: Connection) -> None:
    publish(connection, STATIONS, Publication(ALP))

    written = publish(connection, STATIONS, Publication(BAY))

    assert read(connection, STATIONS).equals(BAY)
    assert (written.inserted, written.deleted, written.row_count) == (2, 1, 2)


def test_publishing_twice_leaves_the_same_rows(connection: Connection) -> None:
    for _ in range(2):
        written = publish(connection, STATIONS, Publication(BAY))

    assert read(connection, STATIONS).equals(BAY)
    assert written.row_count == 2


def test_an_empty_frame_empties_the_table(connection: Connection) -> None:
    publish(connection, STATIONS, Publication(BAY))

    written = publish(connection, STATIONS, Publication(STATIONS.empty_frame()))

    assert read(connection, STATIONS).is_empty()
    assert (written.deleted, written.row_count) == (2, 0)


def test_an_empty_frame_makes_an_empty_table(connection: Connection) -> None:
    publish(connection, STATIONS, Publication(STATIONS.empty_frame()))

    assert read(connection, STATIONS).equals(STATIONS.empty_frame())


def test_a_reader_sees_the_old_rows_until_the_commit(connection: Connection, database_url: str) -> None:
    publish(connection, STATIONS, Publication(ALP))

    with connected(database_url, lock_timeout_s=0.1) as reader, reader.transaction():
        before = read(reader, STATIONS)
        publish(connection, STATIONS, Publication(BAY))
        after = read(reader, STATIONS)

    assert (before.height, after.height) == (1, 2)
