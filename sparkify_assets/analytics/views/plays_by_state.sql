-- question: In which states and regions do people listen?
-- grain: state or region, which is what stands behind the last comma of the location
-- columns:
--   state text: such as CA, or NY-NJ-PA of an area in several states; null where the location names none
--   plays bigint: songs played
--   share numeric: share of all plays
--   listeners bigint: users who played something there
SELECT state, sum(plays)::bigint AS plays, round(sum(plays) / sum(sum(plays)) OVER (), 6) AS share,
    count(DISTINCT user_id) AS listeners
FROM (
    SELECT substring(location FROM ',\s*([^,]*?)\s*$') AS state, user_id, sum(plays) AS plays
    FROM analytics.asked_listeners
    GROUP BY location, user_id
) places
GROUP BY state
ORDER BY plays DESC, state COLLATE "C"
