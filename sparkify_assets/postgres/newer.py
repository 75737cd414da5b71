"""Which partitions of a table somebody has published from a newer input already."""

from __future__ import annotations

from collections.abc import Mapping

from psycopg import errors

from sparkify_assets.postgres.bookkeeping import newer_than
from sparkify_assets.postgres.connection import Connection
from sparkify_assets.postgres.table import Table


def newer_publications(connection: Connection, table: Table, versions: Mapping[str, int]) -> dict[str, str]:
    """Return, by partition, the run that has published it from a newer input than the version given.

    Who asks before it publishes can leave those out; one that comes after the question is still refused.
    """
    try:
        newer = newer_than(connection, table, versions)
    except (errors.UndefinedTable, errors.InvalidSchemaName):
        return {}
    return {partition: run_id for partition, _, run_id, _ in newer}
