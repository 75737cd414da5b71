"""The listening report as an asset: made with every load, kept with its run, and of one moment."""

import re
from pathlib import Path

import dagster as dg
import psycopg
import pytest
from psycopg import sql

from sparkify_assets.analytics.roles import READER
from sparkify_assets.analytics.tables import ROLLUPS
from sparkify_assets.defs.report import Drawing
from sparkify_assets.errors import AnswerError
from sparkify_assets.postgres.connection import connected
from sparkify_assets.report.collect import collect
from sparkify_assets.report.files import PAGE
from sparkify_assets.report.make import MAIN
from sparkify_assets.report.sections import PARTS
from sparkify_assets.settings import CHECKOUT
from sparkify_assets_tests.loading import Loader

MOST_CHARACTERS = 80_000
"""Of a picture in Dagster's event log, which keeps those of every load."""

pytestmark = pytest.mark.slow


@pytest.fixture
def loader(tmp_path: Path, database_url: str) -> Loader:
    """Give a loader of the sample that makes the report."""
    return Loader(CHECKOUT / "data", tmp_path / "staging", database_url, report=tmp_path / "report")


def metadata_of(result: dg.ExecuteInProcessResult) -> dict[str, dg.MetadataValue]:
    (event,) = result.asset_materializations_for_node("listening_report")
    return dict(event.metadata)


def test_load_makes_the_report_and_the_next_one_makes_it_anew(loader: Loader, tmp_path: Path) -> None:
    first = loader.load()

    shown = metadata_of(first)
    page = tmp_path / "report" / PAGE
    of_run = tmp_path / "report" / "runs" / first.run_id
    assert shown["page"] == dg.MetadataValue.path(page)
    assert shown["page_and_pictures_of_this_run"] == dg.MetadataValue.path(of_run)
    assert shown["days"] == dg.MetadataValue.text("2018-11-01 to 2018-11-30")
    assert {file.name for file in of_run.iterdir()} == {PAGE, *(f"{name}.png" for name in PARTS)}
    assert all((of_run / f"{name}.png").read_bytes().startswith(b"\x89PNG") for name in PARTS)
    text = page.read_text()
    assert text == (of_run / PAGE).read_text()
    for said in ("6,579", "Out Of Office", "4.4%", "of plays known to the catalogue"):
        assert said in text

    loader.execute(sql.SQL("UPDATE analytics.song_totals SET plays = 300 WHERE song = 'Out Of Office'"))
    second = loader.load(select="key:listening_report")

    assert "300" in page.read_text()
    assert page.read_text() == (tmp_path / "report" / "runs" / second.run_id / PAGE).read_text()
    assert (of_run / PAGE).read_text() == text


def test_main_charts_are_shown_in_the_ui_as_pictures_that_need_no_network(loader: Loader) -> None:
    shown = metadata_of(loader.load())

    for name in MAIN:
        markdown = str(shown[name].value)
        title, _ = PARTS[name]
        assert re.fullmatch(rf"!\[{title}\]\(data:image/png;base64,[A-Za-z0-9+/]+=*\)", markdown)
        assert len(markdown) < MOST_CHARACTERS


def test_report_of_nothing_says_so(loader: Loader, tmp_path: Path) -> None:
    loader.data = tmp_path / "empty"
    (loader.data / "song_data").mkdir(parents=True)
    (loader.data / "log_data").mkdir()

    shown = metadata_of(loader.load())

    assert shown["days"] == dg.MetadataValue.text("no plays yet")
    assert not set(MAIN) & set(shown)
    assert (tmp_path / "report" / PAGE).read_text().count("There is nothing to show.") == len(PARTS)


def test_folder_that_cannot_be_written_fails_the_report_alone(loader: Loader, tmp_path: Path) -> None:
    (tmp_path / "report").touch()

    result = loader.load(raise_on_error=False)

    failed = {event.step_key for event in result.get_step_failure_events()}
    assert failed == {"listening_report"}
    assert loader.query(sql.SQL("SELECT count(*) FROM public.songplays")) == [(6579,)]
    assert loader.query(sql.SQL("SELECT count(*) > 0 FROM ops.loaded_files")) == [(True,)]


def test_answers_are_of_one_moment_and_the_session_could_not_write(loader: Loader, database_url: str) -> None:
    loader.load()
    with connected(database_url) as connection, connected(database_url) as other:
        # Another session takes plays away in the midst of it: when the report has read the first answer.
        original = connection.cursor_factory

        class Meddled(original):  # type: ignore[valid-type, misc]
            """A cursor beside which somebody else writes."""

            def execute(self, query: object, *arguments: object, **options: object) -> object:
                done = super().execute(query, *arguments, **options)
                if "plays_by_day" in str(query):
                    for table in ROLLUPS:
                        other.execute(sql.SQL("DELETE FROM {}").format(sql.Identifier(table.schema, table.name)))
                return done

        connection.cursor_factory = Meddled
        answers = collect(connection).answers
        with pytest.raises(psycopg.errors.Error, match=r"read-only transaction|permission denied"):
            connection.execute("DELETE FROM public.songplays")
        role = connection.execute("SELECT current_user").fetchone()

    assert role == (READER,)
    assert sum(row["plays"] for row in answers["plays_by_hour"]) == 6579
    assert sum(row["plays"] for row in answers["plays_by_level"]) == 6579
    assert loader.query(sql.SQL("SELECT count(*) FROM analytics.plays_by_hour")) == [(0,)]


def test_star_without_answers_is_an_error_that_says_what_to_do(database_url: str) -> None:
    with (
        connected(database_url) as connection,
        pytest.raises(AnswerError, match=r"'analytics.plays_by_day' gives no answer: .*does not exist; load the star"),
    ):
        collect(connection)


def test_process_that_draws_ends_with_the_run() -> None:
    drawing = Drawing(folder="unused")
    with dg.build_init_resource_context() as context:
        drawing.setup_for_execution(context)
        first = drawing.pen()
        assert drawing.pen() is first

        first.put_away()
        second = drawing.pen()
        drawing.teardown_after_execution(context)

    assert second is not first
    assert not second.is_held


def test_report_is_read_from_views_that_exist(loader: Loader, database_url: str) -> None:
    loader.load()
    with psycopg.connect(database_url) as connection:
        views = {
            name
            for (name,) in connection.execute("SELECT viewname FROM pg_views WHERE schemaname = 'analytics'").fetchall()
        }

    assert set(PARTS) <= views
