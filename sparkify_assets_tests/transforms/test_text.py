"""Text decoded twice is repaired, all other text is left alone."""

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sparkify_assets.transforms.text import repair_twice_decoded, with_repaired_text

ENCODABLE = st.text(st.characters(exclude_categories=["Cs"]))


def decode_wrongly(text: str) -> str:
    return text.encode("utf-8").decode("latin-1")


@pytest.mark.parametrize(
    ("logged", "repaired"),
    [
        ("BjÃ\x83Â¶rk", "Björk"),
        ("BeyoncÃ\x83Â©", "Beyoncé"),
        ("Ã\x83Â\x83", "Ã"),
        ("Ã¢Â\x82Â¬", "€"),
        ("Ã°Â\x9fÂ\x8eÂµ", "🎵"),
        ("Sigur RÃ\x83Â³s - Ã\x83\x86", "Sigur RÃ\x83Â³s - Ã\x83\x86"),
    ],
)
def test_twice_decoded_text_is_repaired(logged: str, repaired: str) -> None:
    assert repair_twice_decoded(logged) == repaired


@pytest.mark.parametrize(
    "text",
    [
        "",
        "plain",
        "Beyoncé",
        "Björk",
        "Ã",
        "Ã\x83",
        "SÃO PAULO",
        "BjÃ¶rk",  # decoded wrongly once: the design repairs two rounds and no less
        "🎵 Ã\x83Â¶",  # holds what Latin-1 never gave
        "日本語",
        "[Untitled]",
        "{Braces}",
        "\x83Â¶",
        "Ã\x83Â",
    ],
)
def test_other_text_is_left_as_it_is(text: str) -> None:
    assert repair_twice_decoded(text) == text


@given(ENCODABLE)
def test_decoding_twice_is_undone(text: str) -> None:
    assert repair_twice_decoded(decode_wrongly(decode_wrongly(text))) == text


@given(st.text())
def test_result_decodes_to_the_text_or_is_the_text(text: str) -> None:
    repaired = repair_twice_decoded(text)

    assert repaired == text or (decode_wrongly(decode_wrongly(repaired)) == text and len(repaired) < len(text))


@given(st.lists(st.one_of(st.none(), ENCODABLE, ENCODABLE.map(decode_wrongly).map(decode_wrongly))))
def test_columns_are_repaired_value_by_value(texts: list[str | None]) -> None:
    frame = pl.DataFrame({"song": texts, "other": texts}, schema={"song": pl.String, "other": pl.String})

    repaired = with_repaired_text(frame, ["song"])

    assert repaired["song"].to_list() == [text if text is None else repair_twice_decoded(text) for text in texts]
    assert repaired["other"].to_list() == texts


def test_order_and_nulls_of_columns_are_kept() -> None:
    frame = pl.DataFrame({"song": ["b", None, "BjÃ\x83Â¶rk", "a", "BjÃ\x83Â¶rk"], "artist": [None] * 4 + ["Ã"]})

    repaired = with_repaired_text(frame, ["song", "artist"])

    assert repaired["song"].to_list() == ["b", None, "Björk", "a", "Björk"]
    assert repaired["artist"].to_list() == [None, None, None, None, "Ã"]
