"""The views have the oracle's answers: of the sample, after every kind of load, and of texts of all kinds."""

import os
from pathlib import Path

import pytest
from psycopg import sql

from sparkify_assets.analytics.tables import ROLLED_UP_DAYS, ROLLUPS, USER_AGENTS
from sparkify_assets.defs.answers import VIEWS
from sparkify_assets.postgres import names
from sparkify_assets.settings import CHECKOUT
from sparkify_assets_tests.e2e.answers import answer_of, assert_answers_as_oracle
from sparkify_assets_tests.e2e.raw_files import at, event, november, write_day, write_song
from sparkify_assets_tests.loading import Loader, Rows
from sparkify_assets_tests.oracle.answers import ANSWERS, OF_EVENTS, OF_PLAYS, new_and_lapsed_users

REAL_DATA = os.environ.get("SPARKIFY_REAL_DATA")
COMPLETE_SETS = [CHECKOUT / "data", *([Path(REAL_DATA)] if REAL_DATA else [])]
BUT_OF_AGENTS = (*OF_PLAYS, *OF_EVENTS)
TEXTS = (
    "<script>alert(1)</script>",
    'it\'s "quoted", `ticked` and \\slashed\\',
    "مرحبا بالعالم \u202e right to left",
    "Ä" * 150,
    "bell \x07, escape \x1b[31m, tab\t, line\nfeed, return\r",
    "%s {} $1 :name; DROP TABLE songplays; --",
    "🎵 한국어 ☃",
    " ",
)

pytestmark = pytest.mark.slow


def rolled_up(loader: Loader) -> dict[str, list[str]]:
    """Return the tables that are added up, as sorted lines."""
    stored = loader.dump()
    return {table.name: stored[table.qualified_name] for table in (*ROLLUPS, USER_AGENTS)}


def test_every_view_has_an_oracle_but_the_one_of_reasons() -> None:
    assert {view.name for view in VIEWS} == {*ANSWERS, "rejected_records"}


def test_refused_records_are_counted_by_kind_and_reason(loader: Loader) -> None:
    loader.max_rejected = 1
    write_day(loader.data, 5, event(), event(ts="noon"), event(ts="late"), "{")
    write_day(loader.data, 6, event(ts="soon"))
    write_song(loader.data, "A/bad", title=None)

    loader.load(november(5), november(6))

    assert answer_of(loader, "rejected_records") == [
        ("log", "wrong_type", 3, 2),
        ("log", "not_json", 1, 1),
        ("song", "missing_title", 1, 1),
    ]


@pytest.mark.parametrize("data", COMPLETE_SETS, ids=["sample", "real"][: len(COMPLETE_SETS)])
def test_month_gives_the_oracles_answers(tmp_path: Path, database_url: str, data: Path) -> None:
    loader = Loader(data, tmp_path, database_url)

    loader.load()

    assert_answers_as_oracle(loader, ANSWERS.values())


def test_texts_of_all_kinds_are_answered_as_they_are(loader: Loader) -> None:
    for number, text in enumerate(TEXTS):
        write_song(loader.data, f"A/{number}", song_id=f"SO{number}", artist_id=f"AR{number}", title=text)
    write_day(
        loader.data,
        5,
        *(
            event(song=text, artist="Elena", location=text, userAgent=text, itemInSession=number, firstName=text)
            for number, text in enumerate(TEXTS)
        ),
        *(event(song=text, artist=text, itemInSession=100 + number) for number, text in enumerate(TEXTS)),
    )

    loader.load(november(5), november(5))

    assert_answers_as_oracle(loader, BUT_OF_AGENTS)
    assert {row[0] for row in answer_of(loader, "most_played_songs")} == set(TEXTS)
    assert loader.query(sql.SQL("SELECT count(*) FROM analytics.user_agents")) == [(len(TEXTS) + 1,)]


@pytest.fixture
def loaded(loader: Loader) -> Loader:
    """Return a loader that has loaded three days: two of them with a play of the other's date."""
    write_day(loader.data, 5, event(ts=at(5)), event(ts=at(5), itemInSession=1, song="Vespers", userAgent="Old"))
    write_day(loader.data, 6, event(ts=at(6)), event(ts=at(7), itemInSession=1, song="Early"))
    write_day(loader.data, 7, event(ts=at(7)), event(ts=at(6), itemInSession=2, level="paid", song=None))
    loader.load(november(5), november(7))
    assert_answers_as_oracle(loader)
    return loader


def assert_added_up(loader: Loader) -> None:
    """Assert that all is as the oracle has it, and as it would be if it were added up for the first time."""
    assert_answers_as_oracle(loader)
    before = rolled_up(loader)
    every = sql.SQL(", ").join(map(names.relation, (*ROLLUPS, USER_AGENTS, ROLLED_UP_DAYS)))
    loader.execute(sql.SQL("TRUNCATE {}").format(every))
    loader.load(november(5), november(5), select="key:user_agents")
    assert rolled_up(loader) == before


def test_corrected_day(loaded: Loader) -> None:
    write_day(loaded.data, 5, event(ts=at(5), userAgent="New"), event(ts=at(5), itemInSession=2, song="Lauds"))

    loaded.load(november(5), november(5))

    assert_added_up(loaded)


def test_day_whose_file_is_gone(loaded: Loader) -> None:
    write_day(loaded.data, 6).unlink()

    loaded.load(november(6), november(6))

    assert_added_up(loaded)


def test_day_that_is_loaded_again_as_it_was_is_not_added_up_again(loaded: Loader) -> None:
    write_day(loaded.data, 6, event(ts=at(6), song="Terce"))

    added_up = [
        result.asset_materializations_for_node("analytics")[0].metadata["days_added_up"].value
        for result in (loaded.load(november(5), november(7)), loaded.load(november(5), november(7)))
    ]

    assert added_up == [1, 0]
    assert_added_up(loaded)


def test_one_more_day(loaded: Loader) -> None:
    write_day(loaded.data, 8, event(ts=at(8)), event(ts=at(8), itemInSession=1, song="Vespers"))

    loaded.load(november(8), november(8))

    assert_added_up(loaded)


def test_event_that_a_later_day_holds_too_and_then_no_more(loaded: Loader) -> None:
    again = write_day(loaded.data, 8, event(ts=at(5)), event(ts=at(8), sessionId=2))
    loaded.load(november(8), november(8))
    assert_added_up(loaded)
    again.unlink()

    loaded.load(november(8), november(8))

    assert_added_up(loaded)


def test_event_whose_later_copy_is_no_play(loaded: Loader) -> None:
    write_day(loaded.data, 8, event(ts=at(5), page="Home"))

    loaded.load(november(8), november(8))

    assert_added_up(loaded)


def test_song_that_comes_late(loaded: Loader) -> None:
    write_song(loaded.data, "A/two", song_id="SO2", artist_id="AR2", title="Vespers")

    loaded.load(november(7), november(7))

    assert_added_up(loaded)


def test_same_files_again_change_no_row(loaded: Loader) -> None:
    before = rolled_up(loaded)

    loaded.load(november(5), november(7))

    assert rolled_up(loaded) == before


def test_days_in_any_order_and_months(loaded: Loader) -> None:
    in_december = at(30) + 86_400_000
    for day, *lines in (
        (30, event(ts=at(30, 23), sessionId=9), event(ts=in_december, sessionId=9)),
        (1, event(ts=at(1), sessionId=8)),
        (30, event(ts=at(30, 23), sessionId=9), event(ts=in_december, sessionId=9, song="Lauds")),
    ):
        write_day(loaded.data, day, *lines)
        loaded.load(november(day), november(day))
        assert_added_up(loaded)


def test_views_that_are_there_are_not_created_again(loader: Loader) -> None:
    loader.load(november(5), november(5))
    created = views_created(loader)

    loader.load(november(5), november(5))

    assert len(created) > len(VIEWS)
    assert views_created(loader) == created


def views_created(loader: Loader) -> Rows:
    """Return what changes when a view is created anew."""
    return loader.query(
        sql.SQL(
            "SELECT oid::bigint, xmin::text FROM pg_class "
            "WHERE relkind = 'v' AND relnamespace = 'analytics'::regnamespace ORDER BY 1"
        )
    )


@pytest.mark.parametrize("dropped", ["ops.rolled_up_days", "analytics.user_totals", "analytics.song_plays"])
def test_table_that_was_dropped_has_all_added_up_again(loaded: Loader, dropped: str) -> None:
    before = rolled_up(loaded)
    loaded.execute(sql.SQL("DROP TABLE {} CASCADE").format(sql.Identifier(*dropped.split("."))))

    loaded.load(november(5), november(5))

    assert_answers_as_oracle(loaded)
    assert rolled_up(loaded) == before


def test_first_and_last_day_of_all_are_added_up(loader: Loader) -> None:
    # What a calendar can hold; the day of the file is one that exists.
    for number, moment in enumerate((-62_135_596_800_000, 253_402_300_799_999)):
        write_day(loader.data, 5 + number, event(ts=moment), event(ts=moment, itemInSession=1))

    loader.load(november(5), november(6))

    # The oracle counts on from week to week, and there is none after the last.
    assert_answers_as_oracle(loader, [answer for answer in OF_PLAYS if answer is not new_and_lapsed_users])
