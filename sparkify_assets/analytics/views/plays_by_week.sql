-- question: How much is played in each week?
-- grain: ISO 8601 week
-- columns:
--   iso_year smallint: year of the week
--   week smallint: ISO 8601 week
--   monday date: its first day
--   plays bigint: songs played
--   share numeric: share of all plays
SELECT extract(isoyear FROM day)::smallint AS iso_year, extract(week FROM day)::smallint AS week,
    date_trunc('week', day::timestamp)::date AS monday, sum(plays)::bigint AS plays,
    round(sum(plays) / sum(sum(plays)) OVER (), 6) AS share
FROM analytics.asked_hours
GROUP BY 1, 2, 3
ORDER BY 1, 2, 3
