"""The picture of the star in README.md, drawn from its tables; `make docs` puts it in place."""

import re
from collections.abc import Iterator

from sparkify_assets.defs.tables import PARENTS_FIRST
from sparkify_assets.postgres.table import Column, Table

SHORT_TYPES = {"timestamp with time zone": "timestamptz", "double precision": "float8"}
"""Postgres' own other names of types whose names have blanks, which Mermaid does not take."""
OTHER_TABLE = re.compile(r"\bsee (\w+)")
"""How a column's description names the table that the column leads to."""


def draw_star(tables: tuple[Table, ...] = PARENTS_FIRST) -> str:
    """Return the tables with their columns, keys and references as a Mermaid entity diagram, in a stable order."""
    by_name = {table.name: table for table in tables}
    lines = ["erDiagram"]
    for table in reversed(tables):
        lines += [f"  {table.name} {{", *(_attribute(table, column, by_name) for column in table.columns), "  }"]
    for table in reversed(tables):
        lines += [_relation(table, column, parent) for column, parent in references_of(table, by_name)]
    return "\n".join(lines)


def references_of(table: Table, tables: dict[str, Table]) -> Iterator[tuple[Column, Table]]:
    """Give the columns that lead to one of the tables, with that table."""
    for column in table.columns:
        named = OTHER_TABLE.search(column.description)
        if named and named[1] in tables:
            yield column, tables[named[1]]


def _attribute(table: Table, column: Column, tables: dict[str, Table]) -> str:
    leads = column.name in [referring.name for referring, _ in references_of(table, tables)]
    keys = ", ".join(filter(None, ["PK" if column.name in table.key else "", "FK" if leads else ""]))
    words = [SHORT_TYPES.get(column.sql_type, column.sql_type), column.name, keys]
    return "    " + " ".join(filter(None, [*words, '"may be null"' if column.nullable else ""]))


def _relation(table: Table, column: Column, parent: Table) -> str:
    kept = any(each.column == column.name and each.keeps_parent for each in table.references)
    one, many = "|o" if column.nullable else "||", "|{" if kept else "o{"
    return f"  {parent.name} {one}--{many} {table.name} : {column.name}"
