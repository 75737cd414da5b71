-- question: With which browsers do people listen?
-- grain: browser
-- columns:
--   browser text: family of the browser; Other where it is not known, null where nothing is logged
--   plays bigint: songs played
--   share numeric: share of all plays
--   listeners bigint: users who played something with it
SELECT a.browser, sum(p.plays)::bigint AS plays, round(sum(p.plays) / sum(sum(p.plays)) OVER (), 6) AS share,
    count(DISTINCT p.user_id) AS listeners
FROM (
    SELECT user_agent, user_id, sum(plays) AS plays FROM analytics.asked_listeners GROUP BY user_agent, user_id
) p
LEFT JOIN analytics.user_agents a USING (user_agent)
GROUP BY a.browser
ORDER BY plays DESC, a.browser COLLATE "C"
