"""The words, tables and chart rows of each part."""

import datetime as dt

import pytest

from sparkify_assets.report.listeners import MOST_COHORTS
from sparkify_assets.report.listening import TOP, TOP_FEW
from sparkify_assets.report.sections import PARTS, period, sections, tiles
from sparkify_assets_tests.report.made_up import DAY, answers_of

SECTIONS = {section.question: section for section in sections(answers_of())}


def test_parts_come_in_their_order_each_with_words_table_and_chart() -> None:
    assert list(SECTIONS) == list(PARTS)
    for section in SECTIONS.values():
        assert section.words.endswith(".")
        assert section.chart
        assert all(len(row) == len(section.head) for row in section.table)
        assert 0 < section.texts < len(section.head)


def test_without_plays_every_part_says_so() -> None:
    empty = answers_of(())

    assert {(section.words, len(section.chart)) for section in sections(empty)} == {("There is nothing to show.", 0)}
    assert [tile.figure for tile in tiles(empty)] == ["0", "0", "0", "0", "0", "0%", "0"]
    assert period(empty) == "no plays yet"


def test_figures_at_the_top() -> None:
    assert {tile.name: tile.figure for tile in tiles(answers_of())} == {
        "songs played": "1,560",
        "listeners": "10",
        "different songs": "2",
        "hours listened": "107",
        "sessions": "12",
        "of plays known to the catalogue": "25%",
        "records refused": "3",
    }
    assert period(answers_of()) == "2018-11-01 to 2018-11-03"


def test_days_without_plays_are_drawn_as_nothing() -> None:
    section = SECTIONS["plays_by_day"]

    assert [row["plays"] for row in section.chart] == [780, 0, 780]
    assert section.words == "1,560 plays on 2 days, 780 a day. Most were on Thursday, 2018-11-01: 780."
    assert list(section.table) == [("2018-11-01", "780", "7", "9"), ("2018-11-03", "780", "7", "9")]


def test_hours_and_weekdays_are_all_there() -> None:
    hours, week = SECTIONS["plays_by_hour"], SECTIONS["plays_by_weekday_and_hour"]

    assert [row["hour"] for row in hours.chart] == list(range(24))
    assert hours.words.startswith("Most is played from 16:00 to 17:00 UTC, 60 plays; least from 00:00 to 01:00, 0.")
    assert len(week.chart) == 7 * 24
    assert week.words.startswith("The busiest hour of the week is Thursday from 16:00 to 17:00 UTC, with 1,560 plays.")
    assert {(row["shown"], row["step"]) for row in week.chart} == {("1.6k", 4), ("7", 0), ("", 0)}


def test_free_and_paid_are_parts_of_a_whole() -> None:
    section = SECTIONS["plays_by_level"]

    assert "Free users are 80% of the listeners and make 20% of the plays." in section.words
    assert "Of 9 users seen free, 2 ordered an upgrade (22%)." in section.words
    assert [(row["measure"], row["begin"], row["end"]) for row in section.chart] == [
        ("listeners", 0.0, 0.8),
        ("listeners", 0.8, 1.0),
        ("plays", 0.0, 0.2),
        ("plays", 0.2, 1.0),
    ]


@pytest.mark.parametrize("level", ["free", "paid"])
def test_one_subscription_alone_is_the_whole(level: str) -> None:
    answers = answers_of()
    alone = [row for row in answers["plays_by_level"] if row["level"] == level]

    section = PARTS["plays_by_level"][1]({**answers, "plays_by_level": alone})

    assert {(row["level"], row["begin"], row["end"]) for row in section.chart} == {(level, 0.0, 1.0)}


def test_lists_end_at_their_greatest_length() -> None:
    long = {section.question: section for section in sections(answers_of([f"name {number}" for number in range(40)]))}

    assert len(long["most_played_songs"].chart) == len(long["most_played_artists"].chart) == TOP
    assert len(long["missing_songs"].chart) == TOP_FEW
    assert len(long["plays_by_state"].chart) == TOP
    assert len(long["plays_by_state"].table) == 40
    assert "30 more have" in long["plays_by_state"].words


def test_cohorts_are_the_newest_and_have_no_cell_that_is_not_known() -> None:
    weeks = [DAY + dt.timedelta(weeks=number) for number in range(30)]
    cells = [
        {"cohort": week, "weeks_later": later, "listeners": 4, "cohort_size": 8, "share": 0.5 if later else 1}
        for number, week in enumerate(weeks)
        for later in range(0, 30 - number, 2)
    ]

    section = PARTS["weekly_retention"][1]({**answers_of(), "weekly_retention": cells})

    assert len(section.table) == MOST_COHORTS
    assert section.table[0][0] == str(weeks[20])
    assert {row["later"] for row in section.chart} == {0, 2, 4, 6, 8}
    assert section.words.startswith("No second week yet.")
