-- question: On which days of the week do people listen?
-- grain: day of the week
-- columns:
--   weekday smallint: day of the week, Monday = 0
--   name text: its name
--   plays bigint: songs played
--   share numeric: share of all plays
SELECT (extract(isodow FROM day) - 1)::smallint AS weekday, to_char(day, 'FMDay') AS name,
    sum(plays)::bigint AS plays,
    round(sum(plays) / sum(sum(plays)) OVER (), 6) AS share
FROM analytics.asked_hours
GROUP BY 1, 2
ORDER BY 1, 2
