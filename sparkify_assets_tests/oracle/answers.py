"""Compute the answers of the views, one loop at a time, from the oracle's rows: no SQL, no frame, no code of the views.

Each function is named after its view and returns the view's rows in the view's order.
"""

from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable
from copy import copy
from datetime import date, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from functools import cached_property
from itertools import pairwise
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

from sparkify_assets_tests.oracle.star import Event, SongplayRow, Star, build_star, read_events, start_time

Row = tuple[Any, ...]
Item = TypeVar("Item")
Key = TypeVar("Key", bound=Hashable)
WEEK = timedelta(days=7)
WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
BEYOND_ALL = chr(0x10FFFF)  # sorts after every text, as null does


class Play(NamedTuple):
    """What the views ask of a play."""

    start: datetime
    user: int
    level: str
    song_id: str | None
    session: int
    location: str | None
    agent: str | None
    song: str | None
    artist: str | None
    length_us: int

    @property
    def day(self) -> date:
        """Return the day on which it started."""
        return self.start.date()

    @property
    def monday(self) -> date:
        """Return the first day of the week in which it started."""
        return self.day - timedelta(days=self.day.weekday())


class Order(NamedTuple):
    """An event that has a user: when, whose, which page, on which plan."""

    at: datetime
    user: int
    session: int
    item: int
    page: str
    level: str


class World:
    """All that is asked about: the star, and the events of users."""

    def __init__(self, data: Path, first: date, last: date) -> None:
        """Read the files."""
        self.star: Star = build_star(data, first, last)
        self.events = [order_of(event) for event in read_events(data, first, last, Star()) if event.user_id is not None]
        self.events.sort()

    def limited(self, first: date | None, last: date | None, level: str | None) -> "World":
        """Return the world of those plays and events alone."""

        def counts(moment: datetime, its_level: str) -> bool:
            return (
                (first is None or moment.date() >= first)
                and (last is None or moment.date() <= last)
                and level in (None, its_level)
            )

        limited = copy(self)
        limited.plays = [play for play in self.plays if counts(play.start, play.level)]
        limited.events = [event for event in self.events if counts(event.at, event.level)]
        limited.__dict__.pop("songs_played", None)
        return limited

    @cached_property
    def plays(self) -> list[Play]:
        """Return all plays."""
        return [play_of(row) for row in self.star.songplays]

    @cached_property
    def songs_played(self) -> dict[tuple[str | None, str | None], list[Play]]:
        """Return the plays of each song and artist as logged."""
        return grouped(self.plays, lambda play: (play.song, play.artist))


def play_of(row: SongplayRow) -> Play:
    """Return the play of a row of songplays."""
    _, start, user, level, song_id, _, session, _, location, agent, song, artist, length, _ = row
    return Play(start, user, level, song_id, session, location, agent, song, artist, round((length or 0) * 1e6))


def order_of(event: Event) -> Order:
    """Return the event of a user."""
    assert event.user_id is not None
    assert event.level is not None
    return Order(start_time(event.ts), event.user_id, event.session_id, event.item, event.page, event.level)


# --- songs and artists --------------------------------------------------------------------------------


def most_played_songs(world: World) -> list[Row]:
    """Songs and artists as logged, by plays."""
    songs = {key: plays for key, plays in world.songs_played.items() if key[0] is not None}
    whole = sum(map(len, songs.values()))
    year = {song[0]: song[4] for song in world.star.songs}
    rows: list[Row] = []
    for (song, artist), plays in songs.items():
        known = sorted(play.song_id for play in plays if play.song_id is not None)
        song_id = known[0] if known else None
        rows.append((song, artist, len(plays), share(len(plays), whole), song_id, year.get(song_id or "")))
    return sorted(rows, key=lambda row: (-row[2], row[0], row[1] if row[1] is not None else BEYOND_ALL))


def most_played_artists(world: World) -> list[Row]:
    """Artists as logged, by plays."""
    artists = grouped([play for play in world.plays if play.artist is not None], lambda play: play.artist)
    whole = sum(map(len, artists.values()))
    credited = {song[3] for song in world.star.songs}
    rows: list[Row] = [
        (artist, len(plays), distinct(play.song for play in plays), share(len(plays), whole), artist in credited)
        for artist, plays in artists.items()
    ]
    return sorted(rows, key=lambda row: (-row[1], row[0]))


def missing_songs(world: World) -> list[Row]:
    """Songs as logged whose plays the catalogue does not know."""
    rows: list[Row] = []
    for (song, artist), plays in world.songs_played.items():
        unknown = sum(play.song_id is None for play in plays)
        if song is not None and unknown:
            rows.append((song, artist, unknown))
    return sorted(rows, key=lambda row: (-row[2], row[0], row[1] if row[1] is not None else BEYOND_ALL))


def catalogue_coverage(world: World) -> list[Row]:
    """One row about all plays and all songs."""
    matched = [play for play in world.plays if play.song_id is not None]
    return [
        (
            len(world.plays),
            len(matched),
            share(len(matched), len(world.plays)),
            len(world.songs_played),
            distinct((play.song, play.artist) for play in matched),
            len(world.star.songs),
            distinct(play.song_id for play in matched),
        )
    ]


def match_rate(world: World) -> list[Row]:
    """Plays and matched plays by day."""
    rows: list[Row] = []
    for day, plays in sorted(grouped(world.plays, lambda play: play.day).items()):
        matched = sum(play.song_id is not None for play in plays)
        rows.append((day, len(plays), matched, share(matched, len(plays))))
    return rows


# --- when ---------------------------------------------------------------------------------------------


def plays_by_hour(world: World) -> list[Row]:
    """Plays by hour of the day."""
    return shares(world.plays, lambda play: (play.start.hour,))


def plays_by_weekday(world: World) -> list[Row]:
    """Plays by day of the week."""
    return shares(world.plays, lambda play: (play.start.weekday(), WEEKDAYS[play.start.weekday()]))


def plays_by_weekday_and_hour(world: World) -> list[Row]:
    """Plays by day of the week and hour."""
    return shares(world.plays, lambda play: (play.start.weekday(), play.start.hour))


def plays_by_week(world: World) -> list[Row]:
    """Plays by ISO week."""
    return shares(world.plays, lambda play: (*play.day.isocalendar()[:2], play.monday))


def plays_by_day(world: World) -> list[Row]:
    """Plays, listeners and sessions by day."""
    return [
        (day, len(plays), listeners(plays), distinct((play.user, play.session) for play in plays))
        for day, plays in sorted(grouped(world.plays, lambda play: play.day).items())
    ]


def listening_time(world: World) -> list[Row]:
    """Hours by day and plan, minutes a listener."""
    rows: list[Row] = []
    for day, plays in sorted(grouped(world.plays, lambda play: play.day).items()):
        per_level = [hours([play for play in plays if play.level == level]) for level in ("free", "paid")]
        minutes = Fraction(sum(play.length_us for play in plays), 60_000_000 * listeners(plays))
        rows.append((day, hours(plays), *per_level, rounded(minutes, 2)))
    return rows


# --- where and with what ------------------------------------------------------------------------------


def plays_by_location(world: World) -> list[Row]:
    """Plays by location as logged."""
    return ranked(world.plays, lambda play: play.location)


def plays_by_state(world: World) -> list[Row]:
    """Plays by what stands behind the last comma."""

    def state(play: Play) -> str | None:
        if play.location is None or "," not in play.location:
            return None
        return play.location.rpartition(",")[2].strip(" \t\n\r\f\v")

    return ranked(world.plays, state)


def plays_by_browser(world: World) -> list[Row]:
    """Plays by browser."""
    return ranked(world.plays, lambda play: None if play.agent is None else browser(play.agent))


def plays_by_operating_system(world: World) -> list[Row]:
    """Plays by operating system."""
    return ranked(world.plays, lambda play: None if play.agent is None else operating_system(play.agent))


def browser(agent: str) -> str:
    """Return the family of the few browsers that the sample and the real data have."""
    mobile = "Mobile" in agent
    for mark, name in (("MSIE", "IE"), ("Trident", "IE"), ("Firefox/", "Firefox"), ("Chromium/", "Chromium")):
        if mark in agent:
            return name
    if "Chrome/" in agent:
        return "Chrome Mobile" if mobile else "Chrome"
    return "Mobile Safari" if mobile else "Safari"


def operating_system(agent: str) -> str:
    """Return the family of the few systems that the sample and the real data have."""
    marks = {"Windows NT": "Windows", "iPhone": "iOS", "iPad": "iOS", "Mac OS X": "Mac OS X"}
    marks |= {"Android": "Android", "Ubuntu": "Ubuntu", "Linux": "Linux"}
    return next(name for mark, name in marks.items() if mark in agent)


# --- who ----------------------------------------------------------------------------------------------


def plays_by_level(world: World) -> list[Row]:
    """Plays and listeners by plan."""
    rows: list[Row] = []
    for level, plays in sorted(grouped(world.plays, lambda play: play.level).items()):
        each = rounded(Fraction(len(plays), listeners(plays)), 2)
        rows.append((level, len(plays), share(len(plays), len(world.plays)), listeners(plays), each))
    return rows


def most_active_users(world: World) -> list[Row]:
    """Users by plays."""
    user = {row[0]: row for row in world.star.users}
    rows: list[Row] = []
    for user_id, plays in grouped(world.plays, lambda play: play.user).items():
        _, first_name, last_name, _, level = user[user_id]
        sessions, days = distinct(play.session for play in plays), distinct(play.day for play in plays)
        rows.append((user_id, first_name, last_name, level, len(plays), sessions, days, hours(plays)))
    return sorted(rows, key=lambda row: (-row[4], row[0]))


def sessions(world: World) -> list[Row]:
    """Sessions by the plan that they begin with."""
    by_level: dict[str, list[list[Play]]] = defaultdict(list)
    for plays in grouped(world.plays, lambda play: (play.user, play.session)).values():
        by_level[min(plays, key=lambda play: (play.start, play.level)).level].append(plays)
    rows: list[Row] = []
    for level, all_plays in sorted(by_level.items()):
        sizes = [len(plays) for plays in all_plays]
        lengths = [max(play.start for play in plays) - min(play.start for play in plays) for plays in all_plays]
        minutes = [Fraction(length // timedelta(microseconds=1), 60_000_000) for length in lengths]
        rows.append(
            (
                level,
                len(sizes),
                sum(sizes),
                rounded(Fraction(sum(sizes), len(sizes)), 2),
                max(sizes),
                rounded(sum(minutes, Fraction()) / len(minutes), 2),
                rounded(max(minutes), 2),
            )
        )
    return rows


def daily_active_users(world: World) -> list[Row]:
    """Listeners by day."""
    return active(world.plays, lambda play: play.day)


def weekly_active_users(world: World) -> list[Row]:
    """Listeners by week."""
    return active(world.plays, lambda play: play.monday)


def monthly_active_users(world: World) -> list[Row]:
    """Listeners by month."""
    return active(world.plays, lambda play: play.day.replace(day=1))


def new_and_lapsed_users(world: World) -> list[Row]:
    """Users who come, stay, return and leave, by week."""
    users = {monday: {play.user for play in plays} for monday, plays in by_week(world).items()}
    if not users:
        return []
    rows: list[Row] = []
    seen: set[int] = set()
    monday = min(users)
    while monday <= max(users):
        now, before = users.get(monday, set()), users.get(monday - WEEK, set())
        if now or before:
            returned = (now & seen) - before
            rows.append((monday, len(now), len(now - seen), len(now & before), len(returned), len(before - now)))
        seen |= now
        monday += WEEK
    return rows


def weekly_retention(world: World) -> list[Row]:
    """Users of each first week who play in the weeks after."""
    weeks = {user: {play.monday for play in plays} for user, plays in grouped(world.plays, lambda p: p.user).items()}
    size: dict[date, int] = defaultdict(int)
    count: dict[tuple[date, date], int] = defaultdict(int)
    for mondays in weeks.values():
        size[min(mondays)] += 1
        for monday in mondays:
            count[min(mondays), monday] += 1
    return [
        (cohort, (monday - cohort) // WEEK, number, size[cohort], share(number, size[cohort]))
        for (cohort, monday), number in sorted(count.items())
    ]


# --- subscriptions ------------------------------------------------------------------------------------


def subscription_orders(world: World) -> list[Row]:
    """Upgrades and downgrades by day."""
    orders = [event for event in world.events if event.page in ("Submit Upgrade", "Submit Downgrade")]
    rows: list[Row] = []
    for day, of_day in sorted(grouped(orders, lambda event: event.at.date()).items()):
        ups = sum(event.page == "Submit Upgrade" for event in of_day)
        rows.append((day, ups, len(of_day) - ups, ups - (len(of_day) - ups)))
    return rows


def conversion(world: World) -> list[Row]:
    """Users who leave a plan, of those who were seen with it."""
    rows: list[Row] = []
    for level, page in (("free", "Submit Upgrade"), ("paid", "Submit Downgrade")):
        seen = {event.user for event in world.events if event.level == level}
        orders = [event for event in world.events if event.level == level and event.page == page]
        if seen:
            left = distinct(event.user for event in orders)
            rows.append((level, len(seen), len(orders), left, share(left, len(seen))))
    return rows


def level_history(world: World) -> list[Row]:
    """Who had which plan, from when to when."""
    rows: list[Row] = []
    for user, events in sorted(grouped(world.events, lambda event: event.user).items()):
        changes = [events[0], *(after for before, after in pairwise(events) if after.level != before.level)]
        ends = [*(change.at for change in changes[1:]), None]
        rows += [(user, change.level, change.at, end) for change, end in zip(changes, ends, strict=True)]
    return rows


# --- arithmetic ---------------------------------------------------------------------------------------


def grouped(items: Iterable[Item], key: Callable[[Item], Key]) -> dict[Key, list[Item]]:
    """Return the items of each key."""
    found: dict[Key, list[Item]] = defaultdict(list)
    for item in items:
        found[key(item)].append(item)
    return found


def by_week(world: World) -> dict[date, list[Play]]:
    """Return the plays of each week."""
    return grouped(world.plays, lambda play: play.monday)


def shares(plays: list[Play], key: Callable[[Play], tuple[object, ...]]) -> list[Row]:
    """Return key, plays and share of all plays, by key."""
    found = grouped(plays, key)
    return sorted((*values, len(own), share(len(own), len(plays))) for values, own in found.items())


def ranked(plays: list[Play], key: Callable[[Play], str | None]) -> list[Row]:
    """Return key, plays, share of all plays and listeners; the most plays first, then by key, null at the end."""
    found = grouped(plays, key)
    rows: list[Row] = [(name, len(own), share(len(own), len(plays)), listeners(own)) for name, own in found.items()]
    return sorted(rows, key=lambda row: (-row[1], row[0] if row[0] is not None else BEYOND_ALL))


def active(plays: list[Play], period: Callable[[Play], date]) -> list[Row]:
    """Return listeners, those of either plan, and plays a listener, by period."""
    rows: list[Row] = []
    for begin, own in sorted(grouped(plays, period).items()):
        levels = [listeners([play for play in own if play.level == level]) for level in ("free", "paid")]
        rows.append((begin, listeners(own), *levels, rounded(Fraction(len(own), listeners(own)), 2)))
    return rows


def listeners(plays: list[Play]) -> int:
    """Return how many users they are of."""
    return distinct(play.user for play in plays)


def distinct(values: Iterable[object]) -> int:
    """Return how many different ones there are."""
    return len(set(values))


def hours(plays: list[Play]) -> Decimal:
    """Return the hours of the songs played."""
    return rounded(Fraction(sum(play.length_us for play in plays), 3_600_000_000), 2)


def share(part: int, whole: int) -> Decimal | None:
    """Return the share to six digits, None of nothing."""
    return rounded(Fraction(part, whole), 6) if whole else None


def rounded(number: Fraction, digits: int) -> Decimal:
    """Round half away from zero, as Postgres does."""
    scaled = Decimal(number.numerator) / Decimal(number.denominator)
    return scaled.quantize(Decimal(1).scaleb(-digits), ROUND_HALF_UP)


OF_EVENTS = (subscription_orders, conversion, level_history)
OF_AGENTS = (plays_by_browser, plays_by_operating_system)
OF_PLAYS = (
    most_played_songs,
    most_played_artists,
    missing_songs,
    catalogue_coverage,
    match_rate,
    plays_by_hour,
    plays_by_weekday,
    plays_by_weekday_and_hour,
    plays_by_week,
    plays_by_day,
    listening_time,
    plays_by_location,
    plays_by_state,
    plays_by_level,
    most_active_users,
    sessions,
    daily_active_users,
    weekly_active_users,
    monthly_active_users,
    new_and_lapsed_users,
    weekly_retention,
)
ANSWERS = {answer.__name__: answer for answer in (*OF_PLAYS, *OF_AGENTS, *OF_EVENTS)}
