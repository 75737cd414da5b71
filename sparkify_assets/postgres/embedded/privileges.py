"""As whom the server runs: Postgres refuses to be root, so for root we find somebody less."""

import os
import pwd
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TypedDict

from sparkify_assets.errors import EmbeddedServerError

_ACCOUNTS = ("postgres", "nobody")
# The same root to the file system, but without its powers, and "nobody" in its own eyes: files keep their owner.
_NAMESPACE = ("unshare", "-U", "--map-user=65534", "--map-group=65534")


class _Switch(TypedDict, total=False):
    user: int
    group: int
    extra_groups: list[int]


@dataclass(frozen=True)
class ServerUser:
    """How a command is started as the server's user.

    Attributes:
        prefix: what goes before the command.
        account: (uid, gid) that own the server's files; None: whoever we are.
        switch: whether the child has to change to the account (else the prefix does what is needed).
    """

    prefix: tuple[str, ...] = ()
    account: tuple[int, int] | None = None
    switch: bool = False

    def arguments(self) -> _Switch:
        """Return what `subprocess` has to be told."""
        if not self.switch or self.account is None:
            return {}
        return {"user": self.account[0], "group": self.account[1], "extra_groups": []}

    def reaches(self, program: Path, folder: Path) -> bool:
        """Say whether commands run this way at all, and may run the program and enter the folder."""
        test = (*self.prefix, "/bin/sh", "-c", '[ -x "$1" ] && [ -x "$2" ]', "sh", str(program), str(folder))
        with suppress(OSError):
            return subprocess.run(test, capture_output=True, check=False, cwd="/", **self.arguments()).returncode == 0
        return False

    def give(self, path: Path) -> None:
        """Make the user the owner of a file or folder (not of what is in it)."""
        if self.account and path.lstat().st_uid != self.account[0]:
            os.chown(path, *self.account, follow_symlinks=False)

    def give_tree(self, path: Path) -> None:
        """Make the user the owner of a folder and of all that is in it."""
        if not self.account or path.stat().st_uid == self.account[0]:
            return
        for folder, _, files in os.walk(path, topdown=False):
            for name in files:
                self.give(Path(folder, name))
            self.give(Path(folder))  # the outermost comes last, and says that all is done


def choose_user(home: Path, data: Path, program: Path) -> ServerUser:
    """Choose as whom to run the server whose data are in `data`.

    Raises:
        EmbeddedServerError: the data belong to somebody else, or we are root and nobody else can reach them.
    """
    owner = data.stat() if data.exists() else None
    if os.geteuid() != 0:
        if owner and owner.st_uid != os.geteuid():
            raise EmbeddedServerError(
                f"embedded Postgres: {data} belongs to user {owner.st_uid}, and this is user {os.geteuid()}; "
                f"run as that user, or give the folder to this one (chown -R {os.geteuid()} '{home}')"
            )
        return ServerUser()
    account = (owner.st_uid, owner.st_gid) if owner and owner.st_uid else None
    for user in _candidates(account):
        if user.reaches(program, home.parent):
            return user
    raise EmbeddedServerError(
        "embedded Postgres: we are root, as which Postgres does not run, and no other user can reach "
        f"{program} and {home}; run as an ordinary user, or allow user namespaces"
    )


def _candidates(owner: tuple[int, int] | None) -> Iterator[ServerUser]:
    if owner is None and shutil.which(_NAMESPACE[0]):
        yield ServerUser(prefix=_NAMESPACE)
    for uid, gid in [owner] if owner else _accounts():
        yield ServerUser(account=(uid, gid), switch=True)
        # In a container without user namespaces, in a folder such as /root that is closed to others: the account
        # keeps one power of root, that of passing closed folders, and the folder stays closed to everybody else.
        keep = ("--clear-groups", "--inh-caps=-all,+dac_override", "--ambient-caps=-all,+dac_override")
        prefix = ("setpriv", f"--reuid={uid}", f"--regid={gid}", *keep, "--")
        yield ServerUser(prefix=prefix, account=(uid, gid))


def _accounts() -> Iterator[tuple[int, int]]:
    for name in _ACCOUNTS:
        with suppress(KeyError):
            entry = pwd.getpwnam(name)
            yield entry.pw_uid, entry.pw_gid
