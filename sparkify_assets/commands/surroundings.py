"""The environment that Dagster's own commands run in when `make` starts them."""

import datetime as dt
import os
import sys
from collections.abc import Sequence
from pathlib import Path

from dotenv import load_dotenv

from sparkify_assets.errors import SettingsError
from sparkify_assets.ingest.discovery import find_days
from sparkify_assets.settings import (
    CHECKOUT,
    EARLIEST_DAY,
    FIRST_SAMPLE_DAY,
    LATEST_DAY,
    Settings,
    read_settings,
    unknown_settings,
)
from sparkify_assets.watching.lateness import files_come

DAGSTER_YAML = CHECKOUT / "dagster.yaml"
MODULE = "sparkify_assets.definitions"
REPORT_MODULE = "sparkify_assets.all_definitions"

DAGSTER = (sys.executable, "-m", "dagster")
"""Dagster's command by this Python. The script beside it names the folder it was installed in: in a checkout that was
copied or moved since, it would be another checkout's, or none's."""


def load_env_file() -> None:
    """Take over what `.env` in the current folder says; as with Dagster's commands it wins over the shell.

    Settings that there are none of are told to the user.
    """
    load_dotenv(Path.cwd() / ".env", override=True)
    for name, meant in unknown_settings().items():
        hint = f"; did you mean {meant}?" if meant else ""
        print(f"warning: there is no setting {name}, it is passed over{hint}", file=sys.stderr)


def dagster_environment(*, growing: bool = False) -> dict[str, str]:
    """Return the environment for a Dagster command: its home, and the days that the files are of.

    DAGSTER_HOME and the days are left alone where the user has set them.

    Args:
        growing: the command goes on for days, so that days to come exist too, each from its first hour (UTC) on. They
            go on until today even where the files have ended long ago: a file of any day since may come, and is loaded.
            Where files have come lately, one of every day is to come (SPARKIFY_DAILY), unless the user says otherwise.

    Raises:
        SettingsError: a value is malformed, or SPARKIFY_HOME can't be written to.
        IngestError: there is no log folder.
    """
    settings = read_settings()
    environment = home_environment(settings)
    if not {"SPARKIFY_FIRST_DAY", "SPARKIFY_LAST_DAY"} & environment.keys():
        days = [day for day in find_days(settings.data) if EARLIEST_DAY <= day <= LATEST_DAY]
        environment |= _days_to_come(days) if growing else _days_of_files(days)
    return environment


def home_environment(settings: Settings) -> dict[str, str]:
    """Return the environment for a Dagster command that asks for no day: DAGSTER_HOME and the code alone."""
    environment = {name: value for name, value in os.environ.items() if value != ""}
    # This checkout's code, also where the virtual environment came from another one.
    environment["PYTHONPATH"] = os.pathsep.join(filter(None, [str(CHECKOUT), environment.get("PYTHONPATH")]))
    if "DAGSTER_HOME" not in environment:
        environment["DAGSTER_HOME"] = str(_linked_home(settings))
    return environment


def _days_of_files(days: Sequence[dt.date]) -> dict[str, str]:
    return {"SPARKIFY_FIRST_DAY": str(days[0]), "SPARKIFY_LAST_DAY": str(days[-1])} if days else {}


def _days_to_come(days: Sequence[dt.date]) -> dict[str, str]:
    today = dt.datetime.now(dt.UTC).date()
    if not days:
        return {"SPARKIFY_FIRST_DAY": str(FIRST_SAMPLE_DAY)}
    if days[-1] > today:
        return _days_of_files(days)
    daily = not os.environ.get("SPARKIFY_DAILY") and files_come(days, today)
    return {"SPARKIFY_FIRST_DAY": str(days[0]), **({"SPARKIFY_DAILY": "yes"} if daily else {})}


def _linked_home(settings: Settings) -> Path:
    """Return the project's own DAGSTER_HOME, made where it is missing, with the project's dagster.yaml in it.

    Dagster reads the file at the root of the checkout only while DAGSTER_HOME is unset.
    """
    home = settings.state / "dagster"
    link = home / "dagster.yaml"
    try:
        home.mkdir(parents=True, exist_ok=True)
        if not link.is_symlink() or link.resolve() != DAGSTER_YAML.resolve():
            link.unlink(missing_ok=True)
            link.symlink_to(DAGSTER_YAML)
    except OSError as error:
        raise SettingsError(
            f"'{home}' can't be made: {error.strerror}; set SPARKIFY_HOME to a folder that you can write to"
        ) from error
    return home
