"""Processes that use an embedded server, for tests: the tests' own process must not hold a lease on it."""

import atexit
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import cache
from pathlib import Path

from sparkify_assets.postgres.embedded import EmbeddedServer
from sparkify_assets.postgres.embedded.home import Home
from sparkify_assets.postgres.embedded.locks import is_held
from sparkify_assets.postgres.embedded.postmaster import read_pid, stop

PATIENCE_S = 30.0
PRELUDE = """
import sys
from pathlib import Path
from sparkify_assets.postgres.embedded import EmbeddedServer
server = EmbeddedServer(Path(sys.argv[1]), database="shop")
"""
HOLD = PRELUDE + "print(server.ensure(), flush=True); sys.stdin.read()"


class User:
    """A process that has asked for the server, and uses it until it is told to end (or killed)."""

    def __init__(self, home: Path, script: str = HOLD, variables: Mapping[str, str] | None = None) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-c", script, str(home)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env={**os.environ, **(variables or {})},
            start_new_session=True,
        )

    @property
    def url(self) -> str:
        """Wait for the URL that the process was given."""
        assert self.process.stdout is not None
        line = self.process.stdout.readline().strip()
        assert line, self.process.communicate(timeout=PATIENCE_S)[1]
        return line

    def end(self) -> None:
        """Let the process end in good order."""
        self.process.communicate(timeout=PATIENCE_S)

    def kill(self) -> None:
        """Kill the process, without a chance to clean up."""
        self.process.kill()
        self.process.communicate(timeout=PATIENCE_S)


def run(
    home: Path, script: str, prefix: Sequence[str] = (), variables: Mapping[str, str] | None = None
) -> subprocess.CompletedProcess[str]:
    """Run a script with the server object `server`, to its end; its output is complete, as behind a pipe."""
    return subprocess.run(
        [*prefix, sys.executable, "-c", PRELUDE + script, str(home)],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        env={**os.environ, **(variables or {})},
        timeout=PATIENCE_S,
        check=False,
        cwd="/",
    )


@contextmanager
def users(home: Path, count: int = 1, variables: Mapping[str, str] | None = None) -> Iterator[list[User]]:
    """Start users, all at once, and end them."""
    started = [User(home, variables=variables) for _ in range(count)]
    try:
        yield started
    finally:
        for user in started:
            user.kill()


def wait_until(holds: Callable[[], bool], what: str) -> None:
    """Wait until something holds, or fail the test."""
    until = time.monotonic() + PATIENCE_S
    while not holds():
        assert time.monotonic() < until, f"{what}: still not so after {PATIENCE_S} s"
        time.sleep(0.02)


def is_down(home: Path) -> bool:
    """Say whether no process of the server is left."""
    return not is_held(Home(home.resolve()).server_lock)


def wait_until_down(home: Path) -> None:
    """Wait until the server has stopped by itself."""
    wait_until(lambda: is_down(home), "the server has stopped")


def postmaster(home: Path) -> int:
    """Return the pid of the running server."""
    pid = read_pid(home / "data")
    assert pid is not None
    return pid


def keeper(home: Path) -> int:
    """Return the pid of the server's keeper."""
    for process in Path("/proc").glob("[0-9]*"):
        try:
            arguments = (process / "cmdline").read_bytes().split(b"\0")
        except OSError:
            continue
        if os.fsencode(home) in arguments and any(part.endswith(b".embedded.keeper") for part in arguments):
            return int(process.name)
    raise AssertionError(f"no keeper of {home}")


@cache
def _data() -> Path:
    """Make a data folder once, since initdb is what takes the time."""
    home = Path(tempfile.mkdtemp()) / "server"
    atexit.register(shutil.rmtree, home.parent)
    done = run(home, "server.ensure()")
    assert done.returncode == 0, done.stderr
    wait_until_down(home)
    return home / "data"


def prepare(home: Path) -> None:
    """Give a home data that are as good as new."""
    home.mkdir(mode=0o700)
    shutil.copytree(_data(), home / "data")


def clean_up(home: Path) -> None:
    """Leave nothing of a test behind, whatever state it left the server in."""
    if home.exists():
        EmbeddedServer(home).let_go()
        stop(home / "data", home / "server.lock")
        Home(home.resolve()).remove_alias()
