"""One write, one transaction: lock, create what is missing, write, check, record, commit."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

import polars as pl
import psycopg
from psycopg import errors, sql

from sparkify_assets.errors import PublishError
from sparkify_assets.postgres import bookkeeping, ddl, names, plans
from sparkify_assets.postgres.connection import Connection, first_line, grant_of_create
from sparkify_assets.postgres.merge import merge
from sparkify_assets.postgres.modes import Merge, NewestPerKey, ReplaceAll, ReplacePartition
from sparkify_assets.postgres.newest import publish_newest
from sparkify_assets.postgres.partitions import replace_partitions
from sparkify_assets.postgres.publication import Publication, Written
from sparkify_assets.postgres.replace import replace_all
from sparkify_assets.postgres.table import Table, conform

Counts = dict[str, tuple[int, int, int] | None]


def publish(connection: Connection, table: Table, publication: Publication) -> Written:
    """Publish the rows in the way that the table declares, in one transaction of its own.

    Args:
        connection: in autocommit mode, outside a transaction.
        table: what is declared.
        publication: rows, the partitions they stand for, and the versions of their input.

    Returns:
        what was done, in rows.

    Raises:
        FrameError: the frame does not have the declared columns, types or values; nothing was sent.
        PublishError: the table stays as it was: a constraint, a reference or a count does not hold, a newer
            publication stands, a lock is held by somebody else, or the connection went away.
        DatabaseError: the user lacks the right to create the schemas.
    """
    started = time.monotonic()
    publication = conformed(table, publication)
    with explained(connection, table):
        bookkeeping.prepare(connection, ddl.tables_written_with(table))
        with connection.transaction():
            bookkeeping.lock(connection, table.qualified_name)
            if not ddl.exists(connection, table):
                bookkeeping.forget(connection, table)
            bookkeeping.refuse_older(connection, table, publication)
            stored = ddl.tables_written_with(table)
            parents = [reference.parent for reference in table.references]
            plans.refresh_statistics(connection, stored)
            plans.prefer_indexes(connection, int(publication.rows.estimated_size()), [*stored, *parents])
            _refuse_orphans(connection, table, publication)
            written, counts = _write(connection, table, publication)
            bookkeeping.note_provisional(connection, table, publication.provisional)
            row_count = bookkeeping.change_row_count(connection, table, written.net_change)
            bookkeeping.record(connection, table, publication, counts)
            plans.refresh_statistics(connection, stored)
    seconds = time.monotonic() - started
    return replace(written, row_count=row_count, partition_counts=counts, seconds=seconds)


def conformed(table: Table, publication: Publication) -> Publication:
    """Return the publication with rows and claims in the columns that their tables declare.

    Raises:
        FrameError: they do not have those columns, types or values.
    """
    mode = table.publish
    given = mode.contributions if isinstance(mode, NewestPerKey) else table
    claims = publication.claims
    if isinstance(mode, ReplacePartition) and mode.claims is not None:
        claims = conform(mode.claims.empty_frame() if claims is None else claims, mode.claims)
    return replace(publication, rows=conform(publication.rows, given), claims=claims)


@contextmanager
def explained(connection: Connection, table: Table, *more: Table) -> Iterator[None]:
    """Turn what the driver raises into one sentence that names table, cause, remedy and state."""
    try:
        yield
    except errors.LockNotAvailable as error:
        name, holder = bookkeeping.holder_of(connection, [table, *more])
        raise PublishError(
            f"table '{name}' is locked by {holder}; no row was changed; "
            "wait for it to end, or end it, and run this again"
        ) from error
    except errors.InsufficientPrivilege as error:
        denied = str(error.diag.message_primary)
        of_schema = denied.removeprefix("permission denied for schema ")
        remedy = "grant it, or make the user the table's owner"
        if of_schema != denied:
            remedy = grant_of_create(connection, of_schema)
        raise PublishError(
            f"table '{table.qualified_name}': user '{connection.info.user}' lacks a right: {denied}; {remedy}; "
            "no row was changed"
        ) from error
    except psycopg.OperationalError as error:
        raise PublishError(
            f"table '{table.qualified_name}': {first_line(error)}; the publication was cut off: the table is whole, "
            "as it was or, if only the server's last answer was lost, as it should become; run it again"
        ) from error
    except psycopg.Error as error:
        raise PublishError(
            f"table '{table.qualified_name}': {_cause(error)}; no row was changed; mend the input and run it again"
        ) from error


def _write(connection: Connection, table: Table, publication: Publication) -> tuple[Written, Counts]:
    mode = table.publish
    match mode:
        case ReplacePartition():
            result = replace_partitions(connection, table, mode, publication)
            return result.written, dict(result.counts)
        case ReplaceAll():
            written = replace_all(connection, table, publication)
        case Merge():
            written = merge(connection, table, mode, publication)
        case NewestPerKey():
            written = publish_newest(connection, table, mode, publication)
    counts = (written.inserted, written.updated, written.deleted)
    partitions = publication.recorded_partitions
    return written, {partitions[0]: counts} if len(partitions) == 1 else {}


def _refuse_orphans(connection: Connection, table: Table, publication: Publication) -> None:
    """Refuse rows that refer to a key which the parent does not have.

    A parent that was published from the same input, or a newer one, has every key of these partitions: it
    loses none before this table, too, stands as of that input (see `prune`). Others are looked up.
    """
    for reference in table.references:
        parent = reference.parent
        if bookkeeping.parents_published(connection, parent, publication):
            continue
        keys = publication.rows[reference.column].drop_nulls().unique()
        lacking = _lacking(connection, parent, keys)
        if lacking:
            raise PublishError(
                f"table '{table.qualified_name}': {len(lacking)} value(s) of '{reference.column}' are not in "
                f"'{parent.qualified_name}', such as {lacking[0]}; publish that table first; no row was changed"
            )


def _lacking(connection: Connection, parent: Table, keys: pl.Series) -> list[object]:
    if keys.is_empty():
        return []
    key = parent.column(parent.key[0])
    if not ddl.exists(connection, parent):
        return keys.to_list()
    query = sql.SQL("SELECT k FROM unnest({}::{}[]) k WHERE NOT EXISTS (SELECT FROM {} p WHERE p.{} = k)").format(
        sql.Literal(keys.to_list()), sql.SQL(key.sql_type), names.relation(parent), sql.Identifier(key.name)
    )
    return [value for (value,) in connection.execute(query)]


def _cause(error: psycopg.Error) -> str:
    primary = error.diag.message_primary or first_line(error)
    if isinstance(error, errors.UniqueViolation):
        # The primary text may name an index of a temporary table, which says nothing to anybody.
        primary = "duplicate key"
    detail = error.diag.message_detail or error.diag.context
    return f"{primary} ({detail.splitlines()[0].rstrip('.')})" if detail else primary
