"""What Dagster's commands are told, and what users are told of their settings."""

import datetime as dt
import os
import subprocess
import sys
from pathlib import Path

import pytest

from sparkify_assets.commands.surroundings import dagster_environment
from sparkify_assets.errors import SettingsError
from sparkify_assets.settings import CHECKOUT

DAYS = ("SPARKIFY_FIRST_DAY", "SPARKIFY_LAST_DAY")


@pytest.fixture
def logs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return the log folder of the only settings that there are."""
    for name in (*DAYS, "SPARKIFY_DAILY"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("SPARKIFY_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("SPARKIFY_DATA", str(tmp_path))
    folder = tmp_path / "log_data"
    folder.mkdir()
    return folder


def days_of(environment: dict[str, str]) -> list[str | None]:
    return [environment.get(name) for name in DAYS]


def test_days_are_those_of_the_files_and_a_command_that_goes_on_has_only_the_first(logs: Path) -> None:
    for day in ("2018-11-05", "2018-11-07"):
        (logs / f"{day}-events.json").touch()

    assert days_of(dagster_environment()) == ["2018-11-05", "2018-11-07"]
    assert days_of(dagster_environment(growing=True)) == ["2018-11-05", None]


def test_files_ahead_of_today_exist_too(logs: Path) -> None:
    ahead = dt.datetime.now(dt.UTC).date() + dt.timedelta(days=400)
    (logs / f"{ahead}-events.json").touch()

    assert days_of(dagster_environment(growing=True)) == [str(ahead), str(ahead)]


@pytest.mark.usefixtures("logs")
def test_folder_without_a_file_begins_with_the_sample() -> None:
    assert days_of(dagster_environment(growing=True)) == ["2018-11-01", None]
    assert days_of(dagster_environment()) == [None, None]


def test_file_of_every_day_is_to_come_where_one_has_come_lately(logs: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (logs / "2018-11-30-events.json").touch()
    assert "SPARKIFY_DAILY" not in dagster_environment(growing=True)

    (logs / f"{dt.datetime.now(dt.UTC).date() - dt.timedelta(days=5)}-events.json").touch()
    assert dagster_environment(growing=True)["SPARKIFY_DAILY"] == "yes"
    assert "SPARKIFY_DAILY" not in dagster_environment()
    monkeypatch.setenv("SPARKIFY_DAILY", "no")
    assert dagster_environment(growing=True)["SPARKIFY_DAILY"] == "no"


@pytest.mark.parametrize("name", DAYS)
def test_days_that_the_user_has_set_are_left_alone(logs: Path, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    (logs / "2017-01-01-events.json").touch()
    monkeypatch.setenv(name, "2018-11-15")

    assert days_of(dagster_environment(growing=True)) == ["2018-11-15" if each == name else None for each in DAYS]


@pytest.mark.usefixtures("logs")
def test_home_that_can_not_be_made_is_one_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("DAGSTER_HOME", raising=False)
    (tmp_path / "home").write_text("a file")

    with pytest.raises(SettingsError, match=r"home/dagster' can't be made: .*; set SPARKIFY_HOME to a folder"):
        dagster_environment()


def test_setting_that_there_is_none_of_is_told(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("SPARKIFY_SETTEL=3\nSPARKIFY_DATA=data\n")
    script = "from sparkify_assets.commands.surroundings import load_env_file; load_env_file()"

    done = subprocess.run(
        [sys.executable, "-c", script],
        cwd=tmp_path,
        env={"PATH": os.environ["PATH"], "PYTHONPATH": str(CHECKOUT), "SPARKIFY_WEATHER": "fine"},
        capture_output=True,
        text=True,
        check=True,
    )

    assert done.stderr.splitlines() == [
        "warning: there is no setting SPARKIFY_SETTEL, it is passed over; did you mean SPARKIFY_SETTLE?",
        "warning: there is no setting SPARKIFY_WEATHER, it is passed over",
    ]
