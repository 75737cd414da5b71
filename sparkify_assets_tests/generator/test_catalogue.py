"""Catalogues of any size hold distinct songs."""

import pytest

from sparkify_assets.generator.catalogue import build_catalogue
from sparkify_assets.generator.plan import Plan


@pytest.mark.parametrize("count", [1, 2, 3, 49, 50, 51, 1_000])
def test_catalogue_of_any_size_has_its_songs(count: int) -> None:
    catalogue = build_catalogue(Plan(songs=count))
    songs = list(catalogue.songs())

    assert len(songs) == len({song.track_id for song in songs}) == len({song.song_id for song in songs}) == count
    assert set(catalogue.chart) <= set(range(count + Plan(songs=count).unlisted_songs))


def test_hundreds_of_thousands_of_songs_are_distinct() -> None:
    catalogue = build_catalogue(Plan(songs=300_000))
    songs = list(catalogue.songs())

    assert len({song.track_id for song in songs}) == len({song.song_id for song in songs}) == 300_000
    assert len({(song.title, song.artist_id, song.duration_s) for song in songs}) > 299_000
    names = {song.artist_id: song.artist_name.partition(" featuring ")[0] for song in songs}
    assert len(set(names.values())) > 0.99 * len(names) > 90_000


@pytest.mark.parametrize("share", [0.0, 0.3, 1.0])
def test_chart_has_the_share_of_listed_songs(share: float) -> None:
    catalogue = build_catalogue(Plan(songs=500, match_rate=share))

    assert (catalogue.chart < 500).mean() == pytest.approx(share, abs=0.001)
