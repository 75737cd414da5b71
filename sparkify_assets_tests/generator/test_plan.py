"""Plans that can't be carried out are refused before anything is written."""

import datetime as dt

import pytest

from sparkify_assets.errors import GeneratorError
from sparkify_assets.generator.plan import USUAL_QUIRKS, Plan, Quirk


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"days": 0}, r"days: 0, expected 1 to 200,000; nothing was written"),
        ({"events_per_day": 9}, r"events a day: 9, expected 10 or more"),
        ({"songs": 0}, r"songs: 0, expected 1 to"),
        ({"match_rate": 1.5}, r"match rate: 1\.5, expected 0 to 1"),
        ({"match_rate": float("nan")}, r"match rate: nan, expected 0 to 1"),
        ({"growth": -0.1}, r"growth: -0\.1, expected 0 to 10"),
        ({"churn": 1.0}, r"churn: 1\.0, expected 0 to less than 1"),
        ({"fault_rate": 0.6}, r"fault rate: 0\.6, expected 0 to 0\.5"),
        ({"damaged_files": 31}, r"damaged files: 31, expected 0 to the number of days"),
        ({"seed": -1}, r"seed: -1, expected 0 or more"),
        ({"first_day": dt.date(9998, 12, 20)}, r"the last one would be after 9998"),
        ({"listeners": 0}, r"listeners: 0 can't make 10,000 events a day; expected 501 or more"),
        ({"listeners": 100}, r"listeners: 100 can't make 10,000 events a day; expected 501 or more"),
    ],
)
def test_plan_that_can_not_be_is_refused(wrong: dict[str, object], message: str) -> None:
    with pytest.raises(GeneratorError, match=message):
        Plan(**wrong)  # type: ignore[arg-type]  # wrong on purpose


def test_usual_plan_is_that_of_the_real_files() -> None:
    plan = Plan()

    assert plan.people == 3_333
    assert plan.first_second == 1_541_030_400
    assert plan.end_second - plan.first_second == 30 * 86_400
    assert Quirk.NULLS in USUAL_QUIRKS
    assert Quirk.GZIP not in USUAL_QUIRKS
