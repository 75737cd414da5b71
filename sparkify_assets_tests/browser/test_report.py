"""The listening report in a real browser: drawn, by day and by night, on a phone, without network and script."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from playwright.sync_api import Page, Request, Route

from sparkify_assets.report.drawing import draw
from sparkify_assets.report.files import PAGE
from sparkify_assets.report.page import write_page
from sparkify_assets.report.palette import DAY, NIGHT
from sparkify_assets.report.sections import PARTS, period, sections, tiles
from sparkify_assets.report.texts import shown
from sparkify_assets_tests.browser.chromium import open_page
from sparkify_assets_tests.browser.test_ui import ARTEFACTS
from sparkify_assets_tests.report.made_up import HOSTILE, answers_of

pytestmark = [pytest.mark.slow, pytest.mark.browser]

DESKTOP, PHONE, NARROWEST = (1280, 900), (390, 844), (320, 640)
LEAST_POINTS = 40
"""Width and height from which on a chart counts as drawn."""


@dataclass
class Seen:
    """A browser's page, and what it has asked for or complained of."""

    page: Page
    address: str
    asked: list[str] = field(default_factory=list)
    said: list[str] = field(default_factory=list)

    def show(self, colours: str, view: tuple[int, int]) -> None:
        """Open the report anew, by day or by night, in a window of that size."""
        self.page.emulate_media(color_scheme="dark" if colours == "night" else "light")
        self.page.set_viewport_size({"width": view[0], "height": view[1]})
        self.page.goto(self.address)


@pytest.fixture(scope="module")
def seen(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Seen]:
    """Make a report of texts that would break a careless page, and open it; nothing else can be reached."""
    answers = answers_of(HOSTILE)
    parts = sections(answers)
    pictures = draw({part.question: part.chart for part in parts})
    svgs = {name: picture.svg for name, picture in pictures.items()}
    path = tmp_path_factory.mktemp("report") / PAGE
    page_text = write_page(parts, tiles(answers), svgs, period=period(answers), made_at=dt.datetime.now(dt.UTC))
    path.write_text(page_text, encoding="utf-8")
    with open_page(DESKTOP) as page:
        seen = Seen(page, path.as_uri())

        def note(request: Request) -> None:
            seen.asked.append(request.url)

        def refuse(route: Route) -> None:
            route.continue_() if route.request.url == seen.address else route.abort()

        page.on("request", note)
        page.on("console", lambda message: seen.said.append(message.text))
        page.on("pageerror", lambda error: seen.said.append(str(error)))
        page.route("**/*", refuse)
        yield seen


@pytest.mark.parametrize("view", [DESKTOP, PHONE, NARROWEST], ids=["desktop", "phone", "narrowest"])
@pytest.mark.parametrize("colours", ["day", "night"])
def test_every_chart_is_drawn_and_nothing_reaches_over_the_edge(
    seen: Seen, colours: str, view: tuple[int, int]
) -> None:
    seen.show(colours, view)

    boxes = {
        name: seen.page.locator(f"#{name} figure svg").evaluate("svg => svg.querySelector('g').getBoundingClientRect()")
        for name in PARTS
    }
    assert all(min(box["width"], box["height"]) > LEAST_POINTS for box in boxes.values()), boxes
    assert all(box["left"] >= 0 and box["right"] <= view[0] for box in boxes.values()), boxes
    assert seen.page.evaluate("document.documentElement.scrollWidth") == view[0]
    keep(seen.page, f"report-{colours}-{view[0]}")


@pytest.mark.parametrize(("colours", "palette"), [("day", DAY), ("night", NIGHT)])
def test_page_and_charts_have_the_colours_of_day_or_night(seen: Seen, colours: str, palette: dict[str, str]) -> None:
    seen.show(colours, DESKTOP)

    bars = seen.page.locator("#plays_by_hour svg path[fill='var(--accent)']")
    card = seen.page.locator("#plays_by_hour")
    assert bars.first.evaluate("bar => getComputedStyle(bar).fill") == as_rgb(palette["accent"])
    assert card.evaluate("card => getComputedStyle(card).backgroundColor") == as_rgb(palette["card"])
    assert card.locator("h2").evaluate("head => getComputedStyle(head).color") == as_rgb(palette["ink"])


def test_every_text_is_seen_as_it_is_and_breaks_nothing(seen: Seen) -> None:
    seen.show("day", DESKTOP)

    seen.page.locator("#most_played_songs summary").click()
    cells = seen.page.locator("#most_played_songs td.text").all_inner_texts()

    assert cells[::2] == cells[1::2] == [shown(title) for title in HOSTILE]
    assert seen.page.title() == "Sparkify listening report, 2018-11-01 to 2018-11-03"
    assert seen.page.locator("section").count() == len(PARTS)
    assert seen.page.locator("h1").all_inner_texts() == ["What Sparkify listens to"]
    keep(seen.page, "report-texts")


def test_table_behind_each_chart_opens_by_the_keyboard(seen: Seen) -> None:
    seen.show("day", PHONE)

    for name in PARTS:
        rows = seen.page.get_by_role("region", name=f"The numbers of {PARTS[name][0]}", exact=True)
        assert not rows.is_visible()
        seen.page.locator(f"#{name} summary").press("Enter")
        assert rows.is_visible()
        assert rows.locator("tbody tr").count() > 0
    assert seen.page.evaluate("document.documentElement.scrollWidth") == PHONE[0]
    keep(seen.page, "report-phone-tables")


def test_chart_is_an_image_with_a_name_and_a_description(seen: Seen) -> None:
    seen.show("day", DESKTOP)

    for name, (title, _) in PARTS.items():
        chart = seen.page.get_by_role("img", name=title, exact=True)
        described_by = seen.page.locator(f"#{chart.get_attribute('aria-describedby')}")
        assert chart.count() == 1, name
        assert len(described_by.inner_text()) > 30


def test_no_request_left_the_page_and_nothing_was_complained_of(seen: Seen) -> None:
    seen.show("day", DESKTOP)

    assert set(seen.asked) <= {seen.address, "data:,"}
    assert seen.said == []


def as_rgb(colour: str) -> str:
    """Return the colour as the browser gives it."""
    parts = (int(colour[place : place + 2], 16) for place in (1, 3, 5))
    return f"rgb({', '.join(map(str, parts))})"


def keep(page: Page, name: str) -> None:
    """Keep a picture of the whole page among the artefacts."""
    Path(ARTEFACTS).mkdir(exist_ok=True)
    page.screenshot(path=ARTEFACTS / f"{name}.png", full_page=True)
