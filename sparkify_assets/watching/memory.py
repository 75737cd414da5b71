"""What a sensor remembers from one tick to the next, as the text that Dagster keeps for it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field


@dataclass(frozen=True)
class Asked:
    """The last load that was asked for a portion.

    Attributes:
        files: fingerprint of the portion's files when it was asked for.
        key: key of the run that was to load it.
        alone: the portion was the only one of that run.
        failed: how many runs of it alone have failed with these files.
    """

    files: str
    key: str
    alone: bool
    failed: int = 0


@dataclass(frozen=True)
class Memory:
    """What is kept: little, and nothing that the ledger or Dagster's runs know.

    Attributes:
        serial: a number that grows with each request, so that no run key is ever used twice.
        seen: fingerprint of each portion that differed at the last tick.
        asked: the last load asked for of each portion that still differs.
        held: for how many ticks in a row requests were put off, for days to come or to another sensor.
    """

    serial: int = 0
    seen: Mapping[str, str] = field(default_factory=dict)
    asked: Mapping[str, Asked] = field(default_factory=dict)
    held: int = 0

    @classmethod
    def from_text(cls, text: str | None) -> Memory:
        """Read what `to_text` wrote; what is missing or of another form is forgotten, which costs a tick."""
        try:
            kept = json.loads(text or "{}")
            asked = {portion: Asked(**each) for portion, each in kept.get("asked", {}).items()}
            return cls(int(kept.get("serial", 0)), dict(kept.get("seen", {})), asked, int(kept.get("held", 0)))
        except (ValueError, TypeError, AttributeError):
            return cls()

    def to_text(self) -> str:
        """Return it as text."""
        return json.dumps(asdict(self), separators=(",", ":"))
