"""Partitions that stand as of a newer input are found, and no others."""

from __future__ import annotations

from sparkify_assets.postgres.connection import Connection
from sparkify_assets.postgres.newer import newer_publications
from sparkify_assets.postgres.publication import Publication
from sparkify_assets.postgres.publish import publish
from sparkify_assets_tests.postgres.weather import READINGS, rows_of

DAYS = rows_of(READINGS, (11, "a", 1, 0.5, 1), (21, "a", 2, 2.5, 2), (31, "a", 3, 2.5, 3))


def test_partitions_of_a_newer_input_are_named_with_their_run(connection: Connection) -> None:
    versions = {"1": 5, "2": 6, "3": 7}
    publish(connection, READINGS, Publication(DAYS, partitions=("1", "2", "3"), versions=versions, run_id="r1"))

    assert newer_publications(connection, READINGS, dict.fromkeys(["1", "2", "3", "4"], 6)) == {"3": "r1"}


def test_database_without_a_publication_has_none(connection: Connection) -> None:
    assert newer_publications(connection, READINGS, {"1": 0}) == {}
