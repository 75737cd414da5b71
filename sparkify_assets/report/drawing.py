"""A process that draws: it reads what to draw from its input, as JSON, writes the pictures to its output, and ends.

It is apart from those who have it draw because altair and the converter take a second and 150 MB to be loaded, which
passes here while they do something else.
"""

from __future__ import annotations

import base64
import json
import sys
from collections.abc import Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any

import vl_convert
from altair.utils.schemapi import debug_mode

from sparkify_assets.report.charts import CHARTS, Rows
from sparkify_assets.report.palette import DAY
from sparkify_assets.report.png import repacked

SHARP, SMALL = 2.0, 1.0
"""Dots of a PNG file for each point of a chart: for files, and for Dagster's UI."""
SOMETHING: Rows = [{"rank": 1, "label": "", "number": 1, "shown": "1"}]


def draw_svg(name: str, rows: Rows) -> str:
    """Return the chart as SVG."""
    # Whether it is a chart as Vega-Lite has them, the tests look after: it takes as long as to draw it.
    with debug_mode(False):
        spec = CHARTS[name](rows).to_dict(validate=False)
    # Nothing is fetched: rows come with the chart, and no address is allowed.
    return vl_convert.vegalite_to_svg(spec, allowed_base_urls=[])


def draw_png(svg: str, scale: float) -> str:
    """Return the picture on a white ground as PNG, in Base 64."""
    on_card = svg.replace(">", f'><rect width="100%" height="100%" fill="{DAY["card"]}"/>', 1)
    return base64.b64encode(repacked(vl_convert.svg_to_png(on_card, scale=scale))).decode()


def draw(asked: Mapping[str, Any]) -> dict[str, dict[str, str]]:
    """Return each chart as SVG and as PNG and, where that is asked for, once more and smaller."""
    drawn: dict[str, dict[str, str]] = {}
    waiting: dict[tuple[str, str], Future[str]] = {}
    with ThreadPoolExecutor(1, thread_name_prefix="paints") as painter:  # while the next chart is drawn
        for name, chart in asked.items():
            try:
                svg = draw_svg(name, chart["rows"])
            except Exception as error:
                # In one line, which is what the one who asks passes on.
                sys.exit(f"chart '{name}': {type(error).__name__}: {' '.join(str(error).split())}")
            drawn[name] = {"svg": svg}
            for size, scale in {"png": SHARP, **({"small": SMALL} if chart["small"] else {})}.items():
                waiting[name, size] = painter.submit(draw_png, svg, scale)
    for (name, size), picture in waiting.items():
        drawn[name][size] = picture.result()
    return drawn


def main() -> None:
    """Get ready, then draw what is asked for; nothing where the one who asks has gone."""
    draw({"most_played_songs": {"rows": SOMETHING, "small": False}})
    json.dump(draw(json.loads(sys.stdin.buffer.read() or b"{}")), sys.stdout)


if __name__ == "__main__":
    main()
