"""The tables of the star and of `ops`, and the way each is published."""

from sparkify_assets import schemas
from sparkify_assets.analytics import tables as answers
from sparkify_assets.postgres.modes import Merge, NewestPerKey, ReplaceAll, ReplacePartition
from sparkify_assets.postgres.rematch import Match
from sparkify_assets.postgres.table import Reference, Table

STAR = "public"
OPS = "ops"
DAY = "log_date"
# Time first: a day's keys lie beside each other in the index, so a load writes to one end of it, whatever its history.
EVENT_KEY = ("start_time", "user_id", "session_id", "item_in_session")
LATEST_EVENT = ("last_event_time", "session_id", "item_in_session", DAY)

ARTISTS = Table.of(schemas.Artists, STAR, "artists", publish=Merge(vanished="prune"))

SONGS = Table.of(schemas.Songs, STAR, "songs", publish=Merge(vanished="prune"))

USER_DAYS = Table.of(
    schemas.UserDays,
    OPS,
    "user_days",
    publish=ReplacePartition(DAY),
)

USERS = Table.of(
    schemas.Users,
    STAR,
    "users",
    publish=NewestPerKey(USER_DAYS, newest_by=LATEST_EVENT, qualifies="plays", vanished="prune"),
)

TIME = Table.of(schemas.Time, STAR, "time", publish=Merge(vanished="keep"))

SUPERSEDED_PLAYS = Table.of(
    schemas.SupersededPlays,
    OPS,
    "superseded_plays",
)

SONGPLAY_CLAIMS = Table.of(schemas.SongplayClaims, OPS, "songplay_claims")

SONGPLAYS = Table.of(
    schemas.Songplays,
    STAR,
    "songplays",
    publish=ReplacePartition(DAY, unique=EVENT_KEY, superseded=SUPERSEDED_PLAYS, claims=SONGPLAY_CLAIMS),
    references=[
        Reference("artist_id", ARTISTS),
        Reference("song_id", SONGS),
        Reference("user_id", USERS, keeps_parent=True),
        Reference("start_time", TIME, keeps_parent=True),
    ],
)

SONG_OF_PLAY = Match(
    SONGPLAYS,
    SONGS,
    on={"song": "title", "artist": "artist_name", "length": "duration"},
    takes={"song_id": "song_id", "artist_id": "artist_id"},
)

REJECTED_EVENTS = Table.of(schemas.RejectedEvents, OPS, "rejected_events", publish=ReplacePartition(DAY))

REJECTED_SONGS = Table.of(schemas.RejectedSongs, OPS, "rejected_songs", publish=ReplaceAll())

LOADED_FILES = Table.of(schemas.LoadedFiles, OPS, "loaded_files", publish=ReplacePartition("portion"))

PARENTS_FIRST = (ARTISTS, SONGS, USERS, TIME, SONGPLAYS)

TABLES = (
    *PARENTS_FIRST,
    USER_DAYS,
    SUPERSEDED_PLAYS,
    SONGPLAY_CLAIMS,
    REJECTED_EVENTS,
    REJECTED_SONGS,
    LOADED_FILES,
    *answers.TABLES,
)

TABLE_OF_ASSET = {
    table.name: table
    for table in (ARTISTS, SONGS, USERS, TIME, SONGPLAYS, REJECTED_EVENTS, REJECTED_SONGS, answers.LEVEL_EVENTS)
} | {"loaded_log_files": LOADED_FILES, "loaded_song_files": LOADED_FILES}
