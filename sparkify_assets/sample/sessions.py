"""What listeners do: a stream of events, session by session."""

import heapq
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import count
from typing import NamedTuple

from sparkify_assets.sample import pages
from sparkify_assets.sample.catalogue import Catalogue, Song
from sparkify_assets.sample.chance import Chance
from sparkify_assets.sample.listeners import Listener
from sparkify_assets.sample.recipe import Recipe
from sparkify_assets.sample.rhythm import next_start

FIRST_SESSION_ID = 3
PAUSE_S = 80  # mean time that people look at a page
LONGEST_PAUSE_S = 1800
REDIRECT_S = 1  # the browser sends the form one second after the page before
BREAK_S = 600  # between two sessions of a listener, at least
FAVOURITES = 12
FAVOURITE_SHARE = 0.25


class Event(NamedTuple):
    """One line of a log.

    Attributes:
        second: epoch seconds.
        listener: who; of a guest the log does not tell.
        is_guest: not logged in.
        session_id: one count for all listeners; a session gets its number when the listener's last one is over.
        item: position in the session, from 0.
        page: what was asked for.
        level: of the listener, before the event.
        song: what is played, on the page NextSong.
    """

    second: int
    listener: Listener
    is_guest: bool
    session_id: int
    item: int
    page: str
    level: str
    song: Song | None


@dataclass
class Standing:
    """How a listener stands; carried on from session to session."""

    level: str
    logged_in: bool

    @property
    def mode(self) -> str:
        """The table of pages that holds for the listener."""
        return self.level if self.logged_in else "out"

    def move_on(self, page: str) -> None:
        """Take over what a page changes, for the events after it."""
        if page in (pages.LOGIN, pages.LOGOUT):
            self.logged_in = page == pages.LOGIN
        elif page in (pages.UPGRADE, pages.DOWNGRADE):
            self.level = "paid" if page == pages.UPGRADE else "free"


@dataclass(frozen=True)
class Taste:
    """What a listener plays: the chart, and some favourites more often than others do."""

    catalogue: Catalogue
    favourites: tuple[Song, ...]

    def next_song(self, last: Song | None, chance: Chance) -> Song:
        """Draw a song other than the last one."""
        song = last
        while song is None or song == last:
            from_favourites = chance.happens(FAVOURITE_SHARE)
            song = chance.one_of(self.favourites) if from_favourites else _from_chart(self.catalogue, chance)
        return song


def events_of_all(recipe: Recipe, listeners: Sequence[Listener], catalogue: Catalogue) -> Iterator[Event]:
    """Yield the events of all listeners, ordered by time; only one event per listener is held in memory."""
    session_ids = count(FIRST_SESSION_ID)
    activity = sum(listener.activity for listener in listeners)
    period_s = recipe.end_second - recipe.first_second
    lives = [
        _life(listener, catalogue, recipe, period_s * activity / (recipe.sessions * listener.activity), session_ids)
        for listener in listeners
    ]
    return heapq.merge(*lives, key=lambda event: event.second)


def _life(
    listener: Listener, catalogue: Catalogue, recipe: Recipe, mean_wait_s: float, session_ids: Iterator[int]
) -> Iterator[Event]:
    """Yield the events of one listener, until the logs end."""
    chance = Chance(recipe.seed, "life", listener.user_id)
    taste = _taste(catalogue, chance)
    standing = Standing(listener.level, listener.logged_in)
    second = max(recipe.first_second, listener.registered)
    while (second := next_start(second, mean_wait_s, chance)) < recipe.end_second:
        for event in _session(listener, standing, second, next(session_ids), taste, chance):
            if event.second >= recipe.end_second:
                return
            yield event
            second = event.second
        second += BREAK_S


def visits(standing: Standing, chance: Chance) -> Iterator[str]:
    """Yield the pages of one session; what a page changes of the standing is taken over when the next is drawn."""
    page = pages.START
    while (page := pages.next_page(standing.mode, page, chance)) != pages.END:
        yield page
        standing.move_on(page)


def _session(
    listener: Listener, standing: Standing, second: int, session_id: int, taste: Taste, chance: Chance
) -> Iterator[Event]:
    """Yield the events of one session; the next song begins when the one before is over."""
    song: Song | None = None
    song_ends = second
    for item, page in enumerate(visits(standing, chance)):
        if item > 0:
            second = _moment_of(page, second, song_ends, chance)
        if page == pages.PLAY:
            song = taste.next_song(song, chance)
            song_ends = second + int(song.duration_s)
        elif page == pages.LOGOUT:
            song_ends = second
        played = song if page == pages.PLAY else None
        yield Event(second, listener, not standing.logged_in, session_id, item, page, standing.level, played)


def _moment_of(page: str, second: int, song_ends: int, chance: Chance) -> int:
    """Return when a page comes after an event at `second`."""
    if page in pages.REDIRECTS:
        return second + REDIRECT_S
    if page == pages.PLAY and song_ends > second:
        return song_ends
    return second + min(int(chance.wait(PAUSE_S)), LONGEST_PAUSE_S)


def _taste(catalogue: Catalogue, chance: Chance) -> Taste:
    return Taste(catalogue, tuple(_from_chart(catalogue, chance) for _ in range(FAVOURITES)))


def _from_chart(catalogue: Catalogue, chance: Chance) -> Song:
    return chance.weighted(catalogue.songs, catalogue.running_weights)
