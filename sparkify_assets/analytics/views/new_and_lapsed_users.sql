-- question: How many users come, stay, return and leave in each week?
-- grain: ISO week
-- columns:
--   monday date: first day of the ISO week
--   listeners bigint: users who played something
--   new bigint: of them, for the first time
--   kept bigint: of them, who also played in the week before
--   returned bigint: of them, who had played before, but not in the week before
--   lapsed bigint: users who played in the week before, but not in this one
WITH steps AS (
    SELECT user_id, week, lag(week) OVER own AS before, lead(week) OVER own AS after
    FROM analytics.asked_weeks WINDOW own AS (PARTITION BY user_id ORDER BY week)
), weeks AS MATERIALIZED (
    SELECT week, count(*) AS listeners, count(*) FILTER (WHERE before IS NULL) AS new,
        count(*) FILTER (WHERE before = week - 7) AS kept, count(*) FILTER (WHERE before < week - 7) AS returned,
        count(*) FILTER (WHERE after IS NULL OR after > week + 7) AS leaving
    FROM steps GROUP BY week
), left_before AS (
    SELECT week + 7 AS week, leaving AS lapsed FROM weeks WHERE leaving > 0 AND week < (SELECT max(week) FROM weeks)
)
SELECT week AS monday, coalesce(listeners, 0) AS listeners, coalesce(new, 0) AS new, coalesce(kept, 0) AS kept,
    coalesce(returned, 0) AS returned, coalesce(lapsed, 0) AS lapsed
FROM weeks FULL JOIN left_before USING (week)
ORDER BY week
