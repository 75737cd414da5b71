"""Artists: the whole row of the last record, by path and line."""

from sparkify_assets.schemas import Artists
from sparkify_assets.transforms.artists import build_artists

from .records import song_records


def test_columns_are_those_of_the_table() -> None:
    built = build_artists(song_records({}))

    assert Artists.is_valid(built)
    assert built.rows(named=True) == [
        {"artist_id": "AR1", "name": "The Cups", "location": "Lyon", "latitude": 45.5, "longitude": 4.5}
    ]


def test_whole_row_of_the_last_path_wins_and_columns_are_not_mixed() -> None:
    last = {"artist_name": "Cups", "artist_location": None, "artist_latitude": None, "artist_longitude": None}
    records = song_records({"file": "song_data/b.json", "song_id": "SO2", **last}, {"file": "song_data/a.json"})

    built = build_artists(records)

    assert built.rows() == [("AR1", "Cups", None, None, None)]


def test_line_decides_within_a_file() -> None:
    records = song_records({"line": 10, "artist_name": "tenth"}, {"line": 9, "artist_name": "ninth"})

    assert build_artists(records)["name"].to_list() == ["tenth"]


def test_paths_are_compared_bytewise() -> None:
    records = song_records(
        {"file": "song_data/a.json", "artist_name": "small"},
        {"file": "song_data/Z.json", "artist_name": "capital"},
        {"file": "song_data/é.json", "artist_name": "accented"},
        {"file": "song_data/z.json", "artist_name": "last of ASCII"},
    )

    assert build_artists(records)["name"].to_list() == ["accented"]


def test_order_of_the_records_does_not_matter() -> None:
    records = song_records(
        {"file": "song_data/a.json", "artist_name": "old"},
        {"file": "song_data/b.json", "artist_name": "new"},
        {"file": "song_data/c.json", "artist_id": "AR0"},
    )

    assert build_artists(records.reverse()).equals(build_artists(records))


def test_rows_are_ordered_by_key() -> None:
    built = build_artists(song_records({"artist_id": "AR2"}, {"artist_id": "AR1"}, {"artist_id": "AR10"}))

    assert built["artist_id"].to_list() == ["AR1", "AR10", "AR2"]


def test_empty_location_becomes_null() -> None:
    built = build_artists(song_records({"artist_location": ""}, {"artist_id": "AR2", "artist_location": " "}))

    assert built["location"].to_list() == [None, " "]


def test_zero_is_a_latitude() -> None:
    built = build_artists(song_records({"artist_latitude": 0.0, "artist_longitude": 0.0}))

    assert built.select("latitude", "longitude").rows() == [(0.0, 0.0)]


def test_no_records_give_no_rows() -> None:
    assert build_artists(song_records()).equals(Artists.create_empty())


def test_zero_has_no_sign() -> None:
    built = build_artists(song_records({"artist_latitude": -0.0, "artist_longitude": -0.0}))

    assert [str(value) for value in built.select("latitude", "longitude").row(0)] == ["0.0", "0.0"]
