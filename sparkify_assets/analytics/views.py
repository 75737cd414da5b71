"""Create the views as their files have them, and drop those whose file is gone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import LiteralString, cast

import psycopg
from psycopg import errors, sql

from sparkify_assets.analytics.questions import View, base_names, read_base
from sparkify_assets.analytics.tables import SCHEMA
from sparkify_assets.errors import AnswerError
from sparkify_assets.postgres.connection import Connection, first_line

MARK = "sparkify_assets "
"""What a comment on a view of ours ends with, before the digest of its definition: `(sparkify_assets 0123456789ab)`."""

UNCHANGED = "no view was changed"
CANNOT_REPLACE = (errors.InvalidTableDefinition, errors.DuplicateColumn)
"""What Postgres says where a view would get other columns than it has."""


@dataclass(frozen=True)
class Changed:
    """Which views were created, or created anew, and which dropped."""

    created: tuple[str, ...] = ()
    dropped: tuple[str, ...] = ()


def bring_up_to_date(connection: Connection, views: Sequence[View]) -> Changed:
    """Create the views that are missing or defined otherwise, and drop those of ours that are not among them.

    Inside the caller's transaction. A view of somebody else's is left alone; rights on ours survive.

    Raises:
        AnswerError: a view can't be created or dropped; the caller's transaction is to be rolled back.
    """
    stored = _stored(connection)
    gone = tuple(sorted(stored.keys() - {view.name for view in views}))
    _drop(connection, gone)
    changed = [view for view in views if stored.get(view.name) != view.digest]
    rights: list[sql.Composed] = []
    if changed:
        rights = _create_base(connection, [name for name in stored if name not in gone])
    for view in changed:
        rights += _create(connection, view)
    for right in rights:
        connection.execute(right)
    return Changed(tuple(view.name for view in changed), gone)


def _create_base(connection: Connection, stored: Sequence[str]) -> list[sql.Composed]:
    """Create what all views read; where that has other columns than before, drop it first with the views on it.

    Returns:
        the statements that grant what was granted on the dropped ones.
    """
    # A file of ours, as trustworthy as the code beside it.
    statements = sql.SQL(read_base())
    try:
        with connection.transaction():
            connection.execute(statements)
    except CANNOT_REPLACE:
        known = {
            name
            for (name,) in connection.execute(
                "SELECT relname FROM pg_class WHERE relnamespace = to_regnamespace(%s)", (SCHEMA,)
            )
        }
        rights = _drop(connection, [*stored, *(name for name in base_names() if name in known)])
        connection.execute(statements)
        return rights
    return []


def _stored(connection: Connection) -> dict[str, str]:
    """Return the digest of each view of ours, by name."""
    rows = connection.execute(
        "SELECT c.relname::text, substring(obj_description(c.oid, 'pg_class') FROM %s) FROM pg_class c "
        "WHERE c.relnamespace = to_regnamespace(%s) AND c.relkind = 'v'",
        (rf"\({MARK}([0-9a-f]+)\)$", SCHEMA),
    )
    return {name: digest for name, digest in rows if digest is not None}


def _create(connection: Connection, view: View) -> list[sql.Composed]:
    target = sql.Identifier(SCHEMA, view.name)
    query = sql.SQL(view.query)
    create = sql.SQL("CREATE OR REPLACE VIEW {} AS {}").format(target, query)
    rights: list[sql.Composed] = []
    try:
        with connection.transaction():
            connection.execute(create)
    except CANNOT_REPLACE:
        rights = _drop(connection, [view.name])
        _run(connection, view.name, create)
    except psycopg.Error as error:
        raise _explained(view.name, error) from error
    _refuse_other_columns(connection, view, target)
    comments = [(sql.SQL("VIEW {}").format(target), _comment(view))] + [
        (sql.SQL("COLUMN {}.{}").format(target, sql.Identifier(column.name)), column.meaning) for column in view.columns
    ]
    connection.execute(
        sql.SQL("; ").join(sql.SQL("COMMENT ON {} IS {}").format(what, sql.Literal(text)) for what, text in comments)
    )
    return rights


def _drop(connection: Connection, dropped: Sequence[str]) -> list[sql.Composed]:
    """Drop the views, and return the statements that grant what was granted on them."""
    if not dropped:
        return []
    targets = [sql.Identifier(SCHEMA, name) for name in dropped]
    rights = [right for target in targets for right in _rights(connection, target)]
    _run(connection, dropped[0], sql.SQL("DROP VIEW {}").format(sql.SQL(", ").join(targets)))
    return rights


def _comment(view: View) -> str:
    return f"{view.description} ({MARK}{view.digest})"


def _rights(connection: Connection, target: sql.Identifier) -> list[sql.Composed]:
    """Return the statements that grant what was granted on the view."""
    rows = connection.execute(
        "SELECT CASE g.grantee WHEN 0 THEN 'PUBLIC' ELSE g.grantee::regrole::text END, g.privilege_type, "
        "g.is_grantable FROM pg_class c, aclexplode(c.relacl) g "
        "WHERE c.oid = to_regclass(%s) AND g.grantee <> c.relowner",
        (target.as_string(connection),),
    )
    return [
        sql.SQL("GRANT {} ON {} TO {}{}").format(
            sql.SQL(cast(LiteralString, right)),
            target,
            sql.SQL(cast(LiteralString, grantee)),  # as the server has quoted it
            sql.SQL(" WITH GRANT OPTION" if grantable else ""),
        )
        for grantee, right, grantable in rows
    ]


def _refuse_other_columns(connection: Connection, view: View, target: sql.Identifier) -> None:
    rows = connection.execute(
        "SELECT attname::text, format_type(atttypid, atttypmod) FROM pg_attribute "
        "WHERE attrelid = to_regclass(%s) AND attnum > 0 ORDER BY attnum",
        (target.as_string(connection),),
    ).fetchall()
    declared = [(column.name, column.sql_type) for column in view.columns]
    if rows != declared:
        raise AnswerError(
            f"view '{SCHEMA}.{view.name}' has the columns {_listed(rows)}; its file declares {_listed(declared)}; make "
            f"the two equal; {UNCHANGED}"
        )


def _listed(columns: Sequence[tuple[str, str]]) -> str:
    return ", ".join(f"{name} {sql_type}" for name, sql_type in columns)


def _run(connection: Connection, name: str, statement: sql.Composed) -> None:
    try:
        connection.execute(statement)
    except psycopg.Error as error:
        raise _explained(name, error) from error


def _explained(name: str, error: psycopg.Error) -> Exception:
    if isinstance(error, errors.LockNotAvailable | psycopg.OperationalError):
        return error
    detail = f" ({error.diag.message_detail.splitlines()[0]})" if error.diag.message_detail else ""
    remedy = "mend the view's file, or drop what depends on the view"
    if isinstance(error, errors.InsufficientPrivilege):
        remedy = "load as the user who has made the view, or have the view dropped: the next load makes it again"
    return AnswerError(f"view '{SCHEMA}.{name}': {first_line(error)}{detail}; {remedy}; {UNCHANGED}")
