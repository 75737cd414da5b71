-- question: How much do free and paid users listen?
-- grain: subscription
-- columns:
--   level text: subscription in the plays: free or paid
--   plays bigint: songs played
--   share numeric: share of all plays
--   listeners bigint: users who played something with it
--   plays_per_listener numeric: songs played by each, on average
SELECT level, sum(plays)::bigint AS plays, round(sum(plays) / sum(sum(plays)) OVER (), 6) AS share,
    count(DISTINCT user_id) AS listeners, round(sum(plays) / count(DISTINCT user_id), 2) AS plays_per_listener
FROM analytics.asked_listeners
GROUP BY level
ORDER BY level
