"""A feed that stops is told of for a week, a data set that has ended never."""

import datetime as dt

from sparkify_assets.watching.lateness import MORNINGS, look_for


def days(*numbers: int) -> set[dt.date]:
    return {dt.date(2026, 3, 1) + dt.timedelta(days=number - 1) for number in numbers}


def states(looked_for: range, known: set[dt.date]) -> list[str]:
    return [look_for(day, in_folder=known, loaded=()).state for number in looked_for for day in days(number)]


def test_feed_that_stops_is_told_of_for_a_week_and_then_no_more() -> None:
    assert states(range(10, 20), days(9, 10)) == ["waits", *["late"] * MORNINGS, *["not expected"] * 2]


def test_day_left_out_of_a_feed_that_goes_on_is_late() -> None:
    assert states(range(10, 11), days(1, 2, 11)) == ["late"]


def test_data_set_that_has_ended_and_folder_without_a_file_expect_nothing() -> None:
    (today,) = days(10)

    ended = look_for(today, in_folder={dt.date(2018, 11, 30)}, loaded={dt.date(2018, 11, 30)})
    empty = look_for(today, in_folder=(), loaded=())
    ahead = look_for(today, in_folder=days(30), loaded=())

    assert (ended.state, empty.state, ahead.state) == ("not expected",) * 3
    assert ended.sentence == (
        "no log file of 2026-03-10 has come, and none is expected: the newest one is of 2018-11-30"
    )
    assert empty.sentence.endswith("there is none of any day before")


def test_file_that_was_loaded_and_has_left_the_folder_has_come() -> None:
    (today,) = days(10)

    assert look_for(today, in_folder=(), loaded=days(10)).state == "loaded"
    assert look_for(today, in_folder=(), loaded=days(9)).state == "late"


def test_file_that_has_come_and_is_not_loaded_is_told_apart_from_one_that_is_late() -> None:
    (today,) = days(10)

    waits = look_for(today, in_folder=days(10), loaded=days(9))
    late = look_for(today, in_folder=days(9), loaded=days(9))

    assert waits.sentence.startswith("the log file of 2026-03-10 has come, but is not loaded: see what the sensor")
    assert late.sentence == (
        "no log file of 2026-03-10 has come: the newest one is of 2026-03-09; this is told for 7 mornings after the "
        "last file"
    )
