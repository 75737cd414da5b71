"""The charts, by the name of the question that each answers. Texts in their rows are as `texts.shown` gives them.

All are drawn 380 points wide, so that a phone shows them in their own size, and none says anything by colour alone.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import altair as alt

from sparkify_assets.report.palette import DAY, HEAT, ON_HEAT
from sparkify_assets.report.texts import WEEKDAYS

Rows = Sequence[Mapping[str, Any]]
Chart = alt.LayerChart | alt.FacetChart
WIDTH = 380
BAR_ROW, BAR = 38, 8
LABEL = 262
"""Points that a label may have; browsers' fonts can be wider than the one that it is measured by."""
MOST_BARS = 92
"""Days from which on they are drawn as an area: bars would be thinner than the gaps between them."""
FONT = "sans-serif"
GAPS = alt.Scale(paddingInner=0.06)
CLOCK = "(datum.value < 10 ? '0' : '') + datum.value + ':00'"
"""How an hour of the day is written on an axis."""


def over_days(rows: Rows) -> Chart:
    """Draw plays by day."""
    days = alt.Chart(_data(rows)).encode(
        x=alt.X("utcyearmonthdate(day):T", title=None, axis=alt.Axis(format="%e %b", labelOverlap=True, tickCount=6)),
        y=alt.Y("plays:Q", title=None, stack=None, axis=alt.Axis(tickCount=4, format="~s")),
    )
    if len(rows) > MOST_BARS:
        drawn = days.mark_area(color=DAY["accent"], opacity=0.9)
    else:
        drawn = days.mark_bar(color=DAY["accent"], width=alt.RelativeBandSize(0.75), cornerRadiusEnd=1.5)
    return _finished(alt.layer(drawn), 190)


def over_hours(rows: Rows) -> Chart:
    """Draw plays by hour of the day."""
    bars = (
        alt.Chart(_data(rows))
        .mark_bar(color=DAY["accent"], cornerRadiusEnd=1.5)
        .encode(
            x=alt.X(
                "hour:O",
                title=None,
                scale=alt.Scale(domain=list(range(24)), paddingInner=0.25),
                axis=alt.Axis(values=list(range(0, 24, 3)), labelAngle=0, labelExpr=CLOCK),
            ),
            y=alt.Y("plays:Q", title=None, stack=None, axis=alt.Axis(tickCount=4, format="~s")),
        )
    )
    return _finished(alt.layer(bars), 190)


def ranking(rows: Rows) -> Chart:
    """Draw a bar for each row, its rank and label above it and its number at the right."""
    base = alt.Chart(_data(rows)).encode(y=alt.Y("rank:O", axis=None, scale=alt.Scale(paddingInner=0, paddingOuter=0)))
    line = base.encode(x=alt.value(0))
    greatest = max(row["number"] for row in rows)
    layers = [
        base.mark_bar(color=DAY["accent"], size=BAR, yOffset=9, cornerRadiusEnd=2).encode(
            x=alt.X("number:Q", axis=None, stack=None, scale=alt.Scale(domain=[0, greatest or 1], nice=False))
        ),
        line.mark_text(align="left", baseline="middle", dy=-7, fontSize=12, color=DAY["ink"], limit=LABEL).encode(
            text="label:N"
        ),
        line.mark_text(align="right", baseline="middle", dy=-7, fontSize=12, fontWeight=600, color=DAY["ink"]).encode(
            x=alt.value("width"), text="shown:N"
        ),
    ]
    return _finished(alt.layer(*layers), BAR_ROW * len(rows))


def week(rows: Rows) -> Chart:
    """Draw the hours of a week as a table, the number in each cell."""
    x = alt.X(
        "weekday:O",
        title=None,
        sort=list(WEEKDAYS),
        scale=GAPS,
        axis=alt.Axis(orient="top", labelAngle=0, labelFontWeight=600),
    )
    y = alt.Y("hour:O", title=None, scale=alt.Scale(domain=list(range(24))), axis=alt.Axis(labelExpr=CLOCK))
    return _finished(_cells(rows, x, y), 24 * 18 + 24)


def cohorts(rows: Rows) -> Chart:
    """Draw weeks of beginning against weeks since then as a table, the share in each cell."""
    x = alt.X("later:O", title="weeks later", scale=GAPS, axis=alt.Axis(orient="top", labelAngle=0))
    y = alt.Y("cohort:O", title=None, sort=None)
    return _finished(_cells(rows, x, y), 24 * len({row["cohort"] for row in rows}) + 44)


def shares(rows: Rows) -> Chart:
    """Draw a bar of a hundred per cent for each measure, cut in two, each part with its name."""
    base = alt.Chart(_data(rows)).encode(
        y=alt.Y("measure:N", title=None, sort=None, axis=None, scale=alt.Scale(paddingInner=0.68, paddingOuter=0.45)),
    )
    scale = alt.Scale(domain=[0, 1], nice=False)
    levels = alt.Scale(domain=["free", "paid"], range=[DAY["other"], DAY["accent"]])
    layers = [
        base.mark_bar(stroke=DAY["card"], strokeWidth=2).encode(
            x=alt.X("begin:Q", axis=None, scale=scale),
            x2="end:Q",
            color=alt.Color("level:N", scale=levels, legend=None),
        ),
        base.mark_text(align="left", dy=-26, fontSize=12, fontWeight=600, color=DAY["ink"]).encode(
            x=alt.value(0), text="measure:N"
        ),
        base.mark_text(align="left", dy=26, fontSize=12, color=DAY["ink"])
        .encode(x=alt.value(0), text="shown:N")
        .transform_filter("datum.level === 'free'"),
        base.mark_text(align="right", dy=26, fontSize=12, color=DAY["ink"])
        .encode(x=alt.value("width"), text="shown:N")
        .transform_filter("datum.level === 'paid'"),
    ]
    return _finished(alt.layer(*layers), 190)


def kinds(rows: Rows) -> Chart:
    """Draw a small row of bars for each kind, all on one scale."""
    bars = (
        alt.Chart()
        .mark_bar(color=DAY["accent"], cornerRadiusEnd=1.5)
        .encode(
            x=alt.X(
                "utcyearmonthdate(monday):O",
                title=None,
                scale=alt.Scale(paddingInner=0.3),
                axis=alt.Axis(format="%e %b", labelOverlap=True, labelAngle=0),
            ),
            y=alt.Y("listeners:Q", title=None, stack=None, axis=alt.Axis(tickCount=2, format="~s")),
        )
        .properties(width=WIDTH - 24, height=52)
    )
    header = alt.Header(
        labelAnchor="start", labelFontSize=12, labelColor=DAY["ink"], labelFontWeight=600, labelPadding=6
    )
    order = list(dict.fromkeys(row["kind"] for row in rows))
    faceted = alt.layer(bars, data=_data(rows)).facet(
        facet=alt.Facet("kind:N", title=None, sort=order, header=header), columns=1, spacing=12
    )
    return _styled(faceted)


def _cells(rows: Rows, x: alt.X, y: alt.Y) -> Chart:
    base = alt.Chart(_data(rows)).encode(x=x, y=y)
    steps = list(range(len(HEAT)))
    fill = alt.Scale(domain=steps, range=[DAY[name] for name in HEAT])
    ink = alt.Scale(domain=steps, range=[DAY[name] for name in ON_HEAT])
    layered: Chart = alt.layer(
        base.mark_rect(cornerRadius=2, stroke=DAY["card"], strokeWidth=1).encode(
            color=alt.Color("step:O", scale=fill, legend=None)
        ),
        base.mark_text(fontSize=10).encode(text="shown:N", color=alt.Color("step:O", scale=ink, legend=None)),
    )
    drawn: Chart = layered.resolve_scale(color="independent")
    return drawn


def _data(rows: Rows) -> alt.InlineData:
    return alt.InlineData(values=[dict(row) for row in rows])


def _finished(chart: Chart, height: int) -> Chart:
    fitted = chart.properties(width=WIDTH, height=height, autosize=alt.AutoSizeParams(type="fit", contains="padding"))
    return _styled(fitted)


def _styled(chart: Chart) -> Chart:
    """Return the chart in the report's style; what a screen reader is told stands in the page, once."""
    axis = {"domain": False, "ticks": False, "labelColor": DAY["muted"], "titleColor": DAY["muted"]}
    styled: Chart = (
        chart.configure(font=FONT, background="transparent", padding=2, aria=False)
        .configure_axis(
            **axis, gridColor=DAY["rule"], labelFontSize=11, titleFontSize=11, titleFontWeight="normal", labelPadding=5
        )
        .configure_axisX(grid=False)
        .configure_view(stroke=None)
    )
    return styled


CHARTS: dict[str, Callable[[Rows], Chart]] = {
    "plays_by_day": over_days,
    "plays_by_hour": over_hours,
    "plays_by_level": shares,
    "most_played_songs": ranking,
    "most_played_artists": ranking,
    "plays_by_state": ranking,
    "plays_by_weekday_and_hour": week,
    "new_and_lapsed_users": kinds,
    "weekly_retention": cohorts,
    "missing_songs": ranking,
    "plays_by_browser": ranking,
    "plays_by_operating_system": ranking,
}
