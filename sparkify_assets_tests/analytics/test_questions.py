"""A view's file says its question, its grain and its columns, and is refused where it does not."""

from pathlib import Path

import pytest

from sparkify_assets.analytics.questions import ViewColumn, base_names, read_view, read_views
from sparkify_assets.errors import AnswerError

FILE = """-- question: How many are there?
-- grain: kind
-- columns:
--   kind text: what they are
--   seen timestamp with time zone: when: at the end
SELECT kind, seen
FROM analytics.asked_hours
"""


def written(folder: Path, text: str, name: str = "kinds.sql") -> Path:
    """Write a view's file."""
    path = folder / name
    path.write_text(text)
    return path


def test_file_is_read_as_it_says(tmp_path: Path) -> None:
    view = read_view(written(tmp_path, FILE))

    assert (view.name, view.question, view.grain) == ("kinds", "How many are there?", "kind")
    assert view.columns == (
        ViewColumn("kind", "text", "what they are"),
        ViewColumn("seen", "timestamp with time zone", "when: at the end"),
    )
    assert view.query == "SELECT kind, seen\nFROM analytics.asked_hours"
    assert view.description == "How many are there? One row per kind."


@pytest.mark.parametrize(
    ("right", "wrong"),
    [
        ("are there?", "are there."),
        ("-- grain: kind\n", ""),
        ("-- columns:\n", ""),
        ("--   kind text: what they are\n", "--   kind: text\n"),
        ("--   kind text: what they are\n--   seen timestamp with time zone: when: at the end\n", ""),
    ],
)
def test_file_without_its_head_is_refused(tmp_path: Path, right: str, wrong: str) -> None:
    path = written(tmp_path, FILE.replace(right, wrong))

    with pytest.raises(AnswerError, match=r"'kinds.sql' does not begin as a view's file does; expected are"):
        read_view(path)


def test_folder_is_read_by_name_and_other_files_are_left(tmp_path: Path) -> None:
    for name in ("b.sql", "a.sql", "notes.txt"):
        written(tmp_path, FILE, name)

    assert [view.name for view in read_views(tmp_path)] == ["a", "b"]


def test_digest_tells_definitions_apart(tmp_path: Path) -> None:
    first = read_view(written(tmp_path, FILE))
    same = read_view(written(tmp_path, FILE))
    other = read_view(written(tmp_path, FILE.replace("what they are", "which")))

    assert first.digest == same.digest != other.digest


def test_relation_is_read_where_its_whole_name_stands(tmp_path: Path) -> None:
    view = read_view(written(tmp_path, FILE))

    assert view.reads("analytics.asked_hours")
    assert not view.reads("analytics.asked")
    assert "asked_hours" in base_names()


def test_views_read_their_own_schema_through_what_is_asked_for() -> None:
    direct = {view.name for view in read_views() if view.reads("public.songplays")}

    assert direct == set()
