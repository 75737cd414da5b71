-- question: How long do people listen on each day?
-- grain: day with plays, UTC
-- columns:
--   day date: day, UTC
--   hours numeric: hours of songs played
--   free_hours numeric: of them, with a free subscription
--   paid_hours numeric: of them, with a paid one
--   minutes_per_listener numeric: minutes of songs played by each listener, on average
SELECT begins AS day, round(length_us / 3.6e9, 2) AS hours, round(free_us / 3.6e9, 2) AS free_hours,
    round(paid_us / 3.6e9, 2) AS paid_hours, round(length_us / 6e7 / listeners, 2) AS minutes_per_listener
FROM analytics.asked_periods
WHERE period = 'day'
ORDER BY begins
