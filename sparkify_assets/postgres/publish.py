"""Publish all rows of a table at once."""

from __future__ import annotations

from sparkify_assets.postgres.connection import Connection
from sparkify_assets.postgres.draft import drafted
from sparkify_assets.postgres.publication import Publication, Written
from sparkify_assets.postgres.table import Table


def publish(connection: Connection, table: Table, publication: Publication) -> Written:
    """Publish the rows in the way that the table declares, in one transaction of its own.

    Args:
        connection: in autocommit mode, outside a transaction.
        table: what is declared.
        publication: rows, the partitions they stand for, and the versions of their input.

    Returns:
        what was done, in rows.

    Raises:
        FrameError: the frame does not have the declared columns, types or values; nothing was changed.
        PublishError: the table stays as it was: a constraint, a reference or a count does not hold, a newer
            publication stands, a lock is held by somebody else, or the connection went away.
        DatabaseError: the user lacks the right to create the schemas.
    """
    with drafted(connection, table, publication) as draft:
        draft.add(publication.rows, publication.claims, publication.provisional)
        return draft.publish()
