"""Say what we wait for, but only when it takes long, and not again and again."""

import time
from collections.abc import Callable

_FIRST_AFTER_S = 2.0
_AGAIN_AFTER_S = 30.0


class Patience:
    """Called on each turn of a waiting loop; announces now and then what the loop waits for."""

    def __init__(self, announce: Callable[[str], None], what: str = "") -> None:
        self._announce = announce
        self._what = what
        self._at = time.monotonic() + _FIRST_AFTER_S

    def __call__(self) -> None:
        """Announce what was given at the beginning, if it is time."""
        self.note(self._what)

    def note(self, what: str) -> None:
        """Announce this, if it is time."""
        if time.monotonic() >= self._at:
            self._at = time.monotonic() + _AGAIN_AFTER_S
            self._announce(what)
