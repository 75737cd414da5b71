"""The keeper: a process of its own that stops the server when its last user is gone.

It runs on the bare standard library, works in the home folder by relative paths (so that the folder may be
moved meanwhile), and needs no Postgres program. While the server is kept up it also listens on the loopback address.
"""

import fcntl
import json
import os
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path

from sparkify_assets.errors import EmbeddedServerError

from .home import Home
from .locks import is_same_file, open_lock, try_lock
from .loopback import LoopbackServer, remember, remembered
from .postmaster import stop

_POLL_S = 0.1
_STARTS = 3  # it may be killed before it is at its post
_START_PATIENCE_S = 2.0
_LOG_LIMIT_BYTES = 8 << 20

# Importing this package in the ordinary way would run its parents' code, and load whatever that imports.
_BOOT = """
import json, sys, types
for name, paths in json.loads(sys.argv[1]).items():
    sys.modules[name] = types.ModuleType(name)
    sys.modules[name].__path__ = paths
from importlib import import_module
import_module(sys.argv[2]).main(sys.argv[3])
"""


def start_keeper(home: Home, environment: dict[str, str]) -> None:
    """Start a keeper for this home; returns when it is at its post. The caller holds the change lock and a lease."""
    parts = __name__.split(".")[:-2]
    names = [".".join(parts[: count + 1]) for count in range(len(parts))]
    parents = {name: list(sys.modules[name].__path__) for name in names}
    boot = [sys.executable, "-I", "-S", "-c", _BOOT, json.dumps(parents), __name__, str(home.path)]
    for _ in range(_STARTS):
        with home.keeper_log.open("w") as log:
            done = subprocess.run(
                boot,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=log,
                env=environment,
                cwd="/",
                start_new_session=True,
                check=False,
            )
        if done.returncode == 0:
            return
    said = home.keeper_log.read_text(errors="replace").strip()
    raise EmbeddedServerError(f"embedded Postgres: its keeper does not start ({done.returncode}); it said:\n{said}")


def main(path: str) -> None:
    """Become the keeper of this home, in the background; or end at once if it has one."""
    os.chdir(path)
    home = Home(Path())
    post = open_lock(home.keeper_lock)  # opened before the lease: the kernel closes in this order if we are killed
    until = time.monotonic() + _START_PATIENCE_S
    while not try_lock(post, fcntl.LOCK_EX):  # others may just be looking whether it is held
        if time.monotonic() > until:
            return
        time.sleep(0.01)
    home.listening.unlink(missing_ok=True)
    lease = open_lock(home.lease)
    if os.fork():
        return  # whoever started us waits for this, and the rest is nobody's child
    os.setsid()
    _keep(home, lease)
    os.close(post)  # before the lease: who gets the lease then sees that there is no keeper
    os.close(lease)


def _keep(home: Home, lease: int) -> None:
    """Wait until the server has no user and is not kept up, and stop it."""
    loopback: LoopbackServer | None = None
    while True:
        wanted = home.kept_up.exists()
        if wanted and loopback is None:
            loopback = _listen(home)
        elif not wanted and loopback is not None:
            loopback.end()
            home.listening.unlink(missing_ok=True)  # who lets go waits for this
            loopback = None
        if not is_same_file(lease, home.lease):
            return  # the folder is gone, or made anew by others, who then have a keeper of their own
        if not wanted and try_lock(lease, fcntl.LOCK_EX):
            break
        _shorten(home)
        time.sleep(_POLL_S)
    stop(home.data, home.server_lock)
    Home(Path.cwd()).remove_alias()


def _listen(home: Home) -> LoopbackServer:
    """Listen on the port of the last time, or another if it is taken, and write down which."""
    port = int(remembered(home).get("port", 0))
    try:
        server = LoopbackServer(port, home.run)
    except OSError:
        server = LoopbackServer(0, home.run)
    server.start()
    remember(home, port=server.port)
    fresh = home.listening.with_name("listening-new")
    fresh.write_text(str(server.port))
    fresh.replace(home.listening)
    return server


def _shorten(home: Home) -> None:
    """Cut the server's log when it has become long; the server goes on writing at its end."""
    with suppress(FileNotFoundError):
        if home.log.stat().st_size > _LOG_LIMIT_BYTES:
            home.old_log.write_bytes(home.log.read_bytes())
            os.truncate(home.log, 0)
