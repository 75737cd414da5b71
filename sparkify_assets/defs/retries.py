"""Steps that meet an error of the database which passes by itself are run again, after a growing pause."""

from collections.abc import Iterator
from contextlib import contextmanager

import dagster as dg

from sparkify_assets.postgres.transient import is_transient


@contextmanager
def retried(attempt: int, *, retries: int, delay_s: float) -> Iterator[None]:
    """Ask Dagster to run the step again where what is inside fails with such an error; any other is raised as it is.

    Args:
        attempt: how many times the step was run again so far.
        retries: how often it may be; after that the error is raised as it is.
        delay_s: seconds before the first time, doubled with each.
    """
    policy = dg.RetryPolicy(
        max_retries=retries, delay=delay_s, backoff=dg.Backoff.EXPONENTIAL, jitter=dg.Jitter.PLUS_MINUS
    )
    try:
        yield
    except Exception as error:
        if attempt >= retries or not is_transient(error):
            raise
        wait_s = policy.calculate_delay(attempt + 1)
        raise dg.RetryRequested(max_retries=retries, seconds_to_wait=wait_s) from error
