"""Column kinds and values that several tables share."""

from functools import cache

import dataframely as dy
import polars as pl

LEVELS = ("free", "paid")


def timestamp(*, description: str, primary_key: bool = False, nullable: bool = False) -> dy.Datetime:
    """Return a column of UTC timestamps, microseconds as in Postgres."""
    return dy.Datetime(
        time_unit="us", time_zone="UTC", primary_key=primary_key, nullable=nullable, description=description
    )


@cache
def no_rows(schema: type[dy.Schema]) -> pl.DataFrame:
    """Return a frame of the schema without a row, made once: it takes dataframely a millisecond, and days are many."""
    return schema.create_empty()
