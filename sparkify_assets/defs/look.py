"""How the assets look in Dagster's UI: group, kinds, owners, table and columns, from the definition on."""

from typing import Any, TypedDict

import dagster as dg
import dataframely as dy

from sparkify_assets.postgres.io_manager import definition_metadata
from sparkify_assets.postgres.table import Table

OWNERS = ["team:data-engineering"]


class Look(TypedDict):
    """Arguments of `@asset` that many assets have in common."""

    group_name: str
    kinds: set[str]
    owners: list[str]
    code_version: str
    io_manager_key: str
    output_required: bool
    metadata: dict[str, Any]


def described(table: Table, *, group: str, code_version: str = "1") -> Look:
    """Return the arguments of an asset that is published as the table, through a gate."""
    return {
        "group_name": group,
        "kinds": {"polars", "postgres", "table"},
        "owners": OWNERS,
        "code_version": code_version,
        "io_manager_key": "postgres_io_manager",
        "output_required": False,
        "metadata": definition_metadata(table),
    }


def staged(rows: type[dy.Schema], *, code_version: str = "1") -> Look:
    """Return the arguments of an asset that is staged as Parquet, through a gate."""
    return {
        "group_name": "raw",
        "kinds": {"json", "polars", "parquet"},
        "owners": OWNERS,
        "code_version": code_version,
        "io_manager_key": "staging_io_manager",
        "output_required": False,
        "metadata": {"dagster/column_schema": _frame_schema(rows)},
    }


def _frame_schema(rows: type[dy.Schema]) -> dg.TableSchema:
    """Return the columns of a staged frame as the UI shows them."""
    return dg.TableSchema(
        columns=[
            dg.TableColumn(
                name,
                type=str(column.dtype),
                description=column.description,
                constraints=dg.TableColumnConstraints(nullable=column.nullable),
            )
            for name, column in rows.columns().items()
        ]
    )
