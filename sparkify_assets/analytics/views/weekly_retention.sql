-- question: How many of those who began in one week come back in the weeks after?
-- grain: week in which users began and weeks since then
-- columns:
--   cohort date: first day of the ISO week of the users' first play
--   weeks_later integer: whole weeks since then
--   listeners bigint: users of the cohort who played something in that week
--   cohort_size bigint: users of the cohort
--   share numeric: share of the cohort
WITH cohorts AS (
    SELECT user_id, week, min(week) OVER (PARTITION BY user_id) AS cohort FROM analytics.asked_weeks
)
SELECT cohort, (week - cohort) / 7 AS weeks_later, count(*) AS listeners,
    first_value(count(*)) OVER (PARTITION BY cohort ORDER BY week) AS cohort_size,
    round(count(*)::numeric / first_value(count(*)) OVER (PARTITION BY cohort ORDER BY week), 6) AS share
FROM cohorts
GROUP BY cohort, week
ORDER BY cohort, weeks_later
