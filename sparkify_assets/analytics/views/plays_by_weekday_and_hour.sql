-- question: When in the week do people listen?
-- grain: day of the week and hour with plays
-- columns:
--   weekday smallint: day of the week, Monday = 0
--   hour smallint: hour of the day, 0 to 23, UTC
--   plays bigint: songs played
--   share numeric: share of all plays
SELECT (extract(isodow FROM day) - 1)::smallint AS weekday, hour, sum(plays)::bigint AS plays,
    round(sum(plays) / sum(sum(plays)) OVER (), 6) AS share
FROM analytics.asked_hours
GROUP BY 1, 2
ORDER BY 1, 2
