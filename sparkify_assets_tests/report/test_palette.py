"""What is written on a colour can be read there, by day and by night."""

import pytest

from sparkify_assets.report.palette import DAY, HEAT, NIGHT, ON_HEAT

READABLE, VISIBLE = 4.5, 3.0
"""Contrasts that the Web Content Accessibility Guidelines ask for: of text, and of what else has a meaning."""
PAGE = {"day": "#f6f5f9", "night": "#121018"}


def luminance(colour: str) -> float:
    parts = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("colours", [DAY, NIGHT], ids=["day", "night"])
def test_everything_can_be_read(colours: dict[str, str]) -> None:
    texts = {(text, ground) for text in ("ink", "muted", "accent") for ground in ("card",)}
    texts |= set(zip(ON_HEAT, HEAT, strict=True))

    assert {pair: contrast(*(colours[name] for name in pair)) for pair in texts} == {
        pair: pytest.approx(21, abs=21 - READABLE) for pair in texts
    }
    assert contrast(colours["other"], colours["card"]) >= VISIBLE


@pytest.mark.parametrize(("colours", "page"), [(DAY, PAGE["day"]), (NIGHT, PAGE["night"])], ids=["day", "night"])
def test_words_beside_the_cards_can_be_read(colours: dict[str, str], page: str) -> None:
    assert contrast(colours["muted"], page) >= READABLE


def test_day_and_night_have_the_same_colours_and_each_of_the_day_is_told_from_the_others() -> None:
    assert DAY.keys() == NIGHT.keys()
    assert len(set(DAY.values())) == len(DAY)
