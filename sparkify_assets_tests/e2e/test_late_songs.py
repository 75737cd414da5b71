"""Songs that come, change or go after plays: these are matched anew, on the days that need it and no others."""

from pathlib import Path

import dagster as dg
import pytest
from psycopg import sql

from sparkify_assets.defs.jobs import LOG_SIDE, SONG_SIDE
from sparkify_assets_tests.e2e.comparison import assert_as_oracle
from sparkify_assets_tests.e2e.raw_files import at, event, november, write_day, write_song
from sparkify_assets_tests.loading import Loader

pytestmark = pytest.mark.slow

SONGS_ONLY = (
    " or ".join(f"key:{asset.key.to_user_string()}" for asset in SONG_SIDE) + " or key:matches or key:unused_rows"
)
LOGS_ONLY = (
    " or ".join(f"key:{asset.key.to_user_string()}" for asset in LOG_SIDE) + " or key:matches or key:unused_rows"
)


@pytest.fixture
def loader(loader: Loader) -> Loader:
    """Return a loader that has loaded three days: plays of a known song, of one that comes later, and of none."""
    write_day(loader.data, 5, event(ts=at(5)), event(ts=at(5), itemInSession=1, song="Vespers"))
    write_day(loader.data, 6, event(ts=at(6)), event(ts=at(6), itemInSession=1, song="Unheard"))
    write_day(loader.data, 7, event(ts=at(7), song="Vespers"), event(ts=at(7), itemInSession=1, page="Home"))
    loader.load(november(5), november(7))
    return loader


def load_songs(loader: Loader) -> dict[str, object]:
    """Load the songs alone; return what was matched anew."""
    result = loader.load(select=SONGS_ONLY)
    (event_,) = [each for each in result.get_asset_materialization_events() if each.asset_key == dg.AssetKey("matches")]
    return {name: value.value for name, value in event_.materialization.metadata.items()}


def test_song_that_comes_late_is_matched_on_the_days_that_play_it(loader: Loader) -> None:
    write_song(loader.data, "A/two", song_id="SO2", title="Vespers")

    told = load_songs(loader)

    assert (told["days"], told["plays_gained"], told["plays_changed"], told["plays_lost"]) == (
        "2018-11-05, 2018-11-07",
        2,
        0,
        0,
    )
    assert_as_oracle(loader)


def test_song_that_is_known_by_a_smaller_id_too_changes_its_plays(loader: Loader) -> None:
    write_song(loader.data, "A/two", song_id="SO0", artist_id="AR0")

    told = load_songs(loader)

    assert (told["days"], told["plays_gained"], told["plays_changed"]) == ("2018-11-05, 2018-11-06", 0, 2)
    assert_as_oracle(loader)


def test_song_that_goes_leaves_its_plays_and_the_table(loader: Loader) -> None:
    write_song(loader.data, "A/two", song_id="SO2", artist_id="AR2", title="Vespers")
    load_songs(loader)
    (loader.data / "song_data" / "A" / "two.json").unlink()

    told = load_songs(loader)

    assert (told["days"], told["plays_lost"]) == ("2018-11-05, 2018-11-07", 2)
    assert [row[0] for row in loader.rows("songs")] == ["SO1"]
    assert_as_oracle(loader)


def test_song_that_changes_loses_some_plays_and_gains_others(loader: Loader) -> None:
    write_song(loader.data, "A/one", title="Vespers")

    told = load_songs(loader)

    assert (told["days_rematched"], told["plays_gained"], told["plays_lost"]) == (3, 2, 2)
    assert_as_oracle(loader)


def test_songs_that_no_play_is_of_change_nothing_and_equal_songs_are_not_looked_at_again(loader: Loader) -> None:
    write_song(loader.data, "A/two", song_id="SO2", title="Nobody")

    first, second = load_songs(loader), load_songs(loader)

    assert (first["days_looked_at"], first["days"]) == (3, "none")
    assert second["days_looked_at"] == 0
    assert_as_oracle(loader)


def test_load_of_one_day_with_late_songs_matches_the_other_days_too(loader: Loader) -> None:
    write_song(loader.data, "A/two", song_id="SO2", title="Vespers")

    loader.load(november(6), november(6))

    assert_as_oracle(loader)


def test_copy_of_a_play_that_waits_is_matched_too(loader: Loader) -> None:
    again = write_day(loader.data, 8, event(ts=at(5), itemInSession=1, song="Vespers"))
    loader.load(november(8), november(8))
    write_song(loader.data, "A/two", song_id="SO2", title="Vespers")
    load_songs(loader)
    again.unlink()

    loader.load(november(8), november(8), select=LOGS_ONLY)

    assert_as_oracle(loader)


def test_day_that_a_load_published_with_older_songs_and_left_is_matched_by_the_next(loader: Loader) -> None:
    write_song(loader.data, "A/two", song_id="SO2", title="Vespers")
    load_songs(loader)
    # As a load leaves it that had read the songs before, published last, and died before it looked again.
    loader.execute(sql.SQL("UPDATE songplays SET song_id = NULL, artist_id = NULL WHERE log_date = '2018-11-07'"))
    loader.execute(
        sql.SQL(
            "UPDATE ops.publications SET run_id = 'died' "
            "WHERE table_name = 'public.songplays' AND partition = '2018-11-07'"
        )
    )

    told = load_songs(loader)

    assert (told["days_looked_at"], told["days"]) == (1, "2018-11-07")
    assert_as_oracle(loader)


def test_folder_that_was_never_loaded_has_nothing_to_match(tmp_path: Path, database_url: str) -> None:
    write_song(tmp_path / "data", "A/one")
    (tmp_path / "data" / "log_data").mkdir()
    loader = Loader(tmp_path / "data", tmp_path / "staging", database_url)

    assert load_songs(loader)["days_looked_at"] == 0


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE songs SET title = 'Mornings'",
        "DELETE FROM songs; DELETE FROM artists",
        "INSERT INTO songs SELECT 'SO9', title, artist_id, artist_name, year, duration FROM songs LIMIT 1",
    ],
)
def test_songs_that_were_changed_by_hand_are_put_right(loader: Loader, change: str) -> None:
    write_song(loader.data, "A/two", song_id="SO2", title="Vespers")
    load_songs(loader)
    before = {table: loader.rows(table) for table in ("songs", "artists", "songplays")}
    loader.execute(sql.SQL(change))

    load_songs(loader)

    assert {table: loader.rows(table) for table in before} == before
