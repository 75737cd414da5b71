-- question: What share of the free users upgrades, and of the paid users downgrades?
-- grain: subscription that is left
-- columns:
--   level text: subscription that is left: free by an upgrade, paid by a downgrade
--   users bigint: users seen with it
--   orders bigint: orders to leave it
--   changed bigint: users with such an order
--   share numeric: share of the users
SELECT level, count(DISTINCT user_id) AS users, count(*) FILTER (WHERE leaves) AS orders,
    count(DISTINCT user_id) FILTER (WHERE leaves) AS changed,
    round(count(DISTINCT user_id) FILTER (WHERE leaves)::numeric / count(DISTINCT user_id), 6) AS share
FROM (
    SELECT user_id, level, page = CASE level WHEN 'free' THEN 'Submit Upgrade' ELSE 'Submit Downgrade' END AS leaves
    FROM analytics.asked_level_events
) events
GROUP BY level
ORDER BY level
