-- question: At which hours do people listen?
-- grain: hour of the day, UTC
-- columns:
--   hour smallint: hour of the day, 0 to 23, UTC
--   plays bigint: songs played
--   share numeric: share of all plays
SELECT hour, sum(plays)::bigint AS plays, round(sum(plays) / sum(sum(plays)) OVER (), 6) AS share
FROM analytics.asked_hours
GROUP BY 1
ORDER BY 1
