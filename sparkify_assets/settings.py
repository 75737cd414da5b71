"""The one reader of the environment; every default stands here."""

from __future__ import annotations

import datetime as dt
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from pathlib import Path

import click

from sparkify_assets.errors import SettingsError

CHECKOUT = Path(__file__).resolve().parent.parent
FIRST_SAMPLE_DAY = dt.date(2018, 11, 1)
LAST_SAMPLE_DAY = dt.date(2018, 11, 30)
MAX_REJECTED = 0.05
EARLIEST_DAY = dt.date(1000, 1, 1)  # Dagster writes years before with fewer than four digits
LATEST_DAY = dt.date(9999, 12, 30)  # Dagster's partitions end before the day after
EXECUTORS = ("in_process", "multiprocess")
NO_OR_YES = ("no", "yes")
LOOK_EVERY_S = 15
SETTLE_S = 10
MOST_SECONDS = 24 * 3600
MOST_DAYS = 36_500


NAMES = frozenset(
    {
        "SPARKIFY_DATABASE_URL",
        "SPARKIFY_POSTGRES_BIN",
        "SPARKIFY_DATA",
        "SPARKIFY_FIRST_DAY",
        "SPARKIFY_LAST_DAY",
        "SPARKIFY_MAX_REJECTED",
        "SPARKIFY_HOME",
        "SPARKIFY_STAGING",
        "SPARKIFY_REPORT",
        "SPARKIFY_EXECUTOR",
        "SPARKIFY_LOOK_EVERY",
        "SPARKIFY_SETTLE",
        "SPARKIFY_RETRACT",
        "SPARKIFY_DAILY",
        "SPARKIFY_KEEP_REJECTS",
        "SPARKIFY_ALERT_URL",
    }
)
"""The variables that are read."""


class MalformedSettingError(SettingsError, click.ClickException):
    """The error as Dagster's commands, which import the definitions, print it: one sentence, no traceback.

    It stands here because the embedded server's keeper imports `errors` on the bare standard library.
    """


@dataclass(frozen=True)
class Settings:
    """What the user has set, or the defaults.

    Attributes:
        database_url: the Postgres to load; None for the embedded one.
        postgres_bin: folder of the embedded server's programs; None for those that come with the project.
        data: the folder that holds song_data and log_data.
        first_day: first day that exists.
        last_day: last day that exists; None for today, whichever day that is.
        max_rejected: share of refused records, 0 to 1, above which a load stops.
        state: the folder of everything that the project keeps: embedded server, staging, Dagster's state.
        staging: folder or fsspec URL of the staged raw frames.
        report: folder of the listening report.
        executor: how Dagster runs the steps of a run.
        look_every_s: seconds between two looks at the folder.
        settle_s: seconds for which a file must be still before it is loaded.
        retract: whether the rows of files that are gone go too.
        daily: whether a log file of every day is to come; None: as long as some have come lately.
        keep_rejects_days: days for which refused log records are kept; None for ever.
        alert_url: the webhook that is told of failures; None for none.
    """

    database_url: str | None = field(repr=False)  # it may hold a password
    postgres_bin: Path | None
    data: Path
    first_day: dt.date
    last_day: dt.date | None
    max_rejected: float
    state: Path
    staging: str
    report: Path
    executor: str
    look_every_s: int
    settle_s: int
    retract: bool
    daily: bool | None
    keep_rejects_days: int | None
    alert_url: str | None = field(repr=False)  # its path is often a secret

    @property
    def postgres_home(self) -> Path:
        """The folder of the embedded server."""
        return self.state / "postgres"

    def until(self) -> dt.date:
        """Return the last day that exists, by UTC's clock where it is today."""
        return self.last_day or dt.datetime.now(dt.UTC).date()


def read_settings(environ: Mapping[str, str] = os.environ) -> Settings:
    """Read the settings; an empty value counts as unset.

    Raises:
        SettingsError: a value is malformed; the message names the allowed form.
    """
    given = {name: value for name, value in environ.items() if value != ""}
    state = _folder(given, "SPARKIFY_HOME", CHECKOUT / ".sparkify")
    first_day = _day(given, "SPARKIFY_FIRST_DAY") or FIRST_SAMPLE_DAY
    last_day = _day(given, "SPARKIFY_LAST_DAY")
    if last_day is None and "SPARKIFY_FIRST_DAY" not in given:
        last_day = LAST_SAMPLE_DAY
    postgres_bin = given.get("SPARKIFY_POSTGRES_BIN")
    settings = Settings(
        database_url=_database(given, "SPARKIFY_DATABASE_URL"),
        postgres_bin=Path(postgres_bin).expanduser() if postgres_bin else None,
        data=_folder(given, "SPARKIFY_DATA", CHECKOUT / "data"),
        first_day=first_day,
        last_day=last_day,
        max_rejected=_share(given, "SPARKIFY_MAX_REJECTED", MAX_REJECTED),
        state=state,
        staging=_folder_or_url(given.get("SPARKIFY_STAGING", str(state / "staging"))),
        report=_folder(given, "SPARKIFY_REPORT", state / "report"),
        executor=_one_of(given, "SPARKIFY_EXECUTOR", EXECUTORS),
        look_every_s=_seconds(given, "SPARKIFY_LOOK_EVERY", LOOK_EVERY_S, least=1),
        settle_s=_seconds(given, "SPARKIFY_SETTLE", SETTLE_S, least=0),
        retract=_one_of(given, "SPARKIFY_RETRACT", NO_OR_YES) == "yes",
        daily=_one_of(given, "SPARKIFY_DAILY", NO_OR_YES) == "yes" if "SPARKIFY_DAILY" in given else None,
        keep_rejects_days=_days(given, "SPARKIFY_KEEP_REJECTS"),
        alert_url=_web_address(given, "SPARKIFY_ALERT_URL"),
    )
    if settings.until() < first_day:
        last = "unset, so today" if last_day is None else last_day
        raise MalformedSettingError(
            f"SPARKIFY_LAST_DAY is {last}, before the first day {first_day} (SPARKIFY_FIRST_DAY or its default); "
            "set both, the first not after the last"
        )
    return settings


def unknown_settings(environ: Mapping[str, str] = os.environ) -> dict[str, str | None]:
    """Return the variables that look like settings and are none, each with the one that may be meant."""
    strangers = sorted(name for name in environ if name.startswith("SPARKIFY_") and name not in NAMES)
    return {name: next(iter(get_close_matches(name, NAMES, 1, 0.8)), None) for name in strangers}


def _day(given: Mapping[str, str], name: str) -> dt.date | None:
    value = given.get(name)
    if value is None:
        return None
    try:
        day = dt.datetime.strptime(value, "%Y-%m-%d").date()
    except ValueError:
        raise MalformedSettingError(f"{name} is '{value}'; expected is a day such as 2018-11-15") from None
    if not EARLIEST_DAY <= day <= LATEST_DAY:
        raise MalformedSettingError(f"{name} is '{value}'; expected is a day from {EARLIEST_DAY} to {LATEST_DAY}")
    return day


def _share(given: Mapping[str, str], name: str, default: float) -> float:
    value = given.get(name)
    if value is None:
        return default
    try:
        share = float(value)
    except ValueError:
        share = -1
    if not 0 <= share <= 1:
        raise MalformedSettingError(f"{name} is '{value}'; expected is a share between 0 and 1, such as {default}")
    return share


def _seconds(given: Mapping[str, str], name: str, default: int, *, least: int) -> int:
    value = given.get(name, str(default))
    seconds = int(value) if value.isascii() and value.isdecimal() and len(value) < 7 else -1
    if not least <= seconds <= MOST_SECONDS:
        expected = f"a whole number of seconds from {least} to {MOST_SECONDS}, such as {default}"
        raise MalformedSettingError(f"{name} is '{value}'; expected is {expected}")
    return seconds


def _days(given: Mapping[str, str], name: str) -> int | None:
    value = given.get(name)
    if value is None:
        return None
    if not (value.isascii() and value.isdecimal() and 1 <= int(value[:6]) <= MOST_DAYS and len(value) < 6):
        raise MalformedSettingError(f"{name} is '{value}'; expected is a whole number of days from 1 to {MOST_DAYS}")
    return int(value)


def _web_address(given: Mapping[str, str], name: str) -> str | None:
    value = given.get(name)
    if value is None:
        return None
    scheme, _, rest = value.partition("://")
    if scheme not in ("http", "https") or not rest.strip("/") or not value.isascii() or len(value.split()) != 1:
        # The value itself is not shown: it is often a secret.
        raise MalformedSettingError(
            f"{name} is no web address; expected is one such as https://chat.example.com/hooks/1"
        )
    return value


def _folder(given: Mapping[str, str], name: str, default: Path) -> Path:
    return Path(given.get(name, default)).expanduser().absolute()


def _folder_or_url(value: str) -> str:
    return value if "://" in value else str(Path(value).expanduser().absolute())


def _database(given: Mapping[str, str], name: str) -> str | None:
    """Return the URL; refuse one of which libpq would take a part of the password for the host, and print it."""
    value = given.get(name)
    if value is None or "://" not in value:
        return value
    place, _, options = value.partition("://")[2].partition("?")
    authority, _, path = place.partition("/")
    ports = [host.rpartition("]")[2].partition(":")[2] for host in authority.rpartition("@")[2].split(",")]
    without_user = "@" not in authority and any(port and not port.isdecimal() for port in ports)
    if authority.count("@") > 1 or "@" in path or ("@" in options and without_user):
        raise MalformedSettingError(
            f"{name}: '@', '/' and '?' in its user or password must be percent-encoded, as %40, %2F and %3F"
        )
    return value


def _one_of(given: Mapping[str, str], name: str, allowed: tuple[str, ...]) -> str:
    value = given.get(name, allowed[0])
    if value not in allowed:
        raise MalformedSettingError(f"{name} is '{value}'; expected is {' or '.join(allowed)}")
    return value
