"""Totals of listeners, sessions, days, weeks and months: what is added up of `session_plays`, a tenth of the plays.

What can be added and taken away is kept up by difference; distinct listeners are counted anew, for the days, weeks and
months that were touched. None of it reads more of the history than those.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from psycopg import sql

from sparkify_assets.analytics.literals import dates
from sparkify_assets.postgres.connection import Connection

PERIOD_DAYS = {"day": 1, "week": 7, "month": 31}
"""Days of a period, at the most."""

GONE = """
    CREATE TEMPORARY TABLE gone ON COMMIT DROP AS
    SELECT day, user_id, session_id, level, location, user_agent, plays, length_us
    FROM analytics.session_plays WHERE log_date = ANY({days})
"""
CHANGED = """
    SELECT day, user_id, session_id, level, location, user_agent, plays, length_us
    FROM analytics.session_plays WHERE log_date = ANY({days})
    UNION ALL
    SELECT day, user_id, session_id, level, location, user_agent, -plays, -length_us FROM gone
"""

LISTENERS = """
    MERGE INTO analytics.listener_totals t USING (
        SELECT decode(md5(ROW(user_id, level, location, user_agent)::text), 'hex') AS listener_key, c.*
        FROM (
            SELECT user_id, level, location, user_agent, sum(plays)::bigint AS plays,
                sum(length_us)::bigint AS length_us
            FROM ({changed}) parts GROUP BY 1, 2, 3, 4 HAVING sum(plays) <> 0 OR sum(length_us) <> 0
        ) c
    ) d ON t.listener_key = d.listener_key
    WHEN MATCHED AND t.plays + d.plays = 0 THEN DELETE
    WHEN MATCHED THEN UPDATE SET plays = t.plays + d.plays, length_us = t.length_us + d.length_us
    WHEN NOT MATCHED THEN INSERT (listener_key, user_id, level, location, user_agent, plays, length_us)
        VALUES (d.listener_key, d.user_id, d.level, d.location, d.user_agent, d.plays, d.length_us)
"""

USER_CHANGES = "CREATE TEMPORARY TABLE user_changes (user_id bigint, sessions bigint, days bigint) ON COMMIT DROP"
TOUCHED_SESSIONS = """
    CREATE TEMPORARY TABLE touched_sessions ON COMMIT DROP AS SELECT DISTINCT user_id, session_id FROM ({changed}) parts
"""
SESSIONS_GONE = """
    WITH ended AS (
        DELETE FROM analytics.session_totals t USING touched_sessions s
        WHERE t.user_id = s.user_id AND t.session_id = s.session_id RETURNING t.user_id
    )
    INSERT INTO user_changes SELECT user_id, -count(*), 0 FROM ended GROUP BY 1
"""
SESSIONS_CAME = """
    WITH begun AS (
        INSERT INTO analytics.session_totals (user_id, session_id, level, plays, first_play, last_play)
        SELECT user_id, session_id,
            CASE WHEN min(first_play) = min(first_play) FILTER (WHERE level = 'free') THEN 'free' ELSE 'paid' END,
            sum(plays), min(first_play), max(last_play)
        FROM analytics.session_plays {touched} GROUP BY 1, 2 RETURNING user_id
    )
    INSERT INTO user_changes SELECT user_id, count(*), 0 FROM begun GROUP BY 1
"""

DAYS_GONE = """
    WITH gone_days AS (DELETE FROM analytics.listener_days WHERE day = ANY({touched}) RETURNING user_id)
    INSERT INTO user_changes SELECT user_id, 0, -count(*) FROM gone_days GROUP BY 1
"""
DAYS_CAME = """
    WITH new_days AS (
        INSERT INTO analytics.listener_days (day, user_id, sessions, plays, length_us, free_us, paid_us)
        SELECT day, user_id, count(*), sum(plays), sum(length_us), sum(free_us), sum(paid_us)
        FROM (
            SELECT day, user_id, session_id, sum(plays)::bigint AS plays, sum(length_us)::bigint AS length_us,
                (sum(length_us) FILTER (WHERE level = 'free'))::bigint AS free_us,
                (sum(length_us) FILTER (WHERE level = 'paid'))::bigint AS paid_us
            FROM analytics.session_plays WHERE day = ANY({touched}) GROUP BY 1, 2, 3
        ) sessions GROUP BY 1, 2 RETURNING user_id
    )
    INSERT INTO user_changes SELECT user_id, 0, count(*) FROM new_days GROUP BY 1
"""
USERS = """
    MERGE INTO analytics.user_totals t USING (
        SELECT user_id, sum(sessions)::bigint AS sessions, sum(days)::bigint AS days FROM user_changes GROUP BY 1
        HAVING sum(sessions) <> 0 OR sum(days) <> 0
    ) d ON t.user_id = d.user_id
    WHEN MATCHED AND t.sessions + d.sessions = 0 THEN DELETE
    WHEN MATCHED THEN UPDATE SET sessions = t.sessions + d.sessions, days = t.days + d.days
    WHEN NOT MATCHED THEN INSERT (user_id, sessions, days) VALUES (d.user_id, d.sessions, d.days)
"""

DAYS = """
    INSERT INTO analytics.period_totals (
        period, begins, plays, listeners, free_listeners, paid_listeners, sessions, length_us, free_us, paid_us
    )
    SELECT 'day', day, sum(plays), count(*), count(free_us), count(paid_us), sum(sessions), sum(length_us),
        coalesce(sum(free_us), 0), coalesce(sum(paid_us), 0)
    FROM analytics.listener_days WHERE day = ANY({days}) GROUP BY day
"""
PERIODS = """
    INSERT INTO analytics.period_totals (
        period, begins, plays, listeners, free_listeners, paid_listeners, length_us, free_us, paid_us
    )
    SELECT {period}, begins, sum(plays), count(*), count(free_us), count(paid_us), sum(length_us),
        coalesce(sum(free_us), 0), coalesce(sum(paid_us), 0)
    FROM (
        SELECT date_trunc({period}, day::timestamp)::date AS begins, user_id, sum(plays)::bigint AS plays,
            sum(length_us)::bigint AS length_us, sum(free_us)::bigint AS free_us, sum(paid_us)::bigint AS paid_us
        FROM analytics.listener_days WHERE day = ANY({days}) GROUP BY 1, 2
    ) listeners GROUP BY begins
"""
FIRST_WEEKS = """
    INSERT INTO analytics.listener_weeks (user_id, week, week_before)
    SELECT user_id, week, lag(week) OVER (PARTITION BY user_id ORDER BY week)
    FROM (
        SELECT DISTINCT user_id, date_trunc('week', day::timestamp)::date AS week FROM analytics.listener_days
    ) weeks
"""
WEEKS = """
    CREATE TEMPORARY TABLE weeks ON COMMIT DROP AS
    SELECT DISTINCT user_id, date_trunc('week', day::timestamp)::date AS week
    FROM analytics.listener_days WHERE day = ANY({days})
"""
WEEKS_CHANGED = """
    CREATE TEMPORARY TABLE changed_weeks ON COMMIT DROP AS
    SELECT user_id, week, w.user_id IS NULL AS is_gone
    FROM weeks w FULL JOIN (SELECT * FROM analytics.listener_weeks WHERE week = ANY({begins})) l USING (user_id, week)
    WHERE w.user_id IS NULL OR l.user_id IS NULL
"""
WEEKS_GONE = """
    DELETE FROM analytics.listener_weeks l USING changed_weeks c
    WHERE is_gone AND l.user_id = c.user_id AND l.week = c.week
"""
WEEKS_CAME = """
    INSERT INTO analytics.listener_weeks (user_id, week) SELECT user_id, week FROM changed_weeks WHERE NOT is_gone
"""
# What comes or goes is the week before of itself and of the one after it.
WEEKS_BEFORE = """
    UPDATE analytics.listener_weeks l SET week_before = b.week_before
    FROM (
        SELECT DISTINCT c.user_id, n.week, (
            SELECT max(p.week) FROM analytics.listener_weeks p WHERE p.user_id = c.user_id AND p.week < n.week
        ) AS week_before
        FROM changed_weeks c CROSS JOIN LATERAL (
            SELECT week FROM analytics.listener_weeks a WHERE a.user_id = c.user_id AND a.week >= c.week
            ORDER BY week LIMIT 2
        ) n
    ) b
    WHERE l.user_id = b.user_id AND l.week = b.week AND l.week_before IS DISTINCT FROM b.week_before
"""


def remember_days(connection: Connection, days: Sequence[dt.date]) -> None:
    """Keep what is added up of the days of log files, before it is replaced, until `update` has run."""
    connection.execute(sql.SQL(GONE).format(days=dates(days)))


def update(connection: Connection, days: Sequence[dt.date]) -> None:
    """Bring the totals up to date with what has replaced the remembered days, inside the caller's transaction."""
    changed = sql.SQL(CHANGED).format(days=dates(days))
    rows = connection.execute(sql.SQL("SELECT DISTINCT day FROM ({}) parts").format(changed))
    touched = sorted(day for (day,) in rows)
    connection.execute(sql.SQL(LISTENERS).format(changed=changed))
    connection.execute(USER_CHANGES)
    _replace_sessions(connection, changed)
    begins = {period: sorted({_begin(period, day) for day in touched}) for period in PERIOD_DAYS}
    needed = {period: [day for begin in begins[period] for day in _days_of(period, begin)] for period in PERIOD_DAYS}
    for statement in (DAYS_GONE, DAYS_CAME):
        connection.execute(sql.SQL(statement).format(touched=dates(touched)))
    connection.execute(USERS)
    for period, statement in (("day", DAYS), ("week", PERIODS), ("month", PERIODS)):
        connection.execute(
            sql.SQL("DELETE FROM analytics.period_totals WHERE period = {} AND begins = ANY({})").format(
                sql.Literal(period), dates(begins[period])
            )
        )
        connection.execute(sql.SQL(statement).format(period=sql.Literal(period), days=dates(needed[period])))
    _replace_weeks(connection, begins["week"], needed["week"])
    connection.execute("DROP TABLE gone, user_changes")


def _replace_weeks(connection: Connection, begins: Sequence[dt.date], days: Sequence[dt.date]) -> None:
    """Bring the weeks of listeners up to date, given the touched weeks and their days."""
    if not _has_rows(connection, "listener_weeks"):
        connection.execute(FIRST_WEEKS)
        return
    connection.execute(sql.SQL(WEEKS).format(days=dates(days)))
    connection.execute(sql.SQL(WEEKS_CHANGED).format(begins=dates(begins)))
    for statement in ("ANALYZE changed_weeks", WEEKS_GONE, WEEKS_CAME, WEEKS_BEFORE, "DROP TABLE weeks, changed_weeks"):
        connection.execute(statement)


def _has_rows(connection: Connection, table: str) -> bool:
    query = sql.SQL("SELECT EXISTS (SELECT FROM {})").format(sql.Identifier("analytics", table))
    row = connection.execute(query).fetchone()
    return bool(row and row[0])


def _replace_sessions(connection: Connection, changed: sql.Composed) -> None:
    """Replace the sessions that have a changed part; all of them where there are none yet."""
    if _has_rows(connection, "session_totals"):
        connection.execute(sql.SQL(TOUCHED_SESSIONS).format(changed=changed))
        connection.execute("ANALYZE touched_sessions")
        connection.execute(SESSIONS_GONE)
        connection.execute(
            sql.SQL(SESSIONS_CAME).format(touched=sql.SQL("JOIN touched_sessions USING (user_id, session_id)"))
        )
        connection.execute("DROP TABLE touched_sessions")
    else:
        connection.execute(sql.SQL(SESSIONS_CAME).format(touched=sql.SQL("")))


def _begin(period: str, day: dt.date) -> dt.date:
    if period == "week":
        return day - dt.timedelta(days=day.weekday())
    return day.replace(day=1) if period == "month" else day


def _days_of(period: str, begin: dt.date) -> list[dt.date]:
    first = begin.toordinal()
    ordinals = range(first, min(first + PERIOD_DAYS[period], dt.date.max.toordinal() + 1))
    return [day for day in map(dt.date.fromordinal, ordinals) if _begin(period, day) == begin]
