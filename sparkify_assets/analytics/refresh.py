"""Bring the schema `analytics` up to date with the star: plays added up, user agents, views, rights."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from psycopg import IsolationLevel

from sparkify_assets.analytics import rollups, views
from sparkify_assets.analytics.questions import View
from sparkify_assets.analytics.roles import ensure_roles
from sparkify_assets.analytics.rollups import AddedUp
from sparkify_assets.analytics.tables import LOCK, ROLLED_UP_DAYS, ROLLUPS, TABLES
from sparkify_assets.postgres import bookkeeping, ddl
from sparkify_assets.postgres.connection import Connection
from sparkify_assets.postgres.explain import explained
from sparkify_assets.postgres.rematch import MATCHES
from sparkify_assets.postgres.table import Table


@dataclass(frozen=True)
class Refreshed:
    """What was done.

    Attributes:
        added_up: days and user agents.
        views: that were created or dropped.
        by_hand: statements that somebody with more rights has to run for the roles.
    """

    added_up: AddedUp
    views: views.Changed
    by_hand: tuple[str, ...] = ()


def refresh(connection: Connection, wanted: Sequence[View], star: Iterable[Table]) -> Refreshed:
    """Bring tables, views and rights up to date, in one transaction: readers see all of it before or after.

    Args:
        connection: in autocommit mode, outside a transaction.
        wanted: all the views there are to be.
        star: the tables that they read; those that are missing are created, without a row.

    Raises:
        AnswerError: a view can't be created or dropped; nothing was changed.
        PublishError: the tables can't be written; nothing was changed.
        DatabaseError: the user lacks the right to create the schemas.
    """
    star = [table for table in star if table not in TABLES]
    bookkeeping.prepare(connection, [*TABLES, *star])
    with explained(connection, *TABLES):
        _create_missing(connection, star)
        with _alone(connection), connection.transaction():
            created = [table for table in (*TABLES, MATCHES) if ddl.create_or_check(connection, table)]
            # Somebody may have dropped some of them: what is left says nothing then.
            afresh = any(table in (*ROLLUPS, ROLLED_UP_DAYS) for table in created)
            added_up = rollups.add_up(connection, afresh=afresh)
            # A key is made faster of rows that are there than with each of them.
            for table in created:
                ddl.finish(connection, table)
            changed = views.bring_up_to_date(connection, wanted)
            by_hand = ensure_roles(connection)
    return Refreshed(added_up, changed, by_hand)


def grant_roles(connection: Connection) -> tuple[str, ...]:
    """Create the roles and give them their rights on what there is, in one transaction.

    Returns:
        the statements for somebody who may create roles; none where the roles are there.

    Raises:
        PublishError: a load is at it for longer than `lock_timeout`; nothing was changed.
    """
    with explained(connection, LOCK), bookkeeping.locked(connection, LOCK.qualified_name), connection.transaction():
        return ensure_roles(connection)


@contextmanager
def _alone(connection: Connection) -> Iterator[None]:
    """Let one session at a time in, and give its transaction one picture of the star, taken after the waiting."""
    with bookkeeping.locked(connection, LOCK.qualified_name):
        connection.isolation_level = IsolationLevel.REPEATABLE_READ
        try:
            yield
        finally:
            connection.isolation_level = None


def _create_missing(connection: Connection, star: Iterable[Table]) -> None:
    """Create tables of the star that no load has published yet, each under its lock: a load may be about to."""
    missing = [table for table in star if not ddl.exists(connection, table)]
    if missing:
        with connection.transaction():
            for table in missing:
                bookkeeping.lock(connection, table.qualified_name)
                if ddl.create_or_check(connection, table):
                    ddl.finish(connection, table)
