"""The plays added up by hour, session and song, so that no view has to read all of them.

Each day of log files is added up as of its publication, and again only when its plays have changed since. What is added
up of a month's songs is kept, so that a changed day costs its month and a new one only itself, whatever the history.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from psycopg import sql

from sparkify_assets.analytics import totals
from sparkify_assets.analytics.agents import parse_agents
from sparkify_assets.analytics.literals import dates, moments
from sparkify_assets.analytics.tables import ROLLED_UP_DAYS, ROLLUPS, USER_AGENTS
from sparkify_assets.postgres import names, plans
from sparkify_assets.postgres.connection import Connection

WAY = 2
"""Which way the statements here and in `totals` add up. Another one has all days added up anew: raise it with them."""

BYTES_A_PLAY = 50
"""About what a play comes to where it is added up by song."""

# A day's plays change when it is published with other rows, when they are matched anew, and when a copy in a later
# day's files takes one away or gives it back: that copy then waits in `ops.superseded_plays`, or does so no more.
STALE = """
    WITH standing AS (
        SELECT partition::date AS log_date,
            concat_ws(' ', %s::text, p.changed_at, m.rematched_at, w.plays, w.keys) AS publication
        FROM ops.publications p
        LEFT JOIN ops.matches m USING (table_name, partition)
        LEFT JOIN (
            SELECT log_date, count(*) AS plays, sum(hashint8extended(songplay_id, 0)) AS keys
            FROM ops.superseded_plays GROUP BY log_date
        ) w ON w.log_date = p.partition::date
        WHERE p.table_name = 'public.songplays'
    )
    SELECT coalesce(s.log_date, r.log_date), s.publication, r.log_date IS NOT NULL
    FROM standing s FULL JOIN ops.rolled_up_days r USING (log_date)
    WHERE s.publication IS DISTINCT FROM r.publication
    ORDER BY 1
"""

# Millions of rows to a few groups: hashed in one pass, which the planner, for want of statistics, would sort instead.
IN_ONE_PASS = "SET LOCAL work_mem = '256MB'; SET LOCAL enable_sort = off; SET LOCAL enable_incremental_sort = off"
AS_USUAL = "SET LOCAL enable_sort TO DEFAULT; SET LOCAL enable_incremental_sort TO DEFAULT"

# date_bin is plain arithmetic; time zones are looked up for the groups alone.
SESSIONS = """
    INSERT INTO analytics.session_plays (
        log_date, day, user_id, session_id, level, location, user_agent, first_play, last_play, plays, length_us
    )
    SELECT log_date, (bin AT TIME ZONE 'UTC')::date, user_id, session_id, level, location, user_agent, first_play,
        last_play, plays, length_us
    FROM (
        SELECT log_date, date_bin('1 day', start_time, '1970-01-01Z') AS bin, user_id, session_id, level, location,
            user_agent, min(start_time) AS first_play, max(start_time) AS last_play, count(*) AS plays,
            coalesce(sum((length * 1e6)::bigint), 0) AS length_us
        FROM public.songplays WHERE {of_days} GROUP BY 1, 2, 3, 4, 5, 6, 7
    ) parts
"""

HOURS = """
    INSERT INTO analytics.hour_plays (log_date, day, hour, level, plays, matched, length_us)
    SELECT log_date, (bin AT TIME ZONE 'UTC')::date, extract(hour FROM bin AT TIME ZONE 'UTC'), level, plays, matched,
        length_us
    FROM (
        SELECT log_date, date_bin('1 hour', start_time, '1970-01-01Z') AS bin, level, count(*) AS plays,
            count(song_id) AS matched, coalesce(sum((length * 1e6)::bigint), 0) AS length_us
        FROM public.songplays WHERE {of_days} GROUP BY 1, 2, 3
    ) hours
"""

# Days that are new are counted by themselves, but months in which a day has changed as a whole.
COUNTED = """
    CREATE TEMPORARY TABLE counted ON COMMIT DROP AS
    SELECT ({months})[bucket] AS month, decode(md5(ROW(song, artist, level, song_id)::text), 'hex') AS song_key, song,
        artist, level, song_id, plays
    FROM (
        SELECT {bucket} AS bucket, song, artist, level, song_id, count(*) AS plays
        FROM public.songplays WHERE {of_days} AND {not_in_changed} GROUP BY 1, 2, 3, 4, 5
    ) songs
"""
COUNTED_ANEW = """
    INSERT INTO counted
    SELECT {month}, decode(md5(ROW(song, artist, level, song_id)::text), 'hex'), song, artist, level, song_id, count(*)
    FROM public.songplays
    WHERE start_time >= {month}::timestamp AT TIME ZONE 'UTC'
        AND start_time < ({month} + interval '1 month') AT TIME ZONE 'UTC'
    GROUP BY song, artist, level, song_id
"""
COUNTED_BEFORE = """
    INSERT INTO counted
    SELECT p.month, t.song_key, t.song, t.artist, t.level, t.song_id, -p.plays
    FROM analytics.song_plays p JOIN analytics.song_totals t USING (song_key) WHERE p.month = ANY({changed})
"""

ADD_MONTHS = """
    MERGE INTO analytics.song_plays t USING (
        SELECT month, song_key, sum(plays)::bigint AS plays FROM counted GROUP BY 1, 2 HAVING sum(plays) <> 0
    ) d ON t.month = d.month AND t.song_key = d.song_key
    WHEN MATCHED AND t.plays + d.plays = 0 THEN DELETE
    WHEN MATCHED THEN UPDATE SET plays = t.plays + d.plays
    WHEN NOT MATCHED THEN INSERT (month, song_key, plays) VALUES (d.month, d.song_key, d.plays)
"""
ADD_TOTALS = """
    MERGE INTO analytics.song_totals t USING (
        SELECT song_key, song, artist, level, song_id, sum(plays)::bigint AS plays
        FROM counted GROUP BY 1, 2, 3, 4, 5 HAVING sum(plays) <> 0
    ) d ON t.song_key = d.song_key
    WHEN MATCHED AND t.plays + d.plays = 0 THEN DELETE
    WHEN MATCHED THEN UPDATE SET plays = t.plays + d.plays
    WHEN NOT MATCHED THEN INSERT (song_key, song, artist, level, song_id, plays)
        VALUES (d.song_key, d.song, d.artist, d.level, d.song_id, d.plays)
"""
# The first days of all meet nothing.
FIRST_MONTHS = "INSERT INTO analytics.song_plays (month, song_key, plays) SELECT month, song_key, plays FROM counted"
FIRST_TOTALS = """
    INSERT INTO analytics.song_totals (song_key, song, artist, level, song_id, plays)
    SELECT song_key, song, artist, level, song_id, sum(plays) FROM counted GROUP BY 1, 2, 3, 4, 5
"""


@dataclass(frozen=True)
class AddedUp:
    """How many days were added up anew, and how many of their user agents were not known."""

    days: int = 0
    user_agents: int = 0


def add_up(connection: Connection, *, afresh: bool = False) -> AddedUp:
    """Add up the plays of the days that are not as they were, inside the caller's transaction.

    The transaction sees one state of the star from its first statement to its last: it is REPEATABLE READ.

    Args:
        connection: in that transaction.
        afresh: forget what is added up and begin again, as is done where it was added up in another way.
    """
    row = connection.execute(
        "SELECT EXISTS (SELECT FROM ops.rolled_up_days WHERE split_part(publication, ' ', 1) <> %s)", (str(WAY),)
    ).fetchone()
    if afresh or (row and row[0]):
        for table in (*ROLLUPS, USER_AGENTS, ROLLED_UP_DAYS):
            connection.execute(sql.SQL("DELETE FROM {}").format(names.relation(table)))
    stale = connection.execute(STALE, (WAY,)).fetchall()
    if not stale:
        return AddedUp()
    days = [day for day, _, _ in stale]
    changed_days = [day for day, _, was_added_up in stale if was_added_up]
    agents = _user_agents(connection, changed_days)
    changed = set(_months(connection, changed_days))
    connection.execute(IN_ONE_PASS)
    totals.remember_days(connection, days)
    _replace_days(connection, days)
    new_bytes = _plays(connection, days) * BYTES_A_PLAY
    plans.prefer_indexes(connection, new_bytes, ROLLUPS)
    totals.update(connection, days)
    plans.let_choose(connection)
    changed |= set(_months(connection, changed_days))
    new_days = [day for day, publication, was_added_up in stale if publication and not was_added_up]
    _count_songs(connection, new_days, sorted(changed))
    plans.prefer_indexes(connection, new_bytes, ROLLUPS)
    _add_songs(connection)
    plans.let_choose(connection)
    connection.execute(AS_USUAL)
    _record(connection, [(day, publication) for day, publication, _ in stale])
    plans.refresh_statistics(connection, ROLLUPS)
    return AddedUp(len(days), _keep_user_agents(connection, agents, _user_agents(connection, days)))


def _replace_days(connection: Connection, days: Sequence[dt.date]) -> None:
    listed, of_days = dates(days), _of_days(connection, days)
    for relation, statement in (("session_plays", SESSIONS), ("hour_plays", HOURS)):
        table = sql.Identifier("analytics", relation)
        connection.execute(sql.SQL("DELETE FROM {} WHERE log_date = ANY({})").format(table, listed))
        connection.execute(sql.SQL(statement).format(of_days=of_days))


def _count_songs(connection: Connection, new_days: Sequence[dt.date], changed: Sequence[dt.date]) -> None:
    """Count the songs of new days, and those of the months in which a day has changed, less what they were."""
    months = sorted({*_months(connection, new_days), *changed})
    bucket: sql.Composable = sql.SQL("1")
    if len(months) > 1:
        bucket = sql.SQL("width_bucket(start_time, {})").format(moments(months))
    passed_over = sql.Literal([months.index(month) + 1 for month in changed])
    connection.execute(
        sql.SQL(COUNTED).format(
            months=dates(months),
            bucket=bucket,
            of_days=_of_days(connection, new_days),
            not_in_changed=sql.SQL("{} <> ALL({}::int[])").format(bucket, passed_over) if changed else sql.SQL("true"),
        )
    )
    for month in changed:
        connection.execute(sql.SQL(COUNTED_ANEW).format(month=sql.SQL("{}::date").format(sql.Literal(month))))
    if changed:
        connection.execute(sql.SQL(COUNTED_BEFORE).format(changed=dates(changed)))
    connection.execute("ANALYZE counted")


def _add_songs(connection: Connection) -> None:
    """Add what is counted to the months and to the totals."""
    row = connection.execute("SELECT EXISTS (SELECT FROM analytics.song_plays)").fetchone()
    are_there = bool(row and row[0])
    for statement in (ADD_MONTHS, ADD_TOTALS) if are_there else (FIRST_MONTHS, FIRST_TOTALS):
        connection.execute(statement)
    connection.execute("DROP TABLE counted")


def _record(connection: Connection, stale: Sequence[tuple[dt.date, str | None]]) -> None:
    connection.execute(
        sql.SQL("DELETE FROM ops.rolled_up_days WHERE log_date = ANY({})").format(dates([day for day, _ in stale]))
    )
    standing = [(day, publication) for day, publication in stale if publication]
    connection.execute(
        "INSERT INTO ops.rolled_up_days (log_date, publication) SELECT * FROM unnest(%s::date[], %s::text[])",
        ([day for day, _ in standing], [publication for _, publication in standing]),
    )


def _of_days(connection: Connection, days: Sequence[dt.date]) -> sql.Composed:
    """Return the condition that a play is of the log files' days: two bounds, where no other day lies between them."""
    if not days:
        return sql.SQL("false").format()
    row = connection.execute(
        "SELECT EXISTS (SELECT FROM ops.publications WHERE table_name = 'public.songplays' "
        "AND partition::date BETWEEN %s AND %s AND partition::date <> ALL(%s))",
        (days[0], days[-1], list(days)),
    ).fetchone()
    if row and row[0]:
        return sql.SQL("log_date = ANY({})").format(dates(days))
    bounds = (sql.Literal(str(days[0])), sql.Literal(str(days[-1])))
    return sql.SQL("log_date BETWEEN {}::date AND {}::date").format(*bounds)


def _plays(connection: Connection, days: Sequence[dt.date]) -> int:
    row = connection.execute(
        sql.SQL("SELECT sum(plays)::bigint FROM analytics.hour_plays WHERE log_date = ANY({})").format(dates(days))
    ).fetchone()
    return int(row[0] or 0) if row else 0


def _months(connection: Connection, days: Sequence[dt.date]) -> list[dt.date]:
    """Return the first days of the months in which plays of the log files' days started, as they are added up."""
    rows = connection.execute(
        sql.SQL(
            "SELECT DISTINCT date_trunc('month', day::timestamp)::date FROM analytics.hour_plays "
            "WHERE log_date = ANY({}) ORDER BY 1"
        ).format(dates(days))
    )
    return [month for (month,) in rows]


def _user_agents(connection: Connection, days: Sequence[dt.date]) -> set[str]:
    """Return the user agents of the days' plays, as they are added up."""
    rows = connection.execute(
        sql.SQL(
            "SELECT DISTINCT user_agent FROM analytics.session_plays "
            "WHERE log_date = ANY({}) AND user_agent IS NOT NULL"
        ).format(dates(days))
    )
    return {text for (text,) in rows}


def _keep_user_agents(connection: Connection, before: set[str], now: set[str]) -> int:
    """Take apart the user agents that are new and delete those that no play has any more; return how many are new."""
    if gone := sorted(before - now):
        connection.execute(
            "DELETE FROM analytics.user_agents a WHERE user_agent = ANY(%s) "
            "AND NOT EXISTS (SELECT FROM analytics.session_plays p WHERE p.user_agent = a.user_agent)",
            (gone,),
        )
    rows = connection.execute(
        "SELECT u FROM unnest(%s::text[]) u WHERE NOT EXISTS (SELECT FROM analytics.user_agents WHERE user_agent = u)",
        (sorted(now),),
    ).fetchall()
    if rows:
        with connection.cursor() as cursor:
            cursor.executemany(
                "INSERT INTO analytics.user_agents VALUES (%s, %s, %s, %s, %s, %s)",
                parse_agents(text for (text,) in rows),
            )
    return len(rows)
