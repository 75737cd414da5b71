"""A row-by-row `etl.py` with pandas and psycopg2, in the shape that course projects have.

Usage: python -m benchmarks.rivals.etl DATA_FOLDER DATABASE_URL
"""

import sys
from pathlib import Path

import pandas as pd
import psycopg2

TABLES = """
    CREATE TABLE songs (song_id text PRIMARY KEY, title text, artist_id text, year int, duration float);
    CREATE TABLE artists (artist_id text PRIMARY KEY, name text, location text, latitude float, longitude float);
    CREATE TABLE users (user_id int PRIMARY KEY, first_name text, last_name text, gender text, level text);
    CREATE TABLE time (start_time timestamp PRIMARY KEY, hour int, day int, week int, month int, year int, weekday int);
    CREATE TABLE songplays (songplay_id serial PRIMARY KEY, start_time timestamp, user_id int, level text, song_id text,
        artist_id text, session_id int, location text, user_agent text);
"""
INSERT_SONG = "INSERT INTO songs VALUES (%s, %s, %s, %s, %s) ON CONFLICT DO NOTHING"
INSERT_ARTIST = "INSERT INTO artists VALUES (%s, %s, %s, %s, %s) ON CONFLICT DO NOTHING"
INSERT_TIME = "INSERT INTO time VALUES (%s, %s, %s, %s, %s, %s, %s) ON CONFLICT DO NOTHING"
INSERT_USER = "INSERT INTO users VALUES (%s, %s, %s, %s, %s) ON CONFLICT (user_id) DO UPDATE SET level = excluded.level"
SELECT_SONG = (
    "SELECT song_id, artists.artist_id FROM songs JOIN artists ON songs.artist_id = artists.artist_id"
    " WHERE title = %s AND name = %s AND duration = %s"
)
INSERT_PLAY = (
    "INSERT INTO songplays (start_time, user_id, level, song_id, artist_id, session_id, location, user_agent)"
    " VALUES (%s, %s, %s, %s, %s, %s, %s, %s)"
)


def process_song_file(cursor, path: Path) -> None:
    """Insert the song and the artist of a file."""
    record = pd.read_json(path, lines=True)
    song = record[["song_id", "title", "artist_id", "year", "duration"]]
    cursor.execute(INSERT_SONG, song.values[0].tolist())
    artist = record[["artist_id", "artist_name", "artist_location", "artist_latitude", "artist_longitude"]]
    cursor.execute(INSERT_ARTIST, artist.values[0].tolist())


def process_log_file(cursor, path: Path) -> None:
    """Insert the times, users and plays of a file."""
    events = pd.read_json(path, lines=True)
    events = events[events["page"] == "NextSong"]
    moments = pd.to_datetime(events["ts"], unit="ms")
    for moment in moments:
        row = (moment, moment.hour, moment.day, moment.week, moment.month, moment.year, moment.weekday())
        cursor.execute(INSERT_TIME, row)
    for _, row in events[["userId", "firstName", "lastName", "gender", "level"]].iterrows():
        cursor.execute(INSERT_USER, row.tolist())
    for _, row in events.iterrows():
        cursor.execute(SELECT_SONG, (row.song, row.artist, row.length))
        song_id, artist_id = cursor.fetchone() or (None, None)
        moment = pd.to_datetime(row.ts, unit="ms")
        play = (moment, row.userId, row.level, song_id, artist_id, row.sessionId, row.location, row.userAgent)
        cursor.execute(INSERT_PLAY, play)


def main() -> None:
    """Load the folder of the first argument into the database of the second."""
    data, url = Path(sys.argv[1]), sys.argv[2]
    connection = psycopg2.connect(url)
    cursor = connection.cursor()
    cursor.execute(TABLES)
    for folder, process in (("song_data", process_song_file), ("log_data", process_log_file)):
        for path in sorted((data / folder).rglob("*.json")):
            process(cursor, path)
            connection.commit()


if __name__ == "__main__":
    main()
