"""Songs and events as files, in the form of the real ones."""

import datetime as dt
import json
import shutil
from collections.abc import Iterable
from itertools import groupby
from pathlib import Path

from sparkify_assets.sample.catalogue import Song
from sparkify_assets.sample.pages import answer_of
from sparkify_assets.sample.rhythm import DAY_S
from sparkify_assets.sample.sessions import Event

SONG_FOLDER = "song_data"
LOG_FOLDER = "log_data"
UNFINISHED = ".sample"  # a folder that begins with a dot is never read as data
MILLISECOND = 377  # all times of a set share their milliseconds, because its clock ticks in seconds
EPOCH = dt.date(1970, 1, 1)


def write_sample(out: Path, songs: Iterable[Song], events: Iterable[Event]) -> None:
    """Write `song_data` and `log_data` below `out`, in place of what stands there.

    They are written aside and renamed when whole.
    """
    aside = out / UNFINISHED
    if aside.exists():
        shutil.rmtree(aside)
    write_songs(aside / SONG_FOLDER, songs)
    write_logs(aside / LOG_FOLDER, events)
    for name in (SONG_FOLDER, LOG_FOLDER):
        if (out / name).exists():
            shutil.rmtree(out / name)
        (aside / name).rename(out / name)
    aside.rmdir()


def write_songs(folder: Path, songs: Iterable[Song]) -> None:
    """Write one file a song, in folders by letters 3 to 5 of its track id."""
    for song in songs:
        path = folder.joinpath(*song.track_id[2:5], f"{song.track_id}.json")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(song_text(song).encode())


def write_logs(folder: Path, events: Iterable[Event]) -> None:
    """Write one file a UTC day of events that are ordered by time."""
    for day, events_of_day in groupby(events, key=lambda event: event.second // DAY_S):
        date = EPOCH + dt.timedelta(days=day)
        path = folder / f"{date:%Y}" / f"{date:%m}" / f"{date.isoformat()}-events.json"
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("wb") as file:
            for number, event in enumerate(events_of_day):
                file.write((b"\n" if number else b"") + event_text(event).encode())


def song_text(song: Song) -> str:
    """Return a song as its file holds it."""
    return json.dumps(
        {
            "num_songs": 1,
            "artist_id": song.artist_id,
            "artist_latitude": song.home.latitude,
            "artist_longitude": song.home.longitude,
            "artist_location": song.home.location,
            "artist_name": song.artist_name,
            "song_id": song.song_id,
            "title": song.title,
            "duration": song.duration_s,
            "year": song.year,
        }
    )


def event_text(event: Event) -> str:
    r"""Return an event as its line: no blanks, keys in alphabetical order, `/` as `\/`."""
    return json.dumps(_event_fields(event), separators=(",", ":")).replace("/", "\\/")


def decoded_twice(text: str) -> str:
    """Return text as logs show it: its UTF-8 decoded as Latin-1, twice; ASCII stays as it is."""
    return text.encode("utf-8").decode("latin-1").encode("utf-8").decode("latin-1")


def _event_fields(event: Event) -> dict[str, object]:
    song = event.song
    who = None if event.is_guest else event.listener
    method, status = answer_of(event.page)
    return {
        "artist": decoded_twice(song.artist_name) if song else None,
        "auth": "Logged In" if who else "Logged Out",
        "firstName": who.first_name if who else None,
        "gender": who.gender if who else None,
        "itemInSession": event.item,
        "lastName": who.last_name if who else None,
        "length": song.duration_s if song else None,
        "level": event.level,
        "location": who.location if who else None,
        "method": method,
        "page": event.page,
        "registration": float(_milliseconds(who.registered)) if who else None,
        "sessionId": event.session_id,
        "song": decoded_twice(song.title) if song else None,
        "status": status,
        "ts": _milliseconds(event.second),
        "userAgent": who.user_agent if who else None,
        "userId": str(who.user_id) if who else "",
    }


def _milliseconds(second: int) -> int:
    return second * 1000 + MILLISECOND
