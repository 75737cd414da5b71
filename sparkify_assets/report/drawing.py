"""Draw the charts. Altair and the converter come with this module: no process but one that draws should load it."""

from __future__ import annotations

from collections.abc import Collection, Mapping

import vl_convert
from altair.utils.schemapi import debug_mode

from sparkify_assets.errors import ReportError
from sparkify_assets.report.charts import CHARTS, Rows
from sparkify_assets.report.palette import DAY
from sparkify_assets.report.picture import Picture
from sparkify_assets.report.png import repacked

SHARP, SMALL = 2.0, 1.0
"""Dots of a PNG file for each point of a chart: for files, and for Dagster's UI."""
LONGEST_REASON = 600


def draw(charts: Mapping[str, Rows], small: Collection[str] = ()) -> dict[str, Picture]:
    """Return the charts' pictures, by the same names.

    Args:
        charts: the rows of each chart, by the name of its question.
        small: charts that are wanted in a smaller size too.

    Raises:
        ReportError: one can't be drawn.
    """
    drawn = {}
    for name, rows in charts.items():
        try:
            svg = draw_svg(name, rows)
            drawn[name] = Picture(svg, draw_png(svg, SHARP), draw_png(svg, SMALL) if name in small else b"")
        except Exception as error:
            reason = f"{type(error).__name__}: {' '.join(str(error).split())}"[:LONGEST_REASON]
            raise ReportError(f"the chart '{name}' can't be drawn: {reason}; the report is as it was") from error
    return drawn


def draw_svg(name: str, rows: Rows) -> str:
    """Return the chart as SVG."""
    # Whether it is a chart as Vega-Lite has them, the tests look after: it takes as long as to draw it.
    with debug_mode(False):
        spec = CHARTS[name](rows).to_dict(validate=False)
    # Nothing is fetched: rows come with the chart, and no address is allowed.
    return vl_convert.vegalite_to_svg(spec, allowed_base_urls=[])


def draw_png(svg: str, scale: float) -> bytes:
    """Return the picture on a white ground as a PNG file."""
    on_card = svg.replace(">", f'><rect width="100%" height="100%" fill="{DAY["card"]}"/>', 1)
    return repacked(vl_convert.svg_to_png(on_card, scale=scale))
