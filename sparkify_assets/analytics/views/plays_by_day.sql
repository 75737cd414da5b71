-- question: How much is played on each day, and by how many?
-- grain: day with plays, UTC
-- columns:
--   day date: day, UTC
--   plays bigint: songs played
--   listeners bigint: users who played something
--   sessions bigint: sessions with a play on the day
SELECT begins AS day, plays, listeners, sessions
FROM analytics.asked_periods
WHERE period = 'day'
ORDER BY begins
