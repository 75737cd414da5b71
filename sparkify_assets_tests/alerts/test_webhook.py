"""A webhook is told, and whatever it does, nobody waits for it or learns its address."""

import time

import pytest

from sparkify_assets.alerts.webhook import tell
from sparkify_assets_tests.alerts.hooks import silence, webhook


def test_webhook_gets_the_text_as_chats_read_it() -> None:
    with webhook() as (url, posted):
        assert tell(url, "Björk, line 1\nline 2") == ""

    assert posted == [{"text": "Björk, line 1\nline 2"}]


@pytest.mark.parametrize("status", [500, 404, 302])
def test_webhook_that_refuses_is_reported(status: int) -> None:
    with webhook(status) as (url, _):
        assert tell(url, "text") == f"it answered {status}"


@pytest.mark.parametrize("drip", [False, True])
def test_webhook_that_never_answers_is_left_in_time(drip: bool) -> None:
    started = time.monotonic()

    with silence(drip=drip) as url:
        why = tell(url, "text", patience_s=0.5)
        took = time.monotonic() - started

    assert why == "it did not answer within 0.5 s"
    assert took < 3


@pytest.mark.parametrize("url", ["http://127.0.0.1:1/s3cret", "http://no.such.host.invalid/s3cret", "http://[/s3cret"])
def test_webhook_that_is_not_there_is_reported_without_its_address(url: str) -> None:
    why = tell(url, "text", patience_s=5)

    assert why
    assert "s3cret" not in why
