-- question: What share of the plays does the catalogue know, day by day?
-- grain: day with plays, UTC
-- columns:
--   day date: day, UTC
--   plays bigint: songs played
--   matched bigint: of them, known to the catalogue
--   match_rate numeric: share of the plays that are
SELECT day, sum(plays)::bigint AS plays, sum(matched)::bigint AS matched,
    round(sum(matched) / sum(plays), 6) AS match_rate
FROM analytics.asked_hours
GROUP BY day
ORDER BY day
