"""Publish by replacing all rows of a table."""

from __future__ import annotations

from psycopg import sql

from sparkify_assets.postgres import ddl, names
from sparkify_assets.postgres.connection import Connection
from sparkify_assets.postgres.copy import copy_frame
from sparkify_assets.postgres.publication import Publication, Written
from sparkify_assets.postgres.table import Table


def replace_all(connection: Connection, table: Table, publication: Publication) -> Written:
    """Make the rows the table's only ones, inside the caller's transaction.

    Rows are deleted, not truncated: readers go on with the old rows until the commit, and nobody waits.
    """
    frame = publication.rows
    created = ddl.create_or_check(connection, table)
    deleted = 0
    if not created:
        deleted = connection.execute(sql.SQL("DELETE FROM {}").format(names.relation(table))).rowcount
    copy_frame(connection, frame, names.relation(table), frozen=created)
    if created:
        ddl.finish(connection, table)
    return Written(
        staged=frame.height,
        inserted=frame.height,
        updated=0,
        unchanged=0,
        deleted=deleted,
        net_change=frame.height - deleted,
    )
