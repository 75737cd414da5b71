-- question: How many of those who began in one week come back in the weeks after?
-- grain: week in which users began and weeks since then
-- columns:
--   cohort date: first day of the ISO week of the users' first play
--   weeks_later integer: whole weeks since then
--   listeners bigint: users of the cohort who played something in that week
--   cohort_size bigint: users of the cohort
--   share numeric: share of the cohort
WITH cohorts AS (
    SELECT user_id, min(week) AS cohort FROM analytics.asked_weeks GROUP BY user_id
), counts AS (
    SELECT cohort, week, count(*) AS listeners
    FROM analytics.asked_weeks JOIN cohorts USING (user_id)
    GROUP BY cohort, week
)
SELECT cohort, (week - cohort) / 7 AS weeks_later, listeners,
    first_value(listeners) OVER own AS cohort_size,
    round(listeners::numeric / first_value(listeners) OVER own, 6) AS share
FROM counts
WINDOW own AS (PARTITION BY cohort ORDER BY week)
ORDER BY cohort, weeks_later
