"""The tables of pages have no dead end."""

import pytest

from sparkify_assets.sample import pages
from sparkify_assets.sample.chance import Chance
from sparkify_assets.sample.sessions import Standing


@pytest.mark.parametrize("mode", pages.WAYS)
def test_every_way_leads_on_or_ends(mode: str) -> None:
    for page, ways in pages.WAYS[mode].items():
        for target in set(ways.pages) - {pages.END}:
            standing = Standing("free" if mode == "out" else mode, mode != "out")
            standing.move_on(target)

            assert target in pages.WAYS[standing.mode], f"from {page} to {target}"


def test_answers_are_those_of_the_app() -> None:
    assert pages.answer_of("NextSong") == ("PUT", 200)
    assert pages.answer_of("Home") == ("GET", 200)
    assert pages.answer_of("Error") == ("GET", 404)
    assert {"Login", "Logout", "Submit Upgrade", "Submit Downgrade", "Save Settings"} == pages.REDIRECTS


def test_only_the_logged_in_play_songs() -> None:
    chance = Chance(1)

    drawn = {pages.next_page("out", "Home", chance) for _ in range(300)}

    assert drawn == {pages.END, "Login", "Home", "About", "Help"}
