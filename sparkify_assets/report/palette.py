"""The colours of the report, by day and by night.

Charts are drawn in those of the day, which is how they stand in PNG files. In the page each becomes a variable of CSS.
"""

DAY = {
    "card": "#ffffff",
    "ink": "#1d1b26",
    "muted": "#646172",
    "rule": "#e4e1ea",
    "accent": "#5a49d6",
    "other": "#b45309",
    "heat0": "#f1effc",
    "heat1": "#d9d4f7",
    "heat2": "#aea4ef",
    "heat3": "#6d5cdb",
    "heat4": "#4331b8",
    "on-light": "#1d1b27",
    "on-dark": "#fffffe",
}
NIGHT = {
    "card": "#1c1a24",
    "ink": "#efedf6",
    "muted": "#a9a5b8",
    "rule": "#37333f",
    "accent": "#a498ff",
    "other": "#f0a04b",
    "heat0": "#272433",
    "heat1": "#3a3461",
    "heat2": "#574cab",
    "heat3": "#8a7df0",
    "heat4": "#c9c2ff",
    "on-light": "#f4f2fb",
    "on-dark": "#15131c",
}
HEAT = tuple(f"heat{step}" for step in range(5))
ON_HEAT = ("on-light", "on-light", "on-light", "on-dark", "on-dark")
"""What can be read on each step: at night the steps go from dark to light."""


def variables(colours: dict[str, str]) -> str:
    """Return declarations of CSS for the colours."""
    return " ".join(f"--{name}: {colour};" for name, colour in colours.items())
