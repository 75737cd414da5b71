"""What the driver raises, in one sentence that names table, cause, remedy and state."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
from psycopg import errors

from sparkify_assets.errors import PublishError
from sparkify_assets.postgres import bookkeeping
from sparkify_assets.postgres.connection import Connection, first_line, grant_of_create
from sparkify_assets.postgres.table import Table


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


def _cause(error: psycopg.Error) -> str:
    primary = error.diag.message_primary or first_line(error)
    if isinstance(error, errors.UniqueViolation):
        # The primary text may name an index of a temporary table, which says nothing to anybody.
        primary = "duplicate key"
    detail = error.diag.message_detail or error.diag.context
    return f"{primary} ({detail.splitlines()[0].rstrip('.')})" if detail else primary
