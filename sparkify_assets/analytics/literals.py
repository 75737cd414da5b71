"""Days and moments as literals: the planner sees them, and a parallel worker has them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from psycopg import sql


def dates(days: Sequence[dt.date]) -> sql.Composed:
    """Return the days as an array."""
    return sql.SQL("{}::date[]").format(sql.Literal([str(day) for day in days]))


def moments(days: Sequence[dt.date]) -> sql.Composed:
    """Return the moments at which the days begin, UTC, as an array."""
    return sql.SQL("{}::timestamptz[]").format(sql.Literal([f"{day} 00:00+00" for day in days]))
