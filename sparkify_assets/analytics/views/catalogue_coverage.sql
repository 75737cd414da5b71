-- question: How much of what is played does the catalogue know?
-- grain: the catalogue as a whole
-- columns:
--   plays bigint: songs played
--   matched bigint: of them, known to the catalogue
--   match_rate numeric: share of the plays that are
--   songs_played bigint: distinct songs played, as logged
--   songs_matched bigint: of them, known to the catalogue
--   catalogue_songs bigint: songs in the catalogue
--   catalogue_played bigint: of them, played at least once
SELECT coalesce(sum(plays), 0)::bigint AS plays, coalesce(sum(matched), 0)::bigint AS matched,
    round(sum(matched) / sum(plays), 6) AS match_rate, count(*) AS songs_played,
    count(*) FILTER (WHERE matched > 0) AS songs_matched,
    (SELECT count(*) FROM public.songs) AS catalogue_songs,
    (SELECT count(DISTINCT song_id) FROM analytics.asked_songs WHERE song_id IS NOT NULL) AS catalogue_played
FROM (
    SELECT sum(plays) AS plays, coalesce(sum(plays) FILTER (WHERE song_id IS NOT NULL), 0) AS matched
    FROM analytics.asked_songs
    GROUP BY song, artist
) one_song
