"""The table `songplays`, and the claims of events that are no plays."""

import polars as pl

from sparkify_assets.schemas import SongplayClaims, Songplays
from sparkify_assets.schemas.fields import LEVELS
from sparkify_assets.schemas.staged import PLAY
from sparkify_assets.transforms.text import with_repaired_text
from sparkify_assets.transforms.time import moment

LINES_A_DAY = 10**11  # room for the lines of a day below the day's number; ids stay below 2^53

NEEDED = (
    "log_date",
    "position",
    "ts",
    "user_id",
    "level",
    "session_id",
    "item_in_session",
    "location",
    "user_agent",
    "song",
    "artist",
    "length",
)


def build_songplays(events: pl.DataFrame | pl.LazyFrame, songs: pl.DataFrame) -> pl.DataFrame:
    """Build one row per play, ordered by songplay_id, with the matching song of the catalogue.

    A song matches when title, artist name and duration are exactly the logged ones, after the repair of doubly
    decoded text; of several the smallest song_id. A play is never doubled, and never dropped for want of a match.

    Args:
        events: as `Events`.
        songs: as `Songs`.

    Returns:
        the columns of `Songplays`; '' becomes null in location and user_agent.
    """
    plays = with_repaired_text(
        events.lazy().filter(pl.col("page") == PLAY).select(NEEDED).collect(), ["song", "artist"]
    )
    built = (
        plays.join(_candidates(songs), on=["song", "artist", "length"], how="left")
        .with_columns(
            songplay_id=pl.col("log_date").cast(pl.Int32).cast(pl.Int64) * LINES_A_DAY + pl.col("position"),
            start_time=moment("ts"),
            level=pl.col("level").cast(pl.Enum(LEVELS)),
            location=pl.col("location").replace("", None),
            user_agent=pl.col("user_agent").replace("", None),
        )
        .select(Songplays.column_names())
    )
    # The raw stage gives the events in this order already, and the join mostly keeps it: to demand that of the join, or
    # to sort millions of rows again, would cost up to seconds.
    return built if built["songplay_id"].is_sorted() else built.sort("songplay_id")


def build_songplay_claims(events: pl.DataFrame | pl.LazyFrame) -> pl.DataFrame:
    """Build the keys of users' events that are no plays: as last copies they outrank earlier copies that are.

    Args:
        events: as `Events`.

    Returns:
        the columns of `SongplayClaims`, ordered.
    """
    return (
        events.lazy()
        .filter((pl.col("page") != PLAY) & pl.col("user_id").is_not_null())
        .with_columns(start_time=moment("ts"))
        .select(SongplayClaims.column_names())
        .sort(SongplayClaims.column_names())
        .collect()
    )


def _candidates(songs: pl.DataFrame) -> pl.DataFrame:
    """Return one song for each (title, artist name, duration): the one with the smallest song_id."""
    return (
        songs.sort("song_id")
        .unique(["title", "artist_name", "duration"], keep="first", maintain_order=True)
        .select("song_id", "artist_id", song="title", artist="artist_name", length="duration")
    )
