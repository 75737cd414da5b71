"""Tables as declared, tables that differ, and what people add to them by hand."""

from __future__ import annotations

from dataclasses import replace

import polars as pl
import psycopg
import pytest

from sparkify_assets.errors import PublishError
from sparkify_assets.postgres import ddl
from sparkify_assets.postgres.bookkeeping import lock
from sparkify_assets.postgres.connection import Connection, connected
from sparkify_assets.postgres.modes import Merge, ReplacePartition
from sparkify_assets.postgres.publication import Publication
from sparkify_assets.postgres.publish import publish
from sparkify_assets.postgres.read import read
from sparkify_assets.postgres.table import Column, Table
from sparkify_assets_tests.postgres.weather import (
    DOUBTED,
    KEEPERS,
    READINGS,
    SINGLE_READINGS,
    STATION_DAYS,
    STATIONS,
    merged_stations,
    rows_of,
)

ALP = rows_of(STATIONS, ("a", "Alp", 1.0, "land"))
NOTE = Column("note", pl.String(), "text", nullable=True, description="what the keeper thinks")


def definitions(connection: Connection, table: Table) -> set[str]:
    rows = connection.execute(
        """
        SELECT pg_get_constraintdef(oid) FROM pg_constraint WHERE conrelid = %s::regclass AND contype <> 'n'
        UNION SELECT substring(indexdef from '\\(.*') FROM pg_indexes WHERE schemaname || '.' || tablename = %s
        """,
        (table.qualified_name, table.qualified_name),
    )
    return {text for (text,) in rows}


def test_a_table_is_made_as_declared(connection: Connection) -> None:
    publish(connection, STATIONS, Publication(ALP))

    columns = connection.execute(
        "SELECT column_name, data_type, is_nullable, col_description('weather.stations'::regclass, ordinal_position)"
        " FROM information_schema.columns WHERE table_name = 'stations' ORDER BY ordinal_position"
    ).fetchall()
    comment = connection.execute("SELECT obj_description('weather.stations'::regclass)").fetchone()
    assert columns == [
        ("station_id", "text", "NO", "key, as painted on the mast"),
        ("name", "text", "YES", "what the neighbours call it"),
        ("height_m", "double precision", "YES", "metres above the sea"),
        ("kind", "text", "NO", "what it stands on"),
    ]
    assert comment == ("One row per weather station.",)
    assert "PRIMARY KEY (station_id)" in definitions(connection, STATIONS)


@pytest.mark.parametrize("row", [("", "Alp", 1.0, "land"), ("a", "Alp", 9000.0, "land"), ("a", "Alp", -431.0, "land")])
def test_the_rules_of_the_schema_are_constraints(connection: Connection, row: tuple[str, str, float, str]) -> None:
    with pytest.raises(PublishError, match=r"violates check constraint .stations_.*no row was changed"):
        publish(connection, STATIONS, Publication(rows_of(STATIONS, row)))

    assert connection.execute("SELECT to_regclass('weather.stations')").fetchone() == (None,)


def test_what_publishing_needs_is_indexed(connection: Connection) -> None:
    publish(connection, SINGLE_READINGS, Publication(SINGLE_READINGS.empty_frame(), partitions=("1",)))
    publish(connection, KEEPERS, Publication(STATION_DAYS.empty_frame(), partitions=("1",)))

    assert definitions(connection, SINGLE_READINGS) >= {"UNIQUE (station_id, minute)", "(day)", "(reading_id)"}
    assert definitions(connection, DOUBTED) >= {"(station_id, minute)", "(day)", "(reading_id)"}
    assert definitions(connection, STATION_DAYS) >= {"(station_id, last_minute)", "(day, station_id)"}


def test_tables_whose_indexes_would_have_one_name_live_side_by_side(connection: Connection) -> None:
    one = replace(STATIONS, name="a", indexes=(("height_m",),))
    two = replace(STATIONS, name="a_height", columns=(*STATIONS.columns, replace(NOTE, name="m")), indexes=(("m",),))

    publish(connection, one, Publication(one.empty_frame()))
    publish(connection, two, Publication(two.empty_frame()))

    assert "(height_m)" in definitions(connection, one)
    assert "(m)" in definitions(connection, two)


def test_a_second_publication_changes_no_definition(connection: Connection) -> None:
    changes = "SELECT count(*), max(age(xmin)) < 3 FROM pg_class WHERE relnamespace = 'weather'::regnamespace"
    publish(connection, SINGLE_READINGS, Publication(SINGLE_READINGS.empty_frame(), partitions=("1",)))
    before = definitions(connection, SINGLE_READINGS), connection.execute(changes).fetchone()

    publish(connection, SINGLE_READINGS, Publication(SINGLE_READINGS.empty_frame(), partitions=("1",)))

    assert (definitions(connection, SINGLE_READINGS), connection.execute(changes).fetchone()) == before


def test_a_new_nullable_column_is_added(connection: Connection) -> None:
    wider = replace(STATIONS, columns=(*STATIONS.columns, NOTE), description="Stations, with notes.")
    publish(connection, STATIONS, Publication(ALP))

    publish(connection, replace(wider, publish=Merge()), Publication(rows_of(wider, ("b", None, None, "buoy", "wet"))))

    assert read(connection, wider).rows() == [("a", "Alp", 1.0, "land", None), ("b", None, None, "buoy", "wet")]
    assert connection.execute(
        "SELECT obj_description('weather.stations'::regclass), col_description('weather.stations'::regclass, 5)"
    ).fetchone() == ("Stations, with notes.", "what the keeper thinks")


def test_a_new_obligatory_column_needs_an_empty_table(connection: Connection) -> None:
    wider = replace(STATIONS, columns=(*STATIONS.columns, replace(NOTE, nullable=False)))
    publish(connection, STATIONS, Publication(ALP))

    with pytest.raises(PublishError, match=r"lacks column 'note', which may not be null, and it has rows; add and"):
        publish(connection, wider, Publication(rows_of(wider, ("b", None, None, "buoy", "wet"))))
    publish(connection, STATIONS, Publication(STATIONS.empty_frame()))
    publish(connection, wider, Publication(rows_of(wider, ("b", None, None, "buoy", "wet"))))

    assert read(connection, wider).rows() == [("b", None, None, "buoy", "wet")]


def test_another_type_is_refused(connection: Connection) -> None:
    publish(connection, STATIONS, Publication(ALP))
    connection.execute("ALTER TABLE weather.stations ALTER height_m TYPE integer")

    with pytest.raises(
        PublishError,
        match=r"stored column 'height_m' is integer, declared is double precision; alter the column, .*nothing was",
    ):
        publish(connection, STATIONS, Publication(ALP))


def test_another_key_is_refused(connection: Connection) -> None:
    connection.execute("CREATE SCHEMA weather")
    connection.execute(
        "CREATE TABLE weather.stations (station_id text, name text PRIMARY KEY, height_m float8, kind text)"
    )

    with pytest.raises(PublishError, match=r"the stored primary key is \['name'\], declared is \['station_id'\]; drop"):
        publish(connection, STATIONS, Publication(ALP))


def test_a_table_made_by_hand_gets_what_it_lacks(connection: Connection) -> None:
    connection.execute("CREATE SCHEMA weather")
    connection.execute("CREATE TABLE weather.stations (kind text, name text, station_id text, height_m float8)")

    publish(connection, STATIONS, Publication(ALP))

    assert read(connection, STATIONS).equals(ALP)
    assert "PRIMARY KEY (station_id)" in definitions(connection, STATIONS)


def test_a_view_of_that_name_is_left_alone(connection: Connection) -> None:
    connection.execute("CREATE SCHEMA weather")
    connection.execute("CREATE VIEW weather.stations AS SELECT 1 AS one")

    with pytest.raises(PublishError, match=r"something of that name exists and is no table; rename or drop it"):
        publish(connection, STATIONS, Publication(ALP))

    assert connection.execute("SELECT one FROM weather.stations").fetchone() == (1,)


def test_a_strange_column_may_be_there_when_rows_can_do_without(connection: Connection) -> None:
    publish(connection, STATIONS, Publication(ALP))
    connection.execute("ALTER TABLE weather.stations ADD colour text, ADD number bigint GENERATED ALWAYS AS IDENTITY")

    publish(connection, STATIONS, Publication(ALP))

    assert read(connection, STATIONS).equals(ALP)


def test_a_strange_obligatory_column_is_refused(connection: Connection) -> None:
    publish(connection, STATIONS, Publication(STATIONS.empty_frame()))
    connection.execute("ALTER TABLE weather.stations ADD colour text NOT NULL")

    with pytest.raises(PublishError, match=r"stored column 'colour' is not declared, has no default and may not be"):
        publish(connection, STATIONS, Publication(ALP))


MODES = [
    (STATIONS, Publication(ALP)),
    (merged_stations("delete"), Publication(ALP)),
    (READINGS, Publication(rows_of(READINGS, (1, "a", 1, 0.5, 1)), partitions=("1",))),
    (SINGLE_READINGS, Publication(rows_of(READINGS, (1, "a", 1, 0.5, 1)), partitions=("1",))),
    (KEEPERS, Publication(rows_of(STATION_DAYS, (1, "a", "Ann", 1, 5)), partitions=("1",))),
]


@pytest.mark.parametrize(("table", "publication"), MODES)
def test_views_grants_and_indexes_survive(connection: Connection, table: Table, publication: Publication) -> None:
    name = table.qualified_name
    grants = "SELECT relacl::text FROM pg_class WHERE oid = %s::regclass"
    publish(connection, table, publication)
    for statement in (
        "CREATE VIEW weather.seen AS SELECT station_id FROM {}",
        "CREATE INDEX by_hand ON {} (lower(station_id))",
        "GRANT SELECT ON {} TO PUBLIC",
    ):
        connection.execute(statement.format(name).encode())
    before = connection.execute(grants, (name,)).fetchone()

    publish(connection, table, replace(publication, rows=publication.rows.clear()))
    publish(connection, table, publication)

    assert connection.execute("SELECT * FROM weather.seen").fetchall() == [("a",)]
    assert connection.execute("SELECT to_regclass('weather.by_hand') IS NOT NULL").fetchone() == (True,)
    assert connection.execute(grants, (name,)).fetchone() == before


def test_names_of_any_kind_are_quoted(connection: Connection) -> None:
    columns = tuple(
        Column(name, pl.Int64(), "bigint", nullable=False)
        for name in ("select", "Mixed Case", 'a "quote"', "100 %", "%s", "ü{}", "semi;colon'")
    )
    odd = Table("Odd Schema%", "user", columns, key=("select", "100 %"), publish=ReplacePartition("100 %"))
    waiting = replace(odd, name='wait"ing', publish=Merge())
    unique = ReplacePartition("100 %", unique=("%s", "ü{}"), superseded=waiting, claims=None)
    one, two = rows_of(odd, range(7)), rows_of(odd, [9, 1, 2, 4, 4, 5, 6])

    for table in (odd, replace(odd, name="order", publish=unique), replace(odd, name="table", publish=Merge())):
        for frame, partition in ((one, "3"), (two, "4"), (one, "3")):
            publish(connection, table, Publication(frame, partitions=(partition,)))

    assert read(connection, odd).equals(pl.concat([one, two]))
    assert read(connection, waiting).equals(one)
    assert read(connection, odd, columns=["100 %"], partitions=["3"]).rows() == [(3,)]


def test_a_user_without_rights_is_told_which_one(connection: Connection, database_url: str) -> None:
    publish(connection, STATIONS, Publication(ALP))
    connection.execute("DROP ROLE IF EXISTS visitor")
    connection.execute("CREATE ROLE visitor LOGIN")
    connection.execute("GRANT USAGE ON SCHEMA weather, ops TO visitor")
    with (
        psycopg.connect(database_url, user="visitor", autocommit=True) as visitor,
        pytest.raises(PublishError, match=r"user 'visitor' lacks a right: permission denied .*; grant it"),
    ):
        publish(visitor, STATIONS, Publication(ALP))

    connection.execute("DROP OWNED BY visitor")
    connection.execute("DROP ROLE visitor")


def test_table_that_somebody_creates_meanwhile_is_there(connection: Connection, database_url: str) -> None:
    connection.execute("CREATE SCHEMA weather")
    assert not ddl.exists(connection, STATIONS)

    with connection.transaction(), connected(database_url) as other:
        lock(connection, "somebody else's for a while")
        ddl.create_or_check(other, STATIONS)

        assert ddl.exists(connection, STATIONS)
