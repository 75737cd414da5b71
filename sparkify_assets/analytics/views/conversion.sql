-- question: What share of the free users upgrades, and of the paid users downgrades?
-- grain: subscription that is left
-- columns:
--   level text: subscription that is left: free by an upgrade, paid by a downgrade
--   users bigint: users seen with it
--   orders bigint: orders to leave it
--   changed bigint: users with such an order
--   share numeric: share of the users
WITH users AS (
    SELECT user_id, bool_or(level = 'free') AS was_free, bool_or(level = 'paid') AS was_paid
    FROM analytics.asked_level_events
    GROUP BY user_id
), seen AS (
    SELECT 'free' AS level, 'Submit Upgrade' AS page, count(*) AS users FROM users WHERE was_free
    UNION ALL
    SELECT 'paid', 'Submit Downgrade', count(*) FROM users WHERE was_paid
)
SELECT level, users, count(o.user_id) AS orders, count(DISTINCT o.user_id) AS changed,
    round(count(DISTINCT o.user_id)::numeric / users, 6) AS share
FROM seen LEFT JOIN analytics.asked_orders o USING (level, page)
WHERE users > 0
GROUP BY level, users
ORDER BY level
