"""Match stored rows anew with the rows of another table, where that table has changed since they were published."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import dataframely as dy
from psycopg import sql

from sparkify_assets.postgres import bookkeeping, ddl, names
from sparkify_assets.postgres.bookkeeping import PUBLICATIONS, SCHEMA, UNUSED_ROWS
from sparkify_assets.postgres.connection import Connection
from sparkify_assets.postgres.explain import explained
from sparkify_assets.postgres.modes import ReplacePartition
from sparkify_assets.postgres.publication import WHOLE_TABLE
from sparkify_assets.postgres.table import Table


class Matches(dy.Schema):
    """One row per table and partition: with which rows of another table its rows are matched."""

    table_name = dy.String(primary_key=True, description="schema and name of the table")
    partition = dy.String(primary_key=True, description="partition of its rows")
    run_id = dy.String(description="run that published the rows")
    matched_with = dy.String(description="digest of the rows of the other table that they are matched with")
    rematched_at = dy.Datetime(
        time_unit="us", time_zone="UTC", nullable=True, description="when a match last changed; null where none did"
    )


MATCHES = Table.of(Matches, SCHEMA, "matches")


@dataclass(frozen=True)
class Match:
    """How rows find the row of another table that they are about.

    Attributes:
        table: whose rows are matched; it is published by partition and has a key of one column.
        parent: what they are matched with; merged, with a key of one text column.
        on: columns that are equal in both, by the name in the table: none of them null.
        takes: columns that the table takes from the parent's row, null where there is none. Of several rows of the
            parent that match, the one with the smallest key counts, compared bytewise.
    """

    table: Table
    parent: Table
    on: Mapping[str, str]
    takes: Mapping[str, str]


@dataclass(frozen=True)
class Rematched:
    """What became of the rows of one partition: how many have a match that they had not, another one, or none now."""

    gained: int = 0
    changed: int = 0
    lost: int = 0


@dataclass(frozen=True)
class RematchReport:
    """What was done: partitions that were looked at, and those of them in which a row changed."""

    looked_at: tuple[str, ...] = ()
    partitions: Mapping[str, Rematched] = field(default_factory=dict)


def rematch(
    connection: Connection, match: Match, *, run_id: str = "", version: int | None = None, everything: bool = False
) -> RematchReport:
    """Match the rows of every partition that was matched with other rows of the parent than it has now.

    The rows that are kept aside, see `ReplacePartition.superseded`, are matched too. One transaction, under the locks
    of both tables: a load beside this one is matched by whichever of the two comes last. The parent's rows that wait
    to be pruned, because they have vanished from its input, match nothing.

    Args:
        connection: in autocommit mode, outside a transaction.
        match: what is matched with what.
        run_id: the run that calls. Its own rows are left alone while the parent still stands as of `version`.
        version: of the parent's input that this run has matched its own rows with; None to match them anew.
        everything: look at every partition, whatever the record says.

    Raises:
        PublishError: a lock is held by somebody else, or the connection went away; no row was changed.
    """
    with explained(connection, match.table, match.parent):
        bookkeeping.prepare(connection, [MATCHES, match.table, match.parent])
        with connection.transaction():
            for table in (match.parent, match.table, MATCHES):
                bookkeeping.lock(connection, table.qualified_name)
            if not (ddl.exists(connection, match.table) and ddl.exists(connection, match.parent)):
                return RematchReport()
            if ddl.create_or_check(connection, MATCHES):
                ddl.finish(connection, MATCHES)
            digest = _digest(connection, match)
            own = run_id if version is not None and version == _version(connection, match.parent) else None
            stale = _stale(connection, match, digest, own, everything)
            changed = _match(connection, match, stale) if stale else {}
            _record(connection, match, digest, list(changed))
    return RematchReport(stale, changed)


def _catalogue(match: Match) -> sql.Composed:
    """Return a query of the parent's rows that can be matched: one for each value of the columns."""
    on = names.columns(match.on.values(), "c")
    return sql.SQL(
        "SELECT DISTINCT ON ({on}) c.* FROM {parent} c WHERE NOT EXISTS (SELECT FROM {unused} u "
        'WHERE u.table_name = {name} AND u.key = c.{key}::text) ORDER BY {on}, c.{key}::text COLLATE "C"'
    ).format(
        on=on,
        parent=names.relation(match.parent),
        unused=names.relation(UNUSED_ROWS),
        name=sql.Literal(match.parent.qualified_name),
        key=sql.Identifier(match.parent.key[0]),
    )


def _digest(connection: Connection, match: Match) -> str:
    wanted = dict.fromkeys([*match.on.values(), *match.takes.values()])
    # Sums need no order, and hashes no text: half the time of a digest of all rows one after the other.
    row = connection.execute(
        sql.SQL(
            "SELECT concat_ws(' ', count(*), sum(hash_record_extended(ROW({0}), 0)),"
            " sum(hash_record_extended(ROW({0}), 1))) FROM ({1}) c"
        ).format(names.columns(wanted, "c"), _catalogue(match))
    ).fetchone()
    assert row is not None
    return str(row[0])


def _version(connection: Connection, parent: Table) -> int | None:
    row = connection.execute(
        sql.SQL("SELECT version FROM {} WHERE table_name = %s AND partition = %s").format(names.relation(PUBLICATIONS)),
        (parent.qualified_name, WHOLE_TABLE),
    ).fetchone()
    return row[0] if row else None


def _stale(connection: Connection, match: Match, digest: str, own: str | None, everything: bool) -> tuple[str, ...]:
    rows = connection.execute(
        sql.SQL(
            "SELECT p.partition FROM {} p LEFT JOIN {} m ON m.table_name = p.table_name AND m.partition = p.partition "
            "WHERE p.table_name = %(table)s AND (%(all)s OR p.run_id IS DISTINCT FROM %(own)s "
            "AND (m.run_id = p.run_id AND m.matched_with = %(digest)s) IS NOT TRUE) ORDER BY 1"
        ).format(names.relation(PUBLICATIONS), names.relation(MATCHES)),
        {"table": match.table.qualified_name, "all": everything, "own": own, "digest": digest},
    )
    return tuple(partition for (partition,) in rows)


def _match(connection: Connection, match: Match, partitions: tuple[str, ...]) -> dict[str, Rematched]:
    mode = match.table.publish
    assert isinstance(mode, ReplacePartition)
    found = _match_rows(connection, match, match.table, mode, partitions)
    if mode.superseded is not None and ddl.exists(connection, mode.superseded):
        _match_rows(connection, match, mode.superseded, mode, partitions)
    return found


def _match_rows(
    connection: Connection, match: Match, rows: Table, mode: ReplacePartition, partitions: tuple[str, ...]
) -> dict[str, Rematched]:
    first = next(iter(match.takes))
    statement = sql.SQL(
        """
        WITH catalogue AS ({catalogue}),
        wanted AS (
            SELECT t.{key} AS key, t.{first} AS before, {news}
            FROM {table} t LEFT JOIN catalogue c ON {same}
            WHERE t.{part} = ANY({partitions}) AND ROW({olds}) IS DISTINCT FROM ROW({wants})
        ),
        changed AS (
            UPDATE {table} t SET ({takes}) = ROW({from_wanted}) FROM wanted w WHERE t.{key} = w.key
            RETURNING t.{part}::text AS partition, w.before, w.{first} AS now
        )
        SELECT partition, count(*) FILTER (WHERE before IS NULL), count(*) FILTER (WHERE before IS NOT NULL AND now
            IS NOT NULL), count(*) FILTER (WHERE now IS NULL) FROM changed GROUP BY partition ORDER BY partition
        """
    ).format(
        catalogue=_catalogue(match),
        key=sql.Identifier(rows.key[0]),
        first=sql.Identifier(first),
        news=sql.SQL(", ").join(
            sql.SQL("c.{} AS {}").format(sql.Identifier(theirs), sql.Identifier(ours))
            for ours, theirs in match.takes.items()
        ),
        table=names.relation(rows),
        same=sql.SQL(" AND ").join(
            sql.SQL("t.{} = c.{}").format(sql.Identifier(ours), sql.Identifier(theirs))
            for ours, theirs in match.on.items()
        ),
        part=sql.Identifier(mode.column),
        partitions=names.values(partitions, rows.column(mode.column).sql_type),
        olds=names.columns(match.takes, "t"),
        wants=names.columns(match.takes.values(), "c"),
        takes=names.columns(match.takes),
        from_wanted=names.columns(match.takes, "w"),
    )
    return {partition: Rematched(*counts) for partition, *counts in connection.execute(statement)}


def _record(connection: Connection, match: Match, digest: str, changed: Sequence[str]) -> None:
    connection.execute(
        sql.SQL(
            "INSERT INTO {0} AS m SELECT table_name, partition, run_id, %s, "
            "CASE WHEN partition = ANY(%s) THEN now() END FROM {1} WHERE table_name = %s "
            "ON CONFLICT (table_name, partition) DO UPDATE SET run_id = excluded.run_id, "
            "matched_with = excluded.matched_with, rematched_at = coalesce(excluded.rematched_at, m.rematched_at) "
            "WHERE excluded.rematched_at IS NOT NULL OR ROW(m.run_id, m.matched_with) IS DISTINCT FROM "
            "ROW(excluded.run_id, excluded.matched_with)"
        ).format(names.relation(MATCHES), names.relation(PUBLICATIONS)),
        (digest, list(changed), match.table.qualified_name),
    )
