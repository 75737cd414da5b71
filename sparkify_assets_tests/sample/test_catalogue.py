"""The songs: the quirks of a real catalogue, whatever the seed."""

import re
from collections import defaultdict

import pytest

from sparkify_assets.sample.catalogue import FRAME_OFFSET_S, FRAME_S, Catalogue, Song, build_catalogue
from sparkify_assets.sample.recipe import SAMPLE_SEED, Recipe


@pytest.fixture(params=[SAMPLE_SEED, 1, 2, 3])
def catalogue(request: pytest.FixtureRequest) -> Catalogue:
    return build_catalogue(Recipe(seed=request.param))


def test_counts_are_those_of_the_recipe(catalogue: Catalogue) -> None:
    assert len(catalogue.listed) == 100
    assert len(catalogue.unlisted) == 60
    assert len(catalogue.running_weights) == 160


def test_ids_have_the_real_form_and_are_unique(catalogue: Catalogue) -> None:
    for song in catalogue.listed:
        assert re.fullmatch(r"TR[A-Z]{5}128F[0-9A-F]{7}", song.track_id)
        assert re.fullmatch(r"SO[A-Z]{5}12[0-9A-F]{9}", song.song_id)
        assert re.fullmatch(r"AR[A-Z0-9]{5}1187B[0-9A-F]{6}", song.artist_id)
    assert len({song.track_id for song in catalogue.listed}) == 100
    assert len({song.song_id for song in catalogue.listed}) == 100


def test_durations_are_whole_frames(catalogue: Catalogue) -> None:
    for song in catalogue.songs:
        frames = (song.duration_s + FRAME_OFFSET_S) / FRAME_S

        assert abs(frames - round(frames)) < 0.001
        assert 60 < song.duration_s < 600


def test_unlisted_songs_match_no_listed_one(catalogue: Catalogue) -> None:
    listed = {(song.title, song.artist_name, song.duration_s) for song in catalogue.listed}

    assert len(listed) == 100
    assert not listed & {(song.title, song.artist_name, song.duration_s) for song in catalogue.unlisted}


def test_one_unlisted_song_is_another_cut_of_a_listed_one(catalogue: Catalogue) -> None:
    listed = {(song.title, song.artist_name) for song in catalogue.listed}

    assert sum((song.title, song.artist_name) in listed for song in catalogue.unlisted) == 1


def test_exceptions_are_there(catalogue: Catalogue) -> None:
    by_artist, by_title = defaultdict[str, list[Song]](list), defaultdict[str, set[str]](set)
    for song in catalogue.listed:
        by_artist[song.artist_id].append(song)
        by_title[song.title].add(song.artist_id)

    assert sum(len({song.home for song in songs}) > 1 for songs in by_artist.values()) == 1
    assert sum(len({song.artist_name for song in songs}) > 1 for songs in by_artist.values()) == 1
    assert [len(artists) for artists in by_title.values() if len(artists) > 1] == [2]
    assert not any(" featuring " in songs[-1].artist_name for songs in by_artist.values())
