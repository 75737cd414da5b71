"""The star's tables have exactly the columns of the design, in its order, and say what they mean."""

import pytest

from sparkify_assets.defs.tables import ARTISTS, PARENTS_FIRST, SONGPLAYS, SONGS, TIME, USERS
from sparkify_assets.postgres.table import Table

SMALLINT, INTEGER, BIGINT = "smallint", "integer", "bigint"
FLOAT, TEXT, DATE, MOMENT = "double precision", "text", "date", "timestamp with time zone"

# name, Postgres type, whether it may be null: section 3 of the design
COLUMNS = {
    SONGS: [
        ("song_id", TEXT, False),
        ("title", TEXT, False),
        ("artist_id", TEXT, False),
        ("artist_name", TEXT, False),
        ("year", SMALLINT, True),
        ("duration", FLOAT, False),
    ],
    ARTISTS: [
        ("artist_id", TEXT, False),
        ("name", TEXT, False),
        ("location", TEXT, True),
        ("latitude", FLOAT, True),
        ("longitude", FLOAT, True),
    ],
    USERS: [
        ("user_id", BIGINT, False),
        ("first_name", TEXT, True),
        ("last_name", TEXT, True),
        ("gender", TEXT, True),
        ("level", TEXT, False),
    ],
    TIME: [
        ("start_time", MOMENT, False),
        ("hour", SMALLINT, False),
        ("day", SMALLINT, False),
        ("week", SMALLINT, False),
        ("month", SMALLINT, False),
        ("year", SMALLINT, False),
        ("weekday", SMALLINT, False),
    ],
    SONGPLAYS: [
        ("songplay_id", BIGINT, False),
        ("start_time", MOMENT, False),
        ("user_id", BIGINT, False),
        ("level", TEXT, False),
        ("song_id", TEXT, True),
        ("artist_id", TEXT, True),
        ("session_id", BIGINT, False),
        ("item_in_session", INTEGER, False),
        ("location", TEXT, True),
        ("user_agent", TEXT, True),
        ("song", TEXT, True),
        ("artist", TEXT, True),
        ("length", FLOAT, True),
        ("log_date", DATE, False),
    ],
}

KEYS = {
    SONGS: ("song_id",),
    ARTISTS: ("artist_id",),
    USERS: ("user_id",),
    TIME: ("start_time",),
    SONGPLAYS: ("songplay_id",),
}

CHECKS = {
    "public.songs.duration": ["> 0"],
    "public.artists.latitude": [">= -90", "<= 90"],
    "public.artists.longitude": [">= -180", "<= 180"],
    "public.users.level": ["in (free, paid)"],
    "public.songplays.level": ["in (free, paid)"],
    "public.songplays.length": ["> 0"],
    "public.time.hour": [">= 0", "<= 23"],
    "public.time.day": [">= 1", "<= 31"],
    "public.time.week": [">= 1", "<= 53"],
    "public.time.month": [">= 1", "<= 12"],
    "public.time.weekday": [">= 0", "<= 6"],
}

NAMES = [table.name for table in COLUMNS]


def test_star_is_these_tables_in_the_schema_that_analysts_search() -> None:
    assert sorted(NAMES) == sorted(table.name for table in PARENTS_FIRST)
    assert {table.schema for table in PARENTS_FIRST} == {"public"}


@pytest.mark.parametrize("table", COLUMNS, ids=NAMES)
def test_columns_are_those_of_the_design(table: Table) -> None:
    assert [(column.name, column.sql_type, column.nullable) for column in table.columns] == COLUMNS[table]


@pytest.mark.parametrize("table", COLUMNS, ids=NAMES)
def test_key_is_that_of_the_design(table: Table) -> None:
    assert table.key == KEYS[table]


def test_ranges_and_values_are_checked() -> None:
    declared = {
        f"{table.qualified_name}.{column.name}": [str(check) for check in column.checks]
        for table in PARENTS_FIRST
        for column in table.columns
    }

    assert {name: declared[name] for name in CHECKS} == CHECKS


def test_text_that_becomes_null_when_empty_may_not_be_empty() -> None:
    may_not = {
        f"{table.name}.{column.name}"
        for table in PARENTS_FIRST
        for column in table.columns
        if "at least 1 character(s)" in [str(check) for check in column.checks]
    }

    assert may_not >= {"artists.location", "songplays.location", "songplays.user_agent"}
    assert not may_not & {"songs.title", "songs.artist_name", "artists.name", "songplays.song", "songplays.artist"}


def test_every_play_refers_to_its_dimensions() -> None:
    referred = {reference.column: reference.parent for reference in SONGPLAYS.references}

    assert referred == {"user_id": USERS, "start_time": TIME, "song_id": SONGS, "artist_id": ARTISTS}


def test_parents_come_before_the_tables_that_refer_to_them() -> None:
    for number, table in enumerate(PARENTS_FIRST):
        assert all(reference.parent in PARENTS_FIRST[:number] for reference in table.references)
