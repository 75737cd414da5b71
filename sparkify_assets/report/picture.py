"""A chart as the pictures that are made of it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Picture:
    """A chart: as SVG, as a PNG file, and as a smaller one, empty where that was not asked for."""

    svg: str
    png: bytes
    small: bytes
