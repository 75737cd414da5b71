-- question: Who listens most?
-- grain: user with a play
-- columns:
--   user_id bigint: user, see users
--   first_name text: first name
--   last_name text: last name
--   level text: subscription at the latest event
--   plays bigint: songs played
--   sessions bigint: sessions with a play
--   days bigint: days with a play
--   hours numeric: hours listened
SELECT p.user_id, u.first_name, u.last_name, u.level, p.plays, t.sessions, t.days, p.hours
FROM (
    SELECT user_id, sum(plays)::bigint AS plays, round(sum(length_us) / 3.6e9, 2) AS hours
    FROM analytics.asked_listeners
    GROUP BY user_id
) p
JOIN analytics.asked_users t USING (user_id)
LEFT JOIN public.users u USING (user_id)
ORDER BY p.plays DESC, p.user_id
