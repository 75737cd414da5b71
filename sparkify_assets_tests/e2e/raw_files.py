"""Write small raw files by hand: lines of events and songs, each with what the test is about."""

import json
from datetime import UTC, date, datetime
from pathlib import Path


def november(day: int) -> date:
    """Return a day of the month that the tests live in."""
    return date(2018, 11, day)


def at(day: int, hour: int = 0, minute: int = 0) -> int:
    """Return a moment of that month in epoch milliseconds."""
    return round(datetime(2018, 11, day, hour, minute, tzinfo=UTC).timestamp() * 1000)


def event(**changes: object) -> str:
    """Return the line of a play by user 15 on the 5th, with these fields changed."""
    fields: dict[str, object] = {
        "artist": "Elena",
        "firstName": "Ada",
        "gender": "F",
        "itemInSession": 0,
        "lastName": "Frye",
        "length": 269.5,
        "level": "free",
        "location": "Here",
        "page": "NextSong",
        "sessionId": 1,
        "song": "Matins",
        "ts": at(5),
        "userAgent": "Agent",
        "userId": "15",
    }
    return json.dumps(fields | changes)


def song(**changes: object) -> str:
    """Return the line of the song that the events play, with these fields changed."""
    fields: dict[str, object] = {
        "artist_id": "AR1",
        "artist_latitude": None,
        "artist_location": "Here",
        "artist_longitude": None,
        "artist_name": "Elena",
        "duration": 269.5,
        "song_id": "SO1",
        "title": "Matins",
        "year": 2001,
    }
    return json.dumps(fields | changes)


def write_day(data: Path, day: int, *lines: str, folder: str = "2018/11") -> Path:
    """Write the log file of a day and return its path."""
    return _write(data / "log_data" / folder / f"{november(day)}-events.json", lines)


def write_song(data: Path, name: str, **changes: object) -> Path:
    """Write a song file and return its path."""
    return _write(data / "song_data" / f"{name}.json", [song(**changes)])


def _write(path: Path, lines: "list[str] | tuple[str, ...]") -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("\n".join(lines))
    return path
