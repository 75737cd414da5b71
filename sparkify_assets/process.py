"""How a process that loads treats its memory. To be imported before polars."""

import atexit
import gc
import os

ALLOCATOR = "narenas:2,dirty_decay_ms:10000,muzzy_decay_ms:10000"
"""How jemalloc, polars' allocator, is to behave; it looks when polars is loaded, and not again.

By itself it hands memory back after half a second, only to ask for it anew with the next block: a tenth of a load's CPU
goes into fresh pages. Kept for ten seconds, in as few heaps as there are days in flight, it takes no more memory.
"""

NEW_OBJECTS = 20_000
"""How many there must be before the interpreter looks for garbage among them; by itself it does after 700.

To start, it makes a quarter of a million that stay, and a load some that are gone at once: looking less often takes a
tenth off both, and a few MiB at the most.
"""

os.environ.setdefault("_RJEM_MALLOC_CONF", ALLOCATOR)
gc.set_threshold(NEW_OBJECTS, 20, 20)


def end_quickly() -> None:
    """Leave what the process has made to the system when it ends.

    The interpreter would look for garbage among the quarter of a million objects of Dagster and its kin, and take them
    apart one by one: half a second of every command.
    """
    atexit.register(gc.freeze)
