"""Checks on the stored tables, in SQL: for what changes behind our back after a load."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import LiteralString

import dagster as dg
from psycopg import errors, sql

from sparkify_assets.defs.resources import SparkifyDatabase
from sparkify_assets.defs.star import artists, matches, songplays, songs, time, unused_rows, users
from sparkify_assets.defs.tables import ARTISTS, SONGS, USERS
from sparkify_assets.postgres import names
from sparkify_assets.postgres.connection import Connection
from sparkify_assets.postgres.table import Table

RANGE_START = "dagster/asset_partition_range_start"
RANGE_END = "dagster/asset_partition_range_end"
ONE_DAY = "dagster/partition"


@dataclass(frozen=True)
class StoredCheck:
    """A query that counts what should not be there.

    Attributes:
        name: what holds when the count is zero.
        description: the same in a sentence.
        query: gives one number and, if it likes, a text that says which; `%(first)s` and `%(last)s` are the days of
            the run, null where it has none (all days then), `%(run)s` is its id.
        severity: ERROR where an answer would be wrong, WARN where somebody should look.
        after: other assets that the query looks at; in a run it waits for them.
    """

    name: str
    description: str
    query: LiteralString | sql.Composed
    severity: dg.AssetCheckSeverity = dg.AssetCheckSeverity.ERROR
    after: tuple[dg.AssetsDefinition, ...] = ()


def _as_published(table: Table) -> StoredCheck:
    return StoredCheck(
        "rows_are_as_published",
        "The table has as many rows as the last load has left in it: nobody else has added or deleted any.",
        sql.SQL(
            "SELECT abs((SELECT count(*) FROM {}) - (SELECT row_count FROM ops.table_rows WHERE table_name = {}))"
        ).format(names.relation(table), sql.Literal(table.qualified_name)),
    )


CHECKS: dict[str, tuple[dg.AssetsDefinition, tuple[StoredCheck, ...]]] = {
    "check_artists": (artists, (_as_published(ARTISTS),)),
    "check_songs": (
        songs,
        (
            _as_published(SONGS),
            StoredCheck(
                "artist_is_found",
                "Every song's artist is in artists.",
                "SELECT count(*) FROM public.songs s "
                "WHERE NOT EXISTS (SELECT FROM public.artists a WHERE a.artist_id = s.artist_id)",
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
                "SELECT count(*), 'load these days again: ' || string_agg(day::text, ', ' ORDER BY day) FROM stale",
                dg.AssetCheckSeverity.WARN,
                after=(matches,),
            ),
        ),
    ),
    "check_users": (
        users,
        (
            _as_published(USERS),
            StoredCheck(
                "user_has_played",
                "Every user has at least one play, once the load that brings the plays has ended.",
                "SELECT count(*) FROM public.users u "
                "WHERE NOT EXISTS (SELECT FROM public.songplays p WHERE p.user_id = u.user_id)",
                dg.AssetCheckSeverity.WARN,  # so it is while another load is under way, or has stopped half-way
                after=(unused_rows,),
            ),
        ),
    ),
    "check_time": (
        time,
        (
            StoredCheck(
                "time_is_used",
                "Every moment of the run's days is the start of a play, once the load has ended.",
                "SELECT count(*) FROM public.time t "
                "WHERE t.start_time >= coalesce(%(first)s::date::timestamp AT TIME ZONE 'UTC', '-infinity') "
                "AND t.start_time < coalesce((%(last)s::date + 1)::timestamp AT TIME ZONE 'UTC', 'infinity') "
                "AND NOT EXISTS (SELECT FROM public.songplays p WHERE p.start_time = t.start_time)",
                dg.AssetCheckSeverity.WARN,  # so it is while another load is under way, or has stopped half-way
                after=(unused_rows,),
            ),
        ),
    ),
    "check_songplays": (
        songplays,
        (
            StoredCheck(
                "references_are_found",
                "User, time, song and artist of every play of the run's days are in their tables.",
                "SELECT count(*) FROM public.songplays p "
                "LEFT JOIN public.users u ON u.user_id = p.user_id "
                "LEFT JOIN public.time t ON t.start_time = p.start_time "
                "LEFT JOIN public.songs s ON s.song_id = p.song_id "
                "LEFT JOIN public.artists a ON a.artist_id = p.artist_id "
                "WHERE p.log_date >= coalesce(%(first)s::date, '-infinity') "
                "AND p.log_date <= coalesce(%(last)s::date, 'infinity') "
                "AND (u.user_id IS NULL OR t.start_time IS NULL OR p.song_id IS NOT NULL AND s.song_id IS NULL "
                "OR p.artist_id IS NOT NULL AND a.artist_id IS NULL)",
            ),
            StoredCheck(
                "event_date_is_file_date",
                "Every play of the run's days started on the UTC day in its file's name.",
                "SELECT count(*) FROM public.songplays p "
                "WHERE p.log_date >= coalesce(%(first)s::date, '-infinity') "
                "AND p.log_date <= coalesce(%(last)s::date, 'infinity') "
                "AND (p.start_time AT TIME ZONE 'UTC')::date <> p.log_date",
                dg.AssetCheckSeverity.WARN,
            ),
            StoredCheck(
                "every_day_has_plays",
                "Every day of the run has at least one play.",
                "SELECT count(*) FROM generate_series(%(first)s::date, %(last)s::date, interval '1 day') d "
                "WHERE NOT EXISTS (SELECT FROM public.songplays p WHERE p.log_date = d::date)",
                dg.AssetCheckSeverity.WARN,
            ),
        ),
    ),
}


def _check_of(name: str, asset: dg.AssetsDefinition, checks: Sequence[StoredCheck]) -> dg.AssetChecksDefinition:
    specs = [
        dg.AssetCheckSpec(check.name, asset=asset, description=check.description, additional_deps=check.after)
        for check in checks
    ]

    @dg.multi_asset_check(name=name, specs=specs)
    def look(context: dg.AssetCheckExecutionContext, database: SparkifyDatabase) -> Iterator[dg.AssetCheckResult]:
        first, last = _days_of_run(context)
        run_id = context.run.run_id
        with database.connect(f"run {run_id[:8]} {name}") as connection:
            for check in checks:
                offending, which = answer(connection, check, {"first": first, "last": last, "run": run_id})
                if which:
                    context.log.warning(f"{check.name} of '{name.removeprefix('check_')}': {which}")
                yield dg.AssetCheckResult(
                    check_name=check.name,
                    asset_key=asset.key,
                    passed=offending == 0,
                    severity=check.severity if offending else dg.AssetCheckSeverity.WARN,
                    description=which,
                    metadata={} if offending is None else {"offending": offending},
                )

    return look


def answer(
    connection: Connection, check: StoredCheck, parameters: Mapping[str, str | None]
) -> tuple[int | None, str | None]:
    """Ask the check: how much should not be there, and which.

    Returns:
        None and the reason where there is nothing to look at: the check then does not pass.
    """
    try:
        row = connection.execute(check.query, parameters).fetchone()
    except errors.UndefinedTable as error:
        return None, f"not looked at: {error.diag.message_primary}"
    if row is None or row[0] is None:
        return None, "not looked at: no load is recorded that it could be compared with"
    return int(row[0]), row[1] if len(row) > 1 else None


def _days_of_run(context: dg.AssetCheckExecutionContext) -> tuple[str | None, str | None]:
    tags = context.run.tags
    day = tags.get(ONE_DAY)
    return tags.get(RANGE_START, day), tags.get(RANGE_END, day)


STORED_CHECKS = [_check_of(name, asset, checks) for name, (asset, checks) in CHECKS.items()]
