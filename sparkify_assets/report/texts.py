"""Texts and numbers as the report shows them."""

import re

UNSEEN = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff\ufffe\uffff]")
"""What is no text to be seen, or turns the text around it: controls, overrides of the direction, half characters."""
NOTHING = "not known"
WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")


def shown(value: object) -> str:
    """Return the text of a value so that every character can be seen, and none changes what stands beside it.

    The text is not escaped: that is up to where it is put.
    """
    if value is None:
        return NOTHING
    return UNSEEN.sub(lambda found: f"[U+{ord(found[0]):04X}]", str(value))


def apart(text: str) -> str:
    """Return the text between marks that keep its direction, left to right or right to left, to itself."""
    return f"\u2068{text}\u2069"


def count(number: object) -> str:
    """Return a whole number with commas between the thousands, 0 where there is none."""
    return f"{int(str(number or 0)):,}"


def several(number: object, one: str) -> str:
    """Return how many there are of what `one` is called, such as `1 play` or `2,000 plays`."""
    return f"{count(number)} {one if number == 1 else one + 's'}"


def share(part: object) -> str:
    """Return a share, 0 to 1, as a percentage; no decimals from ten per cent on, and never 0% where there is some."""
    percent = float(str(part or 0)) * 100
    if 0 < percent < 0.05:
        return "<0.1%"
    return f"{percent:.1f}%" if 0 < percent < 9.95 else f"{percent:.0f}%"


def of(part: int, whole: int) -> float:
    """Return the share of a part, 0 where there is no whole."""
    return part / whole if whole else 0.0


def short(number: int) -> str:
    """Return a number in at most four characters, such as 950, 1.2k or 38k."""
    for unit, name in ((10**9, "G"), (10**6, "M"), (10**3, "k")):
        if number >= unit:
            scaled = number / unit
            return f"{scaled:.1f}{name}" if scaled < 9.95 else f"{scaled:.0f}{name}"
    return str(number)
