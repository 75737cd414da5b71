"""`sparkify ask`: the questions, and their answers as a table or a file."""

from __future__ import annotations

import datetime as dt
from contextlib import contextmanager
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from sparkify_assets.errors import AnswerError, SparkifyError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from sparkify_assets.analytics.asking import Asked
    from sparkify_assets.analytics.questions import View
    from sparkify_assets.postgres.connection import Connection

TOP = 20
DAY = ["%Y-%m-%d"]


class Level(StrEnum):
    """A user's subscription."""

    free = "free"
    paid = "paid"


def ask(
    question: Annotated[str, typer.Argument(help="Name of the question; without one all are listed.")] = "",
    top: Annotated[
        int | None, typer.Option(min=1, help="So many rows at most.", show_default=f"{TOP}, in a file all")
    ] = None,
    first_day: Annotated[
        dt.datetime | None, typer.Option("--from", help="Plays from this day on, UTC.", formats=DAY)
    ] = None,
    last_day: Annotated[
        dt.datetime | None, typer.Option("--to", help="Plays until this day, it included.", formats=DAY)
    ] = None,
    level: Annotated[Level | None, typer.Option(help="Plays with this subscription.")] = None,
    csv: Annotated[Path | None, typer.Option(help="Write the answer to this file; - is the standard output.")] = None,
    json: Annotated[Path | None, typer.Option(help="The same, as a list of objects.")] = None,
    parquet: Annotated[Path | None, typer.Option(help="The same, as a Parquet file.")] = None,
    check: Annotated[
        bool, typer.Option("--check", help="Compare the answers, or this one, with those expected of the sample.")
    ] = False,
) -> None:
    """Ask the star a question; reads with a role that cannot write."""
    from sparkify_assets.analytics.asking import Asked

    limits = Asked(
        first_day.date() if first_day else None, last_day.date() if last_day else None, level.value if level else None
    )
    files = {kind: file for kind, file in (("csv", csv), ("json", json), ("parquet", parquet)) if file is not None}
    try:
        if check:
            _check(question, bool(files) or top is not None or limits != Asked())
        elif question:
            _answer(question, limits, top, files)
        else:
            _list()
    except SparkifyError as error:
        typer.echo(f"error: {error}", err=True)
        raise typer.Exit(1) from error


def _list() -> None:
    from sparkify_assets.analytics.questions import read_views
    from sparkify_assets.commands.answer_table import print_table

    views = read_views()
    longest = max(len(view.question) for view in views)
    print_table(["name", "question"], [(view.name, view.question) for view in views], longest=longest)
    typer.echo("Ask one: sparkify ask NAME")


def _answer(question: str, asked: Asked, top: int | None, files: dict[str, Path]) -> None:
    from sparkify_assets.analytics.asking import ask as ask_view
    from sparkify_assets.analytics.asking import find
    from sparkify_assets.analytics.questions import read_views
    from sparkify_assets.commands.answer_files import WRITERS, put
    from sparkify_assets.commands.answer_table import print_table

    view = find(read_views(), question)
    with _reading() as connection:
        for kind, file in files.items():
            put(file, WRITERS[kind](connection, view, asked, top))
        if not files:
            answer = ask_view(connection, view, asked, top or TOP)
            print_table([column.name for column in view.columns], answer.rows, title=view.question)
            if answer.more:
                typer.echo(f"These are the first {len(answer.rows)} rows; --top has more, --csv FILE all.")


def _check(question: str, is_limited: bool) -> None:
    from sparkify_assets.analytics.asking import find
    from sparkify_assets.analytics.expected import difference
    from sparkify_assets.analytics.questions import read_views

    if is_limited:
        raise AnswerError("--check compares whole answers; leave the other options out")
    views: Sequence[View] = read_views()
    if question:
        views = [find(views, question)]
    wrong = 0
    with _reading() as connection:
        for view in views:
            found = difference(connection, view)
            typer.echo(f"{'differs' if found else 'ok':<8} {view.name}")
            wrong += bool(found)
            for line in found[:10]:
                typer.echo(f"         {ascii(line)[1:-1]}")
    if wrong:
        raise AnswerError(
            f"{wrong} of {len(views)} answers are not those of the sample; they are where the star holds the files of "
            "data/, and nothing else: `make reset`, then `make run`"
        )
    typer.echo(f"{len(views)} answers are as expected of the sample")


@contextmanager
def _reading() -> Iterator[Connection]:
    """Give a connection to the star that cannot write."""
    from sparkify_assets.analytics.asking import become_reader
    from sparkify_assets.commands.surroundings import load_env_file
    from sparkify_assets.defs.resources import database_url
    from sparkify_assets.postgres.connection import connected
    from sparkify_assets.settings import read_settings

    load_env_file()
    with connected(database_url(read_settings()), application_name="sparkify ask") as connection:
        become_reader(connection)
        yield connection
