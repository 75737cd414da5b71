"""Songs: the whole row of the last record, by path and line."""

import pytest

from sparkify_assets.schemas import Songs
from sparkify_assets.transforms.songs import build_songs

from .records import song_records


def test_columns_are_those_of_the_table() -> None:
    built = build_songs(song_records({}))

    assert Songs.is_valid(built)
    assert built.rows(named=True) == [
        {
            "song_id": "SO1",
            "title": "Tea",
            "artist_id": "AR1",
            "artist_name": "The Cups",
            "year": 1999,
            "duration": 200.5,
        }
    ]


def test_whole_row_of_the_last_path_wins_and_columns_are_not_mixed() -> None:
    records = song_records(
        {"file": "song_data/b.json", "title": "Tea (live)", "year": None, "duration": 1.5, "artist_id": "AR2"},
        {"file": "song_data/a.json"},
    )

    assert build_songs(records).rows() == [("SO1", "Tea (live)", "AR2", "The Cups", None, 1.5)]


def test_line_decides_within_a_file() -> None:
    records = song_records({"line": 10, "title": "tenth"}, {"line": 9, "title": "ninth"})

    assert build_songs(records)["title"].to_list() == ["tenth"]


def test_order_of_the_records_does_not_matter() -> None:
    records = song_records(
        {"file": "song_data/a.json", "title": "old"},
        {"file": "song_data/b.json", "title": "new"},
        {"file": "song_data/c.json", "song_id": "SO0"},
    )

    assert build_songs(records.reverse()).equals(build_songs(records))


@pytest.mark.parametrize(("logged", "stored"), [(0, None), (None, None), (1, 1), (2018, 2018), (-1, -1)])
def test_year_zero_becomes_null(logged: int | None, stored: int | None) -> None:
    assert build_songs(song_records({"year": logged}))["year"].to_list() == [stored]


def test_text_is_kept_as_it_is() -> None:
    texts = ["", " [Untitled] ", "{Braces}", "BjÃ\x83Â¶rk", "naïve 🎵"]

    built = [build_songs(song_records({"title": text}))["title"].item() for text in texts]

    assert built == texts


def test_artist_name_is_that_of_the_songs_own_file() -> None:
    records = song_records(
        {"file": "song_data/a.json", "song_id": "SO1", "artist_name": "The Cups feat. Kettle"},
        {"file": "song_data/b.json", "song_id": "SO2", "artist_name": "The Cups"},
    )

    assert build_songs(records)["artist_name"].to_list() == ["The Cups feat. Kettle", "The Cups"]


def test_no_records_give_no_rows() -> None:
    assert build_songs(song_records()).equals(Songs.create_empty())
