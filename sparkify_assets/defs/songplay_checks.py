"""Checks on the stored plays: each looks at the run's days, and at no more of history than it names."""

from typing import LiteralString

import dagster as dg
from psycopg import sql

from sparkify_assets.defs.checking import StoredCheck
from sparkify_assets.schemas.fields import LEVELS

ERROR, WARN = dg.AssetCheckSeverity.ERROR, dg.AssetCheckSeverity.WARN

OF_THE_RUN = sql.SQL("BETWEEN coalesce(%(first)s::date, '-infinity') AND coalesce(%(last)s::date, 'infinity')")

WEEKS_BEFORE = 4
WEEKS_NEEDED = 3
USUAL_FACTOR = 4
"""A day is unusual with four times the plays that are usual, or a quarter. In the real logs and in the sample the same
weekday of a month varies up to 3.6 times its usual number: half the factor would warn of every other week."""
USUAL_NOISE = 20
"""Plays that a day may have more or fewer beside that: where there are few, their number says little."""


def _started_on_days_of_the_run(alias: LiteralString) -> sql.Composed:
    """Return the condition that a row's start_time is on a UTC day of the run, on any where it has none."""
    return sql.SQL(
        "{0} >= coalesce(%(first)s::date::timestamp AT TIME ZONE 'UTC', '-infinity') "
        "AND {0} < coalesce((%(last)s::date + 1)::timestamp AT TIME ZONE 'UTC', 'infinity')"
    ).format(sql.Identifier(alias, "start_time"))


# All that takes no more than a look at each play and its small dimensions, in one pass.
_EACH_PLAY = sql.SQL(
    "SELECT count(*) FILTER (WHERE u.user_id IS NULL OR p.song_id IS NOT NULL AND s.song_id IS NULL "
    "OR p.artist_id IS NOT NULL AND a.artist_id IS NULL) AS without_parent, "
    "count(*) FILTER (WHERE u.user_id IS NULL) AS without_user, "
    "count(*) FILTER (WHERE p.song_id IS NOT NULL AND s.song_id IS NULL) AS without_song, "
    "count(*) FILTER (WHERE p.artist_id IS NOT NULL AND a.artist_id IS NULL) AS without_artist, "
    "count(*) FILTER (WHERE p.level = ANY({levels}) IS NOT TRUE) AS of_unknown_level, "
    "count(*) FILTER (WHERE (p.start_time AT TIME ZONE 'UTC')::date <> p.log_date) AS of_another_date, "
    "count(*) AS plays, count(*) FILTER (WHERE p.level = 'free') AS free, "
    "count(*) FILTER (WHERE p.level = 'paid') AS paid "
    "FROM public.songplays p "
    "LEFT JOIN public.users u ON u.user_id = p.user_id "
    "LEFT JOIN public.songs s ON s.song_id = p.song_id "
    "LEFT JOIN public.artists a ON a.artist_id = p.artist_id "
    "WHERE p.log_date {days}"
).format(levels=sql.Literal(list(LEVELS)), days=OF_THE_RUN)

SONGPLAY_CHECKS = (
    StoredCheck(
        "references_are_found",
        "User, song and artist of every play of the run's days are in their tables.",
        _EACH_PLAY,
        ERROR,
        "a join with that table would lose the play; parents are published first, so no load leaves it so.",
        counted="without_parent",
    ),
    StoredCheck(
        "start_times_are_found",
        "Every play that started on the run's days has its row in time.",
        sql.SQL(
            "SELECT count(*) AS offending FROM public.songplays p WHERE {of_p} "
            "AND NOT EXISTS (SELECT FROM public.time t WHERE t.start_time = p.start_time AND {of_t})"
        ).format(of_p=_started_on_days_of_the_run("p"), of_t=_started_on_days_of_the_run("t")),
        ERROR,
        "a join with time would lose the play; times are published first, so no load leaves it so.",
        by_index=True,
    ),
    StoredCheck(
        "plays_reconcile",
        "Each of the run's days has as many plays, public or waiting behind a later day's copy, as its users are "
        "recorded to have played. Days whose users and plays are of different loads are left out.",
        sql.SQL(
            "WITH days AS (SELECT p.partition::date AS log_date, p.version = u.version AS of_one_load "
            "FROM ops.publications p LEFT JOIN ops.publications u "
            "ON u.table_name = 'public.users' AND u.partition = p.partition "
            "WHERE p.table_name = 'public.songplays' AND p.partition::date {days}), "
            "recorded AS (SELECT log_date, sum(plays)::bigint AS plays FROM ops.user_days "
            "WHERE log_date {days} GROUP BY log_date), "
            "public AS (SELECT log_date, count(*) AS plays FROM public.songplays "
            "WHERE log_date {days} GROUP BY log_date), "
            "waiting AS (SELECT log_date, count(*) AS plays FROM ops.superseded_plays "
            "WHERE log_date {days} GROUP BY log_date), "
            "compared AS (SELECT log_date, coalesce(of_one_load, false) AS of_one_load, "
            "coalesce(recorded.plays, 0) AS recorded, coalesce(public.plays, 0) AS public, "
            "coalesce(waiting.plays, 0) AS waiting FROM days LEFT JOIN recorded USING (log_date) "
            "LEFT JOIN public USING (log_date) LEFT JOIN waiting USING (log_date)) "
            "SELECT coalesce(sum(abs(recorded - public - waiting)) FILTER (WHERE of_one_load), 0)::bigint "
            "AS offending, "
            "'load these days again: ' || string_agg(log_date::text, ', ' ORDER BY log_date) "
            "FILTER (WHERE of_one_load AND recorded <> public + waiting) AS which, "
            "coalesce(sum(recorded), 0)::bigint AS plays_recorded, coalesce(sum(public), 0)::bigint AS plays_public, "
            "coalesce(sum(waiting), 0)::bigint AS plays_waiting, "
            "count(*) FILTER (WHERE NOT of_one_load) AS days_left_out FROM compared"
        ).format(days=OF_THE_RUN),
        ERROR,
        "plays were lost, or added by somebody else.",
    ),
    StoredCheck(
        "level_is_known",
        f"Every play's level is {' or '.join(LEVELS)}.",
        _EACH_PLAY,
        ERROR,
        "free and paid would not add up to all.",
        counted="of_unknown_level",
    ),
    StoredCheck(
        "event_date_is_file_date",
        "Every play of the run's days started on the UTC day in its file's name.",
        _EACH_PLAY,
        WARN,
        "the play is right, but whoever picks days by log_date misses it.",
        counted="of_another_date",
    ),
    StoredCheck(
        "every_day_has_plays",
        "Every day of the run has at least one play.",
        "WITH days AS (SELECT d::date AS day, EXISTS (SELECT FROM public.songplays p WHERE p.log_date = d::date) "
        "AS has_plays FROM generate_series(%(first)s::date, %(last)s::date, interval '1 day') d) "
        "SELECT count(*) FILTER (WHERE NOT has_plays) AS offending, 'days without a play: ' || "
        "string_agg(day::text, ', ' ORDER BY day) FILTER (WHERE NOT has_plays) AS which, count(*) AS days FROM days",
        WARN,
        "its file may be late, or nobody has listened.",
    ),
    StoredCheck(
        "volume_is_usual",
        f"Each of the run's days has at most {USUAL_FACTOR} times the plays that are usual, and at least that fraction "
        f"of them: usual is the median of the same weekday of the {WEEKS_BEFORE} weeks before, where {WEEKS_NEEDED} of "
        "them have plays. Of a run without days the last stored week is looked at.",
        sql.SQL(
            # Counted by user and day already: a fraction of the rows that the plays are.
            "WITH newest AS (SELECT max(log_date) AS day FROM ops.user_days), "
            "bounds AS (SELECT coalesce(%(first)s::date, day - 6) AS first, coalesce(%(last)s::date, day) AS last "
            "FROM newest), "
            "volumes AS (SELECT log_date, sum(plays)::bigint AS plays FROM ops.user_days, bounds "
            "WHERE log_date BETWEEN first - 7 * {weeks} AND last GROUP BY log_date), "
            "judged AS (SELECT v.log_date, v.plays, b.usual FROM bounds, volumes v CROSS JOIN LATERAL "
            "(SELECT percentile_cont(0.5) WITHIN GROUP (ORDER BY w.plays) AS usual, count(*) AS weeks "
            "FROM volumes w WHERE w.plays > 0 AND w.log_date IN "
            "(SELECT v.log_date - 7 * week FROM generate_series(1, {weeks}) week)) b "
            "WHERE v.log_date >= first AND b.weeks >= {needed}), "
            "unusual AS (SELECT * FROM judged "
            "WHERE greatest(plays, usual) > {factor} * least(plays, usual) + {noise}) "
            "SELECT (SELECT count(*) FROM unusual) AS offending, (SELECT 'unusual: ' || string_agg(log_date::text || "
            "' has ' || plays || ' plays, usual are ' || round(usual), '; ' ORDER BY log_date) FROM unusual) AS which, "
            "count(*) AS days_judged, max(plays / nullif(usual, 0)) AS most_times_usual, "
            "min(plays / nullif(usual, 0)) AS least_times_usual FROM judged"
        ).format(
            weeks=sql.Literal(WEEKS_BEFORE),
            needed=sql.Literal(WEEKS_NEEDED),
            factor=sql.Literal(USUAL_FACTOR),
            noise=sql.Literal(USUAL_NOISE),
        ),
        WARN,
        "a file may be cut short or delivered twice; a holiday looks the same.",
    ),
)
