"""The pictures are what the counts say, and short enough to be shown in place."""

import re
from urllib.parse import unquote
from xml.etree import ElementTree

import pytest

from sparkify_assets.bar_chart import HEIGHT, SHOWN_IN_PLACE, STEP, as_markdown, draw_bars

SVG = "{http://www.w3.org/2000/svg}"
LARGEST_DAY = [10_000_000 + hour for hour in range(24)]


def test_bars_are_as_high_as_the_counts() -> None:
    picture = ElementTree.fromstring(draw_bars([0, 1, 2, 4], label_every=2))

    bars, axis = picture.findall(f"{SVG}path")
    assert [int(height) for height in re.findall(r"v-(\d+)", bars.attrib["d"])] == [0, HEIGHT / 4, HEIGHT / 2, HEIGHT]
    assert re.findall(r"m(\d+) (\d+)", bars.attrib["d"]) == [(str(STEP), str(h)) for h in (0, 12, 24, 48)]
    assert axis.attrib["stroke"] != bars.attrib["stroke"]
    assert [text.text for text in picture.findall(f"{SVG}text")] == ["4", "0", "2"]


@pytest.mark.parametrize("counts", [[], [0] * 24])
def test_nothing_to_draw_is_an_empty_picture(counts: list[int]) -> None:
    picture = ElementTree.fromstring(draw_bars(counts, label_every=6))

    assert picture.findall(f"{SVG}text")[0].text == "0"


def test_markdown_leads_back_to_the_picture_and_has_nothing_that_ends_a_link() -> None:
    svg = draw_bars(LARGEST_DAY, label_every=6)

    found = re.fullmatch(r"!\[plays\]\(data:image/svg\+xml,([^\s()<>\"]+)\)", as_markdown(svg, "plays"))

    assert found
    assert unquote(found[1]) == svg


def test_picture_of_the_largest_day_is_shown_in_place() -> None:
    assert len(as_markdown(draw_bars(LARGEST_DAY, label_every=6), "plays per hour of the day, UTC")) < SHOWN_IN_PLACE
