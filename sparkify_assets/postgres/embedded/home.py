"""The folder of an embedded server: what lies where, and by which path its socket is reached."""

import hashlib
import os
import re
import secrets
import stat
import tempfile
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from sparkify_assets.errors import EmbeddedServerError

# A socket's path may have 107 bytes, and blanks, commas, quotes or percent signs confuse one client or another.
_PLAIN_PATH = re.compile(r"[A-Za-z0-9/._-]{1,85}")
_ALIASES = 10


@dataclass(frozen=True)
class Home:
    """The paths below the server's folder; every one of them is ours."""

    path: Path

    @property
    def data(self) -> Path:
        """The data folder, as initdb makes it."""
        return self.path / "data"

    @property
    def run(self) -> Path:
        """The private folder of the socket."""
        return self.path / "run"

    @property
    def log(self) -> Path:
        """What the server and initdb have to say; the keeper keeps it short."""
        return self.path / "postgres.log"

    @property
    def old_log(self) -> Path:
        """The log before that."""
        return self.path / "postgres.log.1"

    @property
    def keeper_log(self) -> Path:
        """What the keeper has to complain about."""
        return self.path / "keeper.log"

    @property
    def lease(self) -> Path:
        """Locked (shared) by each user of the server."""
        return self.path / "lease"

    @property
    def change_lock(self) -> Path:
        """Locked by the process that starts or changes something."""
        return self.path / "change.lock"

    @property
    def keeper_lock(self) -> Path:
        """Locked by the keeper for its life."""
        return self.path / "keeper.lock"

    @property
    def server_lock(self) -> Path:
        """Locked by the server and all its children for their lives."""
        return self.path / "server.lock"

    @property
    def kept_up(self) -> Path:
        """There while the server is to stay up without users."""
        return self.path / "kept_up"

    @property
    def loopback(self) -> Path:
        """Port and password of the loopback address, from one `keep_up` to the next."""
        return self.path / "loopback.json"

    @property
    def listening(self) -> Path:
        """There while the keeper listens on the loopback address; holds the port."""
        return self.path / "listening"

    def make(self) -> None:
        """Make the folders that are missing, private to us."""
        self.path.mkdir(mode=0o700, parents=True, exist_ok=True)
        self.run.mkdir(mode=0o700, exist_ok=True)

    def socket_folder(self) -> Path:
        """Return a path of `run` that is short and plain enough for a socket and for a URL.

        A long or odd path gets an alias: a private folder in the temporary folder that holds a link to `run`.
        The socket itself never moves, so that the alias may be removed, and the home be moved, at any time.
        """
        if _PLAIN_PATH.fullmatch(str(self.run)):
            return self.run
        for alias in self._aliases():
            with suppress(FileExistsError):
                alias.mkdir(mode=0o700)
                os.chown(alias, self.run.stat().st_uid, -1)
            if self._is_private(alias):
                link = alias / "run"
                if not link.is_symlink() or link.readlink() != self.run:
                    _link(link, self.run)
                return link
        raise EmbeddedServerError(
            f"embedded Postgres: the folders {alias.parent}/{alias.name[:-1]}* belong to somebody else "
            "or are open to others; remove them"
        )

    def remove_alias(self) -> None:
        """Remove the alias of the socket's folder, if there is one of ours."""
        for alias in self._aliases():
            if not alias.is_symlink() and alias.is_dir() and self._is_private(alias):
                (alias / "run").unlink(missing_ok=True)
                with suppress(OSError):
                    alias.rmdir()

    def _aliases(self) -> list[Path]:
        digest = hashlib.sha256(os.fsencode(self.path)).hexdigest()[:12]
        temporary = tempfile.gettempdir()
        if not _PLAIN_PATH.fullmatch(f"{temporary}/{digest}"):
            temporary = "/tmp"
        return [Path(temporary) / f"epg-{os.geteuid()}-{digest}-{number}" for number in range(_ALIASES)]

    def _is_private(self, folder: Path) -> bool:
        found = folder.lstat()
        owners = {os.geteuid(), self.run.stat().st_uid}
        return stat.S_ISDIR(found.st_mode) and found.st_uid in owners and not found.st_mode & 0o077


def _link(link: Path, target: Path) -> None:
    """Make or turn a link, so that there is a valid one at every moment."""
    fresh = link.with_name(f"run-{secrets.token_hex(4)}")
    fresh.symlink_to(target)
    fresh.replace(link)
