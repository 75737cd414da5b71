"""The embedded server as its users see it."""

import logging
import os
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from sparkify_assets.errors import EmbeddedServerError

from .binaries import find_binaries
from .cluster import environment, log_tail, start_server
from .home import Home
from .keeper import start_keeper
from .locks import POLL_S, exclusive, hold_lease, is_held, is_leased, take_lease
from .loopback import HOST, READER, LoopbackAddress, admit_reader, remembered
from .postmaster import is_alive, stop
from .waiting import Patience
from .wire import PORT, SUPERUSER, Answer, ServerRefusedError, State, identifier, probe, run_command

_LOG = logging.getLogger(__name__)
_STARTS = 4  # a server may be killed while it starts
_DEAF_S = 15.0  # a server that lives, but whose socket nobody answers at
_LOOPBACK_PATIENCE_S = 10.0


@dataclass(frozen=True)
class ServerStatus:
    """How things are at this moment.

    Attributes:
        running: the server answers.
        in_use: a process holds a lease.
        loopback: the address for other programs while the server is kept up, else None.
    """

    running: bool
    in_use: bool
    loopback: LoopbackAddress | None


class EmbeddedServer:
    """A Postgres server of this folder's own, shared by the processes that ask for it.

    Args:
        home: folder for data, socket and log; made if missing. Whoever names the same folder shares the server.
        database: made if missing.
        bin_dir: the `bin` folder of another Postgres installation, 15 or newer; None: the wheel's.
        announce: told in a sentence what is going on when something takes its time; without it, a log says so.
    """

    def __init__(
        self,
        home: Path,
        *,
        database: str = SUPERUSER,
        bin_dir: Path | None = None,
        announce: Callable[[str], None] = _LOG.warning,
    ) -> None:
        self.home = home
        self.database = database
        self.bin_dir = bin_dir
        self.announce = announce

    def ensure(self) -> str:
        """Return the server's URL; it is up, and stays up as long as this process lives.

        Raises:
            EmbeddedServerError: it can't be started or reached; the message says why.
        """
        with self._explained() as home:
            home.make()
            hold_lease(home.lease, Patience(self.announce, "Postgres is stopping, waiting to start it again"))
            folder = home.socket_folder()
            if probe(folder, self.database).state is not State.UP or not is_held(home.keeper_lock):
                with self._changing(home):
                    if not is_held(home.keeper_lock):  # first the keeper: from here on somebody cleans up after us
                        start_keeper(home, environment())
                    if self._bring_up(home, folder).state is State.NO_DATABASE:
                        run_command(
                            folder,
                            SUPERUSER,
                            f"CREATE DATABASE {identifier(self.database)} TEMPLATE template0",
                        )
            return f"postgresql://{SUPERUSER}@/{quote(self.database, safe='')}?host={folder}&port={PORT}"

    def keep_up(self) -> LoopbackAddress:
        """Keep the server up without users, with an address on 127.0.0.1, until `let_go`; return the address."""
        self.ensure()
        with self._explained() as home, self._changing(home):
            password = admit_reader(home, home.socket_folder(), self.database)
            home.kept_up.touch()
            until = time.monotonic() + _LOOPBACK_PATIENCE_S
            while (port := _listening_port(home)) is None:
                if time.monotonic() > until:
                    raise EmbeddedServerError(
                        f"embedded Postgres: its keeper does not listen on {HOST}; see {home.keeper_log}"
                    )
                time.sleep(POLL_S)
            return LoopbackAddress(HOST, port, READER, self.database, password)

    def let_go(self) -> None:
        """End `keep_up`: the loopback address closes now, the server stops when its last user is gone.

        Without users it is down when this returns.
        """
        with self._explained() as home:
            if not home.kept_up.exists() and not is_held(home.server_lock):
                return
            with self._changing(home):
                home.kept_up.unlink(missing_ok=True)
                if not is_held(home.keeper_lock):
                    start_keeper(home, environment())
            waiting = Patience(self.announce, "Postgres is stopping, waiting")
            while home.listening.exists() or (is_held(home.server_lock) and not self._has_users(home)):
                waiting()
                time.sleep(POLL_S)

    def psql(self, *args: str) -> list[str]:
        """Return the command that opens psql on the database, for `exec`; the server stays up as long as it runs."""
        url = self.ensure()
        with self._explained() as home:
            lease = take_lease(home.lease, lambda: None)
            os.set_inheritable(lease, True)
            unset = [part for name in sorted(os.environ) if name.startswith("PG") for part in ("-u", name)]
            return [
                "/usr/bin/env",
                *unset,
                str(find_binaries(self.bin_dir).program("psql")),
                f"--dbname={url}",
                *args,
            ]

    def status(self) -> ServerStatus:
        """Look how things are, and change nothing."""
        with self._explained() as home:
            if not home.run.is_dir():
                return ServerStatus(running=False, in_use=False, loopback=None)
            running = probe(home.socket_folder(), SUPERUSER).state is State.UP
            port, password = _listening_port(home), remembered(home).get("password")
            up = running and home.kept_up.exists() and port is not None
            address = LoopbackAddress(HOST, port or 0, READER, self.database, str(password)) if up else None
            return ServerStatus(running, self._has_users(home), address)

    def _bring_up(self, home: Home, folder: Path) -> Answer:
        """Wait until the server answers, and start it if it does not run."""
        starts, waiting, deaf_since = 0, Patience(self.announce), time.monotonic()
        while True:
            answer = probe(folder, self.database)
            if answer.state in (State.UP, State.NO_DATABASE):
                return answer
            if answer.state is State.REFUSED:
                raise EmbeddedServerError(f"embedded Postgres in {home.path} does not let us in: {answer.message}")
            if answer.state is State.NOT_YET:
                deaf_since = time.monotonic()
                waiting.note(f"Postgres says: {answer.message}; waiting")
            elif not is_held(home.server_lock):
                if starts == _STARTS:
                    raise EmbeddedServerError(
                        f"embedded Postgres in {home.path} does not start; it said:\n{log_tail(home)}"
                    )
                starts += 1
                waiting.note("starting Postgres")
                if not home.data.exists():
                    self.announce(f"making a Postgres in {home.path}")
                start_server(home, find_binaries(self.bin_dir), folder)
                deaf_since = time.monotonic()
            elif time.monotonic() - deaf_since > _DEAF_S:
                self._stop_the_deaf(home)
            else:
                waiting.note("waiting for Postgres to start")
            time.sleep(POLL_S)

    def _stop_the_deaf(self, home: Home) -> None:
        """Stop a server whose socket is gone (nobody can reach it any more), or wait for what it left behind."""
        what = (
            "runs, but not at its socket; restarting it" if is_alive(home.data) else "was killed; waiting for its rest"
        )
        self.announce(f"Postgres {what}")
        stop(home.data, home.server_lock)
        if is_held(home.server_lock):
            raise EmbeddedServerError(
                f"embedded Postgres: processes of a killed server still work in {home.data}; "
                "wait for their end, or end them"
            )

    def _has_users(self, home: Home) -> bool:
        """Say whether a process holds a lease, as opposed to the keeper that is just stopping the server."""
        return is_leased(home.lease) and not is_held(home.lease)

    @contextmanager
    def _changing(self, home: Home) -> Iterator[None]:
        waiting = Patience(self.announce, "waiting for another process that is starting Postgres")
        with exclusive(home.change_lock, waiting):
            yield

    @contextmanager
    def _explained(self) -> Iterator[Home]:
        """Give the home, and turn whatever the system has against us into our own error."""
        if sys.platform != "linux":
            raise EmbeddedServerError(
                f"embedded Postgres runs on Linux only, not on {sys.platform}; use a server of your own"
            )
        home = Home(self.home.expanduser().resolve())
        try:
            yield home
        except ServerRefusedError as error:
            raise EmbeddedServerError(f"embedded Postgres in {home.path}: {error}") from error
        except OSError as error:
            raise EmbeddedServerError(f"embedded Postgres in {home.path}: {error}{_hint(error)}") from error


def _hint(error: OSError) -> str:
    if not isinstance(error, PermissionError) or not error.filename:
        return ""
    with suppress(OSError):
        owner = Path(error.filename).stat().st_uid
        return f"; it belongs to user {owner}, and this is user {os.geteuid()}"
    return f"; this is user {os.geteuid()}"


def _listening_port(home: Home) -> int | None:
    try:
        return int(home.listening.read_text())
    except FileNotFoundError:
        return None
