"""Events as lines of JSON, put together from pieces of text that are made once."""

import json
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from sparkify_assets.generator.catalogue import DURATIONS_S, GUESTS, Catalogue
from sparkify_assets.generator.events import Events
from sparkify_assets.generator.listeners import FIRST_NAMES, Listeners
from sparkify_assets.generator.plan import Plan, Quirk
from sparkify_assets.generator.scripts import (
    GUEST_OF,
    LONGEST,
    PAGE_OF,
    PAGES,
    PAID_OF,
    STATUS_OF,
    STATUSES,
)
from sparkify_assets.sample import pages
from sparkify_assets.sample.people import FEMALE_NAMES, LAST_NAMES, METROS
from sparkify_assets.sample.titles import VERSIONS
from sparkify_assets.sample.write import MILLISECOND, decoded_twice

PLAYED = len(STATUSES)  # pieces of songs stand behind those of events without a song, one a status


@dataclass(frozen=True)
class Lines:
    """Lines, each with its newline: the text of all, and where each one begins and the last one ends."""

    text: memoryview
    edges: NDArray[np.int64]

    def part(self, begin: int, end: int) -> memoryview:
        """Return the text of the lines from `begin` up to and without `end`."""
        return self.text[self.edges[begin] : self.edges[end]]


class LineWriter:
    """Makes lines of events; the keys stand in alphabetical order, as in the real files.

    Who and what a line names comes in a few pieces of text by listener and by song, so that a line is some ten
    pieces put together, whatever it holds.
    """

    def __init__(self, plan: Plan, listeners: Listeners, catalogue: Catalogue) -> None:
        self._quirks = plan.quirks
        self.newline = b"\r\n" if Quirk.CRLF in plan.quirks else b"\n"
        self._item = pl.Series([str(item) for item in range(LONGEST)])
        self._page = pl.Series([self._page_piece(int(page)) for page in PAGE_OF])
        self._of_songs(catalogue)
        self._of_listeners(listeners)

    def lines(self, events: Events) -> Lines:
        """Return the lines of events."""
        kind = events.kind
        guest = GUEST_OF[kind]
        who = np.where(guest, 0, events.listener + 1)
        song = np.where(events.song >= 0, events.song + PLAYED, STATUS_OF[kind])
        credited = np.where(events.song >= 0, events.song + 2, guest)
        length = np.where(events.song >= 0, events.song + 1, 0) + PAID_OF[kind] * self._lengths
        pieces = (
            self._artist.gather(_places(credited)),
            self._name.gather(_places(who)),
            self._item.gather(_places(events.item)),
            self._last_name.gather(_places(who)),
            self._length.gather(_places(length)),
            self._location.gather(_places(who)),
            self._page.gather(_places(kind)),
            self._registration.gather(_places(who)),
            pl.Series(events.session).cast(pl.String),
            self._song.gather(_places(song)),
            pl.Series(events.second * 1000 + MILLISECOND).cast(pl.String),
            self._end.gather(_places(who)),
        )
        frame = pl.DataFrame({str(number): piece for number, piece in enumerate(pieces)})
        column = frame.select(line=pl.concat_str(pl.all())).to_series()
        # As Arrow has it, the texts stand one after the other: what is to be written, as it is.
        _, edges, text = column.rechunk().to_arrow(compat_level=pl.CompatLevel.oldest()).buffers()
        return Lines(memoryview(text), np.frombuffer(edges, np.int64)[: len(events) + 1])

    def _of_songs(self, catalogue: Catalogue) -> None:
        """Make the pieces that name a song; the first ones are for events without."""
        logged_in = self._text("Logged In")
        artists = _by_number(catalogue.artist, [self._logged(name) for name in catalogue.names])
        guests = _by_number(catalogue.guest, [self._logged(name) for name in GUESTS])
        titles = _by_number(catalogue.title, [self._logged(title) for title in catalogue.titles])
        versions = _by_number(catalogue.version, [self._logged(f" {version}") for version in VERSIONS])
        lengths = _by_number(catalogue.frames, [repr(length) for length in DURATIONS_S])
        none = [f'{{{self._pair("artist", None, last=False)}"auth":{auth}' for auth in self._auths()]
        made = _concat('{"artist":"', artists, guests, f'","auth":{logged_in}')
        self._artist = pl.concat([pl.Series(none), made]).rechunk()
        of_level = []
        for level in ("free", "paid"):
            pair = self._pair("length", None, first=False)
            of_level.append(pl.Series([f'{pair},"level":"{level}"']))
            of_level.append(_concat(',"length":', lengths, f',"level":"{level}"'))
        self._length = pl.concat(of_level).rechunk()
        self._lengths = len(lengths) + 1
        title = self._pair("song", None, first=False)
        none = [f'{title},"status":{status},"ts":' for status in STATUSES]
        status = pages.answer_of(pages.PLAY)[1]
        made = _concat(',"song":"', titles, versions, f'","status":{status},"ts":')
        self._song = pl.concat([pl.Series(none), made]).rechunk()

    def _of_listeners(self, people: Listeners) -> None:
        """Make the pieces that name a listener; the first one is for guests."""
        genders = ["F"] * len(FEMALE_NAMES) + ["M"] * (len(FIRST_NAMES) - len(FEMALE_NAMES))
        first = [
            f'{self._pair("firstName", name, first=False)}{self._pair("gender", gender, first=False)},"itemInSession":'
            for name, gender in zip(FIRST_NAMES, genders, strict=True)
        ]
        nobody = f"{self._pair('firstName', None, first=False)}{self._pair('gender', None, first=False)}"
        self._name = _with_guest(f'{nobody},"itemInSession":', _by_number(people.first_name, first))
        self._last_name = self._people_piece("lastName", people.last_name, LAST_NAMES)
        self._location = self._people_piece("location", people.metro, METROS)
        zero = ".0" if Quirk.FLOAT_REGISTRATION in self._quirks else ""
        registered = pl.Series(people.registered * 1000 + MILLISECOND).cast(pl.String)
        nobody = f'{self._pair("registration", None, first=False)},"sessionId":'
        self._registration = _with_guest(nobody, _concat(',"registration":', registered, f'{zero},"sessionId":'))
        agents = people.agents
        if Quirk.QUOTED_AGENTS not in self._quirks:
            agents = [agent.strip('"') for agent in agents]
        agent = _by_number(people.agent, [self._pair("userAgent", agent, first=False) for agent in agents])
        quote = '"' if Quirk.TEXT_USER_IDS in self._quirks else ""
        user = pl.Series(people.user_id).cast(pl.String)
        dot, newline = (".0" if Quirk.FLOAT_TS in self._quirks else ""), self.newline.decode()
        nobody = f'{dot}{self._pair("userAgent", None, first=False)},"userId":""}}{newline}'
        self._end = _with_guest(nobody, _concat(dot, agent, f',"userId":{quote}', user, f"{quote}}}{newline}"))

    def _people_piece(self, key: str, numbers: NDArray[np.int64], texts: Sequence[str]) -> pl.Series:
        pairs = [self._pair(key, text, first=False) for text in texts]
        return _with_guest(self._pair(key, None, first=False), _by_number(numbers, pairs))

    def _page_piece(self, page: int) -> str:
        method, _ = pages.answer_of(PAGES[page])
        return f',"method":"{method}","page":{self._text(PAGES[page])}'

    def _auths(self) -> tuple[str, str]:
        return self._text("Logged In"), self._text("Logged Out")

    def _pair(self, key: str, value: str | None, *, first: bool = True, last: bool = True) -> str:
        """Return key and value with the comma before or after; '' for null where it is to be left out."""
        if value is None and Quirk.NULLS not in self._quirks:
            return ""
        text = "null" if value is None else self._text(value)
        return f'{"" if first else ","}"{key}":{text}{"" if last else ","}'

    def _logged(self, text: str) -> str:
        """Return text of a song as it stands between the quotes of the line."""
        return self._text(decoded_twice(text) if Quirk.TWICE_DECODED in self._quirks else text)[1:-1]

    def _text(self, text: str) -> str:
        written = json.dumps(text, ensure_ascii=Quirk.ASCII in self._quirks)
        return written.replace("/", "\\/") if Quirk.ESCAPED_SLASHES in self._quirks else written


def _places(numbers: NDArray[np.integer]) -> pl.Series:
    return pl.Series(numbers.astype(np.uint32))


def _by_number(numbers: NDArray[np.int64], texts: list[str]) -> pl.Series:
    """Return the texts by number, '' for -1."""
    return pl.Series([*texts, ""]).gather(_places(np.where(numbers < 0, len(texts), numbers)))


def _concat(*pieces: str | pl.Series) -> pl.Series:
    """Return the pieces put together, row by row."""
    columns = [pl.lit(piece, dtype=pl.String) if isinstance(piece, str) else piece for piece in pieces]
    return pl.select(pl.concat_str(columns)).to_series().rechunk()


def _with_guest(guest: str, pieces: pl.Series) -> pl.Series:
    return pl.concat([pl.Series([guest]), pieces]).rechunk()
