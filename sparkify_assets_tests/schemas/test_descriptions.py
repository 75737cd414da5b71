"""Every table and every column says what it means."""

import dataframely as dy
import pytest

from sparkify_assets import schemas
from sparkify_assets.defs.tables import TABLES
from sparkify_assets.postgres.table import Table

SCHEMAS: list[type[dy.Schema]] = [getattr(schemas, name) for name in schemas.__all__]


@pytest.mark.parametrize("rows", SCHEMAS, ids=schemas.__all__)
def test_schema_says_what_one_row_is(rows: type[dy.Schema]) -> None:
    assert (rows.__doc__ or "").startswith("One row per ")
    assert (rows.__doc__ or "").endswith(".")


@pytest.mark.parametrize("rows", SCHEMAS, ids=schemas.__all__)
def test_every_column_is_described(rows: type[dy.Schema]) -> None:
    undescribed = [name for name, column in rows.columns().items() if not (column.description or "").strip()]

    assert undescribed == []


@pytest.mark.parametrize("table", TABLES, ids=[table.name for table in TABLES])
def test_descriptions_reach_the_table(table: Table) -> None:
    assert table.description.startswith("One row per ")
    assert all(column.description for column in table.columns)


def test_all_schemas_are_given_out() -> None:
    declared = {
        name
        for module in (schemas.analytics, schemas.ops, schemas.staged, schemas.star)
        for name, value in vars(module).items()
        if isinstance(value, type) and issubclass(value, dy.Schema)
    }

    assert declared == set(schemas.__all__)
