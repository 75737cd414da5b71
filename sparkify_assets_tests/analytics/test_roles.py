"""The reader reads star and answers and is refused all else; roles are created where that is allowed, or by hand."""

from collections.abc import Iterator

import psycopg
import pytest
from psycopg import errors, sql
from psycopg.conninfo import make_conninfo

from sparkify_assets.analytics.questions import read_views
from sparkify_assets.analytics.refresh import grant_roles, refresh
from sparkify_assets.analytics.roles import LOADER, READER, ROLES, STAR
from sparkify_assets.defs.tables import PARENTS_FIRST, TABLES
from sparkify_assets.postgres.connection import Connection, connected

REFUSED = [
    "INSERT INTO public.users VALUES (1, 'Ada', 'Finch', 'F', 'free')",
    "UPDATE public.songs SET title = ''",
    "DELETE FROM public.songplays",
    "TRUNCATE public.time",
    "MERGE INTO public.users u USING public.users o ON u.user_id = o.user_id WHEN MATCHED THEN DELETE",
    "SELECT * FROM public.songs FOR UPDATE",
    "DO 'BEGIN LOCK TABLE public.songs IN ACCESS EXCLUSIVE MODE; END'",
    "INSERT INTO analytics.user_agents VALUES ('a', 'b', 'c', 'd', 'e', 'f')",
    "CREATE TABLE public.theirs (n integer)",
    "CREATE VIEW analytics.theirs AS SELECT 1 AS n",
    "CREATE FUNCTION analytics.theirs() RETURNS integer LANGUAGE sql AS 'SELECT 1'",
    "CREATE SCHEMA theirs",
    "CREATE EXTENSION dblink",
    "CREATE ROLE theirs",
    "ALTER TABLE public.songs ADD COLUMN theirs text",
    "COMMENT ON TABLE public.songs IS 'theirs'",
    "DROP VIEW analytics.plays_by_day",
    "SELECT * FROM ops.publications",
    "SELECT * FROM ops.rejected_events",
    "SELECT * FROM elsewhere.secrets",
    "SET ROLE postgres",
    f"SET ROLE {LOADER}",
    "COPY (SELECT 1) TO PROGRAM 'true'",
    "COPY public.songs FROM PROGRAM 'true'",
    "COPY (SELECT 1) TO '/tmp/sparkify_theirs'",
    "COPY public.songs FROM '/etc/passwd'",
    "SELECT pg_read_file('PG_VERSION')",
    "SELECT pg_read_binary_file('PG_VERSION')",
    "SELECT pg_ls_dir('.')",
    "SELECT pg_stat_file('PG_VERSION')",
    "SELECT lo_import('/etc/passwd')",
    "SELECT lo_export(1, '/tmp/sparkify_theirs')",
    "SELECT * FROM pg_authid",
    "SELECT pg_reload_conf()",
    "ALTER SYSTEM SET work_mem = '1GB'",
    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'postgres'",
]


@pytest.fixture
def no_roles(server_url: str) -> None:
    """Drop the roles, which are the whole server's."""
    with psycopg.connect(server_url, autocommit=True) as admin:
        for role in ROLES:
            admin.execute(sql.SQL("DROP ROLE IF EXISTS {}").format(sql.Identifier(role)))


@pytest.fixture
def analyst(analytics: Connection, database_url: str) -> Iterator[Connection]:
    """Give a connection of somebody who is a member of the reader's role."""
    analytics.execute("CREATE SCHEMA elsewhere; CREATE TABLE elsewhere.secrets (n integer)")
    analytics.execute(f"CREATE ROLE analyst LOGIN IN ROLE {READER}".encode())
    with connected(make_conninfo(database_url, user="analyst"), application_name="analyst") as connection:
        yield connection
    analytics.execute("DROP ROLE analyst")


@pytest.fixture
def owner(request: pytest.FixtureRequest, database_url: str, connection: Connection) -> Iterator[Connection]:
    """Give a connection of somebody who owns the database and may not create roles, of which there are none."""
    request.getfixturevalue("no_roles")
    connection.execute('CREATE ROLE "the owner" LOGIN')
    connection.execute(sql.SQL('ALTER DATABASE {} OWNER TO "the owner"').format(sql.Identifier(connection.info.dbname)))
    with connected(make_conninfo(database_url, user="the owner"), application_name="owner") as owner:
        yield owner
    connection.execute('REASSIGN OWNED BY "the owner" TO postgres; DROP OWNED BY "the owner"')
    connection.execute('DROP ROLE "the owner"')


def rights_on_relations(connection: Connection, role: str) -> set[tuple[str, str]]:
    """Return relation and right of all that is granted to the role itself."""
    rows = connection.execute(
        "SELECT c.oid::regclass::text, g.privilege_type FROM pg_class c, aclexplode(c.relacl) g "
        "WHERE g.grantee = %s::regrole",
        (role,),
    )
    return set(rows)


def test_star_of_the_roles_is_the_star() -> None:
    assert set(STAR) == {table.name for table in PARENTS_FIRST}


def test_reader_reads_star_and_answers(analyst: Connection) -> None:
    for relation in [("public", name) for name in STAR] + [("analytics", view.name) for view in read_views()]:
        assert analyst.execute(sql.SQL("SELECT count(*) FROM {}").format(sql.Identifier(*relation))).fetchone()

    assert analyst.execute("SELECT pg_sleep(0)").fetchone()


@pytest.mark.parametrize("statement", REFUSED)
def test_reader_is_refused(analyst: Connection, statement: str) -> None:
    with pytest.raises((errors.InsufficientPrivilege, errors.ReadOnlySqlTransaction)):
        analyst.execute(statement.encode())


def test_reader_has_no_function_that_connects_elsewhere(analyst: Connection) -> None:
    with pytest.raises(errors.UndefinedFunction):
        analyst.execute("SELECT dblink('dbname=postgres', 'SELECT 1')")


@pytest.mark.usefixtures("no_roles")
def test_roles_are_created_where_that_is_allowed(connection: Connection) -> None:
    refresh(connection, read_views(), TABLES)

    rights = rights_on_relations(connection, READER)

    assert {right for _, right in rights} == {"SELECT"}
    assert {relation for relation, _ in rights if not relation.startswith("analytics.")} == {*STAR} - {"time"} | {
        '"time"'
    }
    assert not any(relation.startswith("ops.") for relation, _ in rights)
    rows = connection.execute("SELECT rolname::text, rolcanlogin, rolsuper, rolcreaterole FROM pg_roles").fetchall()
    assert {row for row in rows if row[0] in ROLES} == {(role, False, False, False) for role in ROLES}


def test_rights_are_granted_once(analytics: Connection) -> None:
    before = analytics.execute("SELECT oid, xmin FROM pg_class ORDER BY 1").fetchall()

    assert grant_roles(analytics) == ()

    assert analytics.execute("SELECT oid, xmin FROM pg_class ORDER BY 1").fetchall() == before


def test_who_may_not_create_roles_is_told_what_to_have_done(owner: Connection, connection: Connection) -> None:
    done = refresh(owner, read_views(), TABLES)

    assert done.by_hand == (
        "CREATE ROLE sparkify_reader NOLOGIN",
        "CREATE ROLE sparkify_loader NOLOGIN",
        'GRANT sparkify_reader TO "the owner"',
        f'GRANT CREATE, TEMPORARY ON DATABASE "{owner.info.dbname}" TO sparkify_loader',
    )
    assert owner.execute("TABLE analytics.plays_by_day").fetchall() == []

    for statement in done.by_hand:
        connection.execute(statement.encode())

    assert refresh(owner, read_views(), TABLES).by_hand == ()
    assert ("analytics.plays_by_day", "SELECT") in rights_on_relations(owner, READER)
    assert {right for name, right in rights_on_relations(owner, LOADER) if name == "songs"} == {
        "SELECT",
        "INSERT",
        "UPDATE",
        "DELETE",
    }


def test_user_with_createrole_creates_them(owner: Connection, connection: Connection) -> None:
    connection.execute('ALTER ROLE "the owner" CREATEROLE')

    assert refresh(owner, read_views(), TABLES).by_hand == ()

    owner.execute(f"SET ROLE {READER}".encode())
    assert owner.execute("TABLE analytics.plays_by_day").fetchall() == []
