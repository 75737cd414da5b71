"""Data comes into place whole or not at all."""

from pathlib import Path

import pytest

from sparkify_assets.errors import GeneratorError
from sparkify_assets.generator.place import ASIDE, LOCK, made_aside


def make(aside: Path, text: str) -> None:
    """Write a data set of two files."""
    for name in ("song_data", "log_data"):
        (aside / name).mkdir()
        (aside / name / "one.json").write_text(text)


def fill(aside: Path) -> None:
    """Meet a full disk half-way."""
    make(aside, "half")
    with Path("/dev/full").open("wb", buffering=0) as full:
        full.write(b"the rest")


def stop(aside: Path, error: BaseException) -> None:
    """Write a data set and end otherwise than well."""
    make(aside, "new")
    raise error


def content(out: Path) -> dict[str, str]:
    """Return all files below a folder."""
    return {str(path.relative_to(out)): path.read_text() for path in out.rglob("*") if path.is_file()}


OLD = {"song_data/one.json": "old", "log_data/one.json": "old"}


def test_data_comes_into_place_and_nothing_else_stays(tmp_path: Path) -> None:
    with made_aside(tmp_path / "a" / "b", 0, replace=False) as aside:
        make(aside, "old")

    assert content(tmp_path / "a" / "b") == OLD


def test_standing_data_is_refused_and_replaced_when_asked_to(tmp_path: Path) -> None:
    with made_aside(tmp_path, 0, replace=False) as aside:
        make(aside, "old")
        (aside / "faults.jsonl").write_text("old")

    message = "song_data and log_data and faults.jsonl stand there already; .* nothing was written"
    with pytest.raises(GeneratorError, match=message), made_aside(tmp_path, 0, replace=False):
        pass
    with made_aside(tmp_path, 0, replace=True) as aside:
        make(aside, "new")

    assert content(tmp_path) == dict.fromkeys(OLD, "new")


@pytest.mark.parametrize("error", [KeyboardInterrupt(), ValueError("a defect")], ids=["ctrl-c", "defect"])
def test_what_stood_there_stands_after_an_end_before_time(tmp_path: Path, error: BaseException) -> None:
    with made_aside(tmp_path, 0, replace=False) as aside:
        make(aside, "old")

    with pytest.raises(type(error)), made_aside(tmp_path, 0, replace=True) as aside:
        stop(aside, error)

    assert content(tmp_path) == OLD


def test_too_small_a_disk_is_refused_at_once(tmp_path: Path) -> None:
    with (
        pytest.raises(GeneratorError, match=r"about 1,048,576\.0 GiB are needed and .* GiB are free"),
        made_aside(tmp_path, 2**50, replace=False),
    ):
        pass

    assert list(tmp_path.iterdir()) == []


def test_full_disk_is_said_and_nothing_stays(tmp_path: Path) -> None:
    message = r"No space left on device; free some space, .*; nothing was left there"
    with pytest.raises(GeneratorError, match=message), made_aside(tmp_path, 0, replace=False) as aside:
        fill(aside)

    assert list(tmp_path.iterdir()) == []


def test_file_in_the_way_is_said(tmp_path: Path) -> None:
    (tmp_path / "out").write_text("a file")

    message = "can't be written: .*File exists; nothing was left there"
    with pytest.raises(GeneratorError, match=message), made_aside(tmp_path / "out", 0, replace=False):
        pass


def test_two_runs_at_once_do_not_mix(tmp_path: Path) -> None:
    with made_aside(tmp_path, 0, replace=False) as aside:
        other = made_aside(tmp_path, 0, replace=False)
        with pytest.raises(GeneratorError, match="another run generates data there"):
            other.__enter__()
        make(aside, "old")

    assert content(tmp_path) == OLD


def test_leftovers_of_a_killed_run_are_removed(tmp_path: Path) -> None:
    make_in = tmp_path / f"{ASIDE}killed"
    make_in.mkdir()
    make(make_in, "half")
    (tmp_path / LOCK).touch()

    with made_aside(tmp_path, 0, replace=False) as aside:
        make(aside, "old")

    assert content(tmp_path) == OLD
