-- question: When did each user have which subscription?
-- grain: user and time with one subscription
-- columns:
--   user_id bigint: user, see users
--   level text: subscription
--   from_time timestamp with time zone: first event with it
--   to_time timestamp with time zone: first event with the next one; null where it still holds
-- Most users have had one level only: their events need not be put in order.
WITH users AS MATERIALIZED (
    SELECT user_id, min(event_time) AS from_time, bool_or(level = 'free') AS was_free,
        bool_or(level = 'paid') AS was_paid
    FROM analytics.level_events
    GROUP BY user_id
)
SELECT user_id, CASE WHEN was_free THEN 'free' ELSE 'paid' END AS level, from_time,
    NULL::timestamp with time zone AS to_time
FROM users
WHERE NOT (was_free AND was_paid)
UNION ALL
SELECT user_id, level, from_time, lead(from_time) OVER (PARTITION BY user_id ORDER BY from_time)
FROM (
    SELECT user_id, level, event_time AS from_time,
        level IS DISTINCT FROM lag(level) OVER (
            PARTITION BY user_id ORDER BY event_time, session_id, item_in_session
        ) AS begins
    FROM analytics.level_events
    WHERE user_id IN (SELECT user_id FROM users WHERE was_free AND was_paid)
) events
WHERE begins
ORDER BY user_id, from_time
