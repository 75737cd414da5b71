"""The songs, any number of them, as columns: who plays what, how long, and how often."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product

import numpy as np
from numpy.typing import NDArray

from sparkify_assets.generator.draws import Draws
from sparkify_assets.generator.plan import SAMPLE, Plan
from sparkify_assets.generator.words import ADJECTIVES, INITIALS, LINKS, NOUNS
from sparkify_assets.sample import catalogue as usual
from sparkify_assets.sample.artists import ABROAD, BANDS, HOMES, NOWHERE, Home
from sparkify_assets.sample.people import FEMALE_NAMES, LAST_NAMES, MALE_NAMES
from sparkify_assets.sample.titles import TITLES, VERSIONS

SONGS_PER_ARTIST = 3
ABROAD_SHARE = 0.02  # songs whose text is not ASCII
ABROAD_FROM = 50  # so many songs are needed before one of them is
GUEST_SHARE = 0.02
GUESTS = tuple(f" featuring {name}" for name in BANDS)
MOVED_SHARE = 0.02  # song files with another home than the artist's usual one
OTHER_CUT_SHARE = 0.05  # of the unlisted songs: a listed song in another length, hence another song
MAX_FRAMES = int(usual.LONGEST_S / usual.FRAME_S) + 1
DURATIONS_S = tuple(round(n * usual.FRAME_S - usual.FRAME_OFFSET_S, 5) for n in range(MAX_FRAMES + 1))
ODD = 2_654_435_761  # odd, so multiplying by it modulo a power of two meets every number once
CHART_PLACES, MOST_CHART_PLACES = 2**20, 2**23  # of the list that plays are drawn from

Integers = NDArray[np.int64]


@dataclass(frozen=True)
class Catalogue:
    """All songs, those with a song file first.

    Attributes:
        listed: how many have a song file.
        names: credits that songs have, as `artist` says; then guests, as `guest` says.
        titles: titles that songs have, as `title` says.
        artist: number in `names` by song.
        guest: number in `GUESTS` by song; -1 without one.
        title: number in `titles` by song.
        version: number in `VERSIONS` by song; -1 for the usual one.
        frames: length in MP3 frames by song.
        home: number in `HOMES` by song; -1 where unknown, -2 for the artists of `ABROAD`.
        year: of release by song, 0 where unknown.
        chart: songs, each as often as it is popular.
        seed: what the ids are made from.
    """

    listed: int
    names: list[str]
    titles: list[str]
    artist: Integers
    guest: Integers
    title: Integers
    version: Integers
    frames: Integers
    home: Integers
    year: Integers
    chart: NDArray[np.int32]
    seed: int

    @property
    def seconds(self) -> NDArray[np.int32]:
        """How long each song plays before the next one starts: its length, cut to whole seconds."""
        return np.asarray(np.floor(np.array(DURATIONS_S))[self.frames], np.int32)

    def songs(self) -> Iterator[usual.Song]:
        """Yield the songs that have a song file."""
        for n in range(self.listed):
            artist, version, home = int(self.artist[n]), int(self.version[n]), int(self.home[n])
            suffix = f" {VERSIONS[version]}" if version >= 0 else ""
            guest = GUESTS[int(self.guest[n])] if self.guest[n] >= 0 else ""
            yield usual.Song(
                track_id=self._track_id(n),
                song_id=_id(n, self.seed, "SO", 5, "12A", 8),
                artist_id=_id(artist, self.seed, "AR", 5, "1187B", 7),
                artist_name=self.names[artist] + guest,
                home=_home(home, artist),
                title=self.titles[int(self.title[n])] + suffix,
                duration_s=DURATIONS_S[int(self.frames[n])],
                year=int(self.year[n]),
            )

    def _track_id(self, number: int) -> str:
        """Return an id whose letters 3 to 5 give folders of some 30 files, one below the other."""
        folders = max(self.listed // 30, 1)
        rest, last = divmod(number % folders, 26)
        first, middle = divmod(rest, 26)
        letters = "".join(usual.LETTERS[place % 26] for place in (first, middle, last))
        return "TR" + letters + _id(number, self.seed, "", 2, "128F", 7)


def build_catalogue(plan: Plan) -> Catalogue:
    """Invent the songs of a plan."""
    draws = Draws(plan.seed, "catalogue")
    count, listed = plan.songs + plan.unlisted_songs, plan.songs
    names, titles = _names(max(count // SONGS_PER_ARTIST, 1), draws), _titles()
    abroad = draws.happens(count, ABROAD_SHARE) & (count >= ABROAD_FROM)
    if count >= ABROAD_FROM:
        abroad[[0, count - 1]] = True, plan.unlisted_songs > 0
    # Few artists have many songs.
    artist = len(ABROAD) + (draws.shares(count) ** 1.5 * (len(names) - len(ABROAD))).astype(np.int64)
    artist = np.where(abroad, draws.below(count, len(ABROAD)), artist)
    title = draws.below(count, len(titles) - sum(len(each.titles) for each in ABROAD))
    title = np.where(abroad, _titles_abroad(artist, len(titles), draws), title)
    version = np.where(draws.happens(count, usual.VERSION_SHARE), draws.below(count, len(VERSIONS)), -1)
    version = np.where(abroad | _has_version(titles)[title], -1, version)
    guest = np.where(draws.happens(count, GUEST_SHARE) & ~abroad, draws.below(count, len(GUESTS)), -1)
    cut = np.flatnonzero(draws.happens(count - listed, OTHER_CUT_SHARE)) + listed
    of = draws.below(len(cut), listed)
    for column in (artist, title, version, guest, abroad):
        column[cut] = column[of]
    return Catalogue(
        listed=listed,
        names=names,
        titles=titles,
        artist=artist,
        guest=guest,
        title=title,
        version=version,
        frames=_frames(count, draws),
        home=_homes(artist, len(names), draws),
        year=_years(count, draws),
        chart=_chart(listed, abroad, plan.match_rate, draws),
        seed=plan.seed,
    )


def _names(count: int, draws: Draws) -> list[str]:
    """Return names of artists: those of `ABROAD`, the sample's, and as many invented ones as are wanted."""
    bands = [f"The {one} {two}s" for one, two in product(ADJECTIVES, NOUNS)]
    bands += [f"{one} & The {two}s" for one, two in product(NOUNS, NOUNS) if one != two]
    people = [f"{first} {last}" for first, last in product(FEMALE_NAMES + MALE_NAMES, LAST_NAMES)]
    made = draws.shuffled([*bands, *people])
    names = [*(each.name for each in ABROAD), *BANDS, *made]
    # So many artists that they need initials.
    for second, initial, person in product(("", *INITIALS), INITIALS, people):
        if len(names) >= count:
            break
        first, last = person.split(" ", 1)
        names.append(f"{first} {initial}.{second}{'.' if second else ''} {last}")
    return names[: max(count, len(ABROAD) + 1)]


def _titles() -> list[str]:
    """Return titles: the sample's, invented ones, and last those of `ABROAD`."""
    made = [f"{one} {two}" for one, two in product(ADJECTIVES, NOUNS)]
    made += [f"{one} {link} {two}" for one, link, two in product(NOUNS, LINKS, NOUNS) if one != two]
    return [*TITLES, *made, *(title for each in ABROAD for title in each.titles)]


def _titles_abroad(artist: Integers, titles: int, draws: Draws) -> Integers:
    """Return a title of the artist's own, for artists of `ABROAD`; theirs are the last of all titles."""
    owned = np.array([len(each.titles) for each in ABROAD])
    first = titles - owned.sum() + np.concatenate([[0], np.cumsum(owned)[:-1]])
    own = artist % len(ABROAD)
    return np.asarray(first[own] + (draws.shares(len(artist)) * owned[own]).astype(np.int64))


def _has_version(titles: list[str]) -> NDArray[np.bool_]:
    return np.array([title.endswith((")", "]")) for title in titles])


def _frames(count: int, draws: Draws) -> Integers:
    wanted_s = usual.USUAL_S * np.exp(usual.DURATION_SPREAD * draws.bells(count))
    return np.asarray(np.clip(wanted_s, usual.SHORTEST_S, usual.LONGEST_S) / usual.FRAME_S).astype(np.int64)


def _homes(artist: Integers, artists: int, draws: Draws) -> Integers:
    usual_home = np.where(draws.happens(artists, usual.NOWHERE_SHARE), -1, draws.below(artists, len(HOMES)))
    moved = draws.happens(len(artist), MOVED_SHARE)
    home = np.where(moved, draws.below(len(artist), len(HOMES)), usual_home[artist])
    return np.where(artist < len(ABROAD), -2, home)


def _years(count: int, draws: Draws) -> Integers:
    age = draws.waits(count, 12).astype(np.int64) % 58
    return np.where(draws.happens(count, usual.UNKNOWN_YEAR_SHARE), usual.UNKNOWN_YEAR, usual.NEWEST_YEAR - age)


def _chart(listed: int, abroad: NDArray[np.bool_], match_rate: float, draws: Draws) -> NDArray[np.int32]:
    """Return songs as often as they are popular: a long tail, with the wanted shares of listed and of ASCII ones."""
    count = len(abroad)
    weights = (draws.permutation(count) + usual.CHART_HEAD) ** -usual.CHART_SLOPE
    is_listed = np.arange(count) < listed
    for group, share in ((is_listed, match_rate), (~is_listed, 1 - match_rate)):
        foreign = group & abroad
        own = group & ~abroad
        foreign_share = SAMPLE.twice_decoded_share if foreign.any() else 0.0
        for part, of_part in ((foreign, foreign_share), (own, 1 - foreign_share)):
            if part.any():
                weights[part] *= share * of_part / weights[part].sum()
    running = np.cumsum(weights)
    places = min(max(CHART_PLACES, 1 << (4 * count - 1).bit_length()), MOST_CHART_PLACES)
    marks = (np.arange(places) + 0.5) / places * running[-1]
    return np.asarray(np.minimum(np.searchsorted(running, marks), count - 1), np.int32)


def _home(home: int, artist: int) -> Home:
    if home == -2:
        return ABROAD[artist].home
    return HOMES[home] if home >= 0 else NOWHERE


def _id(number: int, seed: int, prefix: str, letters: int, middle: str, digits: int) -> str:
    """Return an id in the form of the real ones; another number gives another id."""
    mixed = (number * ODD + seed) % 16**digits
    word = mixed * 11_400_714_819 + 7 * seed
    text = "".join(usual.LETTERS[word // 26**place % 26] for place in range(letters))
    return f"{prefix}{text}{middle}{mixed:0{digits}X}"
