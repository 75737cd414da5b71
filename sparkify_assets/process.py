"""How a process that loads treats its memory. To be imported before polars."""

import atexit
import ctypes
import gc
import os
from contextlib import suppress

ALLOCATOR = "narenas:2,dirty_decay_ms:10000,muzzy_decay_ms:10000"
"""How jemalloc, polars' allocator, is to behave; it looks when polars is loaded, and not again.

By itself it hands memory back after half a second, only to ask for it anew with the next block: a tenth of a load's CPU
goes into fresh pages. Kept for ten seconds, in as few heaps as there are days in flight, it takes no more memory.
"""

M_TRIM_THRESHOLD, M_MMAP_THRESHOLD = -1, -3  # of mallopt(3)
KEPT = {M_MMAP_THRESHOLD: 2**25, M_TRIM_THRESHOLD: 2**28}
"""The same for what Python holds itself, such as blocks of files as they are read: how large a piece must be, in bytes,
to be asked of the system and handed back by itself, and how much must be free for some to be handed back.
"""

NEW_OBJECTS = 20_000
"""How many there must be before the interpreter looks for garbage among them; by itself it does after 700.

To start, it makes a quarter of a million that stay, and a load some that are gone at once: looking less often takes a
tenth off both, and a few MiB at the most.
"""

os.environ.setdefault("_RJEM_MALLOC_CONF", ALLOCATOR)
with suppress(OSError, AttributeError):  # another C library has another way, or none
    for _option, _bytes in KEPT.items():
        ctypes.CDLL(None).mallopt(_option, _bytes)
gc.set_threshold(NEW_OBJECTS, 20, 20)


def end_quickly() -> None:
    """Leave what the process has made to the system when it ends.

    The interpreter would look for garbage among the quarter of a million objects of Dagster and its kin, and take them
    apart one by one: half a second of every command.
    """
    atexit.register(gc.freeze)
