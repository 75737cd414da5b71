"""The songs: those that have a song file, and those that are played all the same."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import accumulate

from sparkify_assets.sample.artists import ABROAD, BANDS, HOMES, NOWHERE, Home
from sparkify_assets.sample.chance import Chance
from sparkify_assets.sample.recipe import Recipe
from sparkify_assets.sample.titles import TITLES, VERSIONS

LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
DIGITS = "0123456789"
HEXADECIMAL = "0123456789ABCDEF"

UNKNOWN_YEAR = 0  # what the song files write
UNKNOWN_YEAR_SHARE = 0.55
NEWEST_YEAR = 2018
NOWHERE_SHARE = 0.45
VERSION_SHARE = 0.1

# The real durations are whole MP3 frames of 1152 samples, less 0.45 ms.
FRAME_S = 1152 / 44100
FRAME_OFFSET_S = 0.00045
SHORTEST_S, USUAL_S, LONGEST_S = 62, 232, 540
DURATION_SPREAD = 0.32

PROLIFIC_BANDS = 14  # so many bands have several songs
CHART_HEAD = 5  # flattens the top of the chart
CHART_SLOPE = 0.9


@dataclass(frozen=True)
class Song:
    """One song, as its song file has it."""

    track_id: str
    song_id: str
    artist_id: str
    artist_name: str
    home: Home
    title: str
    duration_s: float
    year: int

    @property
    def is_ascii(self) -> bool:
        """Whether logs show its text as it is."""
        return self.title.isascii() and self.artist_name.isascii()


@dataclass(frozen=True)
class Artist:
    """Who plays a song."""

    artist_id: str
    name: str
    home: Home


@dataclass(frozen=True)
class Catalogue:
    """All songs and how often each is played.

    Attributes:
        listed: the songs with a song file, ordered by track id.
        unlisted: the songs without one.
        running_weights: sums of the weights in plays, listed songs first.
    """

    listed: tuple[Song, ...]
    unlisted: tuple[Song, ...]
    running_weights: tuple[float, ...]

    @property
    def songs(self) -> tuple[Song, ...]:
        """All songs, in the order of the weights."""
        return self.listed + self.unlisted


def build_catalogue(recipe: Recipe) -> Catalogue:
    """Invent the songs of a recipe."""
    chance = Chance(recipe.seed, "catalogue")
    credited = _credited(recipe, chance)
    songs = [_song(artist, title, chance) for artist, title in credited]
    listed = _with_exceptions(sorted(songs[: recipe.song_files], key=lambda song: song.track_id))
    unlisted = [*songs[recipe.song_files :], _other_cut(listed, chance)]
    weights = _weights(listed, unlisted, recipe, chance)
    return Catalogue(tuple(listed), tuple(unlisted), tuple(accumulate(weights)))


def _credited(recipe: Recipe, chance: Chance) -> list[tuple[Artist, str]]:
    """Return who plays what, the songs with a song file first."""
    abroad = [(_artist(artist.name, artist.home, chance), artist.titles) for artist in ABROAD]
    bands = [_artist(name, _home(chance), chance) for name in chance.shuffled(BANDS)]
    titles = _titles(chance)
    listed = [(artist, own[0]) for artist, own in abroad]
    unlisted = [(artist, title) for artist, own in abroad for title in own[1:]]
    once = recipe.song_files - len(listed) - PROLIFIC_BANDS
    players = [*bands[:once], *(chance.one_of(bands[:PROLIFIC_BANDS]) for _ in range(PROLIFIC_BANDS))]
    listed += [(player, next(titles)) for player in players]
    missing = recipe.unlisted_songs - len(unlisted) - 1
    unlisted += [(chance.one_of(bands), next(titles)) for _ in range(missing)]
    return listed + unlisted


def _titles(chance: Chance) -> Iterator[str]:
    """Yield titles without end: each once, then each in another version."""
    for title in chance.shuffled(TITLES):
        has_version = chance.happens(VERSION_SHARE) and not title.endswith((")", "]"))
        yield f"{title} {chance.one_of(VERSIONS)}" if has_version else title
    while True:
        yield f"{chance.one_of(TITLES)} {chance.one_of(VERSIONS)}"


def _artist(name: str, home: Home, chance: Chance) -> Artist:
    return Artist(f"AR{chance.text(LETTERS + DIGITS, 5)}1187B{chance.text(HEXADECIMAL, 6)}", name, home)


def _home(chance: Chance) -> Home:
    return NOWHERE if chance.happens(NOWHERE_SHARE) else chance.one_of(HOMES)


def _song(artist: Artist, title: str, chance: Chance) -> Song:
    track_id = (
        f"TRA{chance.one_of('ABC')}{chance.one_of('ABCD')}{chance.text(LETTERS, 2)}128F{chance.text(HEXADECIMAL, 7)}"
    )
    song_id = f"SO{chance.text(LETTERS, 5)}12A{chance.text(HEXADECIMAL, 8)}"
    year = UNKNOWN_YEAR if chance.happens(UNKNOWN_YEAR_SHARE) else NEWEST_YEAR - int(chance.wait(12)) % 58
    return Song(track_id, song_id, artist.artist_id, artist.name, artist.home, title, _duration_s(chance), year)


def _duration_s(chance: Chance) -> float:
    wanted_s = min(max(USUAL_S * chance.lognormal(DURATION_SPREAD), SHORTEST_S), LONGEST_S)
    return round(int(wanted_s / FRAME_S) * FRAME_S - FRAME_OFFSET_S, 5)


def _with_exceptions(songs: list[Song]) -> list[Song]:
    """Put in what real catalogues have once or twice: a shared title, a band that moved, a guest on a song.

    The older home and the guest stand on a lower path than another song of the same artist.
    """
    changed = list(songs)
    first_of_several = [n for n, song in enumerate(songs) if _is_first_of_several(song, songs)]
    moved, with_guest = first_of_several[:2]
    changed[moved] = replace(songs[moved], home=next(home for home in HOMES if home != songs[moved].home))
    guest = next(name for name in BANDS if name != songs[with_guest].artist_name)
    changed[with_guest] = replace(songs[with_guest], artist_name=f"{songs[with_guest].artist_name} featuring {guest}")
    covering = next(n for n, song in enumerate(songs) if song.is_ascii and n not in (moved, with_guest))
    covered = next(song for song in reversed(songs) if song.is_ascii and song.artist_id != songs[covering].artist_id)
    changed[covering] = replace(songs[covering], title=covered.title)
    return changed


def _is_first_of_several(song: Song, songs: Sequence[Song]) -> bool:
    of_artist = [other for other in songs if other.artist_id == song.artist_id]
    return len(of_artist) > 1 and of_artist[0] == song


def _other_cut(listed: Sequence[Song], chance: Chance) -> Song:
    """Return a listed song in another length, which is therefore another song."""
    song = next(song for song in listed if song.is_ascii)
    return replace(song, duration_s=_duration_s(chance))


def _weights(listed: Sequence[Song], unlisted: Sequence[Song], recipe: Recipe, chance: Chance) -> list[float]:
    """Return how often each song is played: a chart with a long tail, then shared out as the recipe wants it."""
    songs = [*listed, *unlisted]
    ranks = chance.shuffled(range(len(songs)))
    chart = [(rank + CHART_HEAD) ** -CHART_SLOPE for rank in ranks]
    groups = [(place < len(listed), song.is_ascii) for place, song in enumerate(songs)]
    matched = {True: recipe.match_share, False: 1 - recipe.match_share}
    as_is = {True: 1 - recipe.twice_decoded_share, False: recipe.twice_decoded_share}
    totals = {group: sum(weight for weight, own in zip(chart, groups, strict=True) if own == group) for group in groups}
    return [
        weight * matched[group[0]] * as_is[group[1]] / totals[group]
        for weight, group in zip(chart, groups, strict=True)
    ]
