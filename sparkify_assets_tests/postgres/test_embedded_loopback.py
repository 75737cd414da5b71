"""The server kept up for programs outside, on the loopback address with a password."""

import os
import signal
import socket
import threading
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from sparkify_assets.postgres.embedded import EmbeddedServer

from .embedded_users import clean_up, is_down, keeper, prepare, run, users, wait_until, wait_until_down

KEEP_UP = "address = server.keep_up(); print(address.url, repr(address), sep='\\n')"


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Path]:
    """Folder of a server that is not up, with a blank in its path; whatever runs in it afterwards is ended."""
    folder = tmp_path / "a server"
    prepare(folder)
    yield folder
    clean_up(folder)


@pytest.fixture(scope="module")
def kept_up(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """URL of a server that is kept up, for tests that only look."""
    folder = tmp_path_factory.mktemp("kept") / "server"
    yield keep_up(folder)
    clean_up(folder)


def keep_up(home: Path) -> str:
    """Keep the server up, in a process that ends at once; return the URL."""
    done = run(home, KEEP_UP)
    assert done.returncode == 0, done.stderr
    return done.stdout.splitlines()[0]


def is_open(url: str) -> bool:
    with socket.socket() as knock:
        return knock.connect_ex(("127.0.0.1", int(url.rsplit(":", 1)[1].split("/")[0]))) == 0


def test_kept_up_server_stays_and_answers_on_the_loopback_address(home: Path) -> None:
    url = keep_up(home)

    with psycopg.connect(url) as connection:
        row = connection.execute("SELECT current_database(), repeat('x', 3000000)").fetchone()

    assert row == ("shop", "x" * 3_000_000)
    assert not is_down(home)


def test_server_has_no_network_address_unless_kept_up(home: Path) -> None:
    url = keep_up(home)
    assert is_open(url)

    with users(home) as (user,):
        server = user.url
        EmbeddedServer(home).let_go()

        assert not is_open(url)
        with psycopg.connect(server) as connection:
            assert connection.execute("SHOW listen_addresses").fetchone() == ("",)
    wait_until_down(home)


def test_let_go_without_users_returns_when_the_server_is_down(home: Path) -> None:
    keep_up(home)

    EmbeddedServer(home).let_go()

    assert is_down(home)


def test_address_is_the_same_the_next_time(home: Path) -> None:
    first = keep_up(home)
    assert keep_up(home) == first
    EmbeddedServer(home).let_go()

    assert keep_up(home) == first


def test_wrong_password_is_refused(kept_up: str) -> None:
    with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
        psycopg.connect(kept_up, password="wrong")
    with pytest.raises(psycopg.OperationalError, match="no password supplied"):
        psycopg.connect(kept_up.replace(kept_up.split(":")[2].split("@")[0], ""))


@pytest.mark.parametrize("user", ["postgres", "nobody", "readers"])
def test_other_users_are_not_admitted(kept_up: str, user: str) -> None:
    with pytest.raises(psycopg.OperationalError, match="admits the user 'reader' only"):
        psycopg.connect(kept_up, user=user)


def test_loopback_reads_everything_and_changes_nothing(home: Path) -> None:
    url = keep_up(home)
    with users(home) as (user,), psycopg.connect(user.url) as owner:
        owner.execute("CREATE SCHEMA ops")
        owner.execute("CREATE TABLE ops.plays AS SELECT 1 AS id")

    with psycopg.connect(url) as reader:
        assert reader.execute("SELECT id FROM ops.plays").fetchone() == (1,)
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            reader.execute("DELETE FROM ops.plays")


def test_query_can_be_cancelled_through_the_loopback(kept_up: str) -> None:
    with psycopg.connect(kept_up) as connection:
        soon = threading.Timer(0.3, connection.cancel_safe)
        soon.start()

        with pytest.raises(psycopg.errors.QueryCanceled):
            connection.execute("SELECT pg_sleep(20)")

        soon.join()


def test_password_is_in_a_private_file_and_in_no_log(home: Path) -> None:
    done = run(home, KEEP_UP)
    url, shown = done.stdout.splitlines()
    password = url.split(":")[2].split("@")[0]

    assert password not in shown
    assert (home / "loopback.json").stat().st_mode & 0o777 == 0o600
    assert password not in (home / "postgres.log").read_text() + (home / "keeper.log").read_text()


def test_taken_port_is_replaced(home: Path) -> None:
    url = keep_up(home)
    port = int(url.rsplit(":", 1)[1].split("/")[0])
    EmbeddedServer(home).let_go()
    with socket.create_server(("127.0.0.1", port)):
        other = keep_up(home)

    assert other != url
    with psycopg.connect(other) as connection:
        assert connection.execute("SELECT 1").fetchone() == (1,)


def test_killed_keeper_is_replaced_with_the_same_address(home: Path) -> None:
    url = keep_up(home)
    os.kill(keeper(home), signal.SIGKILL)
    wait_until(lambda: not is_open(url), "nobody listens")

    assert keep_up(home) == url
    assert is_open(url)


def test_status_tells_how_things_are(home: Path) -> None:
    server = EmbeddedServer(home, database="shop")
    assert not server.status().running

    url = keep_up(home)
    status = server.status()
    assert status.running
    assert not status.in_use
    assert status.loopback is not None
    assert status.loopback.url == url

    server.let_go()
    assert not server.status().running
