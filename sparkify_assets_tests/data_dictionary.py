"""The page docs/data-dictionary.md, written from the declared tables; `make docs` puts it in place."""

from collections.abc import Mapping

from sparkify_assets.analytics.questions import View, read_views
from sparkify_assets.analytics.tables import SCHEMA as ANALYTICS
from sparkify_assets.defs.tables import PARENTS_FIRST, TABLES
from sparkify_assets.postgres.bookkeeping import RECORDS
from sparkify_assets.postgres.ddl import unique_key
from sparkify_assets.postgres.rematch import MATCHES
from sparkify_assets.postgres.table import Column, Table
from sparkify_assets.settings import CHECKOUT
from sparkify_assets_tests.readme_star import OTHER_TABLE

PAGE = CHECKOUT / "docs" / "data-dictionary.md"
DOCUMENTED = (*reversed(PARENTS_FIRST), *(table for table in TABLES if table not in PARENTS_FIRST), MATCHES, *RECORDS)
HEAD = (
    "# Data dictionary\n\n"
    "Every table and view that the project makes, with its columns. This page is written from the declarations in "
    "`sparkify_assets/schemas` and `sparkify_assets/analytics/views` by `make docs`, and a test holds it to them; the "
    "same words are comments in the database (`\\d+ songplays`) and stand in Dagster's UI.\n\n"
    "A column may be null only where it says so. Rules are constraints in Postgres. A link leads to the table whose "
    "rows a column speaks of; that those of the star are found, gates and checks see to, not foreign keys: loads take "
    "the tables one after the other. Types are Postgres' own, times are UTC.\n"
)
SCHEMAS = {
    "public": "The star: what analysts query, by plain names.",
    ANALYTICS: "The answers, views for psql and BI tools; then the tables that they are read from.",
    "ops": "What the pipeline keeps beside the star: refused records, the ledger of loaded files, and its own books.",
}


def write_page() -> str:
    """Return the page: a section a schema, in it a table of columns for each of its views and tables."""
    tables = {table.name: table for table in DOCUMENTED}
    parts = [HEAD]
    for schema, about in SCHEMAS.items():
        parts.append(f"## {schema}\n\n{about}\n")
        parts += [_view(view) for view in read_views() if schema == ANALYTICS]
        parts += [_section(table, tables) for table in DOCUMENTED if table.schema == schema]
    return "\n".join(parts)


def _view(view: View) -> str:
    lines = [f"### {ANALYTICS}.{view.name}", "", _plain(view.description), "", "| column | type | meaning |"]
    lines += ["| --- | --- | --- |"]
    lines += [f"| `{column.name}` | {column.sql_type} | {_plain(column.meaning)} |" for column in view.columns]
    return "\n".join([*lines, ""])


def _section(table: Table, tables: Mapping[str, Table]) -> str:
    lines = [f"### {table.qualified_name}", "", table.description, ""]
    if unique := unique_key(table):
        lines += [f"Unique: {_code(*unique)}.", ""]
    lines += ["| column | type | null | rules | meaning |", "| --- | --- | --- | --- | --- |"]
    lines += [f"| {' | '.join(_cells(column, table, tables))} |" for column in table.columns]
    return "\n".join([*lines, ""])


def _cells(column: Column, table: Table, tables: Mapping[str, Table]) -> list[str]:
    rules = [str(check) for check in column.checks]
    if column.name in table.key:
        rules.insert(0, "key" if len(table.key) == 1 else "part of the key")
    null = "yes" if column.nullable else ""
    return [f"`{column.name}`", column.sql_type, null, _plain("; ".join(rules)), _linked(column.description, tables)]


def _linked(description: str, tables: Mapping[str, Table]) -> str:
    """Return the description with the other table that it names as a link to that table's section."""
    named = OTHER_TABLE.search(description)
    if named is None or named[1] not in tables:
        return _plain(description)
    anchor = tables[named[1]].qualified_name.replace(".", "")
    link = f"see [{named[1]}](#{anchor})"
    return f"{_plain(description[: named.start()])}{link}{_plain(description[named.end() :])}"


def _plain(text: str) -> str:
    """Return the text so that Markdown shows it as it is, in a cell of a table."""
    for special in "\\|*_<>[]`":
        text = text.replace(special, f"\\{special}")
    return text


def _code(*names: str) -> str:
    return ", ".join(f"`{name}`" for name in names)
