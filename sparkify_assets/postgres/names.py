"""SQL pieces that every module here needs: quoted names and conditions."""

from __future__ import annotations

from collections.abc import Iterable
from hashlib import sha256

from psycopg import sql

from sparkify_assets.postgres.table import LONGEST_NAME, Check, Table


def relation(table: Table) -> sql.Identifier:
    """Return the table's quoted name with its schema."""
    return sql.Identifier(table.schema, table.name)


def columns(names: Iterable[str], alias: str | None = None) -> sql.Composed:
    """Return the quoted names, separated by commas, each of the alias where one is given."""
    return sql.SQL(", ").join(sql.Identifier(alias, name) if alias else sql.Identifier(name) for name in names)


def same_values(names: Iterable[str], left: str, right: str) -> sql.Composed:
    """Return `left.a = right.a AND …`: equal, and neither is null."""
    return sql.SQL(" AND ").join(
        sql.SQL("{} = {}").format(sql.Identifier(left, name), sql.Identifier(right, name)) for name in names
    )


def same_row(names: Iterable[str], left: str, right: str) -> sql.Composed:
    """Return the condition that all the columns are equal, two nulls counting as equal."""
    names = list(names)
    if not names:
        return sql.Composed([sql.SQL("true")])
    return sql.SQL("ROW({}) IS NOT DISTINCT FROM ROW({})").format(columns(names, left), columns(names, right))


def values(texts: Iterable[str], sql_type: str) -> sql.Composed:
    """Return an array of the values that the texts stand for.

    As a literal: the driver takes a '%' in any name for a placeholder as soon as a statement has parameters.
    """
    return sql.SQL("{}::text[]::{}[]").format(sql.Literal(list(texts)), sql.SQL(sql_type))


def short_name(*parts: str) -> str:
    """Return the parts joined by '_', shortened with a digest where Postgres would cut the name."""
    name = "_".join(parts)
    if len(name.encode()) <= LONGEST_NAME:
        return name
    digest = sha256(name.encode()).hexdigest()[:8]
    return name.encode()[: LONGEST_NAME - 9].decode(errors="ignore") + "_" + digest


def condition(column: str, check: Check) -> sql.Composed:
    """Return the SQL of a column's check; a null passes it, as SQL has it."""
    name = sql.Identifier(column)
    if check.operator == "in":
        values = sql.SQL(", ").join(sql.Literal(value) for value in check.operand)
        return sql.SQL("{} IN ({})").format(name, values)
    if (check.operator, check.operand) == ("length >=", 1):
        return sql.SQL("{} <> ''").format(name)  # counting the characters of every text would take a tenth of a COPY
    if check.operator == "length >=":
        return sql.SQL("length({}) >= {}").format(name, sql.Literal(check.operand))
    return sql.SQL("{} {} {}").format(name, sql.SQL(OPERATORS[check.operator]), sql.Literal(check.operand))


OPERATORS = {">=": ">=", ">": ">", "<=": "<=", "<": "<"}
