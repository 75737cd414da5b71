-- question: Which songs are played most of those that the catalogue lacks?
-- grain: song and artist, as logged, without a match
-- columns:
--   song text: title as logged
--   artist text: artist as logged
--   plays bigint: songs played without a match in the catalogue
SELECT song, artist, sum(plays)::bigint AS plays
FROM analytics.asked_songs
WHERE song_id IS NULL AND song IS NOT NULL
GROUP BY song, artist
ORDER BY plays DESC, song COLLATE "C", artist COLLATE "C"
