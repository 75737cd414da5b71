"""The command writes the committed data, byte for byte, and overwrites nothing unasked."""

import subprocess
import sys
from pathlib import Path

import pytest

from sparkify_assets.sample.__main__ import generate, main
from sparkify_assets.sample.recipe import Recipe

CHECKOUT = Path(__file__).resolve().parents[2]


def tree(folder: Path) -> dict[str, bytes]:
    """Return the bytes of all files below a folder."""
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_committed_data_is_what_the_command_writes(tmp_path: Path) -> None:
    main(["--out", str(tmp_path)])

    written, committed = tree(tmp_path), tree(CHECKOUT / "data")
    assert sorted(written) == sorted(committed)
    assert [name for name in written if written[name] != committed[name]] == []


def test_same_seed_gives_the_same_in_another_process(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "sparkify_assets.sample", "--seed", "9", "--out", str(tmp_path / "process")]

    subprocess.run(command, check=True, cwd=CHECKOUT, env={"PYTHONHASHSEED": "4", "TZ": "Asia/Tokyo"})
    main(["--seed", "9", "--out", str(tmp_path / "here")])

    assert tree(tmp_path / "process") == tree(tmp_path / "here")


def test_another_seed_gives_other_data(tmp_path: Path) -> None:
    generate(Recipe(seed=1, days=3, sessions=60), tmp_path / "one")
    generate(Recipe(seed=2, days=3, sessions=60), tmp_path / "two")

    one, two = tree(tmp_path / "one"), tree(tmp_path / "two")
    assert len(one) == len(two) == 103
    assert not set(one.values()) & set(two.values())


def test_standing_data_are_kept_unless_told_otherwise(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "song_data").mkdir()
    (tmp_path / "song_data" / "mine.json").write_text("{}")

    with pytest.raises(SystemExit, match="2"):
        main(["--out", str(tmp_path)])

    assert "song_data' exists; name another folder with --out, or give --replace" in capsys.readouterr().err
    assert tree(tmp_path) == {"song_data/mine.json": b"{}"}


def test_replace_takes_the_place_of_standing_data(tmp_path: Path) -> None:
    (tmp_path / "song_data").mkdir()
    (tmp_path / "song_data" / "mine.json").write_text("{}")

    main(["--out", str(tmp_path), "--replace"])

    assert "song_data/mine.json" not in tree(tmp_path)
    assert len(tree(tmp_path)) == 130
