"""The expected answers on the sample, as the oracle has them: `python -m sparkify_assets_tests.oracle.expected`."""

import csv
import io
from datetime import datetime

from sparkify_assets.analytics.questions import View, read_views
from sparkify_assets.settings import CHECKOUT
from sparkify_assets_tests.loading import FIRST_DAY, LAST_DAY
from sparkify_assets_tests.oracle.answers import ANSWERS, Row, World


def expected_answers() -> dict[str, str]:
    """Return the answer of each view on the sample, as CSV as Postgres writes it."""
    world = World(CHECKOUT / "data", FIRST_DAY, LAST_DAY)
    assert not world.star.rejected_events + world.star.rejected_songs, "the sample has no record that is refused"
    return {view.name: as_csv(view, ANSWERS[view.name](world) if view.name in ANSWERS else []) for view in read_views()}


def as_csv(view: View, rows: list[Row]) -> str:
    """Return rows as CSV, as Postgres writes it."""
    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow([column.name for column in view.columns])
    writer.writerows([[as_text(value) for value in row] for row in rows])
    return stream.getvalue()


def as_text(value: object) -> object:
    """Return a value as Postgres writes it, '' for null."""
    if isinstance(value, bool):
        return "t" if value else "f"
    if isinstance(value, datetime):
        fraction = f".{value.microsecond:06}".rstrip("0").rstrip(".")
        return f"{value:%Y-%m-%d %H:%M:%S}{fraction}+00"
    return value


def write() -> None:
    """Write the files anew."""
    answers = expected_answers()
    for view in read_views():
        view.expected.parent.mkdir(exist_ok=True)
        view.expected.write_text(answers[view.name], encoding="utf-8")


if __name__ == "__main__":
    write()
