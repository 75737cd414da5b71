"""Tell whether staged partitions meet nothing that is stored: such rows need no comparison with any."""

from __future__ import annotations

from collections.abc import Sequence

from psycopg import sql

from sparkify_assets.postgres import names
from sparkify_assets.postgres.connection import Connection
from sparkify_assets.postgres.statements import Statements
from sparkify_assets.postgres.table import Table


def meet_nothing(on: Statements) -> bool:
    """Tell whether nothing is stored of the partitions, nor in the range of the staged keys that must be unique.

    True is sure; False may only mean that keys of other partitions lie between the least staged one and the greatest.

    Args:
        on: the statements of the exchange; rows, and claims where the mode has them, are staged.
    """
    stored = [each for each in (on.table, on.mode.superseded, on.mode.claims) if each is not None]
    of_them = sql.SQL("{} = ANY({})").format(on.partition, on.named["replaced"])
    conditions = [_exists(each, of_them) for each in stored]
    if not on.mode.unique:
        return not _any(on.connection, conditions)
    first = sql.Identifier(on.mode.unique[0])
    keys = sql.SQL(" UNION ALL ").join(
        sql.SQL("SELECT {} AS k FROM {} WHERE {} IS NOT NULL").format(first, each, first) for each in on.stages
    )
    # Sorted and cut, not aggregated: `min` does not know every type that has an order.
    bounds = sql.SQL(
        "WITH bounds AS MATERIALIZED (SELECT (SELECT k FROM ({keys}) k ORDER BY k LIMIT 1) AS least, "
        "(SELECT k FROM ({keys}) k ORDER BY k DESC LIMIT 1) AS greatest) "
    ).format(keys=keys)
    between = sql.SQL("{} BETWEEN (SELECT least FROM bounds) AND (SELECT greatest FROM bounds)").format(first)
    return not _any(on.connection, [*conditions, *(_exists(each, between) for each in stored)], bounds)


def _exists(table: Table, which: sql.Composed) -> sql.Composed:
    return sql.SQL("EXISTS (SELECT FROM {} WHERE {})").format(names.relation(table), which)


def _any(connection: Connection, conditions: Sequence[sql.Composed], given: sql.Composed | None = None) -> bool:
    """Tell whether one of the conditions holds."""
    # The planner takes the newest partition for as large as the others, and hopes to come upon it soon if only it reads
    # the whole table. Forbidden to, it takes what is staged, which has no index, for so dear that it would be compiled.
    connection.execute("SET LOCAL enable_seqscan = off; SET LOCAL jit = off")
    query = sql.SQL("{}SELECT {}").format(given or sql.SQL(""), sql.SQL(" OR ").join(conditions))
    row = connection.execute(query).fetchone()
    connection.execute("SET LOCAL enable_seqscan TO DEFAULT; SET LOCAL jit TO DEFAULT")
    return bool(row and row[0])
