"""A table as it is declared: columns, key, rules, references and the way it is published."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import Any

import dataframely as dy
import polars as pl

from sparkify_assets.errors import FrameError
from sparkify_assets.postgres.modes import Mode, ReplaceAll, ReplacePartition

LONGEST_NAME = 63
"""Bytes of an identifier that Postgres keeps; it cuts longer ones without an error."""

SQL_TYPES: dict[type[pl.DataType], str] = {
    pl.Boolean: "boolean",
    pl.Int16: "smallint",
    pl.Int32: "integer",
    pl.Int64: "bigint",
    pl.Float32: "real",
    pl.Float64: "double precision",
    pl.String: "text",
    pl.Enum: "text",
    pl.Categorical: "text",
    pl.Binary: "bytea",
    pl.Date: "date",
}


@dataclass(frozen=True)
class Check:
    """A condition on one column that is not null, such as `duration > 0`; `in` takes a tuple of values."""

    operator: str
    operand: Any

    def __str__(self) -> str:
        """Return the condition in words, as people read it in the UI."""
        if self.operator == "in":
            return "in (" + ", ".join(str(value) for value in self.operand) + ")"
        if self.operator == "length >=":
            return f"at least {self.operand} character(s)"
        return f"{self.operator} {self.operand}"


@dataclass(frozen=True)
class Column:
    """One column: its polars dtype, its Postgres type, and what it means."""

    name: str
    dtype: pl.DataType
    sql_type: str
    nullable: bool
    description: str = ""
    checks: tuple[Check, ...] = ()


@dataclass(frozen=True)
class Reference:
    """A column whose values are keys of another table.

    Attributes:
        column: the column that refers.
        parent: the table referred to, by the one column of its key.
        keeps_parent: True where rows of the parent exist only while they are referred to, so that one
            which loses its last reference is pruned. False where the parent decides itself what it
            holds: a row that it no longer holds stays while it is referred to, also by rows kept aside.
    """

    column: str
    parent: Table
    keeps_parent: bool = False


@dataclass(frozen=True)
class Table:
    """A Postgres table; `Table.of` makes one from a dataframely schema."""

    schema: str
    name: str
    columns: tuple[Column, ...]
    key: tuple[str, ...]
    description: str = ""
    publish: Mode = field(default_factory=ReplaceAll)
    indexes: tuple[tuple[str, ...], ...] = ()
    references: tuple[Reference, ...] = ()

    def __post_init__(self) -> None:
        """Refuse a declaration that Postgres would bend, or under which rows could be lost.

        Raises:
            FrameError: a name is too long, or the way to publish does not go with key and references.
        """
        for name in (self.schema, self.name, *self.column_names):
            if len(name.encode()) > LONGEST_NAME:
                raise FrameError(
                    f"table '{self.qualified_name}': the name '{name}' has {len(name.encode())} bytes, "
                    f"Postgres keeps {LONGEST_NAME}; choose a shorter one"
                )
        if not self.key and not isinstance(self.publish, ReplaceAll):
            raise FrameError(f"table '{self.qualified_name}': {type(self.publish).__name__} needs a primary key")
        unique = self.publish.unique if isinstance(self.publish, ReplacePartition) else ()
        for reference in self.references:
            # Else a row that waits, and comes back, could need another parent than the row it waited for.
            if unique and reference.keeps_parent and reference.column not in unique:
                raise FrameError(
                    f"table '{self.qualified_name}': '{reference.column}' keeps its parent, so it has to be part of "
                    f"the key that is unique across partitions, {list(unique)}"
                )

    @classmethod
    def of(
        cls,
        rows: type[dy.Schema],
        schema: str,
        name: str,
        *,
        publish: Mode | None = None,
        indexes: Iterable[tuple[str, ...]] = (),
        references: Iterable[Reference] = (),
    ) -> Table:
        """Declare the table whose rows are as the dataframely schema says.

        Raises:
            FrameError: a column has a type that Postgres has no counterpart for here.
        """
        return cls(
            schema=schema,
            name=name,
            columns=tuple(_column(name, field_) for name, field_ in rows.columns().items()),
            key=tuple(rows.primary_key()),
            description=(rows.__doc__ or "").strip(),
            publish=publish or ReplaceAll(),
            indexes=tuple(indexes),
            references=tuple(references),
        )

    @property
    def qualified_name(self) -> str:
        """The name with its schema, as messages and bookkeeping give it."""
        return f"{self.schema}.{self.name}"

    @property
    def column_names(self) -> list[str]:
        """The names of the columns, in their order."""
        return [column.name for column in self.columns]

    def column(self, name: str) -> Column:
        """Return the column of that name.

        Raises:
            FrameError: there is none.
        """
        for column in self.columns:
            if column.name == name:
                return column
        raise FrameError(f"table '{self.qualified_name}' has no column '{name}'; declared are {self.column_names}")

    def with_indexes(self, *wanted: tuple[str, ...]) -> Table:
        """Return the table with indexes that begin with these columns, new ones only where none does so far."""
        missing: list[tuple[str, ...]] = []
        for index in wanted:
            if not any(_begins(present, index) for present in (self.key, *self.indexes, *missing)):
                missing.append(index)
        return replace(self, indexes=(*self.indexes, *missing))

    def empty_frame(self) -> pl.DataFrame:
        """Return a frame of zero rows with the declared columns."""
        return pl.DataFrame(schema={column.name: column.dtype for column in self.columns})


def conform(frame: pl.DataFrame, table: Table) -> pl.DataFrame:
    """Return the frame with the table's columns in their order, or say what does not fit.

    Raises:
        FrameError: a column is missing, is too many, has another dtype, or has nulls where none may be.
    """
    missing = [name for name in table.column_names if name not in frame.columns]
    extra = [name for name in frame.columns if name not in table.column_names]
    if missing or extra:
        raise FrameError(
            f"table '{table.qualified_name}': the frame lacks {missing or 'no column'} and has {extra or 'none'} "
            f"that the table does not declare; declared are {table.column_names}"
        )
    for column in table.columns:
        _check_column(frame[column.name], column, table)
    return frame.select(table.column_names)


def _check_column(values: pl.Series, column: Column, table: Table) -> None:
    if values.dtype != column.dtype:
        raise FrameError(
            f"table '{table.qualified_name}': column '{column.name}' is {values.dtype}, expected {column.dtype}"
        )
    if not column.nullable and (nulls := values.null_count()):
        raise FrameError(
            f"table '{table.qualified_name}': column '{column.name}' has {nulls} null(s), but may have none"
        )


def _begins(present: tuple[str, ...], wanted: tuple[str, ...]) -> bool:
    return present[: len(wanted)] == wanted


def _column(name: str, declared: dy.Column) -> Column:
    return Column(
        name=name,
        dtype=declared.dtype,
        sql_type=_sql_type(name, declared.dtype),
        nullable=declared.nullable,
        description=declared.description or "",
        checks=tuple(_checks(declared)),
    )


def _sql_type(name: str, dtype: pl.DataType) -> str:
    if isinstance(dtype, pl.Datetime):
        return "timestamp with time zone" if dtype.time_zone else "timestamp without time zone"
    sql_type = SQL_TYPES.get(type(dtype))
    if sql_type is None:
        raise FrameError(f"column '{name}' is {dtype}, which has no Postgres type here; cast it to one that has")
    return sql_type


def _checks(declared: dy.Column) -> Iterable[Check]:
    bounds = {"min": ">=", "min_exclusive": ">", "max": "<=", "max_exclusive": "<", "min_length": "length >="}
    for attribute, operator in bounds.items():
        bound = getattr(declared, attribute, None)
        if bound is not None:
            yield Check(operator, bound)
    if isinstance(declared, dy.Enum):
        yield Check("in", tuple(declared.categories))
    if (allowed := getattr(declared, "is_in", None)) is not None:
        yield Check("in", tuple(allowed))
