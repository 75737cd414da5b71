"""Errors of the database that pass by themselves do not fail a run; errors of the data do, at once."""

import threading
import time

import psycopg
import pytest
from dagster import DagsterEventType

from sparkify_assets.errors import PublishError
from sparkify_assets_tests.e2e.comparison import assert_as_oracle
from sparkify_assets_tests.e2e.raw_files import at, event, november, write_day
from sparkify_assets_tests.loading import Loader

pytestmark = pytest.mark.slow


def test_lock_that_is_held_for_a_while_and_ended_sessions_are_outlived(loader: Loader) -> None:
    write_day(loader.data, 5, event())
    loader.load(november(5), november(5))
    write_day(loader.data, 5, event(), event(ts=at(5, 1), itemInSession=1))
    loader.lock_timeout_s, loader.retries, loader.retry_delay_s = 0.3, 5, 0.2

    with psycopg.connect(loader.database_url) as other:
        other.execute("LOCK TABLE public.users")
        release = threading.Thread(target=_let_go_later, args=(loader, other))
        release.start()
        result = loader.load(november(5), november(5))
        release.join()

    retried = [each.step_key for each in result.all_events if each.event_type is DagsterEventType.STEP_UP_FOR_RETRY]
    assert set(retried) == {"users"}
    assert_as_oracle(loader)


def test_session_that_is_ended_in_a_publication_is_outlived(loader: Loader) -> None:
    write_day(loader.data, 5, event())
    loader.load(november(5), november(5))
    write_day(loader.data, 5, event(), event(ts=at(5, 1), itemInSession=1))
    loader.retries = 3

    with psycopg.connect(loader.database_url) as other:
        other.execute("LOCK TABLE public.songplays")
        killer = threading.Thread(target=_end_who_waits, args=(loader, other))
        killer.start()
        result = loader.load(november(5), november(5))
        killer.join()

    retried = [each.step_key for each in result.all_events if each.event_type is DagsterEventType.STEP_UP_FOR_RETRY]
    assert retried == ["songplays"]
    assert_as_oracle(loader)


def test_error_of_the_data_is_not_tried_again(loader: Loader) -> None:
    write_day(loader.data, 5, event())
    loader.retries = 3
    loader.load(november(5), november(5))
    with psycopg.connect(loader.database_url) as connection:
        connection.execute("ALTER TABLE public.users ADD CONSTRAINT nobody CHECK (user_id <> 16)")
    write_day(loader.data, 5, event(userId="16"))
    started = time.monotonic()

    result = loader.load(november(5), november(5), raise_on_error=False)

    assert not result.success
    assert time.monotonic() - started < 20
    assert not [each for each in result.all_events if each.event_type is DagsterEventType.STEP_UP_FOR_RETRY]


def test_lock_that_stays_fails_in_the_end_with_its_holder_named(loader: Loader) -> None:
    write_day(loader.data, 5, event())
    loader.load(november(5), november(5))
    write_day(loader.data, 5, event(level="paid"))
    loader.lock_timeout_s, loader.retries = 0.1, 2

    with psycopg.connect(loader.database_url, application_name="the other") as other:
        other.execute("LOCK TABLE public.users")
        with pytest.raises(PublishError, match="is locked by 'the other'"):
            loader.load(november(5), november(5))


def _waiting(loader: Loader) -> int:
    """Return the first session that waits for a lock, once there is one."""
    until = time.monotonic() + 60
    with psycopg.connect(loader.database_url, autocommit=True) as looking:
        while time.monotonic() < until:
            row = looking.execute(
                "SELECT pid FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()"
            ).fetchone()
            if row:
                return int(row[0])
            time.sleep(0.02)
    raise AssertionError("nobody waits for the lock")


def _let_go_later(loader: Loader, other: psycopg.Connection) -> None:
    """Let go of the lock a good while after somebody began to wait for it."""
    _waiting(loader)
    time.sleep(1)
    other.rollback()


def _end_who_waits(loader: Loader, other: psycopg.Connection) -> None:
    """End the first session that waits for the lock, then let go of it."""
    with psycopg.connect(loader.database_url, autocommit=True) as ending:
        ending.execute("SELECT pg_terminate_backend(%s)", (_waiting(loader),))
    other.rollback()
