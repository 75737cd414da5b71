"""Reasons and the text that is kept of a refused record."""

import pytest

from sparkify_assets.ingest.refusals import Reason, raw_text, seen


def test_every_reason_has_a_code_and_a_sentence() -> None:
    assert all(reason.value.isidentifier() and reason.value.islower() for reason in Reason)
    assert all(reason.sentence.endswith(".") for reason in Reason)
    assert len({reason.value for reason in Reason}) == len(Reason)


@pytest.mark.parametrize(
    ("raw", "text"),
    [
        (b"plain \xc3\xa9", "plain é"),
        (b"a\0b", r"a\x00b"),
        (b"a\xffb\xed\xa0\x80", r"a\xffb\xed\xa0\x80"),
        (rb'{"a":"\ud800"}', r'{"a":"\ud800"}'),
    ],
)
def test_raw_text_can_be_stored(raw: bytes, text: str) -> None:
    assert raw_text(raw) == text


@pytest.mark.parametrize("character", ["a", "é", "😀"])
def test_raw_text_is_cut_at_2000_characters(character: str) -> None:
    assert raw_text(f"{character * 3000}".encode()) == character * 2000
    assert raw_text(f"x{character * 3000}".encode()) == "x" + character * 1999


def test_seen_values_are_short_and_ascii() -> None:
    assert seen("é\0\ud800") == r'"\u00e9\u0000\ud800"'
    assert seen(None) == "null"
    assert len(seen("x" * 1000)) == 83
