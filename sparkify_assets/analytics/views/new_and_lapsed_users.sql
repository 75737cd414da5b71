-- question: How many users come, stay, return and leave in each week?
-- grain: ISO week
-- columns:
--   monday date: first day of the ISO week
--   listeners bigint: users who played something
--   new bigint: of them, for the first time
--   kept bigint: of them, who also played in the week before
--   returned bigint: of them, who had played before, but not in the week before
--   lapsed bigint: users who played in the week before, but not in this one
WITH weeks AS MATERIALIZED (
    SELECT week, count(*) AS listeners, count(*) FILTER (WHERE week_before IS NULL) AS new,
        count(*) FILTER (WHERE week_before = week - 7) AS kept,
        count(*) FILTER (WHERE week_before < week - 7) AS returned
    FROM analytics.asked_weeks
    GROUP BY week
), listened_before AS (
    SELECT week + 7 AS week, listeners AS before FROM weeks WHERE week < (SELECT max(week) FROM weeks)
)
SELECT week AS monday, coalesce(listeners, 0) AS listeners, coalesce(new, 0) AS new, coalesce(kept, 0) AS kept,
    coalesce(returned, 0) AS returned, coalesce(before, 0) - coalesce(kept, 0) AS lapsed
FROM weeks FULL JOIN listened_before USING (week)
ORDER BY week
