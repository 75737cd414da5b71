"""Scripts are the sample's sessions, by the state that they begin in."""

import numpy as np

from sparkify_assets.generator.scripts import (
    GUEST_OF,
    PAGE_OF,
    PAGES,
    PAID_OF,
    SCRIPTS,
    STATES,
    build_scripts,
)

BUILT = build_scripts(1)


def test_scripts_stand_one_after_the_other() -> None:
    assert len(BUILT.length) == len(BUILT.first) == len(BUILT.ends) == STATES * SCRIPTS
    assert BUILT.first[0] == 0
    assert (BUILT.first[1:] == BUILT.first[:-1] + BUILT.length[:-1]).all()
    assert BUILT.length.min() >= 1
    assert BUILT.length.sum() == len(BUILT.kinds)


def test_scripts_begin_in_their_state() -> None:
    first = BUILT.kinds[BUILT.first].reshape(STATES, SCRIPTS)

    for state in range(STATES):
        assert set(2 * PAID_OF[first[state]] + GUEST_OF[first[state]]) == {state}


def test_state_after_the_last_page_is_what_the_page_makes_of_it() -> None:
    last = BUILT.kinds[BUILT.first + BUILT.length - 1]
    pages = np.array(PAGES)[PAGE_OF[last]]
    unmoved = ~np.isin(pages, ["Login", "Logout", "Submit Upgrade", "Submit Downgrade"])

    assert (BUILT.ends[unmoved] == 2 * PAID_OF[last[unmoved]] + GUEST_OF[last[unmoved]]).all()


def test_who_pays_stays_longest() -> None:
    free, _, paid, _ = BUILT.mean_length

    assert paid > 5 * free
