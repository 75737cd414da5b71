"""A Dagster IO manager for polars frames in Postgres."""

from abc import abstractmethod
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import dagster as dg
import polars as pl
from pydantic import PrivateAttr

from sparkify_assets.errors import FrameError
from sparkify_assets.postgres.connection import Connection, connect, is_as_opened, take_over
from sparkify_assets.postgres.draft import Draft, drafted
from sparkify_assets.postgres.figures import figures_of_partitions
from sparkify_assets.postgres.modes import ReplacePartition
from sparkify_assets.postgres.preview import Shown
from sparkify_assets.postgres.publication import Publication, Scope, Written
from sparkify_assets.postgres.read import read
from sparkify_assets.postgres.table import Column, Table

COLUMN_SCHEMA = "dagster/column_schema"

Rows = pl.DataFrame | pl.LazyFrame | Publication | Draft
"""What an asset may give to be published."""


class PostgresResource(dg.ConfigurableResource):  # type: ignore[type-arg]  # generic over what it gives: itself
    """Connections to one database. In a run each step takes over the one that the step before has left.

    Attributes:
        url: a libpq URL, postgresql://user:password@host:port/database.
        application_name: the first words of what other sessions see in `pg_stat_activity`.
        lock_timeout_s: seconds to wait for a lock before giving up.
    """

    url: str
    application_name: str = "dagster"
    lock_timeout_s: float = 60.0
    _left: list[Connection] | None = PrivateAttr(default=None)
    """What steps of this run have left; None outside a run, where nobody would close it."""

    def setup_for_execution(self, context: dg.InitResourceContext) -> None:
        """Begin to keep connections."""
        del context
        self._left = []

    def teardown_after_execution(self, context: dg.InitResourceContext) -> None:
        """Close what is left."""
        del context
        for connection in self._left or []:
            connection.close()
        self._left = None

    def resolved_url(self) -> str:
        """Return the URL to connect to; a subclass may start a server first."""
        return self.url

    @contextmanager
    def connect(self, purpose: str = "") -> Iterator[Connection]:
        """Give a connection that names its purpose, its user's alone until the end.

        Raises:
            DatabaseError: it does not answer, refuses us, or is older than PostgreSQL 15.
        """
        name = f"{self.application_name} {purpose}".strip()
        connection = take_over(self._left or [], application_name=name, lock_timeout_s=self.lock_timeout_s) or connect(
            self.resolved_url(), application_name=name, lock_timeout_s=self.lock_timeout_s
        )
        try:
            yield connection
        except BaseException:
            connection.close()
            raise
        if self._left is None or not is_as_opened(connection):
            connection.close()
        else:
            self._left.append(connection)

    @contextmanager
    def draft(self, table: Table, scope: Scope) -> Iterator[Draft]:
        """Begin to publish a table over a connection of its own; what was not published by the end is undone.

        Raises:
            PublishError: a newer publication stands, or somebody else has locked the table.
            DatabaseError: it does not answer, refuses us, or is older than PostgreSQL 15.
        """
        purpose = f"run {scope.run_id[:8]} {table.qualified_name}"
        with self.connect(purpose) as connection, drafted(connection, table, scope) as draft:
            yield draft


class PostgresIOManager(dg.ConfigurableIOManager):
    """Write an asset's polars frame as its Postgres table in one transaction, and read it back.

    A subclass names the tables:

    ```python
    class WarehouseIOManager(PostgresIOManager):
        def tables(self) -> Mapping[str, Table]:
            return {"readings": READINGS}
    ```

    An asset gives a `pl.DataFrame`, a `pl.LazyFrame` or, with versions or claims, a `Publication`. Of a
    partitioned asset the partitions of the run are replaced, one or a range of them. Where their rows are too many for
    memory, it fills a `Draft` with them, a portion at a time, and gives that:

    ```python
    scope = Scope(partitions=tuple(context.partition_keys), run_id=context.run.run_id)
    with database.draft(READINGS, scope) as draft:
        for day in context.partition_keys:
            draft.add(readings_of(day))
        yield dg.Output(draft)
    ```

    An input is annotated
    `pl.DataFrame` or `pl.LazyFrame` and gets the rows of its partitions; input metadata `{"columns": [...]}` names
    the columns wanted.
    """

    database: dg.ResourceDependency[PostgresResource]

    @abstractmethod
    def tables(self) -> Mapping[str, Table]:
        """Return the table of each asset, by the asset's key as text (`a/b`)."""

    def table_of(self, key: dg.AssetKey) -> Table:
        """Return the table of the asset.

        Raises:
            FrameError: no table is declared for it.
        """
        table = self.tables().get(key.to_user_string())
        if table is None:
            raise FrameError(f"asset '{key.to_user_string()}' has no table; declared are {sorted(self.tables())}")
        return table

    def handle_output(self, context: dg.OutputContext, obj: Rows) -> None:
        """Publish the rows as the asset's table; on an error the old rows stay.

        Raises:
            FrameError: the value is no frame, or does not fit the table.
            PublishError: the table was not published.
            DatabaseError: the database can't be reached.
        """
        table = self.table_of(context.asset_key)
        if isinstance(obj, Draft):
            self._publish_draft(context, table, obj)
            return
        publication = _publication(context, table, obj)
        with self.database.draft(table, publication) as draft:
            draft.add(publication.rows, publication.claims, publication.provisional)
            self._record(context, draft, draft.publish())

    def _publish_draft(self, context: dg.OutputContext, table: Table, draft: Draft) -> None:
        try:
            if draft.table != table:
                raise FrameError(
                    f"asset '{context.asset_key.to_user_string()}' gave a draft of '{draft.table.qualified_name}', "
                    f"expected is one of '{table.qualified_name}'; no row was changed"
                )
            self._record(context, draft, draft.publish())
        except BaseException:
            # Dagster leaves the asset, waiting in its `with`, to the garbage collector: the lock would stay till then.
            draft.close()
            draft.connection.close()
            raise

    def _record(self, context: dg.OutputContext, draft: Draft, written: Written) -> None:
        """Give the UI the figures: of each partition its own, also where a range was written at once."""
        table, shown = draft.table, draft.first_rows
        metadata: dict[str, Any] = {
            "dagster/table_name": table.qualified_name,
            "dagster/row_count": written.row_count,
        }
        if COLUMN_SCHEMA not in (context.definition_metadata or {}):
            metadata[COLUMN_SCHEMA] = _table_schema(table)
        context.add_output_metadata(metadata)
        for partition, figures in figures_of_partitions(table, draft.scope, written).items():
            own = {**figures, **({"preview": _table_value(table, shown[partition])} if partition in shown else {})}
            # What goes with the output of a range is copied to each of its partitions, so this can't. An asset without
            # partitions may publish one of its table's.
            of_dagster = partition if context.has_asset_partitions else None
            context.step_context.add_asset_metadata(own, context.asset_key, partition_key=of_dagster)

    def load_input(self, context: dg.InputContext) -> pl.DataFrame | pl.LazyFrame:
        """Read the table of the asset upstream, of one that is published by partition the run's partitions.

        A table that is merged does not tell its rows' partitions: all of its rows are read.

        Raises:
            DatabaseError: the database can't be reached, or the table not read.
        """
        table = self.table_of(context.asset_key)
        partitions = context.asset_partition_keys if context.has_asset_partitions else None
        columns = (context.definition_metadata or {}).get("columns")
        with self.database.connect(f"reads {table.qualified_name}") as connection:
            frame = read(connection, table, columns=columns, partitions=partitions)
        return frame.lazy() if context.dagster_type.typing_type is pl.LazyFrame else frame


def definition_metadata(table: Table) -> dict[str, Any]:
    """Return what the UI shows of an asset's table before it was ever materialized: its name and columns."""
    return {
        "dagster/table_name": table.qualified_name,
        COLUMN_SCHEMA: _table_schema(table),
    }


def _table_schema(table: Table) -> dg.TableSchema:
    return dg.TableSchema(
        columns=[_table_column(table, column) for column in table.columns],
        constraints=dg.TableConstraints(other=_table_constraints(table)),
    )


def _table_column(table: Table, column: Column) -> dg.TableColumn:
    return dg.TableColumn(
        name=column.name,
        type=column.sql_type,
        description=column.description,
        constraints=dg.TableColumnConstraints(
            nullable=column.nullable,
            unique=table.key == (column.name,),
            other=[str(check) for check in column.checks],
        ),
    )


def _table_constraints(table: Table) -> list[str]:
    constraints = [f"primary key ({', '.join(table.key)})"] if table.key else []
    if isinstance(table.publish, ReplacePartition) and table.publish.unique:
        constraints.append(f"unique ({', '.join(table.publish.unique)})")
    constraints += [f"{reference.column} refers to {reference.parent.qualified_name}" for reference in table.references]
    return constraints


def _publication(context: dg.OutputContext, table: Table, obj: object) -> Publication:
    partitions = tuple(context.asset_partition_keys) if context.has_asset_partitions else ()
    match obj:
        case Publication():
            given = obj
        case pl.DataFrame():
            given = Publication(obj)
        case pl.LazyFrame():
            given = Publication(obj.collect())
        case _:
            raise FrameError(
                f"table '{table.qualified_name}': the asset gave a {type(obj).__name__}, expected is a "
                "pl.DataFrame, a pl.LazyFrame or a Publication; no row was changed"
            )
    return replace(given, partitions=given.partitions or partitions, run_id=given.run_id or context.run_id)


def _table_value(table: Table, rows: Sequence[Mapping[str, Shown]]) -> dg.TableMetadataValue:
    schema = dg.TableSchema(columns=[dg.TableColumn(column.name, column.sql_type) for column in table.columns])
    return dg.MetadataValue.table([dg.TableRecord(row) for row in rows], schema)
