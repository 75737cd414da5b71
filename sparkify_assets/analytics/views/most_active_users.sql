-- question: Who listens most?
-- grain: user with a play
-- columns:
--   user_id bigint: user, see users
--   first_name text: first name
--   last_name text: last name
--   level text: subscription at the latest event
--   plays bigint: songs played
--   sessions bigint: sessions with a play
--   days bigint: days with a play
--   hours numeric: hours listened
SELECT p.user_id, u.first_name, u.last_name, u.level, p.plays, p.sessions, p.days, p.hours
FROM (
    SELECT user_id, sum(plays)::bigint AS plays, count(DISTINCT session_id) AS sessions,
        count(DISTINCT day) AS days, round(sum(length_us) / 3.6e9, 2) AS hours
    FROM analytics.asked_sessions
    GROUP BY user_id
) p
LEFT JOIN public.users u USING (user_id)
ORDER BY p.plays DESC, p.user_id
