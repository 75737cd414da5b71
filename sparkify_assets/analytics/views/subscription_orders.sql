-- question: How many upgrades and downgrades are ordered on each day?
-- grain: day with an order, UTC
-- columns:
--   day date: day, UTC
--   upgrades bigint: Submit Upgrade events
--   downgrades bigint: Submit Downgrade events
--   net bigint: upgrades less downgrades
SELECT (event_time AT TIME ZONE 'UTC')::date AS day,
    count(*) FILTER (WHERE page = 'Submit Upgrade') AS upgrades,
    count(*) FILTER (WHERE page = 'Submit Downgrade') AS downgrades,
    count(*) FILTER (WHERE page = 'Submit Upgrade') - count(*) FILTER (WHERE page = 'Submit Downgrade') AS net
FROM analytics.asked_orders
GROUP BY 1
ORDER BY 1
