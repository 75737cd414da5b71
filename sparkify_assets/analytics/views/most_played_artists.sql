-- question: Which artists are played most?
-- grain: artist, as logged
-- columns:
--   artist text: artist as logged
--   plays bigint: songs played
--   songs bigint: distinct titles among them
--   share numeric: share of all plays
--   in_catalogue boolean: whether a song of the catalogue is credited to the artist
SELECT p.artist, p.plays, p.songs, round(p.plays / sum(p.plays) OVER (), 6) AS share,
    EXISTS (SELECT FROM public.songs s WHERE s.artist_name = p.artist) AS in_catalogue
FROM (
    SELECT artist, sum(plays)::bigint AS plays, count(*) AS songs
    FROM (SELECT artist, song, sum(plays) AS plays FROM analytics.asked_songs GROUP BY artist, song) one_song
    WHERE artist IS NOT NULL
    GROUP BY artist
) p
ORDER BY p.plays DESC, p.artist COLLATE "C"
