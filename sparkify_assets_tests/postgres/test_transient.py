"""Which errors of the database pass by themselves."""

import psycopg
import pytest
from psycopg import errors

from sparkify_assets.errors import DatabaseError, PublishError
from sparkify_assets.postgres.connection import Connection, connected
from sparkify_assets.postgres.transient import is_transient


@pytest.mark.parametrize(
    "kind",
    [
        errors.SerializationFailure,
        errors.DeadlockDetected,
        errors.LockNotAvailable,
        errors.AdminShutdown,
        errors.CrashShutdown,
        errors.CannotConnectNow,
        errors.TooManyConnections,
        errors.ConnectionFailure,
        psycopg.OperationalError,
    ],
)
def test_error_that_passes_is_found_below_our_own(kind: type[psycopg.Error]) -> None:
    error = PublishError("table 'songs'")
    error.__cause__ = kind()

    assert is_transient(error)


@pytest.mark.parametrize(
    "kind", [errors.UniqueViolation, errors.CheckViolation, errors.DiskFull, errors.QueryCanceled, psycopg.DataError]
)
def test_error_of_the_data_or_of_the_disk_does_not_pass(kind: type[psycopg.Error]) -> None:
    error = PublishError("table 'songs'")
    error.__cause__ = kind()

    assert not is_transient(error)


def test_error_without_a_database_error_below_does_not_pass() -> None:
    assert not is_transient(None)
    assert not is_transient(PublishError("counts differ"))
    assert not is_transient(psycopg.InterfaceError("the connection is closed by us"))


def test_refused_connection_and_ended_session_pass(connection: Connection, database_url: str) -> None:
    with pytest.raises(DatabaseError) as refused, connected("postgresql://127.0.0.1:1/star"):
        pass
    with connected(database_url) as other:
        connection.execute("SELECT pg_terminate_backend(%s)", (other.info.backend_pid,))
        with pytest.raises(psycopg.Error) as ended:
            other.execute("SELECT 1")

    assert is_transient(refused.value)
    assert is_transient(ended.value)
