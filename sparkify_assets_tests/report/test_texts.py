"""Texts are shown so that every character can be seen, and numbers so that they can be read."""

import pytest

from sparkify_assets.report.texts import NOTHING, apart, count, of, several, share, short, shown


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("Bj\u00f6rk", "Bj\u00f6rk"),
        ("\u0634\u0628", "\u0634\u0628"),
        ("a\x00\x07\n\x7f", "a[U+0000][U+0007][U+000A][U+007F]"),
        ("\x85 \u2028 \ufffe", "[U+0085] [U+2028] [U+FFFE]"),
        ("\u202egnp.exe", "[U+202E]gnp.exe"),
        ("\ud800", "[U+D800]"),
        ("<script> & 'x'", "<script> & 'x'"),
        (None, NOTHING),
        (5, "5"),
    ],
)
def test_what_cannot_be_seen_is_shown(value: object, text: str) -> None:
    assert shown(value) == text


def test_text_that_is_set_apart_keeps_its_direction_to_itself() -> None:
    assert apart("\u0634") == "\u2068\u0634\u2069"


def test_numbers_are_short_and_exact_enough() -> None:
    assert [count(number) for number in (None, 0, 999, 25_000_000)] == ["0", "0", "999", "25,000,000"]
    assert [share(part) for part in (None, 0, 0.0004, 0.0994, 0.0996, 1)] == [
        "0%",
        "0%",
        "<0.1%",
        "9.9%",
        "10%",
        "100%",
    ]
    assert [short(number) for number in (0, 999, 1_000, 9_940, 9_960, 38_400, 2_500_000)] == [
        *("0", "999", "1.0k", "9.9k", "10k", "38k", "2.5M")
    ]
    assert (several(1, "play"), several(2000, "play"), of(1, 0), of(1, 4)) == ("1 play", "2,000 plays", 0.0, 0.25)
