"""What an alert says."""

from dataclasses import replace

from sparkify_assets.alerts.message import LONGEST_ERROR, Trouble, sentence_of

TROUBLE = Trouble(
    "run failed", "0123456789ab", "load_days", "2018-11-15", ["songplays"], "PublishError: table 'x' is\n locked\n"
)


def test_asset_day_error_and_run_are_named() -> None:
    assert sentence_of(TROUBLE) == (
        "Sparkify: run failed at songplays of 2018-11-15 (job load_days): PublishError: table 'x' is locked. "
        "Look at run 01234567 in Dagster's UI: /runs/0123456789ab"
    )


def test_what_is_not_known_is_left_out() -> None:
    said = sentence_of(replace(TROUBLE, days="", assets=[], error=""))

    assert said.startswith("Sparkify: run failed at no asset (job load_days): no error was recorded.")


def test_long_errors_and_many_assets_are_cut() -> None:
    said = sentence_of(replace(TROUBLE, assets=[f"asset_{number}" for number in range(20)], error="x" * 10_000))

    assert "asset_4 and 15 more" in said
    assert len(said) < LONGEST_ERROR + 300
