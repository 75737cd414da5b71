"""Checks on the stored tables, in SQL: for what changes behind our back after a load."""

from typing import LiteralString

import dagster as dg
from psycopg import sql

from sparkify_assets.defs.checking import StoredCheck, checks_of
from sparkify_assets.defs.songplay_checks import SONGPLAY_CHECKS
from sparkify_assets.defs.star import artists, matches, songplays, songs, time, unused_rows, users
from sparkify_assets.defs.tables import ARTISTS, SONGPLAYS, SONGS, TIME, USERS
from sparkify_assets.postgres import names
from sparkify_assets.postgres.ddl import unique_key
from sparkify_assets.postgres.table import Table
from sparkify_assets.schemas.fields import LEVELS

ERROR, WARN = dg.AssetCheckSeverity.ERROR, dg.AssetCheckSeverity.WARN
DURING_A_LOAD = "so it is while another load is under way, or has stopped half-way."


def _key_is_unique(table: Table) -> StoredCheck:
    keys = [key for key in (table.key, unique_key(table)) if key]
    return StoredCheck(
        "key_is_unique",
        f"No two rows have the same ({'), or the same ('.join(map(', '.join, keys))}): "
        "Postgres holds a valid unique index on it.",
        # While the index stands there is no second row in all of history; to count them would be to scan it.
        sql.SQL(
            "WITH present AS (SELECT ARRAY(SELECT a.attname::text FROM unnest(i.indkey::int2[]) "
            "WITH ORDINALITY k(attnum, position) JOIN pg_attribute a ON a.attrelid = i.indrelid "
            "AND a.attnum = k.attnum WHERE k.position <= i.indnkeyatts ORDER BY 1) AS key FROM pg_index i "
            "WHERE i.indrelid = {}::regclass AND i.indisunique AND i.indisvalid AND i.indpred IS NULL), "
            "lacking AS (SELECT key FROM (VALUES {}) declared(key) "
            "WHERE ARRAY(SELECT unnest(key) ORDER BY 1) NOT IN (SELECT key FROM present)) "
            "SELECT count(*) AS offending, 'put back the unique key on (' || "
            "string_agg(array_to_string(key, ', '), ') and on (') || ')' AS which, {} AS keys_declared FROM lacking"
        ).format(
            sql.Literal(table.qualified_name),
            sql.SQL(", ").join(sql.SQL("({}::text[])").format(sql.Literal(list(key))) for key in keys),
            sql.Literal(len(keys)),
        ),
        ERROR,
        "doubled rows double what is counted over them.",
    )


def _as_published(table: Table) -> StoredCheck:
    return StoredCheck(
        "rows_are_as_published",
        "The table has as many rows as the last load has left in it: nobody else has added or deleted any.",
        sql.SQL(
            "SELECT abs(rows - rows_published) AS offending, rows, rows_published FROM "
            "(SELECT (SELECT count(*) FROM {}) AS rows, "
            "(SELECT row_count FROM ops.table_rows WHERE table_name = {}) AS rows_published) counted"
        ).format(names.relation(table), sql.Literal(table.qualified_name)),
        ERROR,
        "what is in the table is not what the files say.",
    )


def _started_recently(alias: LiteralString) -> sql.Composed:
    """Return the condition that a row's start_time is on a UTC day of the run, or else between those of `recent`."""
    return sql.SQL(
        "{0} >= (SELECT coalesce(%(first)s::date, first)::timestamp AT TIME ZONE 'UTC' FROM recent) "
        "AND {0} < (SELECT (coalesce(%(last)s::date, last) + 1)::timestamp AT TIME ZONE 'UTC' FROM recent)"
    ).format(sql.Identifier(alias, "start_time"))


CHECKS: dict[str, tuple[dg.AssetsDefinition, tuple[StoredCheck, ...]]] = {
    "check_artists": (artists, (_key_is_unique(ARTISTS), _as_published(ARTISTS))),
    "check_songs": (
        songs,
        (
            _key_is_unique(SONGS),
            _as_published(SONGS),
            StoredCheck(
                "artist_is_found",
                "Every song's artist is in artists.",
                "SELECT count(*) FILTER (WHERE a.artist_id IS NULL) AS offending, count(*) AS songs "
                "FROM public.songs s LEFT JOIN public.artists a ON a.artist_id = s.artist_id",
                ERROR,
                "a join with artists would lose the song.",
            ),
            StoredCheck(
                "stored_plays_match",
                "When the run has changed the songs: the plays of all other days still have the match that these songs "
                "give, once they are matched anew.",
                # The plays are read only when songs were changed: history is not scanned with every load.
                "WITH changed AS (SELECT count(*) AS yes FROM ops.publications "
                "WHERE table_name = 'public.songs' AND run_id = %(run)s AND inserted + updated > 0), "
                "catalogue AS (SELECT DISTINCT ON (title, artist_name, duration) * FROM public.songs "
                'ORDER BY title, artist_name, duration, song_id COLLATE "C"), '
                "plays AS (SELECT log_date, song, artist, length, song_id, artist_id FROM public.songplays "
                "UNION ALL SELECT log_date, song, artist, length, song_id, artist_id FROM ops.superseded_plays), "
                "stale AS (SELECT DISTINCT p.log_date AS day FROM plays p LEFT JOIN catalogue c "
                "ON c.title = p.song AND c.artist_name = p.artist AND c.duration = p.length "
                "WHERE (SELECT yes FROM changed) > 0 "
                "AND ROW(p.song_id, p.artist_id) IS DISTINCT FROM ROW(c.song_id, c.artist_id) "
                "AND (p.log_date BETWEEN %(first)s::date AND %(last)s::date) IS NOT TRUE) "
                "SELECT count(*) AS offending, "
                "'load these days again: ' || string_agg(day::text, ', ' ORDER BY day) AS which FROM stale",
                WARN,
                "the plays are right, only their song may be missing or another one by now.",
                after=(matches,),
                nothing_yet="no play is stored yet",
            ),
        ),
    ),
    "check_users": (
        users,
        (
            _key_is_unique(USERS),
            _as_published(USERS),
            StoredCheck(
                "level_is_known",
                f"Every user's level is {' or '.join(LEVELS)}.",
                sql.SQL(
                    "SELECT count(*) FILTER (WHERE level = ANY({levels}) IS NOT TRUE) AS offending, count(*) AS users, "
                    "count(*) FILTER (WHERE level = 'free') AS free, count(*) FILTER (WHERE level = 'paid') AS paid "
                    "FROM public.users"
                ).format(levels=sql.Literal(list(LEVELS))),
                ERROR,
                "free and paid would not add up to all.",
            ),
        ),
    ),
    "check_time": (time, (_key_is_unique(TIME),)),
    "check_songplays": (songplays, (_key_is_unique(SONGPLAYS), *SONGPLAY_CHECKS)),
    # What holds only when a load has ended is asked of the asset that ends it: the UI loads a range in several runs.
    "check_unused_rows": (
        unused_rows,
        (
            StoredCheck(
                "user_has_played",
                "Every user has at least one play, once the load that brings the plays has ended.",
                "SELECT count(*) AS offending, (SELECT count(*) FROM public.users) AS users FROM public.users u "
                "WHERE NOT EXISTS (SELECT FROM public.songplays p WHERE p.user_id = u.user_id)",
                WARN,
                DURING_A_LOAD,
            ),
            StoredCheck(
                "time_is_used",
                "Every moment of the run's days is the start of a play, once the load has ended; of a run without days "
                "those published within a day are looked at.",
                sql.SQL(
                    "WITH recent AS (SELECT min(partition::date) AS first, max(partition::date) AS last "
                    "FROM ops.publications "
                    "WHERE table_name = 'public.time' AND published_at > now() - interval '1 day') "
                    "SELECT count(*) AS offending FROM public.time t WHERE {of_t} AND NOT EXISTS "
                    "(SELECT FROM public.songplays p WHERE p.start_time = t.start_time AND {of_p})"
                ).format(of_t=_started_recently("t"), of_p=_started_recently("p")),
                WARN,
                DURING_A_LOAD,
                by_index=True,
            ),
        ),
    ),
}

STORED_CHECKS = [checks_of(name, asset, checks) for name, (asset, checks) in CHECKS.items()]
