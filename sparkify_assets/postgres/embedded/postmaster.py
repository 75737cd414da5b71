"""The running server process: is it ours, how it is stopped, and what to do with a pid that is not its."""

import os
import signal
import time
from contextlib import suppress
from pathlib import Path

from .locks import is_held

_ASK_AGAIN_S = 2.0
_ORPHANS_PATIENCE_S = 60.0
_POLL_S = 0.02


def read_pid(data: Path) -> int | None:
    """Return the pid that the data folder's lock file names; the process may be another by now."""
    try:
        return int((data / "postmaster.pid").read_text().split("\n", 1)[0])
    except (FileNotFoundError, ValueError):
        return None


def is_postmaster(pid: int, data: Path) -> bool:
    """Say whether this process is a Postgres server that works in this very folder."""
    process = Path("/proc") / str(pid)
    try:
        program = (process / "exe").readlink().name
        return program.startswith("postgres") and (process / "cwd").samefile(data)
    except OSError:  # gone, a zombie, or not ours to look at
        return False


def is_alive(data: Path) -> bool:
    """Say whether a server works in this folder."""
    pid = read_pid(data)
    return pid is not None and is_postmaster(pid, data)


def send(pid: int, data: Path, number: signal.Signals) -> None:
    """Send a signal to the server, and to no other process that may have got its pid."""
    try:
        process = os.pidfd_open(pid)
    except ProcessLookupError:
        return
    except OSError:  # an old kernel, or a container that forbids it: as near as it gets
        if is_postmaster(pid, data):
            os.kill(pid, number)
        return
    try:
        if is_postmaster(pid, data):  # checked while the descriptor holds on to the process
            with suppress(ProcessLookupError):
                signal.pidfd_send_signal(process, number)
    finally:
        os.close(process)


def stop(data: Path, server_lock: Path) -> None:
    """Stop the server in the ordinary way (connections are ended, everything is written) and wait for its end.

    It gets the time it needs; processes that a killed server left behind get a minute. A server that somebody has
    restarted with `pg_ctl` does not hold our lock, and is stopped as well.
    """
    ask_at, seen_at = 0.0, time.monotonic()
    while (is_held(server_lock) or is_alive(data)) and time.monotonic() < seen_at + _ORPHANS_PATIENCE_S:
        pid = read_pid(data)
        if pid is not None and is_postmaster(pid, data):
            seen_at = time.monotonic()
            if seen_at >= ask_at:
                send(pid, data, signal.SIGINT)
                ask_at = seen_at + _ASK_AGAIN_S  # it may have been too young to hear
        time.sleep(_POLL_S)


def disown_stale_pid(data: Path) -> None:
    """Turn the pid in the lock file of a dead server into our own.

    Another process may have got that pid, and Postgres would refuse to start because of it; given its own
    "grandparent" there (`PG_GRANDPARENT_PID`, meant for pg_ctl), it goes on to check the rest of the file:
    the shared memory that processes of the dead server might still use. That is why the file is not removed.
    """
    lock_file = data / "postmaster.pid"
    pid = read_pid(data)
    if pid is None or is_postmaster(pid, data):
        return
    rest = lock_file.read_text().split("\n", 1)[1:]
    lock_file.write_text("\n".join([str(os.getpid()), *rest]))
