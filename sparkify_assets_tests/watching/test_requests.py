"""Which loads are asked for, tick after tick: pure decisions over differences, memory and outcomes."""

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from sparkify_assets.ingest.raw_files import Stat
from sparkify_assets.watching.changes import SONGS, Comparison, Difference
from sparkify_assets.watching.memory import Memory
from sparkify_assets.watching.requests import PAUSES_S, Outcome, Plan, Rules, plan

NOW = 1_000_000.0
CAREFUL = Rules()
LONG_AGO: Stat = (10, 0, 0)


def differing(*portions: str, stat: Stat = LONG_AGO, **kind: tuple[str, ...]) -> Comparison:
    """Return a comparison in which these portions have one new file each."""
    found = {
        name: Difference(name, {f"{name}.json": stat}, **(kind or {"new": (f"{name}.json",)})) for name in portions
    }
    return Comparison(checked=len(found), differences=found)


def tick(
    comparison: Comparison,
    memory: Memory,
    *,
    outcomes: dict[str, Outcome] | None = None,
    loading: dict[str, str] | None = None,
    now: float = NOW,
    rules: Rules = CAREFUL,
) -> Plan:
    """Plan a tick at which nothing is known of any run, unless given."""
    return plan(comparison, memory, outcomes=outcomes or {}, loading=loading or {}, now=now, rules=rules)


def seen(comparison: Comparison) -> Memory:
    """Return the memory of one tick that has seen this."""
    return tick(comparison, Memory()).memory


def spans(made: Plan) -> list[tuple[str, ...]]:
    return [request.portions for request in made.requests]


def failed(made: Plan, at: float = NOW) -> dict[str, Outcome]:
    """Return the outcomes where all that was asked for has failed."""
    return {request.key: Outcome(f"run of {request.key}", "ended", at) for request in made.requests}


def test_delivery_that_a_look_has_met_half_way_is_one_run_a_tick_later() -> None:
    first = tick(differing("2018-11-14", "2018-11-15", SONGS), Memory())
    whole = differing("2018-11-13", "2018-11-14", "2018-11-15", SONGS, "2018-11-16")

    second = tick(whole, first.memory)
    third = tick(whole, second.memory)

    assert (spans(second), second.waiting) == ([], ["2018-11-14", "2018-11-15", SONGS])
    assert spans(third) == [("2018-11-13", "2018-11-14", "2018-11-15", "2018-11-16", SONGS)]


def test_day_next_to_one_that_never_stands_still_waits_a_tick_and_no_more() -> None:
    made = tick(differing("2018-11-14"), Memory())
    asked: list[str] = []
    for second in range(4):
        restless = differing("2018-11-15", stat=(second, 0, 0))
        both = replace(restless, differences={**differing("2018-11-14").differences, **restless.differences})
        made = tick(both, made.memory, outcomes={key: Outcome("r", "running") for key in asked})
        asked += [request.key for request in made.requests]
        if second == 1:
            assert spans(made) == [("2018-11-14",)]

    assert len(asked) == 1


def test_first_sight_is_only_remembered_and_the_second_is_asked_for() -> None:
    comparison = differing("2018-11-15")

    first = tick(comparison, Memory())
    second = tick(comparison, first.memory)

    assert (spans(first), first.unsettled) == ([], ["2018-11-15"])
    assert spans(second) == [("2018-11-15",)]


def test_file_that_was_just_written_waits_until_it_is_old_enough() -> None:
    written = round((NOW - 9) * 10**6)
    comparison = differing("2018-11-15", stat=(10, written, 0))

    assert tick(comparison, seen(comparison)).unsettled == ["2018-11-15"]
    assert spans(tick(comparison, seen(comparison), now=NOW + 1)) == [("2018-11-15",)]


def test_time_of_another_change_counts_as_well_as_that_of_the_content() -> None:
    comparison = differing("2018-11-15", stat=(10, 0, round((NOW - 1) * 10**6)))

    assert tick(comparison, seen(comparison)).unsettled == ["2018-11-15"]


def test_time_in_the_future_does_not_hold_a_file_for_ever() -> None:
    comparison = differing("2018-11-15", stat=(10, round((NOW + 10**6) * 10**6), 0))

    assert spans(tick(comparison, seen(comparison))) == [("2018-11-15",)]


def test_file_that_has_grown_since_the_last_tick_waits_another_one() -> None:
    memory = seen(differing("2018-11-15"))
    grown = differing("2018-11-15", stat=(11, 0, 0))

    assert tick(grown, memory).unsettled == ["2018-11-15"]


def test_days_that_follow_each_other_are_one_run_also_from_month_to_month() -> None:
    comparison = differing("2018-10-31", "2018-11-01", "2018-11-02", "2018-11-04")

    assert spans(tick(comparison, seen(comparison))) == [("2018-10-31", "2018-11-01", "2018-11-02"), ("2018-11-04",)]


def test_songs_go_with_the_first_days_and_alone_where_no_day_differs() -> None:
    both = differing("2018-11-01", "2018-11-03", SONGS)
    alone = differing(SONGS)

    assert spans(tick(both, seen(both))) == [("2018-11-01", SONGS), ("2018-11-03",)]
    assert spans(tick(alone, seen(alone))) == [(SONGS,)]


def test_portion_that_is_being_loaded_is_left_and_named() -> None:
    comparison = differing("2018-11-15")

    made = tick(comparison, seen(comparison), loading={"2018-11-15": "run-1"})

    assert (spans(made), made.loading) == ([], {"2018-11-15": "run-1"})


def test_what_is_asked_for_is_not_asked_again_while_its_run_runs() -> None:
    comparison = differing("2018-11-15")
    asked = tick(comparison, seen(comparison))
    (key,) = (request.key for request in asked.requests)

    made = tick(comparison, asked.memory, outcomes={key: Outcome("run-1", "running")})

    assert (spans(made), made.loading) == ([], {"2018-11-15": "run-1"})


def test_run_that_was_never_started_is_asked_for_again_under_a_new_key() -> None:
    comparison = differing("2018-11-15")
    asked = tick(comparison, seen(comparison))

    again = tick(comparison, asked.memory)

    assert spans(again) == spans(asked)
    assert again.requests[0].key != asked.requests[0].key


def test_days_that_failed_together_are_tried_alone_at_once() -> None:
    comparison = differing("2018-11-01", "2018-11-02", SONGS)
    together = tick(comparison, seen(comparison))

    apart = tick(comparison, together.memory, outcomes=failed(together))

    assert spans(together) == [("2018-11-01", "2018-11-02", SONGS)]
    assert spans(apart) == [("2018-11-01",), ("2018-11-02",)]


def test_day_that_fails_is_tried_three_times_more_after_growing_pauses_then_left() -> None:
    comparison = differing("2018-11-15")
    made = tick(comparison, seen(comparison))
    now = NOW
    for pause in PAUSES_S:
        outcomes = failed(made, now)
        early = tick(comparison, made.memory, outcomes=outcomes, now=now + pause - 1)
        assert (spans(early), early.pausing) == ([], {"2018-11-15": 1})
        now += pause
        made = tick(comparison, early.memory, outcomes=outcomes, now=now)
        assert spans(made) == [("2018-11-15",)]

    last = tick(comparison, made.memory, outcomes=failed(made, now), now=now + 10**6)

    assert (spans(last), last.given_up) == ([], {"2018-11-15": f"run of {made.requests[0].key}"})
    assert list(PAUSES_S) == sorted(set(PAUSES_S))


def test_run_that_was_lost_is_asked_for_again_at_once_and_days_stay_together_the_first_time() -> None:
    comparison = differing("2018-11-01", "2018-11-02")
    made = tick(comparison, seen(comparison))
    tried = [spans(made)]
    for _ in range(len(PAUSES_S) + 3):
        lost = {request.key: Outcome("run", "lost", NOW) for request in made.requests}
        made = tick(comparison, made.memory, outcomes=lost)
        tried.append(spans(made))

    together, apart = [("2018-11-01", "2018-11-02")], [("2018-11-01",), ("2018-11-02",)]
    assert tried == [together, together, *([apart] * (1 + len(PAUSES_S))), []]


def test_day_that_was_left_starts_afresh_when_its_files_change() -> None:
    comparison = differing("2018-11-15")
    asked = tick(comparison, seen(comparison))
    key = asked.requests[0].key
    given_up = replace(asked.memory.asked["2018-11-15"], failed=len(PAUSES_S))
    memory = replace(asked.memory, asked={"2018-11-15": given_up})
    outcomes = {key: Outcome("run-1", "ended", NOW)}
    assert tick(comparison, memory, outcomes=outcomes).given_up
    mended = differing("2018-11-15", stat=(12, 0, 0))

    first = tick(mended, memory, outcomes=outcomes)
    second = tick(mended, first.memory, outcomes=outcomes)

    assert (first.unsettled, spans(second)) == (["2018-11-15"], [("2018-11-15",)])
    assert second.memory.asked["2018-11-15"].failed == 0


def test_files_that_are_gone_are_loaded_only_where_it_is_set_and_some_are_left() -> None:
    gone = differing("2018-11-15", gone=("2018-11-15-more.json",))

    assert tick(gone, seen(gone)).stay == ["2018-11-15"]
    retract = Rules(retract=True)
    remembered = tick(gone, Memory(), rules=retract).memory
    assert spans(tick(gone, remembered, rules=retract)) == [("2018-11-15",)]
    assert tick(replace(gone, emptied=True), remembered, rules=retract).stay == ["2018-11-15"]


def test_what_no_longer_differs_is_forgotten_but_for_the_serial() -> None:
    comparison = differing("2018-11-15")
    asked = tick(comparison, seen(comparison))

    assert tick(Comparison(), asked.memory).memory == Memory(serial=1)


@given(st.lists(st.sets(st.integers(1, 9)), max_size=12), st.randoms(use_true_random=False))
def test_no_key_is_ever_used_twice_and_no_day_asked_for_while_it_loads(ticks: list[set[int]], chance: object) -> None:
    memory, keys, running = Memory(), set[str](), dict[str, str]()
    for number, days in enumerate(ticks):
        comparison = differing(*(f"2018-11-{day:02}" for day in sorted(days)))
        made = tick(comparison, memory, loading=running, now=NOW + number)
        assert not set(made.portions) & set(running)
        assert len(made.portions) == len(set(made.portions))
        assert not keys & {request.key for request in made.requests}
        keys |= {request.key for request in made.requests}
        running = {day: "run" for day in made.portions if chance.random() < 0.5}  # type: ignore[attr-defined]
        memory = Memory.from_text(made.memory.to_text())
