"""The listening report as an asset: drawn when a load has given new answers, kept with its run, and of one moment."""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import dagster as dg
import psycopg
import pytest
from psycopg import sql

from sparkify_assets.all_definitions import defs
from sparkify_assets.analytics.roles import READER
from sparkify_assets.analytics.tables import ROLLUPS
from sparkify_assets.errors import AnswerError, ReportError
from sparkify_assets.postgres.connection import connected
from sparkify_assets.report.collect import collect
from sparkify_assets.report.files import PAGE
from sparkify_assets.report.make import MAIN
from sparkify_assets.report.sections import PARTS, QUESTIONS
from sparkify_assets.settings import CHECKOUT
from sparkify_assets_tests.loading import Loader

REPORT = "listening_report"
MOST_CHARACTERS = 80_000
"""Of a picture in Dagster's event log, which keeps those of every load."""

pytestmark = pytest.mark.slow


@pytest.fixture
def loader(tmp_path: Path, database_url: str) -> Loader:
    """Give a loader of the sample."""
    return Loader(CHECKOUT / "data", tmp_path / "staging", database_url)


@contextmanager
def asked() -> Iterator[Callable[..., int]]:
    """Give what materializes assets, looks as the daemon does, and returns how many drawings are asked for."""
    with TemporaryDirectory() as folder, dg.DagsterInstance.ephemeral(folder) as instance:
        cursor = None

        def ask(*materialized: str) -> int:
            nonlocal cursor
            for name in materialized:
                instance.report_runless_asset_event(dg.AssetMaterialization(name))
            result = dg.evaluate_automation_conditions(
                defs=defs, instance=instance, asset_selection=dg.AssetSelection.assets(REPORT), cursor=cursor
            )
            cursor = result.cursor
            return result.total_requested

        yield ask


def metadata_of(result: dg.ExecuteInProcessResult) -> dict[str, dg.MetadataValue]:
    (event,) = result.asset_materializations_for_node(REPORT)
    return dict(event.metadata)


def test_report_is_of_the_load_and_the_next_one_is_another(loader: Loader, tmp_path: Path) -> None:
    loader.load()
    first = loader.draw_report(tmp_path / "report")

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
    second = loader.draw_report(tmp_path / "report")

    assert "300" in page.read_text()
    assert page.read_text() == (tmp_path / "report" / "runs" / second.run_id / PAGE).read_text()
    assert (of_run / PAGE).read_text() == text


def test_main_charts_are_shown_in_the_ui_as_pictures_that_need_no_network(loader: Loader, tmp_path: Path) -> None:
    loader.load()
    shown = metadata_of(loader.draw_report(tmp_path / "report"))

    for name in MAIN:
        markdown = str(shown[name].value)
        title, _ = PARTS[name]
        assert re.fullmatch(rf"!\[{title}\]\(data:image/png;base64,[A-Za-z0-9+/]+=*\)", markdown)
        assert len(markdown) < MOST_CHARACTERS


def test_report_of_nothing_says_so(loader: Loader, tmp_path: Path) -> None:
    loader.data = tmp_path / "empty"
    (loader.data / "song_data").mkdir(parents=True)
    (loader.data / "log_data").mkdir()

    loader.load()
    shown = metadata_of(loader.draw_report(tmp_path / "report"))

    assert shown["days"] == dg.MetadataValue.text("no plays yet")
    assert not set(MAIN) & set(shown)
    assert (tmp_path / "report" / PAGE).read_text().count("There is nothing to show.") == len(PARTS)


def test_folder_that_cannot_be_written_is_an_error_that_says_what_to_do(loader: Loader, tmp_path: Path) -> None:
    loader.load()
    (tmp_path / "report").touch()

    with pytest.raises(ReportError, match=r"can't be written to '.*/report': .*or set SPARKIFY_REPORT to another"):
        loader.draw_report(tmp_path / "report")


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


def test_report_is_drawn_once_when_all_views_are_there_and_again_when_one_is_new() -> None:
    with asked() as ask:
        assert ask() == 0
        assert ask(*QUESTIONS[1:]) == 0
        assert ask(QUESTIONS[0]) == 1
        assert ask() == 0
        assert ask(REPORT) == 0
        assert ask(*QUESTIONS) == 1


def test_report_that_failed_waits_for_the_next_load() -> None:
    with asked() as ask:
        assert ask(*QUESTIONS) == 1
        assert ask() == 0
        assert ask(*QUESTIONS) == 1


def test_report_is_drawn_of_what_was_there_before_anybody_looked_but_not_a_second_time() -> None:
    with asked() as ask:
        assert ask(*QUESTIONS) == 1
    with asked() as ask:
        assert ask(*QUESTIONS, REPORT) == 0


def test_report_is_read_from_views_that_exist(loader: Loader, database_url: str) -> None:
    loader.load()
    with psycopg.connect(database_url) as connection:
        views = {
            name
            for (name,) in connection.execute("SELECT viewname FROM pg_views WHERE schemaname = 'analytics'").fetchall()
        }

    assert set(PARTS) <= views
