"""The same plan gives the same bytes, and memory does not grow with the number of events."""

import re
import resource
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from sparkify_assets.generator.generate import generate
from sparkify_assets.generator.plan import Plan

PLAN = Plan(days=2, events_per_day=1_000, songs=50, fault_rate=0.02, damaged_files=1)
PEAK = """
import resource, sys
from pathlib import Path
from sparkify_assets.generator.generate import generate
from sparkify_assets.generator.plan import Plan

generate(Plan(days=int(sys.argv[2]), events_per_day=100_000, songs=1_000), Path(sys.argv[1]))
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
"""


def content(out: Path) -> dict[str, bytes]:
    """Return all files below a folder."""
    return {str(path.relative_to(out)): path.read_bytes() for path in out.rglob("*") if path.is_file()}


def test_same_plan_gives_the_same_bytes_and_another_seed_others(tmp_path: Path) -> None:
    told: list[int] = []

    first = generate(PLAN, tmp_path / "first", progress=told.append)
    second = generate(PLAN, tmp_path / "second")
    other = generate(replace(PLAN, seed=2), tmp_path / "other")

    assert first == second
    assert sum(told) == first.events
    assert content(tmp_path / "first") == content(tmp_path / "second")
    assert not content(tmp_path / "first").keys() & content(tmp_path / "other").keys() - set(logs(PLAN)) - {
        "faults.jsonl"
    }
    assert other.songs == 50


def logs(plan: Plan) -> list[str]:
    """Return the names of the log files, the damaged one in each form."""
    days = ("2018-11-01", "2018-11-02")
    ends = ("events.json", "damaged.json", "damaged.json.gz")
    return [f"log_data/2018/11/{day}-{end}" for day in days[: plan.days] for end in ends]


@pytest.mark.slow
def test_memory_is_that_of_a_stretch_and_not_of_all_events(tmp_path: Path) -> None:
    few, many = (
        int(subprocess.run([sys.executable, "-c", PEAK, tmp_path / days, days], check=True, capture_output=True).stdout)
        for days in ("2", "12")
    )

    assert many < 1.15 * few
    assert many < 512 * 1024  # KiB


@pytest.mark.slow
def test_file_that_can_not_grow_is_an_error_and_leaves_nothing(tmp_path: Path) -> None:
    done = command(tmp_path / "out", "--events-per-day", "5000", preexec_fn=smaller_files)

    assert done.returncode == 1
    assert "File too large; free some space" in done.stderr
    assert "nothing was left there" in done.stderr
    assert "Traceback" not in done.stderr
    assert list((tmp_path / "out").iterdir()) == []


@pytest.mark.slow
def test_command_says_what_it_made(tmp_path: Path) -> None:
    done = command(tmp_path / "out", "--days", "2", "--events-per-day", "300", "--songs", "7", "--faults", "0.02")

    assert done.returncode == 0, done.stderr
    assert re.match(r"7 song files in .* s, \d+ events of 2 days in .* \d+ faults \(see faults.jsonl\)", done.stdout)
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == ["faults.jsonl", "log_data", "song_data"]


@pytest.mark.slow
def test_command_refuses_with_a_sentence(tmp_path: Path) -> None:
    done = command(tmp_path / "out", "--days", "0")

    assert done.returncode == 1
    assert done.stderr == "error: days: 0, expected 1 to 200,000; nothing was written\n"
    assert not (tmp_path / "out").exists()


def command(out: Path, *options: str, preexec_fn: Callable[[], None] | None = None) -> subprocess.CompletedProcess[str]:
    """Run the command as a user does."""
    sparkify = Path(sys.executable).parent / "sparkify"
    return subprocess.run(
        [sparkify, "generate", "--out", out, *options],
        capture_output=True,
        text=True,
        check=False,
        preexec_fn=preexec_fn,
    )


def smaller_files() -> None:
    """Let this process write no file of more than a megabyte."""
    resource.setrlimit(resource.RLIMIT_FSIZE, (2**20, 2**20))
