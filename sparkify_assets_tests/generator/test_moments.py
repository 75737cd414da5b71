"""Events happen when songs end, a second after a form's page, or after a pause."""

import numpy as np

from sparkify_assets.generator.draws import Draws
from sparkify_assets.generator.moments import moments
from sparkify_assets.generator.scripts import PAGES

PLAY, HOME, LOGOUT, SETTINGS = (4 * PAGES.index(page) for page in ("NextSong", "Home", "Logout", "Settings"))
SAVE = 4 * PAGES.index("Save Settings")


def times(kinds: list[int], plays_s: list[int], first: list[int], start: list[int]) -> list[int]:
    """Return the moments of events."""
    columns = np.array(kinds, np.uint8), np.array(plays_s, np.int32), np.array(first), np.array(start)
    return [int(second) for second in moments(*columns, Draws(1, "moments"))]


def test_songs_follow_each_other() -> None:
    assert times([PLAY] * 3, [200, 100, 300], [0], [1_000]) == [1_000, 1_200, 1_300]


def test_song_goes_on_behind_another_page() -> None:
    seconds = times([PLAY, HOME, PLAY], [9_000, 0, 100], [0], [0])

    assert 0 <= seconds[1] < 9_000
    assert seconds[2] == 9_000


def test_next_song_waits_for_whoever_looks_longer() -> None:
    seconds = times([PLAY, *[HOME] * 200, PLAY], [10, *[0] * 200, 100], [0], [0])

    assert seconds[-1] >= seconds[-2] > 10


def test_form_comes_a_second_later() -> None:
    seconds = times([SETTINGS, SAVE, HOME], [0, 0, 0], [0], [50])

    assert seconds[:2] == [50, 51]


def test_logout_stops_the_song() -> None:
    seconds = times([PLAY, LOGOUT, PLAY], [100_000, 0, 100], [0], [0])

    assert seconds[1] == 1
    assert seconds[2] < 5_000


def test_sessions_know_nothing_of_each_other() -> None:
    together = times([PLAY, PLAY, HOME, PLAY, PLAY], [200, 100, 0, 50, 60], [0, 2], [1_000, 70])

    assert together[:2] == [1_000, 1_200]
    assert together[2] == 70
    assert together[4] == together[3] + 50
