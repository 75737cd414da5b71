"""What is missing is said before a load begins."""

from __future__ import annotations

import pytest
from psycopg import sql

from sparkify_assets.errors import DatabaseError
from sparkify_assets.postgres.connection import Connection
from sparkify_assets.postgres.rights import refuse_missing_rights
from sparkify_assets_tests.postgres.weather import READINGS

LOADER = sql.Identifier("loader_without_rights")


@pytest.fixture
def loader(connection: Connection) -> Connection:
    """Become a user who may create schemas, and nothing in the one that the tables are to be in."""
    connection.execute(sql.SQL("CREATE SCHEMA {}").format(sql.Identifier(READINGS.schema)))
    connection.execute(sql.SQL("DROP ROLE IF EXISTS {0}; CREATE ROLE {0}").format(LOADER))
    connection.execute(
        sql.SQL("GRANT CREATE ON DATABASE {} TO {}").format(sql.Identifier(connection.info.dbname), LOADER)
    )
    connection.execute(sql.SQL("SET ROLE {}").format(LOADER))
    return connection


def test_missing_right_is_named_with_the_grant(loader: Connection) -> None:
    schema = READINGS.schema

    with pytest.raises(DatabaseError, match=rf"may not create tables in schema {schema} .*: GRANT CREATE ON SCHEMA"):
        refuse_missing_rights(loader, [READINGS])


def test_nothing_is_missing_once_it_is_granted(loader: Connection) -> None:
    loader.execute("RESET ROLE")
    loader.execute(sql.SQL("GRANT CREATE ON SCHEMA {} TO {}").format(sql.Identifier(READINGS.schema), LOADER))
    loader.execute(sql.SQL("SET ROLE {}").format(LOADER))

    refuse_missing_rights(loader, [READINGS])


def test_owner_lacks_nothing(connection: Connection) -> None:
    refuse_missing_rights(connection, [READINGS])
