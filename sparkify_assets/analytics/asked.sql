-- What a session asks for, by its settings sparkify.first_day, sparkify.last_day and sparkify.level; all where unset:
--     SET sparkify.first_day = '2018-11-05'; SET sparkify.level = 'paid'; TABLE analytics.plays_by_hour;
CREATE OR REPLACE VIEW analytics.asked AS
SELECT first_day, last_day, level, first_day = '-infinity' AND last_day = 'infinity' AS is_all,
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

-- An event delivered in the files of two days counts once.
CREATE OR REPLACE VIEW analytics.asked_level_events AS
SELECT DISTINCT ON (event_time, user_id, session_id, item_in_session) * FROM analytics.level_events
WHERE (event_time AT TIME ZONE 'UTC')::date >= (SELECT first_day FROM analytics.asked)
    AND (event_time AT TIME ZONE 'UTC')::date <= (SELECT last_day FROM analytics.asked)
    AND ((SELECT level FROM analytics.asked) IS NULL OR level = (SELECT level FROM analytics.asked))
ORDER BY event_time, user_id, session_id, item_in_session, log_date DESC;

COMMENT ON VIEW analytics.asked IS 'What the session asks for, by sparkify.first_day, sparkify.last_day, sparkify.level';
COMMENT ON VIEW analytics.asked_hours IS 'hour_plays, those asked for';
COMMENT ON VIEW analytics.asked_sessions IS 'session_plays, those asked for';
COMMENT ON VIEW analytics.asked_songs IS 'How often each song was played, of the plays asked for';
COMMENT ON VIEW analytics.asked_level_events IS 'level_events, those asked for, each once';
