"""Each stored check finds what it is there for: the table behind it is broken by hand, then it is asked."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from sparkify_assets.defs.checking import Answer, Parameters, StoredCheck, ask
from sparkify_assets.defs.checks import CHECKS
from sparkify_assets.postgres.connection import Connection, connected
from sparkify_assets_tests.conftest import fresh_database
from sparkify_assets_tests.e2e.raw_files import at, event, november, write_day, write_song
from sparkify_assets_tests.loading import ALL_BUT_MATCHES, Loader

BY_NAME = {(asset.key.to_user_string(), check.name): check for asset, checks in CHECKS.values() for check in checks}
WHOLE_MONTH = {"first": "2018-11-01", "last": "2018-11-30", "run": "none"}
ALL_DAYS = {"first": None, "last": None, "run": "none"}

NO_KEY = "ALTER TABLE {0} DROP CONSTRAINT {0}_pkey"
NO_LEVEL_RULE = "ALTER TABLE {0} DROP CONSTRAINT {0}_level_check; UPDATE {0} SET level = 'gold' WHERE user_id = 15"
ONE_MORE = (
    """INSERT INTO songplays SELECT (jsonb_populate_record(p, '{"songplay_id": 1, "session_id": 99}')).* """
    "FROM songplays p WHERE user_id = 15"
)

DAMAGES = [
    ("artists", "key_is_unique", NO_KEY.format("artists"), 1),
    ("songs", "key_is_unique", NO_KEY.format("songs"), 1),
    ("users", "key_is_unique", NO_KEY.format("users"), 1),
    ("time", "key_is_unique", NO_KEY.format("time"), 1),
    ("songplays", "key_is_unique", NO_KEY.format("songplays"), 1),
    ("users", "level_is_known", NO_LEVEL_RULE.format("users"), 1),
    ("songplays", "level_is_known", NO_LEVEL_RULE.format("songplays"), 1),
    ("songplays", "plays_reconcile", "DELETE FROM songplays WHERE user_id = 15", 1),
    ("songplays", "plays_reconcile", ONE_MORE, 1),
    ("artists", "rows_are_as_published", "DELETE FROM artists", 1),
    ("songs", "rows_are_as_published", "DELETE FROM songs", 1),
    ("songs", "artist_is_found", "DELETE FROM artists", 1),
    ("users", "rows_are_as_published", "INSERT INTO users VALUES (99, null, null, null, 'free')", 1),
    ("unused_rows", "user_has_played", "INSERT INTO users VALUES (99, null, null, null, 'free')", 1),
    ("unused_rows", "time_is_used", "DELETE FROM songplays WHERE user_id = 15", 1),
    ("songplays", "references_are_found", "DELETE FROM users WHERE user_id = 15", 1),
    ("songplays", "start_times_are_found", "DELETE FROM time", 2),
    ("songplays", "references_are_found", "DELETE FROM songs", 2),
    ("songplays", "references_are_found", "DELETE FROM artists", 2),
    ("songplays", "event_date_is_file_date", "UPDATE songplays SET log_date = '2018-11-07' WHERE user_id = 15", 1),
]


@pytest.fixture(scope="module")
def loaded_url(tmp_path_factory: pytest.TempPathFactory, server_url: str) -> Iterator[str]:
    """Load two plays of two users, on two days, of the one song there is."""
    folder = tmp_path_factory.mktemp("loaded")
    with fresh_database(server_url) as url:
        loader = Loader(folder / "data", folder / "staging", url)
        write_song(loader.data, "A/one")
        write_day(loader.data, 5, event(ts=at(5, 1), userId="15"))
        write_day(loader.data, 6, event(ts=at(6, 1), userId="16"))
        loader.load(november(5), november(6))
        yield url


@pytest.fixture
def loaded(server_url: str, loaded_url: str) -> Iterator[Connection]:
    """Connect to a copy of what is loaded."""
    with fresh_database(server_url, like=loaded_url) as url, connected(url) as connection:
        yield connection


@pytest.mark.parametrize(("table", "name", "damage", "offending"), DAMAGES)
def test_check_finds_the_damage(loaded: Connection, table: str, name: str, damage: str, offending: int) -> None:
    check = BY_NAME[table, name]
    assert answer(loaded, check, WHOLE_MONTH).offending == 0

    loaded.execute(damage.encode())

    assert answer(loaded, check, WHOLE_MONTH).offending == offending
    assert answer(loaded, check, ALL_DAYS).offending == offending


def test_every_check_has_a_damage_that_it_finds() -> None:
    tried = {(table, name) for table, name, _, _ in DAMAGES}
    elsewhere = {
        ("songs", "stored_plays_match"),
        ("songplays", "every_day_has_plays"),
        ("songplays", "volume_is_usual"),
    }

    assert tried | elsewhere == set(BY_NAME)


def test_key_that_is_gone_is_named_and_any_valid_index_on_it_will_do(loaded: Connection) -> None:
    check = BY_NAME["songplays", "key_is_unique"]
    loaded.execute("ALTER TABLE songplays DROP CONSTRAINT songplays_start_time_user_id_session_id_item_in_session_key")

    found = answer(loaded, check, WHOLE_MONTH)

    assert found.which == "put back the unique key on (start_time, user_id, session_id, item_in_session)"
    loaded.execute("CREATE UNIQUE INDEX other ON songplays (user_id, start_time, session_id, item_in_session)")
    assert answer(loaded, check, WHOLE_MONTH) == Answer(0, None, {"offending": 0, "keys_declared": 2})


def test_figures_say_how_much_was_looked_at(loaded: Connection) -> None:
    day = {"first": "2018-11-05", "last": "2018-11-05", "run": "none"}

    assert answer(loaded, BY_NAME["songplays", "references_are_found"], day).figures["plays"] == 1
    assert answer(loaded, BY_NAME["songplays", "references_are_found"], WHOLE_MONTH).figures["plays"] == 2
    assert answer(loaded, BY_NAME["users", "level_is_known"], day).figures == {
        "offending": 0,
        "users": 2,
        "free": 2,
        "paid": 0,
    }


def test_days_without_plays_are_named(loaded: Connection) -> None:
    check = BY_NAME["songplays", "every_day_has_plays"]

    found = answer(loaded, check, {"first": "2018-11-05", "last": "2018-11-08", "run": "none"})

    assert found == Answer(2, "days without a play: 2018-11-07, 2018-11-08", {"offending": 2, "days": 4})


def test_plays_that_wait_behind_a_later_copy_reconcile(tmp_path: Path, database_url: str) -> None:
    loader = Loader(tmp_path / "data", tmp_path / "staging", database_url)
    write_song(loader.data, "A/one")
    write_day(loader.data, 5, event(ts=at(5)), event(ts=at(5, 1)))
    write_day(loader.data, 6, event(ts=at(5, 1)))
    loader.load(november(5), november(6))

    with connected(database_url) as connection:
        found = answer(connection, BY_NAME["songplays", "plays_reconcile"], WHOLE_MONTH)

    assert found.offending == 0
    assert (found.figures["plays_recorded"], found.figures["plays_public"], found.figures["plays_waiting"]) == (3, 2, 1)


def test_days_whose_users_are_of_another_load_are_left_out(loaded: Connection) -> None:
    loaded.execute("DELETE FROM songplays")
    loaded.execute("UPDATE ops.publications SET version = version + 1 WHERE table_name = 'public.users'")

    found = answer(loaded, BY_NAME["songplays", "plays_reconcile"], WHOLE_MONTH)

    assert (found.offending, found.figures["days_left_out"]) == (0, 2)


@pytest.mark.parametrize(
    ("plays", "offending"),
    [
        ([100, 100, 100, 400], 0),
        ([100, 100, 100, 421], 1),
        ([100, 100, 100, 20], 0),
        ([100, 100, 100, 19], 1),
        ([100, 1, 900, 421], 1),  # the median is what is usual
        ([100, 0, 100, 421], 0),  # two weeks are too few to say
        ([3, 3, 3, 30], 0),  # where there are few, their number says little
    ],
)
def test_volume_is_that_of_the_same_weekday_of_the_weeks_before(
    loaded: Connection, plays: list[int], offending: int
) -> None:
    loaded.execute("DELETE FROM ops.user_days")
    for week, number in enumerate(plays):
        loaded.execute(
            "INSERT INTO ops.user_days SELECT (%s::date + 7 * %s), 15, null, null, null, 'free', %s, now(), 1, 1",
            ("2018-11-08", week, number),
        )
    last = {"first": "2018-11-29", "last": "2018-11-29", "run": "none"}

    found = answer(loaded, BY_NAME["songplays", "volume_is_usual"], last)

    assert found.offending == offending
    assert answer(loaded, BY_NAME["songplays", "volume_is_usual"], ALL_DAYS).offending == offending
    assert (found.which or "").startswith("unusual: 2018-11-29 has" if offending else "")


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
    check = BY_NAME["unused_rows", "user_has_played"]

    assert answer(connection, check, ALL_DAYS) == Answer(None, 'not looked at: relation "public.users" does not exist')


def test_check_for_which_nothing_is_there_yet_holds(loaded: Connection) -> None:
    check = BY_NAME["songs", "stored_plays_match"]
    assert answer(loaded, check, ALL_DAYS).which is None

    loaded.execute("DROP TABLE songplays CASCADE")

    assert answer(loaded, check, ALL_DAYS) == Answer(0, "no play is stored yet")


def test_check_without_a_recorded_load_says_so(loaded: Connection) -> None:
    loaded.execute("DELETE FROM ops.table_rows")

    found = answer(loaded, BY_NAME["users", "rows_are_as_published"], ALL_DAYS)

    assert found == Answer(None, "not looked at: no load is recorded that it could be compared with")


def test_checks_are_declared_once() -> None:
    assert all(isinstance(check, StoredCheck) for check in BY_NAME.values())
    assert len(BY_NAME) == sum(len(checks) for _, checks in CHECKS.values())


def test_severity_is_argued_in_what_people_read() -> None:
    for check in BY_NAME.values():
        assert check.in_full == f"{check.description} {check.severity.value}: {check.why}"
        assert check.description.endswith(".")
        assert check.why.endswith(".")


def answer(connection: Connection, check: StoredCheck, parameters: Parameters) -> Answer:
    """Ask one check."""
    [found] = ask(connection, [check], parameters)
    return found
