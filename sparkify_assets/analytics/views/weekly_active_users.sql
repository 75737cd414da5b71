-- question: How many users are active in each week?
-- grain: week with plays, UTC
-- columns:
--   monday date: first day of the ISO week
--   listeners bigint: users who played something
--   free bigint: of them, with a free subscription in a play
--   paid bigint: of them, with a paid one
--   plays_per_listener numeric: songs played by each, on average
SELECT begins AS monday, listeners, free_listeners AS free, paid_listeners AS paid,
    round(plays::numeric / listeners, 2) AS plays_per_listener
FROM analytics.asked_periods
WHERE period = 'week'
ORDER BY begins
