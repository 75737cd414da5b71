"""Raw records and files for the tests, made by hand."""

import json
from pathlib import Path
from typing import Any

from sparkify_assets.ingest.raw_files import RawFile

EVENT_RECORD: dict[str, Any] = {
    "artist": "The Ghost Pines",
    "auth": "Logged In",
    "firstName": "Ada",
    "gender": "F",
    "itemInSession": 3,
    "lastName": "Byron",
    "length": 201.5,
    "level": "paid",
    "location": "Oslo",
    "method": "PUT",
    "page": "NextSong",
    "registration": 1540000000000.0,
    "sessionId": 77,
    "song": "Late Train",
    "status": 200,
    "ts": 1541105830796,
    "userAgent": '"Mozilla/5.0"',
    "userId": "15",
}

SONG_RECORD: dict[str, Any] = {
    "num_songs": 1,
    "artist_id": "AR1",
    "artist_latitude": 35.14968,
    "artist_longitude": -90.04892,
    "artist_location": "Oslo",
    "artist_name": "The Ghost Pines",
    "song_id": "SO1",
    "title": "Late Train",
    "duration": 201.5,
    "year": 1999,
}


class Raw(str):
    """JSON that is put into a record as it is written."""


def event(without: Any = (), **changes: Any) -> bytes:
    """Return a valid play, compact, with fields changed, added or left out."""
    return written(EVENT_RECORD, without, changes, separators=(",", ":"))


def song(without: Any = (), **changes: Any) -> bytes:
    """Return a valid song record, with fields changed, added or left out."""
    return written(SONG_RECORD, without, changes, separators=(", ", ": "))


def written(
    record: dict[str, Any], without: tuple[str, ...], changes: dict[str, Any], separators: tuple[str, str]
) -> bytes:
    """Write a record as JSON; `Raw` values go in as they are."""
    comma, colon = separators
    values = {name: value for name, value in {**record, **changes}.items() if name not in without}
    pairs = (as_json(name) + colon + as_json(value) for name, value in values.items())
    return ("{" + comma.join(pairs) + "}").encode("utf-8", "surrogatepass")


def as_json(value: Any) -> str:
    """Write a value as JSON."""
    return value if isinstance(value, Raw) else json.dumps(value, ensure_ascii=False)


def put(data: Path, name: str, content: bytes) -> RawFile:
    """Write a file below the data folder."""
    path = data / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    return RawFile(str(path), name, len(content))
