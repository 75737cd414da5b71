"""What to generate, and what can't be."""

import datetime as dt
from dataclasses import dataclass
from enum import StrEnum

from sparkify_assets.errors import GeneratorError
from sparkify_assets.sample.recipe import Recipe
from sparkify_assets.sample.rhythm import DAY_S

SAMPLE = Recipe()
EVENTS_PER_LISTENER = 3.0  # a day: about those of the sample
MOST_EVENTS_PER_LISTENER = 20.0  # a day, on average: some listen all day then, and more is not to be had
UNLISTED_SHARE = 0.6  # songs without a song file, as a share of those with one
SMALLEST_DAY, LATEST_YEAR = 10, 9998
MOST_SONGS = 5_000_000  # for which some 2 GiB of memory are needed
MOST_DAYS = 200_000
BYTES_PER_EVENT = 480  # of a log line, about
BYTES_PER_SONG_FILE = 4_096  # what file systems give the smallest file
BYTES_PER_FAULT = 5_000  # some are long
GZIP_FACTOR = 8


class Quirk(StrEnum):
    """A habit of real files that the generated ones may have or not."""

    description: str
    usual: bool

    def __new__(cls, name: str, usual: bool, description: str) -> "Quirk":
        """Make a member of its name, whether real files have it, and what it is."""
        member = str.__new__(cls, name)
        member._value_ = name
        member.usual = usual
        member.description = description
        return member

    ESCAPED_SLASHES = "escaped-slashes", True, r"`/` is written `\/`"
    ASCII = "ascii", True, r"characters beyond ASCII are written `\uXXXX`"
    NULLS = "nulls", True, "a field without a value is null; without this quirk it is left out"
    TEXT_USER_IDS = "text-user-ids", True, "userId is text"
    FLOAT_REGISTRATION = "float-registration", True, "registration ends in `.0`"
    TWICE_DECODED = "twice-decoded", True, "UTF-8 of songs and artists was decoded as Latin-1 twice"
    QUOTED_AGENTS = "quoted-agents", True, "a user agent with a comma stands in quotes"
    OPEN_END = "open-end", True, "the last line of a file has no newline"
    FLOAT_TS = "float-ts", False, "ts ends in `.0`"
    CRLF = "crlf", False, "lines end as on Windows"
    BOM = "bom", False, "log files begin with a byte order mark"
    GZIP = "gzip", False, "log files are compressed, `*.json.gz`"


USUAL_QUIRKS = frozenset(quirk for quirk in Quirk if quirk.usual)


@dataclass(frozen=True)
class Plan:
    """What to generate.

    Attributes:
        days: number of days, one log file each.
        events_per_day: on average over all days.
        first_day: first UTC day of the logs.
        listeners: people with a user id, at the end of the last day; None for a third of the events of a day.
        songs: number of songs with a song file.
        match_rate: share of plays whose song has a song file.
        growth: by this share there are more listeners each 30 days.
        churn: this share of the listeners leaves for good each 30 days.
        seed: another seed gives other data of the same kind.
        quirks: habits of the files.
        fault_rate: damaged records, as a share of the events and of the song files.
        damaged_files: damaged log files, and as many damaged song files.
    """

    days: int = SAMPLE.days
    events_per_day: int = 10_000
    first_day: dt.date = SAMPLE.first_day
    listeners: int | None = None
    songs: int = 1_000
    match_rate: float = SAMPLE.match_share
    growth: float = 0.0
    churn: float = 0.0
    seed: int = 1
    quirks: frozenset[Quirk] = USUAL_QUIRKS
    fault_rate: float = 0.0
    damaged_files: int = 0

    def __post_init__(self) -> None:
        """Check that it can be done.

        Raises:
            GeneratorError: it can't.
        """
        checks = (
            ("days", 1 <= self.days <= MOST_DAYS, f"1 to {MOST_DAYS:,}", self.days),
            ("events a day", self.events_per_day >= SMALLEST_DAY, f"{SMALLEST_DAY} or more", self.events_per_day),
            ("songs", 1 <= self.songs <= MOST_SONGS, f"1 to {MOST_SONGS:,}", self.songs),
            ("match rate", 0 <= self.match_rate <= 1, "0 to 1", self.match_rate),
            ("growth", 0 <= self.growth <= 10, "0 to 10", self.growth),
            ("churn", 0 <= self.churn < 1, "0 to less than 1", self.churn),
            ("fault rate", 0 <= self.fault_rate <= 0.5, "0 to 0.5", self.fault_rate),
            ("damaged files", 0 <= self.damaged_files <= self.days, "0 to the number of days", self.damaged_files),
            ("seed", self.seed >= 0, "0 or more", self.seed),
        )
        for name, good, expected, seen in checks:
            if not good:
                raise GeneratorError(f"{name}: {seen}, expected {expected}; nothing was written")
        if self.first_day.year <= dt.MINYEAR or self.first_day.toordinal() + self.days > LATEST_ORDINAL:
            raise GeneratorError(f"days: the last one would be after {LATEST_YEAR}; nothing was written")
        if self.events_per_day > MOST_EVENTS_PER_LISTENER * self.people:
            least = int(self.events_per_day / MOST_EVENTS_PER_LISTENER) + 1
            raise GeneratorError(
                f"listeners: {self.people:,} can't make {self.events_per_day:,} events a day; expected {least:,} or"
                " more; nothing was written"
            )

    @property
    def people(self) -> int:
        """How many listeners there are."""
        default = max(int(self.events_per_day / EVENTS_PER_LISTENER), 1)
        return default if self.listeners is None else self.listeners

    @property
    def unlisted_songs(self) -> int:
        """How many songs are played that have no song file."""
        return max(int(self.songs * UNLISTED_SHARE), 1) if self.match_rate < 1 else 0

    @property
    def first_second(self) -> int:
        """The first second of the first day, in epoch seconds."""
        return int(dt.datetime.combine(self.first_day, dt.time(), tzinfo=dt.UTC).timestamp())

    @property
    def end_second(self) -> int:
        """The first second after the last day, in epoch seconds."""
        return self.first_second + self.days * DAY_S

    @property
    def events(self) -> int:
        """How many events there will be, about."""
        return self.days * self.events_per_day

    @property
    def bytes(self) -> int:
        """How many bytes of a disk the data will take, about."""
        packing = GZIP_FACTOR if Quirk.GZIP in self.quirks else 1
        faults = int(self.events * self.fault_rate) * BYTES_PER_FAULT
        return (self.events * BYTES_PER_EVENT + faults) // packing + self.songs * BYTES_PER_SONG_FILE


LATEST_ORDINAL = dt.date(LATEST_YEAR, 12, 31).toordinal()
