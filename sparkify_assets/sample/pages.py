"""The pages of the app, and where people go from each."""

from itertools import accumulate
from typing import NamedTuple

from sparkify_assets.sample.chance import Chance

PLAY = "NextSong"
LOGIN, LOGOUT = "Login", "Logout"
UPGRADE, DOWNGRADE = "Submit Upgrade", "Submit Downgrade"
START = "(start)"
END = "(end)"

GET_OK = ("GET", 200)
PUT_OK = ("PUT", 200)
PUT_REDIRECT = ("PUT", 307)
GET_NOT_FOUND = ("GET", 404)

ANSWERS = {
    PLAY: PUT_OK,
    LOGIN: PUT_REDIRECT,
    LOGOUT: PUT_REDIRECT,
    UPGRADE: PUT_REDIRECT,
    DOWNGRADE: PUT_REDIRECT,
    "Save Settings": PUT_REDIRECT,
    "Error": GET_NOT_FOUND,
}
REDIRECTS = frozenset(page for page, answer in ANSWERS.items() if answer == PUT_REDIRECT)


class Ways(NamedTuple):
    """The pages that follow a page, with running weights."""

    pages: tuple[str, ...]
    running_weights: tuple[float, ...]


def answer_of(page: str) -> tuple[str, int]:
    """Return method and status of a page."""
    return ANSWERS.get(page, GET_OK)


def next_page(mode: str, page: str, chance: Chance) -> str:
    """Draw the page after `page` for someone who is "free", "paid" or logged "out"."""
    ways = WAYS[mode][page]
    return chance.weighted(ways.pages, ways.running_weights)


def _ways(**weights: float) -> Ways:
    """Return ways from weights named after pages, an underscore for a blank."""
    pages = tuple(name.replace("_", " ") for name in weights)
    return Ways(tuple(END if page == "End" else page for page in pages), tuple(accumulate(weights.values())))


WAYS = {
    "free": {
        START: _ways(NextSong=58, Home=41, About=0.6, Help=0.4),
        PLAY: _ways(NextSong=50, End=43, Logout=2, Home=2.4, Upgrade=1.6, Help=0.4, About=0.3, Settings=0.4, Error=0.3),
        "Home": _ways(NextSong=56, End=36, Settings=3, Home=1.5, Upgrade=1.5, Logout=1, About=0.6, Help=0.4),
        "Upgrade": _ways(Submit_Upgrade=36, Home=24, NextSong=16, End=16, Upgrade=8),
        "Settings": _ways(NextSong=42, Save_Settings=20, Home=16, Help=10, Settings=6, End=6),
        "Save Settings": _ways(Home=1),
        "Help": _ways(NextSong=50, End=35, Home=15),
        "About": _ways(End=60, Home=30, NextSong=10),
        "Error": _ways(NextSong=50, End=50),
        LOGOUT: _ways(Home=1),
        LOGIN: _ways(Home=1),
        DOWNGRADE: _ways(Home=1),
    },
    "paid": {
        START: _ways(NextSong=60, Home=39, Help=0.6, Error=0.4),
        PLAY: _ways(
            **{"NextSong": 923, "End": 24, "Home": 21, "Logout": 9.5, "Downgrade": 9},
            **{"Settings": 5.5, "Help": 5, "About": 2, "Error": 1.2},
        ),
        "Home": _ways(NextSong=85, End=6.5, Settings=3, Logout=2.5, Downgrade=2, About=0.6, Help=0.4),
        "Downgrade": _ways(NextSong=56, End=17, Home=16, Downgrade=5, Submit_Downgrade=6),
        "Settings": _ways(NextSong=56, Save_Settings=20, Settings=7, Logout=6, Home=6, Help=5),
        "Save Settings": _ways(Home=1),
        "Help": _ways(NextSong=82, Downgrade=6, Home=5, Help=4, End=3),
        "About": _ways(End=34, About=22, NextSong=26, Home=18),
        "Error": _ways(End=60, Home=20, NextSong=20),
        LOGIN: _ways(Home=1),
        UPGRADE: _ways(Home=1),
    },
    "out": {
        START: _ways(Home=68, Login=32),
        LOGOUT: _ways(Home=1),
        "Home": _ways(End=38, Login=37, Home=14, About=7, Help=4),
        "About": _ways(End=50, Login=28, Home=15, About=7),
        "Help": _ways(End=44, Help=30, Login=26),
    },
}
