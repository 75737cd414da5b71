"""The limit: the star from the same files with bare polars and binary COPY; no Dagster, no checks, no history.

Usage: python benchmarks/bare.py DATA_FOLDER DATABASE_URL
"""

import sys
from pathlib import Path

import polars as pl
import psycopg
from pgpq import ArrowToPostgresBinaryEncoder

EVENT = {
    "artist": pl.String,
    "firstName": pl.String,
    "gender": pl.String,
    "itemInSession": pl.Int64,
    "lastName": pl.String,
    "length": pl.Float64,
    "level": pl.String,
    "location": pl.String,
    "page": pl.String,
    "sessionId": pl.Int64,
    "song": pl.String,
    "ts": pl.Int64,
    "userAgent": pl.String,
    "userId": pl.String,
}
SONG = {
    "artist_id": pl.String,
    "artist_latitude": pl.Float64,
    "artist_longitude": pl.Float64,
    "artist_location": pl.String,
    "artist_name": pl.String,
    "song_id": pl.String,
    "title": pl.String,
    "duration": pl.Float64,
    "year": pl.Int64,
}
DDL = {
    "songs": "song_id text, title text, artist_id text, artist_name text, year smallint, duration double precision",
    "artists": "artist_id text, name text, location text, latitude double precision, longitude double precision",
    "users": "user_id bigint, first_name text, last_name text, gender text, level text",
    "time": "start_time timestamptz, hour smallint, day smallint, week smallint, month smallint, year smallint, "
    "weekday smallint",
    "songplays": "songplay_id bigint, start_time timestamptz, user_id bigint, level text, song_id text, "
    "artist_id text, session_id bigint, item_in_session integer, location text, user_agent text, song text, "
    "artist text, length double precision, log_date date",
}


def frames(data: Path) -> dict[str, pl.DataFrame]:
    """Return the five tables of the files."""
    lines = b"\n".join(file.read_bytes().strip() for file in sorted((data / "song_data").rglob("*.json")))
    records = pl.read_ndjson(lines, schema=SONG)
    events = pl.scan_ndjson(sorted((data / "log_data").rglob("*.json")), schema=EVENT).collect()
    start_time = (pl.col("ts") * 1000).cast(pl.Datetime("us", "UTC"))
    events = events.with_columns(
        user_id=pl.col("userId").cast(pl.Int64, strict=False), start_time=start_time, songplay_id=pl.int_range(pl.len())
    )
    plays = events.filter(pl.col("page") == "NextSong")
    songs = records.unique("song_id", keep="last").select(
        "song_id", "title", "artist_id", "artist_name", pl.col("year").replace(0, None).cast(pl.Int16), "duration"
    )
    artists = records.unique("artist_id", keep="last").select(
        "artist_id",
        name="artist_name",
        location="artist_location",
        latitude="artist_latitude",
        longitude="artist_longitude",
    )
    users = (
        events.filter(pl.col("user_id").is_not_null())
        .sort("ts")
        .unique("user_id", keep="last")
        .select("user_id", first_name="firstName", last_name="lastName", gender="gender", level="level")
    )
    at = pl.col("start_time").dt
    time = (
        plays.select("start_time")
        .unique()
        .with_columns(
            at.hour().cast(pl.Int16).alias("hour"),
            at.day().cast(pl.Int16).alias("day"),
            at.week().cast(pl.Int16).alias("week"),
            at.month().cast(pl.Int16).alias("month"),
            at.year().cast(pl.Int16).alias("year"),
            (at.weekday() - 1).cast(pl.Int16).alias("weekday"),
        )
    )
    known = songs.select("song_id", "artist_id", song="title", artist="artist_name", length="duration")
    known = known.unique(["song", "artist", "length"])
    songplays = plays.join(known, on=["song", "artist", "length"], how="left").select(
        "songplay_id",
        "start_time",
        "user_id",
        "level",
        "song_id",
        "artist_id",
        session_id="sessionId",
        item_in_session=pl.col("itemInSession").cast(pl.Int32),
        location="location",
        user_agent="userAgent",
        song="song",
        artist="artist",
        length="length",
        log_date=pl.col("start_time").dt.date(),
    )
    return {"artists": artists, "songs": songs, "users": users, "time": time, "songplays": songplays}


def load(url: str, name: str, frame: pl.DataFrame) -> None:
    """Make the table anew, copy the frame in, add the key: one transaction."""
    with psycopg.connect(url) as connection, connection.cursor() as cursor:
        cursor.execute(f"DROP TABLE IF EXISTS {name}; CREATE TABLE {name} ({DDL[name]})")  # names of ours
        with cursor.copy(f"COPY {name} FROM STDIN (FORMAT BINARY, FREEZE)") as copy:
            encoder = None
            for block in frame.iter_slices(65_536):
                arrow = block.to_arrow(compat_level=pl.CompatLevel.oldest())
                if encoder is None:
                    encoder = ArrowToPostgresBinaryEncoder(arrow.schema)
                    copy.write(encoder.write_header())
                for batch in arrow.to_batches():
                    copy.write(encoder.write_batch(batch))
            if encoder is not None:
                copy.write(encoder.finish())
        cursor.execute(f"ALTER TABLE {name} ADD PRIMARY KEY ({frame.columns[0]})")


def main() -> None:
    """Load the folder of the first argument into the database of the second."""
    data, url = Path(sys.argv[1]), sys.argv[2]
    for name, frame in frames(data).items():
        load(url, name, frame)


if __name__ == "__main__":
    main()
