"""The song files to song records and refusals."""

import gzip
import json
from pathlib import Path

import pytest

from sparkify_assets.errors import IngestError
from sparkify_assets.ingest.catalogue import CatalogueOfSongs
from sparkify_assets.ingest.discovery import find_song_files
from sparkify_assets.ingest.raw_files import FileTable
from sparkify_assets.ingest.songs import read_songs
from sparkify_assets.schemas import RejectedSongs, SongFiles, SongRecords, UnknownFields
from sparkify_assets_tests.ingest.raw_records import SONG_RECORD, Raw, put, song


def of_files(data: Path, *contents: bytes) -> CatalogueOfSongs:
    """Read song files that hold `contents`."""
    return read_songs(FileTable.of(put(data, f"song_data/{n}.json", text) for n, text in enumerate(contents)))


def counts(read: CatalogueOfSongs) -> list[tuple[int, ...]]:
    """Return lines, blank, songs and rejected of every file."""
    return read.files.select("lines", "blank", "songs", "rejected").rows()


def test_frames_are_of_their_schemas(tmp_path: Path) -> None:
    for read in (of_files(tmp_path, song(label=1), song(title=None)), read_songs(FileTable())):
        SongRecords.validate(read.songs)
        RejectedSongs.validate(read.rejected)
        SongFiles.validate(read.files)
        UnknownFields.validate(read.unknown_fields)


def test_record_is_read_with_where_it_came_from(tmp_path: Path) -> None:
    read = of_files(tmp_path, song())

    assert read.songs.rows(named=True) == [
        {
            "file": "song_data/0.json",
            "line": 1,
            "song_id": "SO1",
            "title": "Late Train",
            "artist_id": "AR1",
            "artist_name": "The Ghost Pines",
            "artist_location": "Oslo",
            "artist_latitude": 35.14968,
            "artist_longitude": -90.04892,
            "duration": 201.5,
            "year": 1999,
        }
    ]


def test_files_of_all_shapes_are_read_in_order(tmp_path: Path) -> None:
    pretty = json.dumps({**SONG_RECORD, "song_id": "SO2"}, indent=2).encode()
    several = b"\n".join([song(song_id="SO3"), b"", song(song_id="SO4"), b""])

    read = of_files(
        tmp_path, song(), b"\n" + pretty + b"\n\n", several, b"", b"\xef\xbb\xbf" + song(song_id="SO5") + b"\r\n"
    )

    assert read.songs.select("file", "line", "song_id").rows() == [
        ("song_data/0.json", 1, "SO1"),
        ("song_data/1.json", 1, "SO2"),
        ("song_data/2.json", 1, "SO3"),
        ("song_data/2.json", 3, "SO4"),
        ("song_data/4.json", 1, "SO5"),
    ]
    assert counts(read) == [(1, 0, 1, 0), (14, 13, 1, 0), (3, 1, 2, 0), (0, 0, 0, 0), (1, 0, 1, 0)]


@pytest.mark.parametrize(
    "content", [b"\n", b" ", song() + b"\n\n", b"\n\r\n" + song(), song() + b"\n\n" + song() + b"\n \n"]
)
def test_blank_lines_are_counted(tmp_path: Path, content: bytes) -> None:
    read = of_files(tmp_path, content)

    assert counts(read) == [
        (len(content.splitlines()), len(content.splitlines()) - content.count(b"{"), content.count(b"{"), 0)
    ]


@pytest.mark.parametrize("indent", [None, 2])
def test_refused_record_tells_where_and_why(tmp_path: Path, indent: int | None) -> None:
    bad = json.dumps({**SONG_RECORD, "title": 1979}, indent=indent).encode()

    read = of_files(tmp_path, song(), bad, song(duration=0), song())

    assert read.rejected.rows() == [
        ("song_data/1.json", 1, "wrong_type", "title is 1979, expected text", bad.decode()),
        (
            "song_data/2.json",
            1,
            "duration_not_positive",
            "duration is 0.0, expected seconds above 0",
            song(duration=0).decode(),
        ),
    ]
    assert read.songs["file"].to_list() == ["song_data/0.json", "song_data/3.json"]


def test_damaged_file_is_one_reject_and_nothing_of_it_is_taken(tmp_path: Path) -> None:
    lines = b"\n".join([song(label=1), song(title=None), b"", song()])
    files = [
        put(tmp_path, "song_data/a.json", song()),
        put(tmp_path, "song_data/b.json.gz", gzip.compress(lines)[:-1]),
        put(tmp_path, "song_data/c.json.gz", gzip.compress(song())),
    ]

    read = read_songs(FileTable.of(files), block_bytes=1)

    assert read.songs["file"].to_list() == ["song_data/a.json", "song_data/c.json.gz"]
    assert read.rejected.select("file", "line", "reason").rows() == [("song_data/b.json.gz", 0, "damaged_gzip")]
    assert counts(read) == [(1, 0, 1, 0), (1, 0, 0, 1), (1, 0, 1, 0)]
    assert read.unknown_fields.is_empty()


def test_unknown_fields_are_counted_by_file(tmp_path: Path) -> None:
    read = of_files(tmp_path, song(label=1), song(), song(label=Raw("[]")) + b"\n" + song(label=2))

    assert read.unknown_fields.rows() == [("song_data/0.json", "label", 1), ("song_data/2.json", "label", 2)]


def test_file_that_has_changed_since_it_was_found_is_named(tmp_path: Path) -> None:
    for name in ("a", "b"):
        put(tmp_path, f"song_data/{name}.json", song(song_id=f"SO{name}"))
    found = find_song_files(tmp_path).files
    assert read_songs(found).unsettled == ()

    put(tmp_path, "song_data/b.json", song(song_id="SOanother"))

    assert read_songs(found).unsettled == ("song_data/b.json",)


def test_all_unreadable_files_are_named_and_the_stored_rows_stay(tmp_path: Path) -> None:
    files = [put(tmp_path, f"song_data/{n}.json", song()) for n in range(3)]
    Path(files[0].path).unlink()
    Path(files[2].path).unlink()

    with pytest.raises(IngestError, match=r"'song_data/0\.json': .*'song_data/2\.json'.*; no stored row was changed"):
        read_songs(FileTable.of(files))
