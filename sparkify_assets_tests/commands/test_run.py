"""What `make run` says of a load that fails."""

import re
from pathlib import Path

import pytest

from sparkify_assets.commands.materialize import Done
from sparkify_assets.commands.run import _failure


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
