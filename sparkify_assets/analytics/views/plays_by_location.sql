-- question: Where do people listen?
-- grain: location, as logged
-- columns:
--   location text: where the users were, as logged
--   plays bigint: songs played
--   share numeric: share of all plays
--   listeners bigint: users who played something there
SELECT location, sum(plays)::bigint AS plays, round(sum(plays) / sum(sum(plays)) OVER (), 6) AS share,
    count(DISTINCT user_id) AS listeners
FROM analytics.asked_listeners
GROUP BY location
ORDER BY plays DESC, location COLLATE "C"
