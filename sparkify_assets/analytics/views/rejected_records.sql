-- question: Which records were refused, and why?
-- grain: kind of file and reason
-- columns:
--   kind text: log or song
--   reason text: reason code, see README
--   records bigint: records refused
--   files bigint: files with such a record
SELECT kind, reason, count(*) AS records, count(DISTINCT file) AS files
FROM (
    SELECT 'log' AS kind, reason, file FROM ops.rejected_events
    WHERE log_date >= (SELECT first_day FROM analytics.asked) AND log_date <= (SELECT last_day FROM analytics.asked)
    UNION ALL
    SELECT 'song', reason, file FROM ops.rejected_songs
) rejected
GROUP BY kind, reason
ORDER BY records DESC, kind, reason COLLATE "C"
