"""Locks that the kernel gives back when their holder dies: shared leases and exclusive locks on files."""

import fcntl
import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

POLL_S = 0.01

_leases: dict[Path, int] = {}  # lease file -> the descriptor by which this process holds it, for its life


def open_lock(path: Path) -> int:
    """Open a lock file, making it if need be; programs that we start do not inherit the descriptor."""
    return os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)


def try_lock(descriptor: int, how: int) -> bool:
    """Take a lock (`LOCK_SH` or `LOCK_EX`) if it is free at this moment, and say whether it was."""
    try:
        fcntl.flock(descriptor, how | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def is_held(path: Path) -> bool:
    """Say whether a process holds the file's lock exclusively."""
    return _is_refused(path, fcntl.LOCK_SH)


def is_leased(path: Path) -> bool:
    """Say whether a process, this one included, holds a lease (or is just giving the last one back)."""
    return _is_refused(path, fcntl.LOCK_EX)


def _is_refused(path: Path, kind: int) -> bool:
    """Say whether a lock of that kind is not to be had now; one that is, is given back at once."""
    try:
        descriptor = os.open(path, os.O_RDWR | os.O_CLOEXEC)
    except FileNotFoundError:
        return False
    try:
        return not try_lock(descriptor, kind)
    finally:
        os.close(descriptor)


@contextmanager
def exclusive(path: Path, waiting: Callable[[], None]) -> Iterator[None]:
    """Hold the file's lock; `waiting` is called again and again while another process has it."""
    descriptor = open_lock(path)
    try:
        while not try_lock(descriptor, fcntl.LOCK_EX):
            waiting()
            time.sleep(POLL_S)
        yield
    finally:
        # Closing alone would not do: a child that another thread forked meanwhile has the descriptor too.
        fcntl.flock(descriptor, fcntl.LOCK_UN)
        os.close(descriptor)


def hold_lease(path: Path, waiting: Callable[[], None]) -> None:
    """Hold a lease until this process ends; `waiting` is called while the server is just being stopped."""
    held = _leases.get(path)
    if held is not None and is_same_file(held, path):
        return
    _leases[path] = take_lease(path, waiting)


def take_lease(path: Path, waiting: Callable[[], None]) -> int:
    """Take a lease and return the descriptor that holds it."""
    while True:
        descriptor = open_lock(path)
        while not try_lock(descriptor, fcntl.LOCK_SH):
            waiting()
            time.sleep(POLL_S)
        if is_same_file(descriptor, path):
            return descriptor
        os.close(descriptor)  # the folder was removed while we waited


def is_same_file(descriptor: int, path: Path) -> bool:
    """Say whether the open file is still the one at this path."""
    try:
        return os.path.samestat(os.fstat(descriptor), path.stat())
    except FileNotFoundError:
        return False
