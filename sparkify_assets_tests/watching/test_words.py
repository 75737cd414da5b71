"""What a sensor says: one sentence, with numbers."""

from sparkify_assets.watching.changes import SONGS, Comparison, Difference
from sparkify_assets.watching.memory import Memory
from sparkify_assets.watching.requests import Plan, Request
from sparkify_assets.watching.words import reason_to_skip, some, warnings

GONE = Difference("2018-11-15", {}, gone=("log_data/2018-11-15.json",))


def test_nothing_new_is_said_with_the_number_of_files() -> None:
    assert reason_to_skip(Comparison(checked=100_101), Plan(Memory())) == "nothing new among 100,101 raw file(s)"


def test_each_reason_to_wait_is_named() -> None:
    made = Plan(
        Memory(),
        unsettled=["2018-11-01"],
        loading={"2018-11-02": "0123456789", SONGS: "0123456789"},
        pausing={"2018-11-03": 59.7, "2018-11-04": 300},
        given_up={"2018-11-05": "run-5"},
    )

    assert reason_to_skip(Comparison(checked=5), made) == (
        "2018-11-01 still changing, or seen for the first time; "
        "2018-11-02 and the songs being loaded by run 01234567; "
        "2018-11-03, 2018-11-04 to be tried again in 60 s; "
        "2018-11-05 left alone after 4 runs that failed, the last one run-5; change its files, or load it by hand; "
        "among 5 raw file(s)"
    )


def test_many_days_are_counted() -> None:
    days = [f"2018-11-{day:02}" for day in range(1, 31)]

    assert some(days) == "30 days from 2018-11-01 to 2018-11-30"
    assert len(reason_to_skip(Comparison(), Plan(Memory(), given_up=dict.fromkeys(days, "run")))) < 700


def test_rows_that_stay_and_rows_that_go_are_told_apart() -> None:
    comparison = Comparison(differences={"2018-11-15": GONE})

    (stay,) = warnings(comparison, Plan(Memory(), stay=["2018-11-15"]))
    (go,) = warnings(comparison, Plan(Memory(), requests=[Request("key", ("2018-11-15",))]))

    assert stay == (
        "1 loaded file(s) are gone and their rows stay (SPARKIFY_RETRACT is off): log_data/2018-11-15.json; put them "
        "back, or load 2018-11-15 by hand"
    )
    assert go == "1 loaded file(s) are gone and their rows go with this load: log_data/2018-11-15.json"
