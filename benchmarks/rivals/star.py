"""The star by SQL, out of raw tables `events` and `songs_raw` in the database: the step after an extract-and-load."""

import psycopg

STAR = """
    CREATE TABLE songs AS
        SELECT DISTINCT ON (song_id) song_id, title, artist_id, artist_name, nullif(year, 0)::smallint AS year, duration
        FROM songs_raw ORDER BY song_id;
    ALTER TABLE songs ADD PRIMARY KEY (song_id);
    CREATE TABLE artists AS
        SELECT DISTINCT ON (artist_id) artist_id, artist_name AS name, nullif(artist_location, '') AS location,
            artist_latitude AS latitude, artist_longitude AS longitude
        FROM songs_raw ORDER BY artist_id;
    ALTER TABLE artists ADD PRIMARY KEY (artist_id);
    CREATE TABLE users AS
        SELECT DISTINCT ON (user_id) user_id::bigint, first_name, last_name, gender, level
        FROM events WHERE user_id <> '' ORDER BY user_id, ts DESC, session_id DESC, item_in_session DESC;
    ALTER TABLE users ADD PRIMARY KEY (user_id);
    CREATE TABLE songplays AS
        SELECT row_number() OVER (ORDER BY ts, session_id, item_in_session) AS songplay_id,
            to_timestamp(ts / 1000.0) AS start_time, user_id::bigint, e.level, s.song_id, s.artist_id, session_id,
            item_in_session::int, location, user_agent, e.song, e.artist, e.length
        FROM events e LEFT JOIN (
            SELECT min(song_id) AS song_id, min(artist_id) AS artist_id, title, artist_name, duration
            FROM songs GROUP BY title, artist_name, duration
        ) s ON e.song = s.title AND e.artist = s.artist_name AND e.length = s.duration
        WHERE page = 'NextSong';
    ALTER TABLE songplays ADD PRIMARY KEY (songplay_id);
    CREATE TABLE time AS
        SELECT start_time, extract(hour FROM at)::smallint AS hour, extract(day FROM at)::smallint AS day,
            extract(week FROM at)::smallint AS week, extract(month FROM at)::smallint AS month,
            extract(year FROM at)::smallint AS year, (extract(isodow FROM at) - 1)::smallint AS weekday
        FROM (SELECT DISTINCT start_time, start_time AT TIME ZONE 'UTC' AS at FROM songplays);
    ALTER TABLE time ADD PRIMARY KEY (start_time);
"""


def build_star(url: str, schema: str) -> None:
    """Make the five tables in `public` out of the raw tables in `schema`."""
    with psycopg.connect(url) as connection:
        connection.execute("SELECT set_config('search_path', %s, false)", (f"public, {schema}",))
        connection.execute(STAR)
