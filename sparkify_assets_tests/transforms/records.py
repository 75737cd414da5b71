"""Raw records for the tests: a plain one, and what a test says is different about each."""

import datetime as dt

import polars as pl

from sparkify_assets.schemas import Events, SongRecords

DAY = dt.date(2018, 11, 15)
NOON_MS = 1542283200000  # 2018-11-15T12:00:00Z

EVENT: dict[str, object] = {
    "log_date": DAY,
    "file": "log_data/2018-11-15-events.json",
    "line": 1,
    "position": 0,
    "ts": NOON_MS,
    "user_id": 7,
    "session_id": 12,
    "item_in_session": 0,
    "page": "NextSong",
    "level": "free",
    "first_name": "Ada",
    "last_name": "Finch",
    "gender": "F",
    "location": "Reno, NV",
    "user_agent": "Browser",
    "song": "Tea",
    "artist": "The Cups",
    "length": 200.5,
}

SONG: dict[str, object] = {
    "file": "song_data/a.json",
    "line": 1,
    "song_id": "SO1",
    "title": "Tea",
    "artist_id": "AR1",
    "artist_name": "The Cups",
    "artist_location": "Lyon",
    "artist_latitude": 45.5,
    "artist_longitude": 4.5,
    "duration": 200.5,
    "year": 1999,
}


def events(*differences: dict[str, object]) -> pl.DataFrame:
    """Return one event for each, at lines of their own, in the form of the raw stage."""
    rows = [
        EVENT | {"line": number + 1, "position": number, "item_in_session": number} | difference
        for number, difference in enumerate(differences)
    ]
    return pl.DataFrame(rows, schema={name: column.dtype for name, column in Events.columns().items()})


def song_records(*differences: dict[str, object]) -> pl.DataFrame:
    """Return one song record for each, in the form of the raw stage."""
    rows = [SONG | difference for difference in differences]
    return pl.DataFrame(rows, schema={name: column.dtype for name, column in SongRecords.columns().items()})
