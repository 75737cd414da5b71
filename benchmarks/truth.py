"""Load a folder and compare the star with what a loop in plain Python makes of the same files.

Usage: python -m benchmarks.truth DATA_FOLDER [--folder FOLDER]

The reference shares nothing with the project, reads a line at a time with Python's own `json`, and takes some ten
microseconds for each: it is for folders that are too large for the reference of the tests. It knows no damaged record
and no event that is delivered twice, so it is for files as `sparkify generate` makes them without `--faults`. Of each
table, rows and a digest are compared: the sum of a hash of every row, all columns in it; of the plays also rows and
seconds of each day. Where something differs, it is shown, and the exit code is 1.
"""

import argparse
import hashlib
import json
import sys
import tempfile
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any, LiteralString

import psycopg
from psycopg import sql

from benchmarks.contestants import Project
from benchmarks.measure import Server
from benchmarks.tables import markdown

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
EPOCH_DAY = date(1970, 1, 1)
LINES_A_DAY = 10**11
SEPARATOR = "\x1f"
NULL = "\x1e"

START_TIME = "round(extract(epoch FROM start_time) * 1000)::bigint"
COLUMNS: dict[str, tuple[LiteralString, ...]] = {
    "songs": ("song_id", "title", "artist_id", "artist_name", "year", "duration"),
    "artists": ("artist_id", "name", "location", "latitude", "longitude"),
    "users": ("user_id", "first_name", "last_name", "gender", "level"),
    "time": (START_TIME, "hour", "day", "week", "month", "year", "weekday"),
    "songplays": (
        *("songplay_id", START_TIME, "user_id", "level", "song_id", "artist_id", "session_id", "item_in_session"),
        *("location", "user_agent", "song", "artist", "length", "log_date"),
    ),
}
"""What is hashed; a moment as milliseconds since 1970."""
DIGEST = """
    SELECT count(*), coalesce(sum(('x0' || left(md5(concat_ws({separator}, {columns})), 15))::bit(64)::bigint), 0)::text
    FROM {table}
"""


@dataclass
class Digests:
    """Rows, and the sum of their hashes, of each table; rows and seconds of plays of each day."""

    rows: Counter[str] = field(default_factory=Counter)
    sums: Counter[str] = field(default_factory=Counter)
    plays: Counter[str] = field(default_factory=Counter)
    seconds: dict[str, float] = field(default_factory=lambda: defaultdict(float))

    def add(self, table: str, values: Iterable[object]) -> None:
        """Add a row."""
        text = SEPARATOR.join(map(_text, values))
        self.rows[table] += 1
        self.sums[table] += int(hashlib.md5(text.encode(), usedforsecurity=False).hexdigest()[:15], 16)


def of_files(data: Path) -> Digests:
    """Compute the star of the files."""
    digests = Digests()
    catalogue = _songs(data, digests)
    users: dict[int, tuple[tuple[int, int, int], tuple[object, ...]]] = {}
    listeners: set[int] = set()
    moments: set[int] = set()
    for day, position, event in _events(data):
        if not event["userId"]:
            continue
        user = int(event["userId"])
        at = (event["ts"], event["sessionId"], event["itemInSession"])
        if user not in users or users[user][0] < at:
            users[user] = at, (event["firstName"], event["lastName"], event["gender"], event["level"])
        if event["page"] == "NextSong":
            listeners.add(user)
            moments.add(event["ts"])
            _add_play(digests, catalogue, day, position, event)
    for user in listeners:
        digests.add("users", (user, *users[user][1]))
    for ts in moments:
        at_time = EPOCH + timedelta(milliseconds=ts)
        week, weekday = at_time.isocalendar().week, at_time.weekday()
        digests.add("time", (ts, at_time.hour, at_time.day, week, at_time.month, at_time.year, weekday))
    return digests


Catalogue = dict[tuple[str | None, str | None, float], tuple[str | None, str | None]]


def _songs(data: Path, digests: Digests) -> Catalogue:
    """Add songs and artists, and return the song of smallest id for each title, artist and duration."""
    songs: dict[str, dict[str, Any]] = {}
    artists: dict[str, dict[str, Any]] = {}
    for path in sorted((data / "song_data").rglob("*.json"), key=lambda path: path.as_posix().encode()):
        record = json.loads(path.read_text())
        songs[record["song_id"]] = artists[record["artist_id"]] = record
    catalogue: Catalogue = {}
    for song_id, record in sorted(songs.items(), reverse=True):
        name, year, seconds = record["artist_name"], record["year"] or None, float(record["duration"])
        digests.add("songs", (song_id, record["title"], record["artist_id"], name, year, seconds))
        catalogue[record["title"], name, seconds] = song_id, record["artist_id"]
    for artist_id, record in artists.items():
        place = record["artist_location"] or None
        position = (_float(record["artist_latitude"]), _float(record["artist_longitude"]))
        digests.add("artists", (artist_id, record["artist_name"], place, *position))
    return catalogue


def _events(data: Path) -> Iterator[tuple[date, int, dict[str, Any]]]:
    """Yield day, position within the day and record of each line; there is one file a day."""
    for path in sorted((data / "log_data").rglob("*.json")):
        day = date.fromisoformat(path.name[:10])
        with path.open(encoding="utf-8") as lines:
            for position, line in enumerate(lines):
                yield day, position, json.loads(line)


def _add_play(digests: Digests, catalogue: Catalogue, day: date, position: int, event: dict[str, Any]) -> None:
    song, artist, length = _repaired(event["song"]), _repaired(event["artist"]), _float(event["length"])
    match = catalogue.get((song, artist, length or 0.0), (None, None))
    identity = (day - EPOCH_DAY).days * LINES_A_DAY + position
    session = (event["sessionId"], event["itemInSession"])
    place = (event["location"] or None, event["userAgent"] or None)
    heard = (song, artist, length, day)
    digests.add(
        "songplays",
        (identity, event["ts"], int(event["userId"]), event["level"], *match, *session, *place, *heard),
    )
    digests.plays[str(day)] += 1
    digests.seconds[str(day)] += length or 0.0


def of_database(url: str) -> Digests:
    """Compute the same of the stored tables, in SQL."""
    digests = Digests()
    with psycopg.connect(url) as connection:
        for table, columns in COLUMNS.items():
            shown = [sql.SQL("coalesce(({})::text, {})").format(sql.SQL(each), sql.Literal(NULL)) for each in columns]
            query = sql.SQL(DIGEST).format(
                separator=sql.Literal(SEPARATOR),
                columns=sql.SQL(", ").join(shown),
                table=sql.Identifier("public", table),
            )
            row = connection.execute(query).fetchone()
            assert row is not None
            digests.rows[table], digests.sums[table] = int(row[0]), int(row[1])
        for day, plays, seconds in connection.execute(
            "SELECT log_date::text, count(*), coalesce(sum(length), 0) FROM public.songplays GROUP BY 1"
        ):
            digests.plays[day], digests.seconds[day] = plays, seconds
    return digests


def _repaired(text: str | None) -> str | None:
    """Undo UTF-8 that was decoded as Latin-1 twice."""
    if text is None or text.isascii():
        return text
    try:
        twice = text.encode("latin-1").decode().encode("latin-1").decode()
    except UnicodeError:
        return text
    return twice if len(twice) < len(text) else text


def _float(value: float | None) -> float | None:
    return None if value is None else float(value)


def _text(value: object) -> str:
    """Return a value as Postgres writes it."""
    if value is None:
        return NULL
    return repr(value).removesuffix(".0") if isinstance(value, float) else str(value)


def report(expected: Digests, stored: Digests) -> tuple[str, bool]:
    """Return a table, and whether everything is equal."""
    rows = [["table", "rows of the files", "stored", "digest of the files", "stored "]]
    for table in COLUMNS:
        counts = (f"{expected.rows[table]:,}", f"{stored.rows[table]:,}")
        rows.append([table, *counts, f"{expected.sums[table]:x}", f"{stored.sums[table]:x}"])
    days = sorted(expected.plays.keys() | stored.plays.keys())
    wrong = [
        f"{day}: {expected.plays[day]:,} plays of {expected.seconds[day]:,.3f} s in the files, "
        f"{stored.plays[day]:,} of {stored.seconds[day]:,.3f} s stored"
        for day in days
        if expected.plays[day] != stored.plays[day] or abs(expected.seconds[day] - stored.seconds[day]) > 1e-3
    ]
    equal = expected.rows == stored.rows and expected.sums == stored.sums and not wrong
    ending = wrong or [f"plays and seconds of each of the {len(days)} days are equal"]
    return "\n".join([markdown(rows), "", *ending]), equal


def main() -> None:
    """Load the folder that the command line names, and compare."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path)
    parser.add_argument("--folder", type=Path, help="where the server is put; in the end it is removed")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="bench", dir=arguments.folder) as folder:
        server = Server.start(Path(folder))
        Project(server, Path(folder) / "home", arguments.data.absolute()).first_load("truth")
        text, equal = report(of_files(arguments.data), of_database(server.url("truth")))
    print(text)
    sys.exit(not equal)


if __name__ == "__main__":
    main()
