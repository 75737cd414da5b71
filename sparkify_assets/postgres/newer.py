"""Which partitions of a table somebody has published from a newer input already."""

from __future__ import annotations

from collections.abc import Mapping

from psycopg import errors, sql

from sparkify_assets.postgres import names
from sparkify_assets.postgres.bookkeeping import PUBLICATIONS
from sparkify_assets.postgres.connection import Connection
from sparkify_assets.postgres.table import Table


def newer_publications(connection: Connection, table: Table, versions: Mapping[str, int]) -> dict[str, str]:
    """Return, by partition, the run that has published it from a newer input than the version given.

    Who asks before it publishes can leave those out; one that comes after the question is still refused.
    """
    try:
        rows = connection.execute(
            sql.SQL(
                "SELECT partition, version, run_id FROM {} WHERE table_name = %s AND partition = ANY(%s) "
                "AND version IS NOT NULL ORDER BY partition"
            ).format(names.relation(PUBLICATIONS)),
            (table.qualified_name, list(versions)),
        ).fetchall()
    except (errors.UndefinedTable, errors.InvalidSchemaName):
        return {}
    return {partition: run_id for partition, version, run_id in rows if version > versions[partition]}
