-- question: When did each user have which subscription?
-- grain: user and time with one subscription
-- columns:
--   user_id bigint: user, see users
--   level text: subscription
--   from_time timestamp with time zone: first event with it
--   to_time timestamp with time zone: first event with the next one; null where it still holds
SELECT user_id, level, from_time, lead(from_time) OVER (PARTITION BY user_id ORDER BY from_time) AS to_time
FROM (
    SELECT user_id, level, event_time AS from_time,
        level IS DISTINCT FROM lag(level) OVER (
            PARTITION BY user_id ORDER BY event_time, session_id, item_in_session
        ) AS begins
    FROM analytics.level_events
) events
WHERE begins
ORDER BY user_id, from_time
