-- question: What share of the free users upgrades, and of the paid users downgrades?
-- grain: subscription that is left
-- columns:
--   level text: subscription that is left: free by an upgrade, paid by a downgrade
--   users bigint: users seen with it
--   orders bigint: orders to leave it
--   changed bigint: users with such an order
--   share numeric: share of the users
SELECT level, users, orders, changed, round(changed::numeric / users, 6) AS share
FROM (SELECT level, count(*) AS users FROM (
    SELECT level, user_id FROM analytics.asked_level_events GROUP BY level, user_id
) seen GROUP BY level) seen
LEFT JOIN LATERAL (
    SELECT count(*) AS orders, count(DISTINCT user_id) AS changed FROM analytics.asked_orders o
    WHERE o.level = seen.level AND page = CASE level WHEN 'free' THEN 'Submit Upgrade' ELSE 'Submit Downgrade' END
) orders ON true
ORDER BY level
