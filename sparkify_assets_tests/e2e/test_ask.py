"""`sparkify ask`, as people run it: the questions, their answers in every form, and those expected of the sample."""

import json
import sys
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import polars as pl
import psycopg
import pytest

from sparkify_assets.analytics.asking import Asked, ask, become_reader, takes_days, takes_level
from sparkify_assets.analytics.questions import read_views
from sparkify_assets.postgres.connection import connected
from sparkify_assets.settings import CHECKOUT
from sparkify_assets_tests.e2e.place import Place, as_url
from sparkify_assets_tests.e2e.raw_files import event, november, write_day
from sparkify_assets_tests.loading import FIRST_DAY, LAST_DAY, Loader
from sparkify_assets_tests.oracle.answers import ANSWERS, World

SPARKIFY = str(Path(sys.executable).parent / "sparkify")
VIEWS = read_views()
LIMITS = [
    Asked(first_day=november(12)),
    Asked(last_day=november(4)),
    Asked(november(5), november(11)),
    Asked(november(1), november(30)),
    Asked(date(2018, 10, 17), date(2018, 12, 31)),
    Asked(november(15), november(15), "paid"),
    Asked(level="free"),
    Asked(date(2019, 1, 1), date(2019, 1, 31)),
]

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def sample(server_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    """Give a place whose star holds the sample."""
    folder = tmp_path_factory.mktemp("sample")
    with psycopg.connect(server_url, autocommit=True) as connection:
        connection.execute("CREATE DATABASE asked TEMPLATE template0")
        url = psycopg.conninfo.make_conninfo(server_url, dbname="asked")
        Loader(CHECKOUT / "data", folder / "staging", url).load()
        yield Place(folder, {"SPARKIFY_DATABASE_URL": as_url(url)})
        connection.execute("DROP DATABASE asked WITH (FORCE)")


def asked(place: Place, *arguments: str, **settings: str) -> tuple[int, str]:
    """Run the command."""
    return place.run(SPARKIFY, "ask", *arguments, **settings)


@pytest.mark.parametrize("limits", LIMITS, ids=str)
def test_limited_answers_are_the_oracles(sample: Place, limits: Asked) -> None:
    whole = World(CHECKOUT / "data", FIRST_DAY, LAST_DAY)
    world = whole.limited(limits.first_day, limits.last_day, limits.level)
    with connected(sample.settings["SPARKIFY_DATABASE_URL"]) as connection:
        assert become_reader(connection)
        for view in VIEWS:
            if view.name in ANSWERS and takes_days(view) and (takes_level(view) or not limits.level):
                assert ask(connection, view, limits).rows == ANSWERS[view.name](world), view.name


def test_questions_are_listed(sample: Place) -> None:
    code, said = asked(sample)

    assert code == 0
    assert all(view.name in said and view.question in said for view in VIEWS)


def test_answer_is_a_table(sample: Place) -> None:
    code, said = asked(sample, "plays-by-level", "--from", "2018-11-05", "--to", "2018-11-11")

    assert code == 0
    assert [line.split()[:2] for line in said.splitlines() if line.startswith((" free", " paid"))] == [
        ["free", "342"],
        ["paid", "1194"],
    ]


def test_first_rows_are_told_to_be_the_first(sample: Place) -> None:
    assert "\nThese are the first 20 rows;" in asked(sample, "most_played_songs")[1]
    assert "\nThese are the first 3 rows;" in asked(sample, "most_played_songs", "--top", "3")[1]
    assert "These are" not in asked(sample, "most_played_songs", "--top", "1000")[1]


def test_answer_is_written_to_files_of_every_kind(sample: Place, tmp_path: Path) -> None:
    files = [str(tmp_path / name) for name in ("a.csv", "a.json", "a.parquet")]

    code, said = asked(
        sample, "plays_by_hour", "--csv", files[0], "--json", files[1], "--parquet", files[2], "--level", "paid"
    )

    assert (code, said) == (0, "")
    rows = json.loads(Path(files[1]).read_text())
    assert len(rows) == 24
    assert pl.read_csv(files[0]).rows() == pl.read_parquet(files[2]).rows() == [tuple(row.values()) for row in rows]


def test_answer_is_written_to_the_standard_output(sample: Place) -> None:
    expected = next(view for view in VIEWS if view.name == "most_played_songs").expected.read_text()

    assert asked(sample, "most-played-songs", "--csv", "-") == (0, expected)


def test_answers_are_compared_with_those_expected_of_the_sample(sample: Place) -> None:
    code, said = asked(sample, "--check")

    assert (code, said.count("\nok ")) == (0, len(VIEWS) - 1), said
    assert said.endswith(f"{len(VIEWS)} answers are as expected of the sample\n")


def test_other_answers_are_told_line_by_line(loader: Loader, tmp_path: Path) -> None:
    write_day(loader.data, 5, event(song="\x1b[31m", userId="2", level="paid"))
    loader.load(november(5), november(5))
    place = Place(tmp_path, {"SPARKIFY_DATABASE_URL": as_url(loader.database_url)})

    code, said = asked(place, "--check", "most_played_songs")

    assert code == 1
    assert "differs  most_played_songs\n" in said
    assert "\n         -Out Of Office,Mango Protocol,292," in said
    assert "error: 1 of 1 answers are not those of the sample; they are where the star holds the files of data/" in said


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("nothing",), "error: there is no question 'nothing'; the questions are "),
        (("plays_by_day", "--from", "2018-11-06", "--to", "2018-11-05"), "error: the first day, 2018-11-06, is after"),
        (("level_history", "--level", "free"), "error: the question 'level_history' can't be limited to a subscr"),
        (("--check", "--top", "3"), "error: --check compares whole answers; leave the other options out"),
        (("plays_by_day", "--csv", "nowhere/a.csv"), "error: 'nowhere/a.csv' can't be written: No such file"),
    ],
)
def test_what_can_not_be_answered_is_one_sentence(sample: Place, arguments: tuple[str, ...], said: str) -> None:
    code, output = asked(sample, *arguments)

    assert code == 1
    assert output.startswith(said)
    assert output.count("\n") == 1


def test_star_that_was_never_loaded_is_one_sentence(tmp_path: Path, database_url: str) -> None:
    place = Place(tmp_path, {"SPARKIFY_DATABASE_URL": as_url(database_url)})

    code, said = asked(place, "plays_by_day")

    assert (code, said.count("\n")) == (1, 1)
    assert "load the star with the version of the project that asks: `make run`" in said


def test_texts_reach_a_terminal_of_any_kind(loader: Loader, tmp_path: Path) -> None:
    write_day(loader.data, 5, event(song="\x1b]0;title\x07 \u202e ☃", artist="[bold]x[/]"))
    loader.load(november(5), november(5))
    place = Place(tmp_path, {"SPARKIFY_DATABASE_URL": as_url(loader.database_url)})

    for language in ("C.UTF-8", "C"):
        code, said = asked(place, "most_played_songs", LC_ALL=language)

        assert code == 0, said
        assert "\\x1b]0;title\\x07 \\u202e ☃   [bold]x[/]" in said
