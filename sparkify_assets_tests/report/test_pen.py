"""Charts are drawn by a process of their own, which says what is wrong and ends with whoever holds it."""

import re
import struct
import subprocess
import sys
import time
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest

from sparkify_assets.errors import ReportError
from sparkify_assets.report.charts import CHARTS, MOST_BARS, WIDTH
from sparkify_assets.report.pen import Pen
from sparkify_assets.report.section import Records
from sparkify_assets.report.sections import PARTS, sections
from sparkify_assets.settings import CHECKOUT
from sparkify_assets_tests.report.made_up import HOSTILE, answers_of

SVG = "{http://www.w3.org/2000/svg}"
HARMLESS = {f"{SVG}{name}" for name in ("svg", "g", "path", "text", "line", "rect", "defs", "clipPath")}


def charts_of(*titles: str) -> dict[str, Records]:
    return {section.question: section.chart for section in sections(answers_of(titles)) if section.chart}


def test_every_part_has_a_chart_and_no_chart_is_without_a_part() -> None:
    assert list(CHARTS) == list(PARTS)


@pytest.mark.slow
def test_every_chart_is_drawn_as_svg_and_png() -> None:
    with Pen() as pen:
        pictures = pen.draw(charts_of("Out Of Office"), small=["plays_by_day"])

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
    with Pen() as pen:
        pictures = pen.draw(charts_of(*HOSTILE))

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

    with Pen() as pen:
        drawn = pen.draw({"plays_by_day": rows})["plays_by_day"]

    assert drawn.svg.count("<path") < 20


@pytest.mark.slow
def test_chart_that_cannot_be_drawn_is_named_in_one_line() -> None:
    with Pen() as pen, pytest.raises(ReportError, match=r"exit code 1, chart 'most_played_songs': "):
        pen.draw({"plays_by_day": [{"day": "2018-11-01", "plays": 1}], "most_played_songs": [{"rank": 1}]})


@pytest.mark.parametrize(
    ("program", "message"),
    [
        ("import sys; sys.exit('no such font')", "exit code 1, no such font; the report is as it was"),
        ("import os; os.kill(os.getpid(), 9)", "exit code -9, without a word"),
    ],
)
def test_process_that_dies_is_an_error_that_says_how(program: str, message: str) -> None:
    with Pen([sys.executable, "-c", program]) as pen, pytest.raises(ReportError, match=message):
        pen.draw({})


def test_process_ends_with_whoever_holds_it() -> None:
    begun = time.monotonic()
    with Pen([sys.executable, "-c", "import time; time.sleep(60)"]) as pen:
        assert pen.is_held

    assert not pen.is_held
    assert time.monotonic() - begun < 30


@pytest.mark.slow
def test_process_ends_with_a_holder_that_is_killed() -> None:
    program = "\n".join(
        [
            "import time",
            "from sparkify_assets.report.pen import Pen",
            "pen = Pen()",
            "print(pen._process.pid, flush=True)",
            "time.sleep(60)",
        ]
    )
    with subprocess.Popen([sys.executable, "-c", program], cwd=CHECKOUT, stdout=subprocess.PIPE, text=True) as holder:
        assert holder.stdout is not None
        drawing = int(holder.stdout.readline())
        assert Path(f"/proc/{drawing}").exists()

        holder.kill()

    until = time.monotonic() + 30
    while Path(f"/proc/{drawing}").exists() and time.monotonic() < until:
        time.sleep(0.1)
    assert not Path(f"/proc/{drawing}").exists()
