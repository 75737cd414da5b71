"""The ledger says what the star holds: the files of complete loads, and nothing of a load that did not end."""

import gzip

import pytest
import xxhash
from psycopg import sql

from sparkify_assets.definitions import ASSETS
from sparkify_assets.errors import PublishError
from sparkify_assets.postgres.connection import connected
from sparkify_assets_tests.e2e.raw_files import at, event, november, write_day, write_song
from sparkify_assets_tests.loading import Loader

pytestmark = pytest.mark.slow

LEDGER = sql.SQL(
    "SELECT portion, path, kind, day, size, content_hash, lines, records, plays, rejected, duplicates, blank "
    "FROM ops.loaded_files ORDER BY path"
)

RUNS = sql.SQL("SELECT portion, run_id FROM ops.loaded_files WHERE kind = 'log' ORDER BY portion")
ALL = [key.to_user_string() for asset in ASSETS for key in asset.keys]


def test_every_file_stands_in_the_ledger_with_what_became_of_its_lines(loader: Loader) -> None:
    lines = (event(), event(), "", event(itemInSession=1, page="Home"), *(event(itemInSession=n) for n in range(2, 22)))
    log = write_day(loader.data, 5, *lines, '{"page": 1}')
    packed = loader.data / "log_data" / "2018-11-06-events.json.gz"
    packed.write_bytes(gzip.compress(event(ts=at(6)).encode()))
    damaged = loader.data / "song_data" / "B.json"
    damaged.write_bytes(b"<html>" * 1000)
    song = loader.data / "song_data" / "A" / "one.json"

    result = loader.load(november(5), november(6))

    hashes = {path: xxhash.xxh3_128_hexdigest(path.read_bytes()) for path in (log, packed, damaged, song)}
    sizes = {path: path.stat().st_size for path in hashes}
    five, six = november(5), november(6)
    name = "log_data/2018/11/2018-11-05-events.json"
    assert loader.query(LEDGER) == [
        ("2018-11-06", f"log_data/{packed.name}", "log", six, sizes[packed], hashes[packed], 1, 1, 1, 0, 0, 0),
        ("2018-11-05", name, "log", five, sizes[log], hashes[log], 25, 22, 21, 1, 1, 1),
        ("songs", "song_data/A/one.json", "song", None, sizes[song], hashes[song], 1, 1, None, 0, None, 0),
        ("songs", "song_data/B.json", "song", None, sizes[damaged], hashes[damaged], 1, 0, None, 1, None, 0),
    ]
    runs = loader.query(sql.SQL("SELECT DISTINCT run_id FROM ops.loaded_files"))
    assert runs == [(result.run_id,)]
    moments = loader.query(sql.SQL("SELECT modified_at FROM ops.loaded_files WHERE path LIKE '%gz'"))
    assert round(moments[0][0].timestamp() * 10**6) == packed.stat().st_mtime_ns // 1000  # type: ignore[attr-defined]


def test_day_of_a_file_that_is_gone_leaves_the_ledger_and_other_days_stay(loader: Loader) -> None:
    gone = write_day(loader.data, 5, event())
    write_day(loader.data, 6, event(ts=at(6)))
    loader.load(november(5), november(6))
    gone.unlink()

    loader.load(november(5), november(5))

    assert [row[0] for row in loader.query(LEDGER)] == ["2018-11-06", "songs"]


def test_load_that_dies_before_its_end_is_not_in_the_ledger(loader: Loader) -> None:
    write_day(loader.data, 5, event())
    loader.load(november(5), november(5))
    before = loader.query(LEDGER)
    write_day(loader.data, 5, event(), event(itemInSession=1))
    write_song(loader.data, "A/two", song_id="SO2")
    loader.lock_timeout_s = 0.2

    with connected(loader.database_url) as other, other.transaction():
        other.execute("LOCK public.songplays")
        with pytest.raises(PublishError, match="is locked by"):
            loader.load(november(5), november(5))

    assert loader.query(LEDGER) == before


def test_days_that_a_newer_load_has_taken_over_stay_its_own_and_the_others_are_written(loader: Loader) -> None:
    for day in (4, 5, 6, 7):
        write_day(loader.data, day, event(ts=at(day)))
    older = Loader(loader.data, loader.staging.with_name("of another machine"), loader.database_url)
    older.load(
        november(4), november(6), select=" or ".join(f"key:{name}" for name in ALL if name != "loaded_log_files")
    )
    newer = loader.load(november(5), november(7))

    late = older.load(november(4), november(6), select="key:loaded_log_files")

    assert loader.query(RUNS) == [
        ("2018-11-04", late.run_id),
        *((f"2018-11-0{day}", newer.run_id) for day in (5, 6, 7)),
    ]


def test_load_whose_days_a_newer_one_has_all_taken_over_ends_well_and_writes_no_ledger(loader: Loader) -> None:
    write_day(loader.data, 5, event())
    older = Loader(loader.data, loader.staging.with_name("of another machine"), loader.database_url)
    older.load(november(5), november(5))
    newer = loader.load(november(5), november(5))

    assert older.load(november(5), november(5), select="key:loaded_log_files").success

    assert loader.query(RUNS) == [("2018-11-05", newer.run_id)]
