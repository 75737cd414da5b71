-- question: How many users are active in each week?
-- grain: week with plays, UTC
-- columns:
--   monday date: first day of the ISO week
--   listeners bigint: users who played something
--   free bigint: of them, with a free subscription in a play
--   paid bigint: of them, with a paid one
--   plays_per_listener numeric: songs played by each, on average
SELECT date_trunc('week', day)::date AS monday, count(DISTINCT user_id) AS listeners,
    count(DISTINCT user_id) FILTER (WHERE level = 'free') AS free,
    count(DISTINCT user_id) FILTER (WHERE level = 'paid') AS paid,
    round(sum(plays) / count(DISTINCT user_id), 2) AS plays_per_listener
FROM analytics.asked_sessions
GROUP BY 1
ORDER BY 1
