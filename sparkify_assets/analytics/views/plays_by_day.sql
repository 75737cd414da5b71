-- question: How much is played on each day, and by how many?
-- grain: day with plays, UTC
-- columns:
--   day date: day, UTC
--   plays bigint: songs played
--   listeners bigint: users who played something
--   sessions bigint: sessions with a play on the day
SELECT day, sum(plays)::bigint AS plays, count(DISTINCT user_id) AS listeners,
    count(DISTINCT (user_id, session_id)) AS sessions
FROM analytics.asked_sessions
GROUP BY day
ORDER BY day
