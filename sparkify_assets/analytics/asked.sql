-- What a session asks for, by its settings sparkify.first_day, sparkify.last_day and sparkify.level; all where unset:
--     SET sparkify.first_day = '2018-11-05'; SET sparkify.level = 'paid'; TABLE analytics.plays_by_hour;
CREATE OR REPLACE VIEW analytics.asked AS
SELECT first_day, last_day, level, first_day = '-infinity' AND last_day = 'infinity' AS is_all,
    first_day = '-infinity' AND last_day = 'infinity' AND level IS NULL AS is_everything,
    -- Whole months are read where they are added up; the days before the first and after the last of them, in the plays.
    first_day::timestamp AT TIME ZONE 'UTC' AS head_start,
    least(first_month, last_day + interval '1 day') AT TIME ZONE 'UTC' AS head_end,
    first_month::date AS first_month, end_month::date AS end_month,
    CASE WHEN end_month < first_month THEN 'infinity' ELSE end_month AT TIME ZONE 'UTC' END AS tail_start,
    (last_day + interval '1 day') AT TIME ZONE 'UTC' AS tail_end
FROM (
    SELECT *, date_trunc('month', first_day + interval '1 month' - interval '1 day') AS first_month,
        date_trunc('month', last_day + interval '1 day') AS end_month
    FROM (
        SELECT coalesce(nullif(current_setting('sparkify.first_day', true), '')::date, '-infinity') AS first_day,
            coalesce(nullif(current_setting('sparkify.last_day', true), '')::date, 'infinity') AS last_day,
            nullif(current_setting('sparkify.level', true), '') AS level
    ) settings
) months;

CREATE OR REPLACE VIEW analytics.asked_hours AS
SELECT * FROM analytics.hour_plays
WHERE day >= (SELECT first_day FROM analytics.asked) AND day <= (SELECT last_day FROM analytics.asked)
    AND ((SELECT level FROM analytics.asked) IS NULL OR level = (SELECT level FROM analytics.asked));

CREATE OR REPLACE VIEW analytics.asked_sessions AS
SELECT * FROM analytics.session_plays
WHERE day >= (SELECT first_day FROM analytics.asked) AND day <= (SELECT last_day FROM analytics.asked)
    AND ((SELECT level FROM analytics.asked) IS NULL OR level = (SELECT level FROM analytics.asked));

-- All plays have their totals; of days that are asked for, whole months are added up, and only the rest is counted.
CREATE OR REPLACE VIEW analytics.asked_songs AS
SELECT song, artist, level, song_id, plays FROM analytics.song_totals
WHERE (SELECT is_all FROM analytics.asked)
    AND ((SELECT level FROM analytics.asked) IS NULL OR level = (SELECT level FROM analytics.asked))
UNION ALL
SELECT song, artist, level, song_id, p.plays FROM analytics.song_plays p JOIN analytics.song_totals USING (song_key)
WHERE NOT (SELECT is_all FROM analytics.asked)
    AND month >= (SELECT first_month FROM analytics.asked) AND month < (SELECT end_month FROM analytics.asked)
    AND ((SELECT level FROM analytics.asked) IS NULL OR level = (SELECT level FROM analytics.asked))
UNION ALL
SELECT song, artist, level, song_id, 1 FROM public.songplays
WHERE (SELECT head_start < head_end FROM analytics.asked)
    AND start_time >= (SELECT head_start FROM analytics.asked) AND start_time < (SELECT head_end FROM analytics.asked)
    AND ((SELECT level FROM analytics.asked) IS NULL OR level = (SELECT level FROM analytics.asked))
UNION ALL
SELECT song, artist, level, song_id, 1 FROM public.songplays
WHERE (SELECT tail_start < tail_end FROM analytics.asked)
    AND start_time >= (SELECT tail_start FROM analytics.asked) AND start_time < (SELECT tail_end FROM analytics.asked)
    AND ((SELECT level FROM analytics.asked) IS NULL OR level = (SELECT level FROM analytics.asked));

-- Below, totals answer where all plays are asked for, and where not, what is added up by session.
CREATE OR REPLACE VIEW analytics.asked_listeners AS
SELECT user_id, level, location, user_agent, plays, length_us FROM analytics.listener_totals
WHERE (SELECT is_all FROM analytics.asked)
    AND ((SELECT level FROM analytics.asked) IS NULL OR level = (SELECT level FROM analytics.asked))
UNION ALL
SELECT user_id, level, location, user_agent, plays, length_us FROM analytics.asked_sessions
WHERE NOT (SELECT is_all FROM analytics.asked);

CREATE OR REPLACE VIEW analytics.asked_users AS
SELECT user_id, sessions, days FROM analytics.user_totals WHERE (SELECT is_everything FROM analytics.asked)
UNION ALL
SELECT user_id, count(DISTINCT session_id), count(DISTINCT day) FROM analytics.asked_sessions
WHERE NOT (SELECT is_everything FROM analytics.asked) GROUP BY user_id;

CREATE OR REPLACE VIEW analytics.asked_whole_sessions AS
SELECT user_id, session_id, level, plays, first_play, last_play FROM analytics.session_totals
WHERE (SELECT is_everything FROM analytics.asked)
UNION ALL
SELECT user_id, session_id,
    CASE WHEN min(first_play) = min(first_play) FILTER (WHERE level = 'free') THEN 'free' ELSE 'paid' END,
    sum(plays)::bigint, min(first_play), max(last_play)
FROM analytics.asked_sessions
WHERE NOT (SELECT is_everything FROM analytics.asked) GROUP BY user_id, session_id;

CREATE OR REPLACE VIEW analytics.asked_periods AS
SELECT * FROM analytics.period_totals WHERE (SELECT is_everything FROM analytics.asked)
UNION ALL
SELECT period, date_trunc(period, day::timestamp)::date, sum(plays)::bigint, count(DISTINCT user_id),
    count(DISTINCT user_id) FILTER (WHERE level = 'free'), count(DISTINCT user_id) FILTER (WHERE level = 'paid'),
    CASE period WHEN 'day' THEN count(DISTINCT (user_id, session_id)) END, sum(length_us)::bigint,
    coalesce(sum(length_us) FILTER (WHERE level = 'free'), 0)::bigint,
    coalesce(sum(length_us) FILTER (WHERE level = 'paid'), 0)::bigint
FROM analytics.asked_sessions CROSS JOIN (VALUES ('day'), ('week'), ('month')) periods (period)
WHERE NOT (SELECT is_everything FROM analytics.asked) GROUP BY 1, 2;

CREATE OR REPLACE VIEW analytics.asked_weeks AS
SELECT user_id, week, week_before FROM analytics.listener_weeks WHERE (SELECT is_everything FROM analytics.asked)
UNION ALL
SELECT user_id, week, lag(week) OVER (PARTITION BY user_id ORDER BY week)
FROM (SELECT DISTINCT user_id, date_trunc('week', day::timestamp)::date AS week FROM analytics.asked_sessions) weeks
WHERE NOT (SELECT is_everything FROM analytics.asked);

CREATE OR REPLACE VIEW analytics.asked_level_events AS
SELECT * FROM analytics.level_events
WHERE event_time >= (SELECT head_start FROM analytics.asked) AND event_time < (SELECT tail_end FROM analytics.asked)
    AND ((SELECT level FROM analytics.asked) IS NULL OR level = (SELECT level FROM analytics.asked));

-- An order delivered in the files of two days counts once.
CREATE OR REPLACE VIEW analytics.asked_orders AS
SELECT DISTINCT ON (event_time, user_id, session_id, item_in_session) * FROM analytics.asked_level_events
WHERE page IN ('Submit Upgrade', 'Submit Downgrade')
ORDER BY event_time, user_id, session_id, item_in_session, log_date DESC;

COMMENT ON VIEW analytics.asked IS 'What the session asks for, by sparkify.first_day, sparkify.last_day, sparkify.level';
COMMENT ON VIEW analytics.asked_hours IS 'hour_plays, those asked for';
COMMENT ON VIEW analytics.asked_sessions IS 'session_plays, those asked for';
COMMENT ON VIEW analytics.asked_songs IS 'How often each song was played, of the plays asked for';
COMMENT ON VIEW analytics.asked_listeners IS 'What users have played with each subscription, place and browser, of the plays asked for';
COMMENT ON VIEW analytics.asked_users IS 'Sessions and days of users, of the plays asked for';
COMMENT ON VIEW analytics.asked_whole_sessions IS 'Sessions as a whole, of the plays asked for';
COMMENT ON VIEW analytics.asked_periods IS 'Days, weeks and months, of the plays asked for';
COMMENT ON VIEW analytics.asked_weeks IS 'Users and weeks with a play, of those asked for';
COMMENT ON VIEW analytics.asked_level_events IS 'level_events, those asked for';
COMMENT ON VIEW analytics.asked_orders IS 'Orders of an upgrade or a downgrade, those asked for, each once';
