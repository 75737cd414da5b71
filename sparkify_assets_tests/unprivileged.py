"""Act as a user whom closed files and folders are closed to, also where the tests run as root."""

from __future__ import annotations

import ctypes
import os
from collections.abc import Iterator
from contextlib import contextmanager

VERSION_3 = 0x20080522  # of the structures below, see capset(2)
PASS_CLOSED_FILES = (1 << 1) | (1 << 2)  # CAP_DAC_OVERRIDE, CAP_DAC_READ_SEARCH


class Header(ctypes.Structure):
    """Whose capabilities: those of this thread."""

    _fields_ = (("version", ctypes.c_uint32), ("pid", ctypes.c_int))


class Capabilities(ctypes.Structure):
    """Half of the capabilities, as bits."""

    _fields_ = (
        ("effective", ctypes.c_uint32),
        ("permitted", ctypes.c_uint32),
        ("inheritable", ctypes.c_uint32),
    )


@contextmanager
def without_the_power_to_pass_closed_files() -> Iterator[None]:
    """Take root's power to read and list everything from this thread; the user, and what is the user's, stay."""
    libc = ctypes.CDLL(None, use_errno=True)
    header, halves = Header(VERSION_3, 0), (Capabilities * 2)()
    if libc.capget(ctypes.byref(header), halves):
        raise OSError(ctypes.get_errno(), "capget")
    before = halves[0].effective
    _set(libc, header, halves, before & ~PASS_CLOSED_FILES)
    try:
        yield
    finally:
        _set(libc, header, halves, before)


def _set(libc: ctypes.CDLL, header: Header, halves: ctypes.Array[Capabilities], effective: int) -> None:
    halves[0].effective = effective
    if libc.capset(ctypes.byref(header), halves):
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))
