"""The draws repeat, and have the shape that they promise."""

from collections import Counter
from itertools import accumulate

from sparkify_assets.sample.chance import Chance

MANY = 5_000


def test_draws_are_those_of_every_machine_and_version() -> None:
    chance = Chance(7, "check")

    drawn = [chance.between(0, 999) for _ in range(6)]

    assert drawn == [428, 650, 55, 148, 377, 267]


def test_seeds_give_draws_of_their_own() -> None:
    assert Chance(1, "songs").share() != Chance(1, "users").share() != Chance(2, "users").share()


def test_between_includes_both_ends() -> None:
    chance = Chance(1)

    assert {chance.between(3, 5) for _ in range(100)} == {3, 4, 5}


def test_weights_are_kept() -> None:
    chance = Chance(1)
    running_weights = tuple(accumulate((6.0, 3.0, 0.0, 1.0)))

    drawn = Counter(chance.weighted("abcd", running_weights) for _ in range(MANY))

    assert drawn["c"] == 0
    assert abs(drawn["a"] / MANY - 0.6) < 0.03
    assert abs(drawn["d"] / MANY - 0.1) < 0.03


def test_shuffled_keeps_every_item() -> None:
    shuffled = Chance(1).shuffled(range(20))

    assert shuffled != list(range(20))
    assert sorted(shuffled) == list(range(20))


def test_bell_and_wait_have_their_mean() -> None:
    chance = Chance(1)

    bells = [chance.bell() for _ in range(MANY)]
    waits = [chance.wait(40) for _ in range(MANY)]

    assert abs(sum(bells) / MANY) < 0.05
    assert abs(sum(bell * bell for bell in bells) / MANY - 1) < 0.1
    assert abs(sum(waits) / MANY - 40) < 3
    assert min(waits) >= 0
