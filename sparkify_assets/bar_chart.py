"""Small bar charts in SVG, short enough for Dagster's UI to show them in place.

A drawing library would draw them too: altair with vl-convert takes half a second for the first one and 12 KB for each.
"""

from collections.abc import Sequence
from urllib.parse import quote

SHOWN_IN_PLACE = 1000
"""Characters of Markdown from which on the UI shows a link to a dialogue instead."""

STEP, BAR, HEIGHT, LEFT, FOOT = 9, 7, 48, 34, 12
COLOUR, INK = "slateblue", "gray"  # both can be read on the UI's light and on its dark theme


def draw_bars(counts: Sequence[int], *, label_every: int) -> str:
    """Return an SVG picture with a bar for each count, the greatest count at the left, and positions below."""
    top = max(counts, default=0) or 1
    width = LEFT + STEP * len(counts)
    heights = [round(HEIGHT * count / top) for count in counts]
    bars = "".join(f"v-{height}m{STEP} {height}" for height in heights)
    labels = "".join(
        f"<text x='{LEFT + STEP * place}' y='{HEIGHT + FOOT - 2}'>{place}</text>"
        for place in range(0, len(counts), label_every)
    )
    return (
        f"<svg xmlns='http://www.w3.org/2000/svg' width='{width}' height='{HEIGHT + FOOT}' font-size='9' fill='{INK}'>"
        f"<path stroke='{COLOUR}' stroke-width='{BAR}' d='M{LEFT + STEP // 2} {HEIGHT}{bars}'/>"
        f"<path stroke='{INK}' d='M{LEFT} {HEIGHT}H{width}'/>"
        f"<text y='9'>{max(counts, default=0)}</text>{labels}</svg>"
    )


def as_markdown(svg: str, alternative: str) -> str:
    """Return the picture as a Markdown image that needs no network; the text is for those who can't see it."""
    return f"![{alternative}](data:image/svg+xml,{quote(svg, safe=':/=' + chr(39) + ',;')})"
