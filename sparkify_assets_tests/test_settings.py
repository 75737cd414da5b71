"""Settings come from the environment alone, with defaults, and a malformed one is named."""

import ast
import datetime as dt
import re
from pathlib import Path

import pytest

from sparkify_assets import settings
from sparkify_assets.errors import SettingsError
from sparkify_assets.settings import CHECKOUT, NAMES, read_settings, unknown_settings

OTHERS = {
    "SPARKIFY_DATABASE_URL": "postgresql://example.org/star",
    "SPARKIFY_DATA": "/mnt/raw files",
    "SPARKIFY_FIRST_DAY": "2019-02-01",
    "SPARKIFY_LAST_DAY": "2019-02-28",
    "SPARKIFY_MAX_REJECTED": "0.25",
    "SPARKIFY_EXECUTOR": "multiprocess",
    "SPARKIFY_STAGING": "memory://staged",
    "SPARKIFY_REPORT": "/mnt/report",
    "SPARKIFY_HOME": "/mnt/state",
    "SPARKIFY_POSTGRES_BIN": "/usr/lib/postgresql/15/bin",
    "SPARKIFY_LOOK_EVERY": "5",
    "SPARKIFY_SETTLE": "0",
    "SPARKIFY_RETRACT": "yes",
    "SPARKIFY_DAILY": "yes",
    "SPARKIFY_KEEP_REJECTS": "90",
    "SPARKIFY_ALERT_URL": "https://chat.example.com/hooks/secret",
}


def names_read() -> set[str]:
    """Return the names of variables that stand in the settings' code."""
    tree = ast.parse(Path(settings.__file__).read_text(encoding="utf-8"))
    texts = (node.value for node in ast.walk(tree) if isinstance(node, ast.Constant) and isinstance(node.value, str))
    return {text for text in texts if re.fullmatch(r"[A-Z][A-Z_]+[A-Z]", text)}


def test_defaults_are_the_shipped_sample_in_the_checkout() -> None:
    read = read_settings({})

    assert read.database_url is None
    assert read.postgres_bin is None
    assert read.data == CHECKOUT / "data"
    assert (read.first_day, read.last_day) == (dt.date(2018, 11, 1), dt.date(2018, 11, 30))
    assert read.max_rejected == 0.05
    assert read.state == CHECKOUT / ".sparkify"
    assert read.staging == str(CHECKOUT / ".sparkify" / "staging")
    assert read.report == CHECKOUT / ".sparkify" / "report"
    assert read.postgres_home == CHECKOUT / ".sparkify" / "postgres"
    assert read.executor == "in_process"
    assert (read.look_every_s, read.settle_s, read.retract) == (15, 10, False)
    assert (read.alert_url, read.keep_rejects_days) == (None, None)
    assert (CHECKOUT / "pyproject.toml").is_file()


def test_each_variable_is_read() -> None:
    read = read_settings(OTHERS)

    assert read.database_url == "postgresql://example.org/star"
    assert read.postgres_bin == Path("/usr/lib/postgresql/15/bin")
    assert read.data == Path("/mnt/raw files")
    assert (read.first_day, read.last_day) == (dt.date(2019, 2, 1), dt.date(2019, 2, 28))
    assert read.max_rejected == 0.25
    assert read.state == Path("/mnt/state")
    assert read.staging == "memory://staged"
    assert read.report == Path("/mnt/report")
    assert read.executor == "multiprocess"
    assert (read.look_every_s, read.settle_s, read.retract) == (5, 0, True)
    assert read.keep_rejects_days == 90
    assert read.alert_url == "https://chat.example.com/hooks/secret"


@pytest.mark.parametrize("name", OTHERS)
def test_each_variable_matters_and_an_empty_value_counts_as_unset(name: str) -> None:
    without = {other: value for other, value in OTHERS.items() if other != name}

    assert read_settings({**without, name: ""}) == read_settings(without)
    assert read_settings(without) != read_settings(OTHERS)


def test_tests_name_every_variable() -> None:
    assert names_read() == set(OTHERS)


def test_example_names_every_variable_and_sets_none() -> None:
    lines = (CHECKOUT / ".env.example").read_text(encoding="utf-8").splitlines()
    assigned = dict(line[1:].split("=", 1) for line in lines if line.startswith("#SPARKIFY_"))

    assert set(assigned) == names_read()
    assert set(assigned.values()) == {""}


def test_staging_lies_below_the_state() -> None:
    assert read_settings({"SPARKIFY_HOME": "/mnt/state"}).staging == str(Path("/mnt/state/staging"))


def test_folders_become_absolute() -> None:
    read = read_settings({"SPARKIFY_DATA": "a/b", "SPARKIFY_HOME": "c", "SPARKIFY_STAGING": "d"})

    here = Path.cwd()
    assert (read.data, read.state, read.staging) == (here / "a/b", here / "c", str(here / "d"))


@pytest.mark.parametrize("url", ["s3://bucket/staged", "memory://staged", "file:///mnt/staged frames"])
def test_staging_url_stays_as_it_is(url: str) -> None:
    assert read_settings({"SPARKIFY_STAGING": url}).staging == url


def test_first_day_alone_lasts_until_today() -> None:
    read = read_settings({"SPARKIFY_FIRST_DAY": "2020-01-01"})

    before = dt.datetime.now(dt.UTC).date()
    until = read.until()
    assert read.last_day is None
    assert before <= until <= dt.datetime.now(dt.UTC).date()


def test_last_day_given_is_the_last_also_ahead_of_today() -> None:
    read = read_settings({"SPARKIFY_FIRST_DAY": "9998-01-01", "SPARKIFY_LAST_DAY": "9998-01-01"})

    assert read.until() == dt.date(9998, 1, 1)


@pytest.mark.parametrize("name", ["SPARKIFY_FIRST_DAY", "SPARKIFY_LAST_DAY"])
@pytest.mark.parametrize(
    "value", ["yesterday", "2018-02-30", "2018-11", "01.11.2018", " 2018-11-01", "2018-11-01T00:00", "20181101"]
)
def test_malformed_day_is_named(name: str, value: str) -> None:
    with pytest.raises(SettingsError, match=rf"^{name} is '{re.escape(value)}'; expected is a day such as 2018-11-15$"):
        read_settings({name: value})


@pytest.mark.parametrize("value", ["0018-11-15", "0999-12-31", "9999-12-31"])
def test_day_that_dagster_could_not_make_a_partition_of_is_named(value: str) -> None:
    with pytest.raises(
        SettingsError, match=rf"^SPARKIFY_FIRST_DAY is '{value}'; expected is a day from 1000-01-01 to 9999-12-30$"
    ):
        read_settings({"SPARKIFY_FIRST_DAY": value})


@pytest.mark.parametrize(
    ("days", "message"),
    [
        (
            {"SPARKIFY_FIRST_DAY": "2018-11-02", "SPARKIFY_LAST_DAY": "2018-11-01"},
            r"^SPARKIFY_LAST_DAY is 2018-11-01, before the first day 2018-11-02",
        ),
        ({"SPARKIFY_LAST_DAY": "2018-10-31"}, r"^SPARKIFY_LAST_DAY is 2018-10-31, before the first day 2018-11-01"),
        (
            {"SPARKIFY_FIRST_DAY": "9998-01-01"},
            r"^SPARKIFY_LAST_DAY is unset, so today, before the first day 9998-01-01",
        ),
    ],
)
def test_last_day_before_the_first_is_named(days: dict[str, str], message: str) -> None:
    with pytest.raises(SettingsError, match=message):
        read_settings(days)


@pytest.mark.parametrize(("value", "share"), [("0", 0.0), ("1", 1.0), ("0.05", 0.05), ("5e-2", 0.05)])
def test_share_is_between_zero_and_one(value: str, share: float) -> None:
    assert read_settings({"SPARKIFY_MAX_REJECTED": value}).max_rejected == share


@pytest.mark.parametrize("value", ["5%", "-0.1", "1.1", "nan", "inf", "five", "0,05"])
def test_malformed_share_is_named(value: str) -> None:
    with pytest.raises(
        SettingsError,
        match=rf"^SPARKIFY_MAX_REJECTED is '{re.escape(value)}'; expected is a share between 0 and 1, such as 0.05$",
    ):
        read_settings({"SPARKIFY_MAX_REJECTED": value})


def test_unknown_executor_is_named() -> None:
    with pytest.raises(SettingsError, match=r"^SPARKIFY_EXECUTOR is 'dask'; expected is in_process or multiprocess$"):
        read_settings({"SPARKIFY_EXECUTOR": "dask"})


def test_password_is_not_part_of_the_settings_text() -> None:
    read = read_settings({"SPARKIFY_DATABASE_URL": "postgresql://ada:s3cret@example.org/star"})

    assert "s3cret" not in repr(read)


@pytest.mark.parametrize("value", ["10s", "-1", "1.5", "86401", "1e3", "\u0663", "9999999"])
@pytest.mark.parametrize(("name", "least", "default"), [("SPARKIFY_LOOK_EVERY", 1, 15), ("SPARKIFY_SETTLE", 0, 10)])
def test_malformed_seconds_are_named(name: str, least: int, default: int, value: str) -> None:
    expected = f"{name} is '{value}'; expected is a whole number of seconds from {least} to 86400, such as {default}"
    with pytest.raises(SettingsError, match=f"^{re.escape(expected)}$"):
        read_settings({name: value})


def test_daily_files_are_said_to_come_or_not_or_left_open() -> None:
    given = [read_settings({"SPARKIFY_DAILY": value}).daily for value in ("yes", "no", "")]

    assert given == [True, False, None]
    with pytest.raises(SettingsError, match=r"^SPARKIFY_DAILY is 'on'; expected is no or yes$"):
        read_settings({"SPARKIFY_DAILY": "on"})


def test_retraction_is_yes_or_no() -> None:
    with pytest.raises(SettingsError, match=r"^SPARKIFY_RETRACT is 'true'; expected is no or yes$"):
        read_settings({"SPARKIFY_RETRACT": "true"})


@pytest.mark.parametrize(
    "value", ["chat.example.com/s3cret", "ftp://chat/s3cret", "https://", "http://a b/s3cret", "file:///s3cret"]
)
def test_malformed_web_address_is_named_without_its_value(value: str) -> None:
    with pytest.raises(
        SettingsError, match=r"^SPARKIFY_ALERT_URL is no web address; expected is one such as https:"
    ) as told:
        read_settings({"SPARKIFY_ALERT_URL": value})

    assert "s3cret" not in str(told.value)


def test_secrets_are_not_shown_with_the_settings() -> None:
    assert "secret" not in repr(read_settings(OTHERS))


@pytest.mark.parametrize("value", ["0", "-1", "ninety", "36501", "1.5", "999999"])
def test_malformed_number_of_days_is_named(value: str) -> None:
    with pytest.raises(
        SettingsError,
        match=rf"^SPARKIFY_KEEP_REJECTS is '{value}'; expected is a whole number of days from 1 to 36500$",
    ):
        read_settings({"SPARKIFY_KEEP_REJECTS": value})


@pytest.mark.parametrize(
    "url",
    [
        "postgresql://ada:s3@cret@example.org/star",
        "postgresql://ada:s3/cret@example.org:5432/star",
        "postgresql://ada:s3?cret@example.org/star",
        "postgresql://ada@home:s3cret@example.org/star",
    ],
)
def test_password_that_would_be_taken_for_a_host_is_refused_and_not_shown(url: str) -> None:
    with pytest.raises(
        SettingsError, match=r"^SPARKIFY_DATABASE_URL: .* percent-encoded, as %40, %2F and %3F"
    ) as error:
        read_settings({"SPARKIFY_DATABASE_URL": url})

    assert "cret" not in str(error.value)


@pytest.mark.parametrize(
    "url",
    [
        "postgresql://ada:s3%40cret@example.org:5432/star?sslmode=require",
        "postgresql://ada:s3:cret@[::1]:5432/star",
        "postgresql://one.example.org:5432,two.example.org/star?user=ada@home",
        "postgresql:///star?host=/run/postgresql&user=ada",
        "postgresql://",
        "host=example.org user=ada password=s3@cret",
    ],
)
def test_other_urls_are_left_to_postgres(url: str) -> None:
    assert read_settings({"SPARKIFY_DATABASE_URL": url}).database_url == url


def test_home_may_be_written_as_a_tilde() -> None:
    names = ("SPARKIFY_HOME", "SPARKIFY_DATA", "SPARKIFY_STAGING", "SPARKIFY_REPORT", "SPARKIFY_POSTGRES_BIN")

    read = read_settings(dict.fromkeys(names, "~/of ours"))

    wanted = Path.home() / "of ours"
    assert [read.state, read.data, Path(read.staging), read.report, read.postgres_bin] == [wanted] * 5


def test_names_are_those_of_the_example() -> None:
    lines = (CHECKOUT / ".env.example").read_text(encoding="utf-8").splitlines()

    assert {line[1:].partition("=")[0] for line in lines if line.startswith("#SPARKIFY_")} == NAMES


def test_setting_that_there_is_none_of_is_named_with_the_one_that_is_meant() -> None:
    given = {"SPARKIFY_DTA": "a", "SPARKIFY_WEATHER": "fine", "SPARKIFY_DATA": "b", "OTHER": "c"}

    assert unknown_settings(given) == {"SPARKIFY_DTA": "SPARKIFY_DATA", "SPARKIFY_WEATHER": None}
