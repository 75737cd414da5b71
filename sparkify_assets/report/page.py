"""The page: the parts of the report as one HTML file that needs nothing else."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from sparkify_assets.report.palette import DAY, NIGHT, variables
from sparkify_assets.report.section import Section, Tile
from sparkify_assets.report.svg import for_page

TEMPLATE = "page.html.jinja"


def write_page(
    sections: Sequence[Section],
    tiles: Sequence[Tile],
    pictures: Mapping[str, str],
    *,
    period: str,
    made_at: dt.datetime,
) -> str:
    """Return the page.

    Args:
        sections: its parts, in their order.
        tiles: the figures at its top.
        pictures: the charts as SVG, by question.
        period: the days that it is about, in words.
        made_at: when its answers were given.
    """
    # Every value is escaped where it is put in; only the pictures and the style, which are ours, are not.
    environment = Environment(
        loader=FileSystemLoader(Path(__file__).parent),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    return environment.get_template(TEMPLATE).render(
        sections=sections,
        tiles=tiles,
        pictures={name: Markup(for_page(svg, name)) for name, svg in pictures.items()},  # drawn, not given
        period=period,
        made_at=f"{made_at.astimezone(dt.UTC):%Y-%m-%d %H:%M} UTC",
        day=Markup(variables(DAY)),
        night=Markup(variables(NIGHT)),
    )
