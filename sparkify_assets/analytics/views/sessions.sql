-- question: How many sessions are there, how many songs do they have, and how long are they?
-- grain: subscription at the start of the session
-- columns:
--   level text: subscription at the start: free or paid
--   sessions bigint: sessions with a play
--   plays bigint: songs played
--   songs_per_session numeric: songs played in one, on average
--   most_songs bigint: songs played in the longest one
--   minutes_per_session numeric: minutes from the first start of a song to the last, on average
--   longest_minutes numeric: the same of the longest one
SELECT level, count(*) AS sessions, sum(plays)::bigint AS plays,
    round(avg(plays), 2) AS songs_per_session, max(plays) AS most_songs,
    round((avg(extract(epoch FROM last_play - first_play)) / 60)::numeric, 2) AS minutes_per_session,
    round((max(extract(epoch FROM last_play - first_play)) / 60)::numeric, 2) AS longest_minutes
FROM analytics.asked_whole_sessions
GROUP BY level
ORDER BY level
