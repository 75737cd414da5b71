"""Answers as files: whole or not there, the texts as they are."""

import json
from pathlib import Path

import polars as pl
import pytest

from sparkify_assets.analytics.asking import Asked, find
from sparkify_assets.analytics.questions import read_views
from sparkify_assets.analytics.refresh import refresh
from sparkify_assets.commands.answer_files import DTYPES, WRITERS, put
from sparkify_assets.defs.tables import TABLES
from sparkify_assets.errors import AnswerError
from sparkify_assets.postgres.connection import Connection

VIEWS = read_views()
SONGS = find(VIEWS, "most_played_songs")
HOSTILE = ["<script>", 'a "quoted", text\n', "\u202eمرحب", "\x1b[31m", "Ä" * 150]


@pytest.fixture
def star(connection: Connection) -> Connection:
    """Return a connection to a star with a song of each hostile title."""
    refresh(connection, VIEWS, TABLES)
    connection.execute(
        "INSERT INTO analytics.song_totals SELECT sha256(title::bytea), title, title, 'free', NULL, 1000 - n "
        "FROM unnest(%s::text[]) WITH ORDINALITY t(title, n)",
        ([title.replace("\\", "\\\\") for title in HOSTILE],),
    )
    return connection


def written(star: Connection, kind: str, file: Path, top: int | None = None) -> Path:
    """Write the songs to the file."""
    put(file, WRITERS[kind](star, SONGS, Asked(), top))
    return file


def test_csv_has_the_texts_as_they_are(star: Connection, tmp_path: Path) -> None:
    frame = pl.read_csv(written(star, "csv", tmp_path / "a.csv"))

    assert frame["song"].to_list() == HOSTILE
    assert frame.columns == [column.name for column in SONGS.columns]


def test_json_has_the_texts_as_they_are(star: Connection, tmp_path: Path) -> None:
    rows = json.loads(written(star, "json", tmp_path / "a.json").read_text())

    assert [row["artist"] for row in rows] == HOSTILE
    assert rows[0] == {
        "song": "<script>",
        "artist": "<script>",
        "plays": 999,
        "share": 0.200401,
        "song_id": None,
        "year": None,
    }


def test_parquet_has_the_texts_as_they_are_and_types(star: Connection, tmp_path: Path) -> None:
    frame = pl.read_parquet(written(star, "parquet", tmp_path / "a.parquet", top=3))

    assert frame["song"].to_list() == HOSTILE[:3]
    assert frame.schema == {column.name: DTYPES[column.sql_type] for column in SONGS.columns}


def test_answer_without_a_row_is_a_file_too(connection: Connection, tmp_path: Path) -> None:
    refresh(connection, VIEWS, TABLES)

    assert written(connection, "csv", tmp_path / "a").read_text() == "song,artist,plays,share,song_id,year\n"
    assert json.loads(written(connection, "json", tmp_path / "b").read_text()) == []
    assert pl.read_parquet(written(connection, "parquet", tmp_path / "c")).height == 0


def test_every_column_of_every_view_has_a_type_in_a_parquet_file() -> None:
    assert {column.sql_type for view in VIEWS for column in view.columns} <= set(DTYPES)


def test_file_that_can_not_be_written_is_named(star: Connection, tmp_path: Path) -> None:
    with pytest.raises(AnswerError, match=r"nowhere/a.csv' can't be written: No such file or directory; what was th"):
        written(star, "csv", tmp_path / "nowhere" / "a.csv")


def test_answer_that_breaks_off_leaves_what_was_there(star: Connection, tmp_path: Path) -> None:
    file = written(star, "csv", tmp_path / "a.csv")
    before = file.read_bytes()
    star.execute("DROP VIEW analytics.most_played_songs")

    with pytest.raises(AnswerError, match="gives no answer"):
        written(star, "csv", file)

    assert file.read_bytes() == before
    assert list(tmp_path.iterdir()) == [file]
