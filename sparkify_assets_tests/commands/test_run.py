"""What `make run` says of a load that fails."""

import re
from pathlib import Path

import pytest

from sparkify_assets.commands.materialize import Done
from sparkify_assets.commands.run import _failure, _look_at_the_folder
from sparkify_assets.settings import read_settings


@pytest.mark.parametrize(
    ("code", "told", "expected"),
    [
        (1, ["no"], "what went wrong stands above and in {}\n.*; once that is put right, the same command completes"),
        (1, [], "what went wrong is in {}; its last line: the end\n"),
        (-9, [], "ended by signal 9.*\n.*; the same command again completes the load"),
    ],
)
def test_failure_says_where_it_stands_and_what_to_do(tmp_path: Path, code: int, told: list[str], expected: str) -> None:
    log = tmp_path / "run.log"
    log.write_text("the beginning\nthe end\n\n")

    said = _failure(Done(code, "1.0 s", log, told))

    assert re.search(expected.format(re.escape(str(log))), said, re.DOTALL)


def test_many_days_without_a_file_are_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "log_data").mkdir()
    for day in ("2010-01-01", "2018-11-05"):
        (tmp_path / "log_data" / f"{day}-events.json").touch()
    days = {"SPARKIFY_FIRST_DAY": "2010-01-01", "SPARKIFY_LAST_DAY": "2018-11-05"}

    _look_at_the_folder(read_settings({"SPARKIFY_DATA": str(tmp_path), **days}))
    said = capsys.readouterr().err
    _look_at_the_folder(read_settings({"SPARKIFY_DATA": str(tmp_path)}))

    assert said.startswith("note: of the 3231 days from 2010-01-01 to 2018-11-05 only 2 have a log file; ")
    assert capsys.readouterr().err == ""
