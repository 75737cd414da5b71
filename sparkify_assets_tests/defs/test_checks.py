"""Each stored check finds what it is there for: the table behind it is broken by hand, then it is asked."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from sparkify_assets.defs.checks import CHECKS, StoredCheck, answer
from sparkify_assets.postgres.connection import Connection, connected
from sparkify_assets_tests.e2e.raw_files import at, event, november, write_day, write_song
from sparkify_assets_tests.loading import ALL_BUT_MATCHES, Loader

BY_NAME = {(asset.key.to_user_string(), check.name): check for asset, checks in CHECKS.values() for check in checks}
WHOLE_MONTH = {"first": "2018-11-01", "last": "2018-11-30", "run": "none"}
ALL_DAYS = {"first": None, "last": None, "run": "none"}

DAMAGES = [
    ("artists", "rows_are_as_published", "DELETE FROM artists", 1),
    ("songs", "rows_are_as_published", "DELETE FROM songs", 1),
    ("songs", "artist_is_found", "DELETE FROM artists", 1),
    ("users", "rows_are_as_published", "INSERT INTO users VALUES (99, null, null, null, 'free')", 1),
    ("users", "user_has_played", "INSERT INTO users VALUES (99, null, null, null, 'free')", 1),
    ("time", "time_is_used", "DELETE FROM songplays WHERE user_id = 15", 1),
    ("songplays", "references_are_found", "DELETE FROM users WHERE user_id = 15", 1),
    ("songplays", "references_are_found", "DELETE FROM time", 2),
    ("songplays", "references_are_found", "DELETE FROM songs", 2),
    ("songplays", "references_are_found", "DELETE FROM artists", 2),
    ("songplays", "event_date_is_file_date", "UPDATE songplays SET log_date = '2018-11-07' WHERE user_id = 15", 1),
]


@pytest.fixture
def loaded(tmp_path: Path, database_url: str) -> Iterator[Connection]:
    """Load two plays of two users, on two days, of the one song there is."""
    loader = Loader(tmp_path / "data", tmp_path / "staging", database_url)
    write_song(loader.data, "A/one")
    write_day(loader.data, 5, event(ts=at(5, 1), userId="15"))
    write_day(loader.data, 6, event(ts=at(6, 1), userId="16"))
    loader.load(november(5), november(6))
    with connected(database_url) as connection:
        yield connection


@pytest.mark.parametrize(("table", "name", "damage", "offending"), DAMAGES)
def test_check_finds_the_damage(loaded: Connection, table: str, name: str, damage: str, offending: int) -> None:
    check = BY_NAME[table, name]
    assert answer(loaded, check, WHOLE_MONTH)[0] == 0

    loaded.execute(damage.encode())

    assert answer(loaded, check, WHOLE_MONTH)[0] == offending
    assert answer(loaded, check, ALL_DAYS)[0] == offending


def test_every_check_has_a_damage_that_it_finds() -> None:
    tried = {(table, name) for table, name, _, _ in DAMAGES}
    elsewhere = {("songs", "stored_plays_match"), ("songplays", "every_day_has_plays")}

    assert tried | elsewhere == set(BY_NAME)


def test_days_without_plays_are_counted(loaded: Connection) -> None:
    check = BY_NAME["songplays", "every_day_has_plays"]

    assert answer(loaded, check, {"first": "2018-11-05", "last": "2018-11-08", "run": "none"})[0] == 2


@pytest.mark.parametrize("changes", [{"song_id": "SO0"}, {"artist_id": "AR2"}], ids=["other song", "other artist"])
def test_days_whose_match_is_no_longer_that_of_the_songs_are_named(
    tmp_path: Path, database_url: str, changes: dict[str, str]
) -> None:
    loader = Loader(tmp_path / "data", tmp_path / "staging", database_url)
    write_song(loader.data, "A/one")
    for day in (5, 6):
        write_day(loader.data, day, event(ts=at(day, 1)))
    loader.load(november(5), november(6))

    write_song(loader.data, "A/two", **changes)
    result = loader.load(november(6), november(6), select=ALL_BUT_MATCHES)

    found = {each.check_name: each for each in result.get_asset_check_evaluations()}["stored_plays_match"]
    assert not found.passed
    assert found.description == "load these days again: 2018-11-05"


def test_check_of_a_table_that_is_not_there_says_so_and_does_not_pass(connection: Connection) -> None:
    check = BY_NAME["users", "user_has_played"]

    assert answer(connection, check, ALL_DAYS) == (None, 'not looked at: relation "public.users" does not exist')


def test_check_without_a_recorded_load_says_so(loaded: Connection) -> None:
    loaded.execute("DELETE FROM ops.table_rows")

    offending, why = answer(loaded, BY_NAME["users", "rows_are_as_published"], ALL_DAYS)

    assert offending is None
    assert why == "not looked at: no load is recorded that it could be compared with"


def test_checks_are_declared_once() -> None:
    assert all(isinstance(check, StoredCheck) for check in BY_NAME.values())
    assert len(BY_NAME) == sum(len(checks) for _, checks in CHECKS.values())
