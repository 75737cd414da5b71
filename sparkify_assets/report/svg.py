"""The charts' pictures as the page has them. Texts are left as they are, whatever they say: only tags are changed."""

import re

from sparkify_assets.report.palette import DAY

TAG = re.compile(r"<[^>]*>")
FOR_MACHINES = re.compile(r' (?:class|role|aria-[a-z]+|font-family|style)="[^"]*"')
"""Attributes that only repeat, a hundred times, what the page says once."""
LONG_NUMBER = re.compile(r"(\d+\.\d)\d+")
COLOUR = re.compile(r'\b(fill|stroke)="(#[0-9a-f]{6})"')
NAMED = re.compile(r'(?<=\bid=")(?=[^"]*")|(?<=url\(#)')
NAME_OF = {colour: name for name, colour in DAY.items()}


def for_page(svg: str, name: str) -> str:
    """Return the picture with variables of CSS for its colours, and names that no other picture of the page has."""
    return TAG.sub(lambda tag: _changed(tag[0], name), svg)


def _changed(tag: str, name: str) -> str:
    tag = LONG_NUMBER.sub(r"\1", FOR_MACHINES.sub("", tag))
    return NAMED.sub(f"{name}-", COLOUR.sub(_as_variable, tag))


def _as_variable(found: re.Match[str]) -> str:
    name = NAME_OF.get(found[2])
    return f'{found[1]}="var(--{name})"' if name else found[0]
