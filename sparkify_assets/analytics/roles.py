"""The roles: `sparkify_reader` reads the star and its answers, `sparkify_loader` loads. Neither can log in by itself.

Rights are looked at before they are granted: a grant writes to the catalogue even where it changes nothing.
"""

from __future__ import annotations

from collections.abc import Sequence

from psycopg import errors, sql

from sparkify_assets.analytics.tables import SCHEMA
from sparkify_assets.postgres.connection import Connection

READER = "sparkify_reader"
LOADER = "sparkify_loader"
ROLES = (READER, LOADER)
STAR = ("artists", "songs", "songplays", "time", "users")
WRITTEN = ("public", "ops", SCHEMA, "dagster")
"""Schemas whose tables a load writes, Dagster's own storage among them."""


def ensure_roles(connection: Connection) -> tuple[str, ...]:
    """Create the roles where that is allowed, and give them their rights on what there is, inside the transaction.

    Only objects of the connected user's are granted; what belongs to others is theirs to grant.

    Returns:
        the statements for somebody who may create roles; none where the roles are there.
    """
    missing = [role for role in ROLES if not _exists(connection, role)]
    try:
        for role in missing:
            _create(connection, role)
    except errors.InsufficientPrivilege:
        return by_hand(connection)
    _grant_reader(connection)
    _grant_loader(connection)
    return ()


def by_hand(connection: Connection) -> tuple[str, ...]:
    """Return what a user with the right to create roles, and the database's owner, have to run once."""
    user, database = (
        sql.Identifier(name).as_string(connection) for name in (connection.info.user, connection.info.dbname)
    )
    return (
        *(f"CREATE ROLE {role} NOLOGIN" for role in ROLES if not _exists(connection, role)),
        f"GRANT {READER} TO {user}",
        f"GRANT CREATE, TEMPORARY ON DATABASE {database} TO {LOADER}",
    )


def can_become_reader(connection: Connection) -> bool:
    """Tell whether the user may go on as the reader."""
    # From PostgreSQL 16 on one may be a member without the right to SET ROLE.
    right = "SET" if connection.info.server_version >= 160_000 else "MEMBER"
    row = connection.execute(
        "SELECT coalesce(pg_has_role(oid, %s), false) FROM pg_roles WHERE rolname = %s", (right, READER)
    ).fetchone()
    return bool(row and row[0])


def _exists(connection: Connection, role: str) -> bool:
    row = connection.execute("SELECT EXISTS (SELECT FROM pg_roles WHERE rolname = %s)", (role,)).fetchone()
    return bool(row and row[0])


def _create(connection: Connection, role: str) -> None:
    """Create the role; roles are the whole server's, so a load into another database may just have done so."""
    name = sql.Identifier(role)
    try:
        with connection.transaction():
            connection.execute(sql.SQL("CREATE ROLE {} NOLOGIN").format(name))
    except (errors.DuplicateObject, errors.UniqueViolation):
        return
    if role == READER and not can_become_reader(connection):
        connection.execute(sql.SQL("GRANT {} TO {}").format(name, sql.Identifier(connection.info.user)))


def _grant_reader(connection: Connection) -> None:
    for schema, wanted in (("public", list(STAR)), (SCHEMA, None)):
        rows = connection.execute(
            """
            SELECT c.relname::text FROM pg_class c
            WHERE c.relnamespace = to_regnamespace(%(schema)s) AND c.relkind IN ('r', 'p', 'v')
                AND (%(wanted)s::text[] IS NULL OR c.relname = ANY(%(wanted)s))
                AND pg_has_role(c.relowner, 'USAGE') AND NOT has_table_privilege(%(role)s, c.oid, 'SELECT')
            """,
            {"schema": schema, "wanted": wanted, "role": READER},
        )
        _grant(connection, "SELECT", "", [(schema, name) for (name,) in rows], READER)
    _grant_schemas(connection, ("public", SCHEMA), "USAGE", "USAGE", READER)


def _grant_loader(connection: Connection) -> None:
    """Let the loader create schemas and tables, and change the rows of those that are there."""
    row = connection.execute(
        "SELECT has_database_privilege(oid, 'CREATE WITH GRANT OPTION') "
        "AND NOT has_database_privilege(%s, oid, 'CREATE') FROM pg_database WHERE datname = current_database()",
        (LOADER,),
    ).fetchone()
    if row and row[0]:
        statement = sql.SQL("GRANT CREATE, TEMPORARY ON DATABASE {} TO {}")
        connection.execute(statement.format(sql.Identifier(connection.info.dbname), sql.Identifier(LOADER)))
    _grant_schemas(connection, WRITTEN, "CREATE", "USAGE, CREATE", LOADER)
    for kinds, has, needed, rights, on in (
        ("rp", "has_table_privilege", "DELETE", "SELECT, INSERT, UPDATE, DELETE", ""),
        ("v", "has_table_privilege", "SELECT", "SELECT", ""),
        ("S", "has_sequence_privilege", "USAGE", "USAGE, SELECT", "SEQUENCE "),
    ):
        rows = connection.execute(
            sql.SQL(
                "SELECT n.nspname::text, c.relname::text FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace "
                "WHERE n.nspname = ANY(%s) AND pg_has_role(c.relowner, 'USAGE') "
                # The server asks in an order of its own, and a right of sequences it asks of sequences alone.
                "AND CASE WHEN strpos(%s, c.relkind::text) > 0 THEN NOT {}(%s, c.oid, %s) ELSE false END"
            ).format(sql.Identifier(has)),
            (list(WRITTEN), kinds, LOADER, needed),
        )
        _grant(connection, rights, on, rows.fetchall(), LOADER)


def _grant(connection: Connection, rights: str, on: str, relations: Sequence[tuple[str, ...]], role: str) -> None:
    if relations:
        listed = sql.SQL(", ").join(sql.Identifier(*names) for names in relations)
        statement = sql.SQL("GRANT {} ON {}{} TO {}")
        connection.execute(statement.format(sql.SQL(rights), sql.SQL(on), listed, sql.Identifier(role)))


def _grant_schemas(connection: Connection, schemas: Sequence[str], needed: str, rights: str, role: str) -> None:
    """Grant rights on those of the schemas on which the role lacks the one that is needed, and we may grant it."""
    rows = connection.execute(
        "SELECT nspname::text FROM pg_namespace WHERE nspname = ANY(%s) AND NOT has_schema_privilege(%s, oid, %s) "
        "AND has_schema_privilege(oid, %s)",
        (list(schemas), role, needed, f"{needed} WITH GRANT OPTION"),
    )
    _grant(connection, rights, "SCHEMA ", rows.fetchall(), role)
