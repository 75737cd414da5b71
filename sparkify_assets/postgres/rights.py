"""What the user of a connection may do, looked at before a load begins."""

from __future__ import annotations

from collections.abc import Iterable

from sparkify_assets.errors import DatabaseError
from sparkify_assets.postgres import bookkeeping
from sparkify_assets.postgres.connection import Connection, grant_of_create
from sparkify_assets.postgres.table import Table


def refuse_missing_rights(connection: Connection, tables: Iterable[Table]) -> None:
    """Make sure that the tables are there or can be created; their schemas and the record tables are created.

    Raises:
        DatabaseError: the user may not create them; the message says which grant is missing.
    """
    tables = list(tables)
    bookkeeping.prepare(connection, tables)
    rows = connection.execute(
        "SELECT DISTINCT s FROM unnest(%s::text[], %s::text[]) t(s, r) JOIN pg_namespace n ON n.nspname = s "
        "WHERE NOT EXISTS (SELECT FROM pg_class c WHERE c.relnamespace = n.oid AND c.relname = r) "
        "AND NOT has_schema_privilege(n.oid, 'CREATE') ORDER BY s",
        ([table.schema for table in tables], [table.name for table in tables]),
    ).fetchall()
    if rows:
        schemas = ", ".join(schema for (schema,) in rows)
        raise DatabaseError(
            f"user '{connection.info.user}' may not create tables in schema {schemas} of database "
            f"'{connection.info.dbname}'; {grant_of_create(connection, schemas)}; nothing was changed"
        )
