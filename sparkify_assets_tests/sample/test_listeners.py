"""The listeners are of the number asked for, and are sometimes in quotes."""

from sparkify_assets.sample.listeners import build_listeners
from sparkify_assets.sample.recipe import Recipe

LISTENERS = build_listeners(Recipe(seed=1, listeners=400))


def test_ids_rise_with_gaps() -> None:
    ids = [listener.user_id for listener in LISTENERS]

    assert len(ids) == 400
    assert ids == sorted(set(ids))
    assert ids[-1] > 401


def test_more_listeners_leave_the_first_ones_as_they_are() -> None:
    assert build_listeners(Recipe(seed=1, listeners=50)) == LISTENERS[:50]


def test_user_agents_with_a_comma_stand_in_quotes() -> None:
    user_agents = {listener.user_agent for listener in LISTENERS}

    assert {("," in text) == text.startswith('"') == text.endswith('"') for text in user_agents} == {True}
    assert not any("{" in text for text in user_agents)
    assert {text.startswith('"') for text in user_agents} == {True, False}


def test_some_pay_and_some_register_late() -> None:
    first_second = Recipe().first_second

    assert 0.1 < sum(listener.level == "paid" for listener in LISTENERS) / 400 < 0.3
    assert 0.03 < sum(listener.registered >= first_second for listener in LISTENERS) / 400 < 0.15


def test_activity_has_a_long_tail() -> None:
    activity = sorted(listener.activity for listener in LISTENERS)

    assert sum(activity[-40:]) > 0.3 * sum(activity)
