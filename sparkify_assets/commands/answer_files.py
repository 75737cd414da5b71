"""Answers as files: CSV, JSON, Parquet."""

from __future__ import annotations

import datetime as dt
import json
import os
import secrets
import sys
from collections.abc import Callable, Iterable, Iterator
from decimal import Decimal
from io import BytesIO
from pathlib import Path

import polars as pl

from sparkify_assets.analytics.asking import Asked, ask, csv_of
from sparkify_assets.analytics.questions import View
from sparkify_assets.errors import AnswerError
from sparkify_assets.postgres.connection import Connection

STANDARD_OUTPUT = Path("-")
DTYPES: dict[str, pl.DataType] = {
    "bigint": pl.Int64(),
    "integer": pl.Int32(),
    "smallint": pl.Int16(),
    "numeric": pl.Float64(),
    "text": pl.String(),
    "boolean": pl.Boolean(),
    "date": pl.Date(),
    "timestamp with time zone": pl.Datetime("us", "UTC"),
}
"""The columns of a Parquet file, by the types that the views declare."""


def put(file: Path, parts: Iterable[bytes]) -> None:
    """Write the parts to a file, which is there when all of them are; `-` is the standard output.

    Raises:
        AnswerError: the file can't be written; what was there stays.
    """
    if file == STANDARD_OUTPUT:
        sys.stdout.buffer.writelines(parts)
        sys.stdout.buffer.flush()
        return
    fresh = file.with_name(f".{file.name}.{secrets.token_hex(4)}")
    try:
        with fresh.open("wb") as stream:
            stream.writelines(parts)
        fresh.replace(file)
    except OSError as error:
        raise AnswerError(
            f"'{file}' can't be written: {os.strerror(error.errno or 0)}; what was there stays"
        ) from error
    finally:
        fresh.unlink(missing_ok=True)


def as_json(connection: Connection, view: View, asked: Asked, top: int | None) -> Iterator[bytes]:
    """Give the answer as a list of objects, one a line; times in ISO 8601."""
    names = [column.name for column in view.columns]
    before = "["
    for row in ask(connection, view, asked, top).rows:
        fields = dict(zip(names, row, strict=True))
        yield f"{before}\n  {json.dumps(fields, ensure_ascii=False, default=_plain)}".encode()
        before = ","
    yield b"[]\n" if before == "[" else b"\n]\n"


def as_parquet(connection: Connection, view: View, asked: Asked, top: int | None) -> Iterator[bytes]:
    """Give the answer as a Parquet file."""
    schema = {column.name: DTYPES[column.sql_type] for column in view.columns}
    rows = [
        [float(value) if isinstance(value, Decimal) else value for value in row]
        for row in ask(connection, view, asked, top).rows
    ]
    stream = BytesIO()
    pl.DataFrame(rows, schema=schema, orient="row").write_parquet(stream)
    yield stream.getvalue()


def _plain(value: object) -> object:
    if isinstance(value, Decimal):
        return float(value)
    assert isinstance(value, dt.date)
    return value.isoformat()


Writer = Callable[[Connection, View, Asked, int | None], Iterable[bytes]]
WRITERS: dict[str, Writer] = {"csv": csv_of, "json": as_json, "parquet": as_parquet}
