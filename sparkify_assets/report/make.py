"""Make the report: answers to words and pictures, and those to a page."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from sparkify_assets.report.collect import Collected
from sparkify_assets.report.page import write_page
from sparkify_assets.report.picture import Picture
from sparkify_assets.report.sections import period, sections, tiles

MAIN = ("plays_by_day", "most_played_songs", "plays_by_weekday_and_hour")
"""Charts that are shown in Dagster's UI, smaller."""


@dataclass(frozen=True)
class Report:
    """The page, its charts, the words to each, and the days that it is about."""

    page: str
    pictures: Mapping[str, Picture]
    words: Mapping[str, str]
    period: str


def make_report(collected: Collected) -> Report:
    """Return the report of the answers.

    Raises:
        ReportError: a chart can't be drawn.
    """
    # Only now: Dagster's code server has this module for days, and draws nothing itself.
    from sparkify_assets.report.drawing import draw

    answers = collected.answers
    parts = sections(answers)
    pictures = draw({part.question: part.chart for part in parts if part.chart}, small=MAIN)
    svgs = {name: picture.svg for name, picture in pictures.items()}
    about = period(answers)
    page = write_page(parts, tiles(answers), svgs, period=about, made_at=collected.as_of)
    return Report(page, pictures, {part.question: part.words for part in parts}, about)
