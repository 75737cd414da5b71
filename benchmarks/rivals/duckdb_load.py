"""DuckDB: `read_json` and SQL for the star, then one CSV a table into Postgres with COPY.

Usage: python -m benchmarks.rivals.duckdb_load DATA_FOLDER DATABASE_URL

DuckDB's own Postgres extension is downloaded at run time from a server that not every machine reaches; COPY of a
file needs none.
"""

import sys
import tempfile
from pathlib import Path

import duckdb
import psycopg

from benchmarks.bare import DDL

EVENTS = """
    CREATE TABLE events AS SELECT *, make_timestamptz(ts * 1000) AS start_time
    FROM read_json(?, format = 'newline_delimited', columns = {
        artist: 'VARCHAR', firstName: 'VARCHAR', gender: 'VARCHAR', itemInSession: 'INTEGER', lastName: 'VARCHAR',
        length: 'DOUBLE', level: 'VARCHAR', location: 'VARCHAR', page: 'VARCHAR', sessionId: 'BIGINT',
        song: 'VARCHAR', ts: 'BIGINT', userAgent: 'VARCHAR', userId: 'VARCHAR'})
"""
RECORDS = """
    CREATE TABLE records AS SELECT *
    FROM read_json(?, format = 'newline_delimited', columns = {
        artist_id: 'VARCHAR', artist_latitude: 'DOUBLE', artist_longitude: 'DOUBLE', artist_location: 'VARCHAR',
        artist_name: 'VARCHAR', song_id: 'VARCHAR', title: 'VARCHAR', duration: 'DOUBLE', year: 'SMALLINT'})
"""
STAR = {
    "artists": """
        SELECT DISTINCT ON (artist_id) artist_id, artist_name AS name, nullif(artist_location, '') AS location,
            artist_latitude AS latitude, artist_longitude AS longitude FROM records""",
    "songs": """
        SELECT DISTINCT ON (song_id) song_id, title, artist_id, artist_name, nullif(year, 0) AS year, duration
        FROM records""",
    "users": """
        SELECT DISTINCT ON (userId) userId::BIGINT AS user_id, firstName, lastName, gender, level
        FROM events WHERE userId <> '' ORDER BY userId, ts DESC""",
    "time": """
        SELECT DISTINCT start_time, hour(start_time), day(start_time), week(start_time), month(start_time),
            year(start_time), isodow(start_time) - 1 FROM events WHERE page = 'NextSong'""",
    "songplays": """
        SELECT row_number() OVER () AS songplay_id, start_time, userId::BIGINT, level, song_id, artist_id, sessionId,
            itemInSession, location, userAgent, song, artist, length, start_time::DATE
        FROM events LEFT JOIN (
            SELECT min(song_id) AS song_id, min(artist_id) AS artist_id, title, artist_name, duration
            FROM records GROUP BY title, artist_name, duration
        ) ON song = title AND artist = artist_name AND length = duration
        WHERE page = 'NextSong'""",
}


def main() -> None:
    """Load the folder of the first argument into the database of the second."""
    data, url = Path(sys.argv[1]), sys.argv[2]
    with tempfile.TemporaryDirectory() as folder, psycopg.connect(url) as connection:
        duck = duckdb.connect(str(Path(folder) / "duck"))
        duck.execute("SET TimeZone = 'UTC'")
        duck.execute(EVENTS, [str(data / "log_data" / "**" / "*.json")])
        duck.execute(RECORDS, [str(data / "song_data" / "**" / "*.json")])
        for table, query in STAR.items():
            path = Path(folder) / f"{table}.csv"
            duck.execute(f"COPY ({query}) TO '{path}' (HEADER false)")
            cursor = connection.cursor()
            cursor.execute(f"CREATE TABLE {table} ({DDL[table]})")
            with path.open("rb") as file, cursor.copy(f"COPY {table} FROM STDIN (FORMAT CSV, FREEZE)") as copy:
                while block := file.read(2**20):
                    copy.write(block)
            cursor.execute(f"ALTER TABLE {table} ADD PRIMARY KEY ({DDL[table].split()[0]})")
            connection.commit()


if __name__ == "__main__":
    main()
