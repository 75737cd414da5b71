"""Which errors of the database pass by themselves, so that the same work may succeed a little later."""

from __future__ import annotations

import psycopg

TRANSIENT_STATES = frozenset(
    {
        "40001",  # serialization failure
        "40P01",  # deadlock
        "55P03",  # lock timeout
        "57P01",  # the server shuts down, or the session was ended by an administrator
        "57P02",  # the server has crashed
        "57P03",  # the server starts, or is in recovery
        "57P05",  # idle session timeout
        "25P03",  # idle in transaction timeout
        "53300",  # too many connections
    }
)
CONNECTION_CLASS = "08"


def is_transient(error: BaseException | None) -> bool:
    """Tell whether the error, or one that it was raised from, is of the database and passes by itself.

    An operational error without a state is one of the connection: refused, lost, or not answered in time. While a
    connection is made the driver gives no state, so a wrong password counts as well, and costs some seconds more.
    """
    seen: set[int] = set()
    while error is not None and id(error) not in seen:
        seen.add(id(error))
        if isinstance(error, psycopg.Error):
            state = error.sqlstate
            if state is None:
                return isinstance(error, psycopg.OperationalError)
            return state in TRANSIENT_STATES or state.startswith(CONNECTION_CLASS)
        error = error.__cause__
    return False
