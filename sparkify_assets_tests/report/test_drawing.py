"""Charts are drawn as SVG and PNG; one that can't be is named."""

import re
import struct
import xml.etree.ElementTree as ET

import pytest

from sparkify_assets.errors import ReportError
from sparkify_assets.report.charts import CHARTS, MOST_BARS, WIDTH
from sparkify_assets.report.drawing import draw
from sparkify_assets.report.section import Records
from sparkify_assets.report.sections import PARTS, sections
from sparkify_assets_tests.report.made_up import HOSTILE, answers_of

SVG = "{http://www.w3.org/2000/svg}"
HARMLESS = {f"{SVG}{name}" for name in ("svg", "g", "path", "text", "line", "rect", "defs", "clipPath")}


def charts_of(*titles: str) -> dict[str, Records]:
    return {section.question: section.chart for section in sections(answers_of(titles)) if section.chart}


def test_every_part_has_a_chart_and_no_chart_is_without_a_part() -> None:
    assert list(CHARTS) == list(PARTS)


@pytest.mark.slow
def test_every_chart_is_drawn_as_svg_and_png() -> None:
    pictures = draw(charts_of("Out Of Office"), small=["plays_by_day"])

    assert list(pictures) == list(CHARTS)
    for name, picture in pictures.items():
        drawing = ET.fromstring(picture.svg)
        width, height = float(drawing.get("width", 0)), float(drawing.get("height", 0))
        assert width == pytest.approx(WIDTH, abs=16), name
        assert struct.unpack(">II", picture.png[16:24]) == (
            pytest.approx(width * 2, abs=1),
            pytest.approx(height * 2, abs=1),
        )
        assert bool(picture.small) == (name == "plays_by_day")


@pytest.mark.slow
def test_texts_stand_in_the_pictures_as_texts_and_nothing_else_comes_of_them() -> None:
    pictures = draw(charts_of(*HOSTILE))

    songs = ET.fromstring(pictures["most_played_songs"].svg)
    texts = [element.text or "" for element in songs.iter(f"{SVG}text")]
    for title in ("<script>document.title = 'broken'</script>", "bell [U+0007], escape"):
        assert any(title in text for text in texts), title
    for picture in pictures.values():
        elements = list(ET.fromstring(picture.svg).iter())
        assert {element.tag for element in elements} <= HARMLESS
        assert not {name for element in elements for name in element.attrib if re.match("on|href|.*}href", name)}


@pytest.mark.slow
def test_many_days_are_drawn_as_an_area() -> None:
    rows = [{"day": f"20{year}-01-{day:02}", "plays": day} for year in range(10, 16) for day in range(1, 31)]
    assert len(rows) > MOST_BARS

    drawn = draw({"plays_by_day": rows})["plays_by_day"]

    assert drawn.svg.count("<path") < 20


@pytest.mark.slow
def test_chart_that_cannot_be_drawn_is_named_in_one_line() -> None:
    with pytest.raises(ReportError, match=r"^the chart 'most_played_songs' can't be drawn: \w+: [^\n]+as it was$"):
        draw({"plays_by_day": [{"day": "2018-11-01", "plays": 1}], "most_played_songs": [{"rank": 1}]})
