-- question: Which songs are played most?
-- grain: song and artist, as logged
-- columns:
--   song text: title as logged
--   artist text: artist as logged
--   plays bigint: songs played
--   share numeric: share of all plays
--   song_id text: the song of the catalogue; null where it has none
--   year smallint: year of release, from the catalogue
SELECT p.song, p.artist, p.plays, round(p.plays / sum(p.plays) OVER (), 6) AS share, p.song_id, s.year
FROM (
    SELECT song, artist, sum(plays)::bigint AS plays, min(song_id) AS song_id
    FROM analytics.asked_songs
    WHERE song IS NOT NULL
    GROUP BY song, artist
) p
LEFT JOIN public.songs s USING (song_id)
ORDER BY p.plays DESC, p.song COLLATE "C", p.artist COLLATE "C"
