"""The rules that are easy to get wrong, each on small files, from the files to the tables."""

import datetime as dt
import json
import shutil
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import count
from pathlib import Path

import dagster as dg
import psycopg
import pytest

from sparkify_assets.defs.resources import RawFiles
from sparkify_assets.errors import PublishError
from sparkify_assets_tests.e2e.comparison import assert_as_oracle
from sparkify_assets_tests.e2e.raw_files import at, event, november, write_day, write_song
from sparkify_assets_tests.loading import ALL_BUT_MATCHES, Dump, Loader
from sparkify_assets_tests.oracle import hostile

STAR_OF_A_DAY = "key:rejected_events or key:users or key:time or key:songplays or key:unused_rows"


# --- users --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("order", [(5, 6), (6, 5), (6, 5, 6)])
def test_loading_an_old_day_after_a_new_one_does_not_turn_a_level_back(
    loader: Loader, data: Path, order: tuple[int, ...]
) -> None:
    write_day(data, 5, event(ts=at(5)))
    write_day(data, 6, event(ts=at(6), level="paid"))

    for day in order:
        loader.load(november(day), november(day))

    assert levels(loader) == {15: "paid"}


def test_level_is_that_of_the_latest_event_by_time_then_session_then_item(loader: Loader, data: Path) -> None:
    write_day(
        data,
        5,
        event(userId=1, ts=at(5, 2), level="paid", page="Home"),
        event(userId=1, ts=at(5, 1), sessionId=9),
        event(userId=2, ts=at(5), sessionId=2, level="paid"),
        event(userId=2, ts=at(5), sessionId=1, itemInSession=9),
        event(userId=3, ts=at(5), itemInSession=10, level="paid"),
        event(userId=3, ts=at(5), itemInSession=9),
    )

    load(loader, 5)

    assert levels(loader) == {1: "paid", 2: "paid", 3: "paid"}


@pytest.mark.slow
def test_corrected_day_gives_what_a_fresh_load_gives(loader: Loader, data: Path) -> None:
    write_day(data, 5, event(ts=at(5)), event(ts=at(5, 1), userId="16"))
    write_day(data, 6, event(ts=at(6), level="paid"), event(ts=at(6, 1), userId="17"))
    load(loader, 5, 6)

    write_day(data, 6, event(ts=at(6, 2), userId="16", page="Home"))
    load(loader, 6)

    assert levels(loader) == {15: "free", 16: "free"}
    assert loader.dump() == fresh_dump(loader, 5, 6)


def test_user_id_may_be_a_number_or_text(loader: Loader, data: Path) -> None:
    write_day(data, 5, event(userId=15), event(userId="15", ts=at(5, 1)))

    load(loader, 5)

    assert levels(loader) == {15: "free"}
    assert len(loader.rows("songplays")) == 2


# --- events that turn up twice ------------------------------------------------------------------------


@pytest.mark.slow
@pytest.mark.parametrize("order", [((5,), (6,)), ((6,), (5,)), ((5, 6),)])
@pytest.mark.parametrize("page", ["NextSong", "Home"])
def test_event_of_two_days_counts_as_the_later_day_has_it_and_comes_back(
    loader: Loader, data: Path, order: tuple[tuple[int, ...], ...], page: str
) -> None:
    write_day(data, 5, event(location="earlier day"), folder="z")
    write_day(data, 6, event(location="later day", page=page), folder="a")

    for days in order:
        load(loader, *days)

    assert locations(loader) == (["later day"] if page == "NextSong" else [])
    assert_as_oracle(loader)

    write_day(data, 6, event(location="another", sessionId=7), folder="a")
    load(loader, 6)

    assert locations(loader) == ["another", "earlier day"]
    assert_as_oracle(loader)


@pytest.mark.slow
def test_event_of_three_days_comes_back_from_the_latest_that_is_left(loader: Loader, data: Path) -> None:
    for day in (5, 6, 7):
        write_day(data, day, event(location=f"day {day}"))
    for day in (6, 7, 5):
        load(loader, day)
    seen = [locations(loader)]

    for day in (6, 7, 5):
        write_day(data, day)
        load(loader, day)
        seen.append(locations(loader))

    assert seen == [["day 7"], ["day 7"], ["day 5"], []]
    assert_as_oracle(loader)


# --- odd days -----------------------------------------------------------------------------------------


def test_event_of_another_date_is_loaded_with_its_file(loader: Loader, data: Path) -> None:
    write_day(data, 5, event(ts=at(20, 7)))

    result = loader.load(november(5), november(5))

    [play] = loader.rows("songplays")
    assert (play[0] // 10**11 * 86_400_000, play[1], play[-1]) == (  # type: ignore[operator]  # an id is a number
        at(5),
        datetime(2018, 11, 20, 7, tzinfo=UTC),
        november(5),
    )
    assert [row[:3] for row in loader.rows("time")] == [(datetime(2018, 11, 20, 7, tzinfo=UTC), 7, 20)]
    assert failed_checks(result) == ["event_date_is_file_date"]
    assert result.success


@pytest.mark.slow
def test_moment_of_two_plays_is_one_row_that_goes_with_the_last(loader: Loader, data: Path) -> None:
    write_day(data, 5, event(userId=1))
    write_day(data, 6, event(userId=2))
    load(loader, 5, 6)
    counts = [(len(loader.rows("time")), len(loader.rows("songplays")))]

    for day in (5, 6):
        write_day(data, day)
        load(loader, day)
        counts.append((len(loader.rows("time")), len(loader.rows("songplays"))))

    assert counts == [(1, 2), (1, 1), (0, 0)]


def test_empty_file_file_without_plays_and_day_without_file_are_no_error(
    loader: Loader, data: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    write_day(data, 5)
    write_day(data, 6, event(page="Home"), event(page="Login", userId="", sessionId=2))

    result = loader.load(november(5), november(7))

    assert result.success
    assert "WARNING" in capfd.readouterr().err
    assert failed_checks(result) == ["every_day_has_plays"]
    assert [len(loader.rows(table)) for table in ("users", "time", "songplays")] == [0, 0, 0]


@pytest.mark.slow
def test_day_without_file_becomes_empty(loader: Loader, data: Path, capfd: pytest.CaptureFixture[str]) -> None:
    file = write_day(data, 5, event())
    write_day(data, 6, event(ts=at(6), userId="16"))
    load(loader, 5, 6)

    file.unlink()
    load(loader, 5)

    assert "1 day(s) have no log file and become empty: 2018-11-05" in capfd.readouterr().err
    assert levels(loader) == {16: "free"}
    assert loader.dump() == fresh_dump(loader, 5, 6)


# --- songs and artists --------------------------------------------------------------------------------


def test_whole_row_of_the_last_path_wins(loader: Loader, data: Path) -> None:
    write_song(data, "B/two", title="Second", year=0, artist_name="Elena II", artist_location="", artist_latitude=0)

    load(loader, 5)

    assert loader.rows("songs") == [("SO1", "Second", "AR1", "Elena II", None, 269.5)]
    assert loader.rows("artists") == [("AR1", "Elena II", None, 0.0, None)]


def test_play_of_a_song_that_is_there_twice_gets_the_smallest_id_and_no_second_row(loader: Loader, data: Path) -> None:
    write_song(data, "A/first", song_id="SO0", artist_id="AR0")
    write_song(data, "A/third", song_id="SO2", artist_id="AR2")
    write_day(data, 5, event())

    load(loader, 5)

    assert [row[4:6] for row in loader.rows("songplays")] == [("SO0", "AR0")]


@pytest.mark.parametrize("change", [{"song": "MATINS"}, {"artist": "elena"}, {"length": 269.50001}, {"song": None}])
def test_play_that_is_not_exactly_the_song_stays_without(loader: Loader, data: Path, change: dict[str, object]) -> None:
    write_day(data, 5, event(**change))

    load(loader, 5)

    assert [row[4:6] for row in loader.rows("songplays")] == [(None, None)]


@pytest.mark.slow
def test_songs_that_left_the_files_leave_the_tables_and_the_plays_of_other_days(
    loader: Loader, data: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    played = write_song(data, "A/played", song_id="SO0", artist_id="AR0", title="Played")
    unplayed = write_song(data, "A/unplayed", song_id="SO2", artist_id="AR2", title="Unplayed")
    write_day(data, 5, event(song="Played"))
    load(loader, 5)

    played.unlink()
    unplayed.unlink()
    loader.load(november(6), november(6), select=ALL_BUT_MATCHES)
    warned = capfd.readouterr().err

    assert ids(loader, "songs") == ["SO0", "SO1"]
    assert ids(loader, "artists") == ["AR0", "AR1"]
    assert "plays of 2018-11-05 still refer to them; the job `rematch` matches them anew" in warned

    load(loader, 6)

    assert (ids(loader, "songs"), ids(loader, "artists")) == (["SO1"], ["AR1"])
    assert loader.dump() == fresh_dump(loader, 5, 6)


# --- the same again -----------------------------------------------------------------------------------


@pytest.mark.slow
def test_loading_again_leaves_every_table_equal_byte_for_byte(tmp_path: Path, database_url: str) -> None:
    hostile.write_hostile_set(tmp_path, 4, bad=0.02)
    loader = Loader(tmp_path, tmp_path / "staging", database_url, max_rejected=1.0)
    loader.load()
    first = loader.dump()
    days = sorted({hostile.day_of_path(path) for path in hostile.log_files(tmp_path)}, reverse=True)

    for day in days:
        loader.load(day, day)
        assert loader.dump() == first

    loader.load()
    assert loader.dump() == first


@pytest.mark.slow
def test_nothing_is_left_of_files_that_are_all_gone(tmp_path: Path, database_url: str) -> None:
    hostile.write_hostile_set(tmp_path, 5)
    loader = Loader(tmp_path, tmp_path / "staging", database_url, max_rejected=1.0)
    loader.load()
    for folder in ("log_data", "song_data"):
        shutil.rmtree(tmp_path / folder)
        (tmp_path / folder).mkdir()

    loader.load()

    records = {"ops.publications", "ops.table_rows", "ops.merged_rows", "ops.matches", "ops.rolled_up_days"}
    assert {table: rows for table, rows in loader.dump().items() if rows and table not in records} == {}
    assert all(json.loads(row)["row_count"] == 0 for row in loader.dump()["ops.table_rows"])


# --- runs that meet -----------------------------------------------------------------------------------


def test_run_that_read_the_files_before_they_changed_and_publishes_last_is_refused(
    loader: Loader, data: Path, tmp_path: Path
) -> None:
    write_day(data, 5, event(location="old"))
    loader.load(november(5), november(5), select="key:raw_logs or key:raw_song_files or key:artists or key:songs")
    write_day(data, 5, event(location="new"))
    newer = Loader(data, tmp_path / "staging of another machine", loader.database_url)
    newer_run = newer.load(november(5), november(5)).run_id
    before = loader.dump()

    with pytest.raises(PublishError, match=rf"partition 2018-11-05 of table '.*': run {newer_run} published version"):
        loader.load(november(5), november(5), select=STAR_OF_A_DAY)

    assert loader.dump() == before
    assert locations(loader) == ["new"]


@dataclass
class LoaderMeanwhile(Loader):
    """A loader while whose files are read, before it looks at them again, something happens once."""

    meanwhile: Callable[[], object] = field(kw_only=True)

    def raw_files(self) -> RawFiles:
        """Return where the raw files are; the second look at them waits."""
        looks, meanwhile = count(1), self.meanwhile

        class Watched(RawFiles):
            @property
            def window(self) -> tuple[dt.date, dt.date]:
                if next(looks) == 2:
                    meanwhile()
                return super().window

        return Watched(**super().raw_files().model_dump())


def test_run_that_began_earlier_and_read_the_changed_files_is_the_newer_one(
    loader: Loader, data: Path, tmp_path: Path
) -> None:
    write_day(data, 4, event(ts=at(4)))
    write_day(data, 5, event(location="old"))
    other = Loader(data, tmp_path / "staging of another machine", loader.database_url)

    def change() -> None:
        other.load(november(5), november(5), select="key:raw_logs or key:raw_song_files or key:artists or key:songs")
        write_day(data, 5, event(location="new"))

    LoaderMeanwhile(data, loader.staging, loader.database_url, meanwhile=change).load(november(4), november(5))
    before = loader.dump()

    with pytest.raises(PublishError, match=r"partition 2018-11-05 of table '.*': run .* published version"):
        other.load(november(5), november(5), select=STAR_OF_A_DAY)

    assert loader.dump() == before
    assert locations(loader) == ["Here", "new"]


def test_load_that_meets_a_lock_names_its_holder_and_changes_nothing(loader: Loader, data: Path) -> None:
    write_day(data, 5, event())
    load(loader, 5)
    before = loader.dump()
    write_day(data, 5, event(), event(ts=at(5, 1), level="paid"))
    impatient = Loader(data, loader.staging, loader.database_url, lock_timeout_s=0.2)

    with psycopg.connect(loader.database_url, application_name="the other load") as other:
        other.execute("LOCK TABLE public.users")
        with pytest.raises(PublishError, match=r"table 'public\.users' is locked by 'the other load' .*no row was"):
            load(impatient, 5)

    after = loader.dump()
    for table in ("public.users", "ops.user_days", "public.songplays"):
        assert after[table] == before[table]

    load(loader, 5)
    assert_as_oracle(loader)


# --- helpers ------------------------------------------------------------------------------------------


def load(loader: Loader, *days: int) -> None:
    """Load the days in one run."""
    loader.load(november(min(days)), november(max(days)))


def levels(loader: Loader) -> dict[object, object]:
    """Return the level of each user."""
    return {row[0]: row[4] for row in loader.rows("users")}


def locations(loader: Loader) -> list[str]:
    """Return the locations of the plays, by which these tests tell copies of an event apart."""
    return sorted(str(row[8]) for row in loader.rows("songplays"))


def ids(loader: Loader, table: str) -> list[object]:
    """Return the keys of a table."""
    return [row[0] for row in loader.rows(table)]


def failed_checks(result: dg.ExecuteInProcessResult) -> list[str]:
    """Return the names of the checks that did not pass, in order."""
    return sorted(each.check_name for each in result.get_asset_check_evaluations() if not each.passed)


def fresh_dump(loader: Loader, *days: int) -> Dump:
    """Empty the database, load the days as the files are now, and return what is there then."""
    with psycopg.connect(loader.database_url) as connection:
        connection.execute("DROP SCHEMA public, ops CASCADE")
        connection.execute("CREATE SCHEMA public")
    load(loader, *days)
    return loader.dump()
