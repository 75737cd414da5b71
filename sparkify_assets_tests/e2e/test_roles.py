"""Members of the loader's role load, with what it may and no more; rights that were granted survive every load."""

import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from psycopg import errors, sql
from psycopg.conninfo import make_conninfo

from sparkify_assets.analytics.refresh import grant_roles
from sparkify_assets.analytics.roles import LOADER, READER, STAR
from sparkify_assets.defs.answers import VIEWS
from sparkify_assets.postgres.connection import Connection, connected
from sparkify_assets_tests.e2e.answers import assert_answers_as_oracle
from sparkify_assets_tests.e2e.comparison import assert_as_oracle
from sparkify_assets_tests.e2e.place import Place, as_url
from sparkify_assets_tests.e2e.raw_files import at, event, november, write_day, write_song
from sparkify_assets_tests.loading import Loader

pytestmark = pytest.mark.slow

REFUSED = [
    "CREATE ROLE theirs",
    "CREATE DATABASE theirs",
    "COPY (SELECT 1) TO PROGRAM 'true'",
    "COPY (SELECT 1) TO '/tmp/sparkify_theirs'",
    "SELECT pg_read_file('PG_VERSION')",
    "ALTER SYSTEM SET work_mem = '1GB'",
    "SELECT * FROM elsewhere.secrets",
    "DROP TABLE public.songs",
    "TRUNCATE public.songs",
    "ALTER TABLE public.songplays ADD COLUMN theirs text",
    f"SET ROLE {READER}",
    "SET ROLE postgres",
]


@pytest.fixture
def members(connection: Connection, database_url: str) -> Iterator[list[str]]:
    """Give the URLs of two people who may load and nothing else."""
    assert grant_roles(connection) == ()
    connection.execute("CREATE SCHEMA elsewhere; CREATE TABLE elsewhere.secrets (n integer)")
    names = ("night_shift", "day_shift")
    for name in names:
        statement = sql.SQL("CREATE ROLE {} LOGIN IN ROLE {}")
        connection.execute(statement.format(sql.Identifier(name), sql.Identifier(LOADER)))
    yield [make_conninfo(database_url, user=name) for name in names]
    connection.execute("DROP OWNED BY night_shift, day_shift CASCADE")
    connection.execute("DROP ROLE night_shift, day_shift")


def may_read(connection: Connection, role: str) -> set[str]:
    """Return the relations of star and answers that the role may read."""
    rows = connection.execute(
        "SELECT c.relname::text FROM pg_class c WHERE c.relkind IN ('r', 'v') "
        "AND c.relnamespace IN ('public'::regnamespace, 'analytics'::regnamespace) "
        "AND has_table_privilege(%s, c.oid, 'SELECT')",
        (role,),
    )
    return {name for (name,) in rows}


def test_member_loads_into_an_empty_database_with_the_real_command(
    tmp_path: Path, members: list[str], connection: Connection
) -> None:
    place = Place(tmp_path, {"SPARKIFY_DATABASE_URL": as_url(members[0]), "SPARKIFY_LAST_DAY": "2018-11-06"})
    write_song(tmp_path / "data", "A/one")
    write_day(tmp_path / "data", 5, event())

    code, said = place.materialize("2018-11-05", "2018-11-06")

    assert code == 0, said
    assert connection.execute("SELECT plays FROM analytics.plays_by_hour").fetchall() == [(1,)]
    owners = connection.execute(
        "SELECT DISTINCT relowner::regrole::text FROM pg_class WHERE relnamespace = 'dagster'::regnamespace"
    )
    assert owners.fetchall() == [("night_shift",)]


def test_members_load_after_each_other(loader: Loader, members: list[str]) -> None:
    night, day = (replace(loader, database_url=url) for url in members)
    write_day(loader.data, 5, event(ts=at(5)), event(ts=at(5), itemInSession=1, song="Vespers"))
    write_day(loader.data, 6, event(ts=at(6)), event(ts="bad"))
    night.max_rejected = day.max_rejected = 1
    night.load(november(5), november(6))
    write_day(loader.data, 6, event(ts=at(6), song="Vespers", level="paid"))
    write_day(loader.data, 7, event(ts=at(5)), event(ts=at(7)))
    write_song(loader.data, "A/two", song_id="SO2", title="Vespers")

    day.load(november(6), november(7))

    assert_as_oracle(loader)
    assert_answers_as_oracle(loader)
    with connected(members[1]) as member:
        for statement in REFUSED:
            with pytest.raises(errors.InsufficientPrivilege):
                member.execute(statement.encode())


def test_rights_survive_every_load(loader: Loader, connection: Connection) -> None:
    write_day(loader.data, 5, event(), event(itemInSession=1, ts="bad"))
    loader.max_rejected = 1
    loader.load(november(5), november(5))
    everything = {*STAR, *(view.name for view in VIEWS)}
    connection.execute("CREATE ROLE dashboard; GRANT USAGE ON SCHEMA analytics, ops TO dashboard")
    granted = [("public", name) for name in STAR]
    granted += [("analytics", "plays_by_day"), ("analytics", "hour_plays"), ("ops", "rejected_events")]
    for relation in granted:
        connection.execute(sql.SQL("GRANT SELECT ON {} TO dashboard").format(sql.Identifier(*relation)))

    write_day(loader.data, 5, event(song="Vespers"), event(itemInSession=2))
    write_song(loader.data, "A/one", title="Vespers")
    loader.load(november(5), november(5))
    connection.execute("COMMENT ON VIEW analytics.plays_by_day IS '(sparkify_assets 0123456789ab)'")
    connection.execute("COMMENT ON VIEW analytics.plays_by_hour IS '(sparkify_assets 0123456789ab)'")
    connection.execute("DROP VIEW analytics.sessions")
    loader.load(november(5), november(6))

    assert_answers_as_oracle(loader)
    assert may_read(connection, "dashboard") == {*STAR, "plays_by_day", "hour_plays"}
    assert may_read(connection, READER) >= everything
    connection.execute("DROP OWNED BY dashboard; DROP ROLE dashboard")


def test_command_says_what_the_roles_are_for(tmp_path: Path, connection: Connection) -> None:
    url = as_url(
        make_conninfo(
            "", host=connection.info.host, port=connection.info.port, user="postgres", dbname=connection.info.dbname
        )
    )
    place = Place(tmp_path, {"SPARKIFY_DATABASE_URL": url})

    code, said = place.run(str(Path(sys.executable).parent / "sparkify"), "roles")

    assert (code, said.count("GRANT sparkify_")) == (0, 2)
    rows = connection.execute("SELECT has_database_privilege(%s, current_database(), 'CREATE')", (LOADER,))
    assert rows.fetchall() == [(True,)]


def test_command_says_what_to_have_done_by_hand(tmp_path: Path, connection: Connection) -> None:
    for role in (READER, LOADER):
        connection.execute(sql.SQL("DROP ROLE IF EXISTS {}").format(sql.Identifier(role)))
    connection.execute("CREATE ROLE nobody LOGIN")
    url = as_url(
        make_conninfo(
            "", host=connection.info.host, port=connection.info.port, user="nobody", dbname=connection.info.dbname
        )
    )
    place = Place(tmp_path, {"SPARKIFY_DATABASE_URL": url})

    code, said = place.run(str(Path(sys.executable).parent / "sparkify"), "roles")

    assert code == 1
    assert "\n  CREATE ROLE sparkify_reader NOLOGIN;\n" in said
    assert "Traceback" not in said
    connection.execute("DROP ROLE nobody")
