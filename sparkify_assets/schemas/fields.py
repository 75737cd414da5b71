"""Column kinds and values that several tables share."""

import dataframely as dy

LEVELS = ("free", "paid")


def timestamp(*, description: str, primary_key: bool = False, nullable: bool = False) -> dy.Datetime:
    """Return a column of UTC timestamps, microseconds as in Postgres."""
    return dy.Datetime(
        time_unit="us", time_zone="UTC", primary_key=primary_key, nullable=nullable, description=description
    )
