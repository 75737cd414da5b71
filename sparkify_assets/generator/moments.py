"""When the events of sessions happen: songs run to their end, forms come a second later, people take their time."""

import numpy as np
from numpy.typing import NDArray

from sparkify_assets.generator.draws import Draws
from sparkify_assets.generator.scripts import IS_PLAY, IS_REDIRECT, STOPS_MUSIC
from sparkify_assets.sample.sessions import LONGEST_PAUSE_S, PAUSE_S, REDIRECT_S

Integers = NDArray[np.int64]


def moments(
    kind: NDArray[np.uint8], plays_s: NDArray[np.int32], first: Integers, start: Integers, draws: Draws
) -> Integers:
    """Return the second of each event of sessions that stand one after the other.

    Args:
        kind: kind of each event.
        plays_s: whole seconds that its song plays; 0 where it plays none.
        first: place of the first event of each session.
        start: second of the first event of each session.
        draws: for the pauses.
    """
    is_play = IS_PLAY[kind]
    pause = np.minimum(draws.waits(len(kind), PAUSE_S), LONGEST_PAUSE_S).astype(np.int64)
    pause[IS_REDIRECT[kind]] = REDIRECT_S
    # Times are counted from anchors: the songs, and the first events of sessions. What lies between two anchors
    # follows the first of them by pauses; an anchor follows the one before when its song ends, or after the pauses.
    is_anchor = is_play.copy()
    is_anchor[first] = True
    anchors = np.flatnonzero(is_anchor)
    walked = np.cumsum(np.where(is_anchor, 0, pause))
    at_anchor = walked[anchors]
    lasts = plays_s[anchors].astype(np.int64)
    lasts[np.searchsorted(anchors, np.flatnonzero(STOPS_MUSIC[kind]), side="right") - 1] = 0
    elapsed = np.diff(at_anchor)
    gaps = np.where(lasts[:-1] > elapsed, lasts[:-1], elapsed + pause[anchors[1:]])
    run = np.concatenate([[0], np.cumsum(gaps)])
    ordinal = np.cumsum(is_anchor) - 1
    sessions = ordinal[first]
    per_session = np.diff(sessions, append=len(anchors))
    anchored = run - np.repeat(run[sessions] - start, per_session)
    return np.asarray((anchored - at_anchor)[ordinal] + walked)
