"""The process that draws, from the side of those who have it draw."""

from __future__ import annotations

import base64
import json
import subprocess
import sys
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any

from sparkify_assets.errors import ReportError

COMMAND = (sys.executable, "-m", "sparkify_assets.report.drawing")
CHECKOUT = Path(__file__).resolve().parents[2]
PATIENCE_S = 120.0
LONGEST_REASON = 600


@dataclass(frozen=True)
class Picture:
    """A chart: as SVG, as a PNG file, and as a smaller one, empty where that was not asked for."""

    svg: str
    png: bytes
    small: bytes


class Pen:
    """A process that gets ready to draw while others work; it draws once, and ends with whoever holds it."""

    def __init__(self, command: Sequence[str] = COMMAND) -> None:
        self._process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, cwd=CHECKOUT
        )

    def __enter__(self) -> Pen:
        """Give the pen itself."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        """Put the pen away."""
        self.put_away()

    def draw(self, charts: Mapping[str, Sequence[Mapping[str, Any]]], small: Sequence[str] = ()) -> dict[str, Picture]:
        """Return the charts' pictures, by the same names.

        Args:
            charts: the rows of each chart, by the name of its question.
            small: charts that are wanted in a smaller size too.

        Raises:
            ReportError: they can't be drawn.
        """
        asked = {name: {"rows": list(rows), "small": name in small} for name, rows in charts.items()}
        try:
            drawn, said = self._process.communicate(json.dumps(asked).encode(), timeout=PATIENCE_S)
        except subprocess.TimeoutExpired as error:
            self.put_away()
            raise ReportError(f"{len(charts)} chart(s) were not drawn within {PATIENCE_S:.0f} s; try again") from error
        if self._process.returncode:
            reason = said.decode(errors="replace").strip().rpartition("\n")[2][:LONGEST_REASON]
            raise ReportError(
                f"the charts can't be drawn: exit code {self._process.returncode}, {reason or 'without a word'}; "
                "the report is as it was"
            )
        return {
            name: Picture(picture["svg"], base64.b64decode(picture["png"]), base64.b64decode(picture.get("small", "")))
            for name, picture in json.loads(drawn).items()
        }

    @property
    def is_held(self) -> bool:
        """Whether its process is there still."""
        return self._process.poll() is None

    def put_away(self) -> None:
        """End the process, whatever it does."""
        if self.is_held:
            self._process.kill()
        for stream in (self._process.stdin, self._process.stdout, self._process.stderr):
            with suppress(OSError):
                if stream is not None:
                    stream.close()
        self._process.wait()
