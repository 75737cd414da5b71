"""Sessions follow the rules of the real logs."""

from collections import defaultdict
from itertools import pairwise

import pytest

from sparkify_assets.sample import pages
from sparkify_assets.sample.catalogue import build_catalogue
from sparkify_assets.sample.listeners import build_listeners
from sparkify_assets.sample.recipe import Recipe
from sparkify_assets.sample.sessions import Event, events_of_all

RECIPE = Recipe(seed=5, days=10, sessions=400)


@pytest.fixture(scope="module")
def events() -> list[Event]:
    return list(events_of_all(RECIPE, build_listeners(RECIPE), build_catalogue(RECIPE)))


@pytest.fixture(scope="module")
def sessions(events: list[Event]) -> list[list[Event]]:
    by_session = defaultdict[int, list[Event]](list)
    for event in events:
        by_session[event.session_id].append(event)
    return list(by_session.values())


def test_events_are_ordered_and_within_the_days(events: list[Event]) -> None:
    seconds = [event.second for event in events]

    assert seconds == sorted(seconds)
    assert RECIPE.first_second <= seconds[0]
    assert seconds[-1] < RECIPE.end_second


def test_items_count_from_zero_without_a_gap(sessions: list[list[Event]]) -> None:
    assert all([event.item for event in session] == list(range(len(session))) for session in sessions)
    assert all(len({event.listener.user_id for event in session}) == 1 for session in sessions)


def test_next_song_starts_when_the_last_one_is_over(sessions: list[list[Event]]) -> None:
    pairs = [pair for session in sessions for pair in pairwise(session)]
    songs = [(one, two) for one, two in pairs if one.song and two.song]

    assert len(songs) > 500
    assert all(two.second - one.second == int(one.song.duration_s) for one, two in songs if one.song)
    assert all(one.song != two.song for one, two in songs)


def test_redirects_come_one_second_later(sessions: list[list[Event]]) -> None:
    pairs = [pair for session in sessions for pair in pairwise(session)]
    waits = [two.second - one.second for one, two in pairs if two.page in pages.REDIRECTS]

    assert len(waits) > 20
    assert set(waits) == {1}


def test_level_and_login_change_after_their_page_and_stay(events: list[Event]) -> None:
    by_listener = defaultdict[int, list[Event]](list)
    for event in events:
        by_listener[event.listener.user_id].append(event)
    pairs = [pair for life in by_listener.values() for pair in pairwise(life)]

    for one, two in pairs:
        assert two.level == {pages.UPGRADE: "paid", pages.DOWNGRADE: "free"}.get(one.page, one.level)
        assert two.is_guest == {pages.LOGIN: False, pages.LOGOUT: True}.get(one.page, one.is_guest)
    assert any(one.page == pages.UPGRADE for one, _ in pairs)
    assert not any(event.is_guest and event.song for event in events)
