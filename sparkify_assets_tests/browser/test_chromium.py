"""Without a browser its test is left out with a word, or fails where it may not be left out: it is never skipped."""

import os
import subprocess
from pathlib import Path

import pytest

from sparkify_assets.settings import CHECKOUT
from sparkify_assets_tests.browser.chromium import NoBrowserError, find_chromium

LEFT_OUT = '-m "not browser"'


def commands_of_make_test(*variables: str) -> str:
    """Return what `make test` would run."""
    environment = {name: value for name, value in os.environ.items() if name not in ("CI", "CHROMIUM", "MAKEFLAGS")}
    done = subprocess.run(
        ["make", "--dry-run", "--always-make", "test", *variables],
        cwd=CHECKOUT,
        env=environment,
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout


def test_with_a_browser_everything_is_tested() -> None:
    commands = commands_of_make_test("CHROMIUM=/usr/bin/some-chromium")

    assert "-m pytest" in commands
    assert LEFT_OUT not in commands


def test_without_a_browser_make_says_what_it_leaves_out_and_how_to_have_it() -> None:
    commands = commands_of_make_test("CHROMIUM=")

    assert LEFT_OUT in commands
    assert "The browser test is left out: there is no Chromium or Chrome; with one, such as Debian's" in commands


def test_on_ci_the_browser_test_is_not_left_out() -> None:
    assert LEFT_OUT not in commands_of_make_test("CHROMIUM=", "CI=true")


def test_missing_browser_is_an_error_that_says_what_to_do(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.delenv("CHROMIUM", raising=False)

    with pytest.raises(NoBrowserError, match=r"no browser is installed, looked for chromium, .*make test CHROMIUM="):
        find_chromium()


def test_named_browser_comes_first(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in ("mine", "chromium"):
        (tmp_path / name).touch(mode=0o755)
    monkeypatch.setenv("PATH", str(tmp_path))

    monkeypatch.setenv("CHROMIUM", "")
    assert find_chromium() == str(tmp_path / "chromium")
    monkeypatch.setenv("CHROMIUM", str(tmp_path / "mine"))
    assert find_chromium() == str(tmp_path / "mine")
