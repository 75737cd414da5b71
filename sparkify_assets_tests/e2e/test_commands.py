"""The commands as a user runs them: what they say, how they end, and what they leave."""

import gzip
import os
import re
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest

from sparkify_assets.report.files import PAGE
from sparkify_assets_tests.e2e.comparison import assert_as_oracle
from sparkify_assets_tests.e2e.place import Place, as_url
from sparkify_assets_tests.e2e.raw_files import at, event, november, write_day
from sparkify_assets_tests.loading import Loader

SECRET = "s3cret-w0rd"

pytestmark = pytest.mark.slow


@pytest.fixture
def place(data: Path, database_url: str) -> Place:
    """Return a place whose commands load the test's data into the test's database."""
    return Place(data.parent, {"SPARKIFY_DATABASE_URL": as_url(database_url)})


@pytest.fixture
def loader(place: Place, database_url: str) -> Loader:
    """Return a loader of the same files, staging folder and database as the commands."""
    return Loader(place.folder / "data", place.folder / "home" / "staging", database_url)


def test_range_is_loaded_and_again_leaves_the_same(place: Place, loader: Loader) -> None:
    write_three_days(loader.data)

    code, said = place.materialize("2018-11-05", "2018-11-07")

    assert code == 0, said
    assert warnings_in(said) == ["SupersessionWarning", "BetaWarning"]
    assert_as_oracle(loader)
    first = loader.dump()

    code, said = place.materialize("2018-11-05", "2018-11-07")

    assert code == 0, said
    assert loader.dump() == first


def test_one_day_is_loaded_beside_things_that_only_look_like_files(place: Place, loader: Loader) -> None:
    write_three_days(loader.data)
    logs = loader.data / "log_data"
    os.mkfifo(logs / "2018-11-06-pipe.json")
    (logs / "2018-11-06-folder.json").mkdir()

    with listening(logs / "2018-11-06-socket.json"):
        code, said = place.materialize("2018-11-06")

    assert code == 0, said
    for name in ("pipe", "folder", "socket"):
        assert f"log_data/2018-11-06-{name}.json: a " in said
    assert {row[-1] for row in loader.rows("songplays")} == {november(6)}


@pytest.mark.parametrize("damage", ["too many bad lines", "a file cut short"])
def test_blocking_gate_ends_the_command_with_an_error_and_the_tables_as_before(
    place: Place, loader: Loader, damage: str
) -> None:
    write_three_days(loader.data)
    loader.load(november(5), november(7))
    before = loader.dump()
    write_day(loader.data, 5, event(location="changed"))
    if damage == "too many bad lines":
        write_day(loader.data, 6, *(event(itemInSession=n) for n in range(23)), '{"page": 1}', "{")
        expected = r"2018-11-06-events\.json: 2 of 25 lines rejected"
    else:
        whole = gzip.compress(event(ts=at(6)).encode())
        (loader.data / "log_data" / "late-2018-11-06.json.gz").write_bytes(whole[:-9])
        expected = r"late-2018-11-06\.json\.gz: the whole file rejected"

    code, said = place.materialize("2018-11-05", "2018-11-07")

    assert code != 0
    assert re.search(expected, said), said
    assert "nothing was written, the rows of all days stay as they were" in said
    # The songs are no part of the bad day.
    assert {table: rows for table, rows in loader.dump().items() if rows != before[table]} == {}


def test_make_run_does_not_empty_the_star_for_a_folder_without_files(place: Place, loader: Loader) -> None:
    before = loader.dump()
    for folder in ("song_data", "log_data"):
        (loader.data / "empty" / folder).mkdir(parents=True)

    code, said = place.module("run", SPARKIFY_DATA=str(loader.data / "empty"))

    assert code == 1
    assert re.search(r"error: there is neither a log file nor a song file below '.*/empty': .*`make reset`", said), said
    assert loader.dump() == before


@pytest.mark.parametrize(
    ("settings", "expected"),
    [
        ({"SPARKIFY_DATA": "nowhere"}, r"nowhere/log_data' does not exist; set SPARKIFY_DATA to the folder"),
        ({"SPARKIFY_DATABASE_URL": f"postgresql://me:{SECRET}@127.0.0.1:1/star"}, r"127\.0\.0\.1.* refused.*check"),
        ({"SPARKIFY_DATABASE_URL": f"me:{SECRET}@star"}, r"expected (is )?postgresql://user:password@host:port/data"),
        ({"SPARKIFY_DATABASE_URL": f"postgresql://me:a@{SECRET}@127.0.0.1/star"}, r"must be percent-encoded, as %40"),
        ({"SPARKIFY_MAX_REJECTED": "many"}, r"SPARKIFY_MAX_REJECTED is 'many'; expected is a share between 0 and 1"),
    ],
    ids=["no data folder", "dead server", "no URL", "bare @", "malformed setting"],
)
@pytest.mark.parametrize("command", ["dagster", "make run"])
def test_what_stops_a_command_is_said_in_one_sentence_without_a_secret(
    place: Place, command: str, settings: dict[str, str], expected: str
) -> None:
    started = place.materialize("2018-11-05", **settings) if command == "dagster" else place.module("run", **settings)

    code, said = started

    assert code == 1
    assert re.search(expected, said), said
    assert SECRET not in said
    if command == "make run" or "SPARKIFY_DATA" not in settings:
        assert len(said.splitlines()) <= 4, said


def test_commands_of_the_makefile_on_the_embedded_server(data: Path) -> None:
    place = Place(data.parent)
    write_three_days(data)
    code, said = place.module("database", "up")
    assert code == 0, said
    try:
        address = dict(re.findall(r"^  (\w+) +(\S+)$", said, re.MULTILINE))

        code, said = place.module("run")

        assert code == 0, said
        for asset in ("raw_logs", "raw_song_files", "artists", "songs", "users", "time", "songplays"):
            assert re.search(rf"^  done    {asset} ", said, re.MULTILINE), said
        assert re.search(r"^  songplays +72 rows$", said, re.MULTILINE), said
        assert re.search(r"^ +72  Matins - Elena$", said, re.MULTILINE), said
        assert re.search(r"^The listening report:\n  done    listening_report .*\n  home/report/", said, re.MULTILINE)
        assert "2018-11-05 to 2018-11-07" in (place.folder / "home" / "report" / PAGE).read_text()
        assert warnings_in(said) == []
        first = plays(address)
        assert len(first) == 72

        code, said = place.module("run")

        assert code == 0, said
        assert plays(address) == first

        code, said = place.module("database", "psql", "--no-psqlrc", "-At", "-c", "SELECT count(*) FROM songplays")

        assert (code, said.strip()) == (0, "72")

        code, said = place.module("database", "reset", answer="no\n")

        assert (code, "Nothing was changed." in said) == (1, True)
        assert plays(address) == first

        code, said = place.module("database", "reset", answer="yes\n")

        assert code == 0, said
        assert plays(address) == []

        code, said = place.materialize("2018-11-05", SPARKIFY_DATABASE_URL=reader_url(address, SECRET))

        assert code == 1
        assert re.search("password authentication failed.*check the user and the password", said), said
        assert SECRET not in said
    finally:
        code, said = place.module("database", "down")
    assert code == 0, said
    with pytest.raises(psycopg.OperationalError, match="refused"):
        plays(address)


def test_report_that_cannot_be_drawn_leaves_the_load_a_success_that_is_shown(place: Place, loader: Loader) -> None:
    write_three_days(loader.data)
    (place.folder / "taken").touch()

    code, said = place.module("run", SPARKIFY_REPORT="taken")

    assert code == 1, said
    assert re.search(
        r"^loaded in .*^  songplays +72 rows$.*^  FAILED  listening_report$", said, re.MULTILINE | re.DOTALL
    )
    assert re.search(r"  error   ReportError: the report can't be written to '.*/taken'.* SPARKIFY_REPORT ", said), said
    assert re.search(
        r"^  it was not drawn \(exit code 1\); what went wrong stands above and in home/logs", said, re.MULTILINE
    )
    assert "`make report` draws it anew" in said
    assert "the load failed" not in said

    code, said = place.module("report", SPARKIFY_DATA="nowhere")

    assert code == 0, said
    assert said.splitlines()[-1] == f"  home/report/{PAGE}"


def test_report_without_a_star_says_what_to_do(place: Place) -> None:
    code, said = place.module("report")

    assert code == 1
    assert re.search(r"  error   AnswerError: .*; load the star", said), said
    assert len(said.splitlines()) <= 6, said


# --- helpers ------------------------------------------------------------------------------------------


def write_three_days(data: Path) -> None:
    """Write a log file with 24 plays for each of three days."""
    for day in (5, 6, 7):
        write_day(data, day, *(event(ts=at(day, hour), userId=hour % 5) for hour in range(24)))


def warnings_in(said: str) -> list[str]:
    """Return the categories of Python's warnings in what a command said."""
    return re.findall(r": (\w*Warning): ", said)


def plays(address: dict[str, str]) -> list[tuple[object, ...]]:
    """Return the plays as a BI tool reads them, at the address that `make up` prints."""
    with psycopg.connect(reader_url(address, address["password"])) as connection:
        return connection.execute("SELECT * FROM public.songplays ORDER BY songplay_id").fetchall()


def reader_url(address: dict[str, str], password: str) -> str:
    """Return the URL of the address that `make up` prints, with this password."""
    return f"postgresql://{address['user']}:{password}@{address['host']}:{address['port']}/{address['database']}"


@contextmanager
def listening(path: Path) -> Iterator[None]:
    """Listen at a unix socket of this path, which may be too long to bind by its full name."""
    before = Path.cwd()
    with socket.socket(socket.AF_UNIX) as listener:
        os.chdir(path.parent)
        try:
            listener.bind(path.name)
        finally:
            os.chdir(before)
        yield
