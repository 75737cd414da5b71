-- question: How long do people listen on each day?
-- grain: day with plays, UTC
-- columns:
--   day date: day, UTC
--   hours numeric: hours of songs played
--   free_hours numeric: of them, with a free subscription
--   paid_hours numeric: of them, with a paid one
--   minutes_per_listener numeric: minutes of songs played by each listener, on average
SELECT day, round(sum(length_us) / 3.6e9, 2) AS hours,
    round(coalesce(sum(length_us) FILTER (WHERE level = 'free'), 0) / 3.6e9, 2) AS free_hours,
    round(coalesce(sum(length_us) FILTER (WHERE level = 'paid'), 0) / 3.6e9, 2) AS paid_hours,
    round(sum(length_us) / 6e7 / count(DISTINCT user_id), 2) AS minutes_per_listener
FROM analytics.asked_sessions
GROUP BY day
ORDER BY day
