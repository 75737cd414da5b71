"""Where the report lies: the newest page, and of each run its page and its pictures."""

from __future__ import annotations

import fcntl
import os
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from sparkify_assets.errors import ReportError

PAGE = "listening-report.html"
RUNS, LOCK = "runs", ".lock"
KEPT_RUNS = 50
"""Runs whose page and pictures are kept; those of older ones are deleted."""
OURS = (".html", ".png")


@dataclass(frozen=True)
class Kept:
    """Where a report lies.

    Attributes:
        page: the newest page.
        of_run: the folder of the run's own page and pictures.
    """

    page: Path
    of_run: Path


@contextmanager
def alone_in(folder: Path) -> Iterator[None]:
    """Be the only one who makes a report for this folder, so that none comes to lie over one of newer answers.

    Raises:
        ReportError: the folder can't be written to.
    """
    with _explained(folder):
        folder.mkdir(parents=True, exist_ok=True)
        lock = (folder / LOCK).open("w")
    with lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # until it is closed
        yield


def keep(folder: Path, run: str, page: str, pictures: Mapping[str, bytes]) -> Kept:
    """Keep the page and the pictures of a run, and put the page in place of the newest one, whole or not at all.

    Raises:
        ReportError: they can't be written; the newest page stays.
    """
    of_run, aside = folder / RUNS / run, folder / f".{run}"
    with _explained(folder):
        shutil.rmtree(aside, ignore_errors=True)
        aside.mkdir(parents=True)
        for name, picture in pictures.items():
            (aside / f"{name}.png").write_bytes(picture)
        write_whole(aside / PAGE, page)
        of_run.parent.mkdir(exist_ok=True)
        shutil.rmtree(of_run, ignore_errors=True)  # of an earlier attempt of the run
        aside.rename(of_run)
        write_whole(folder / PAGE, page)
        _forget_old_runs(folder / RUNS)
    return Kept(folder / PAGE, of_run)


def write_whole(path: Path, text: str) -> None:
    """Write a file aside, then put it in place, so that readers find the old one or the new one.

    Raises:
        OSError: it can't be written; the old one stays.
    """
    aside = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        with aside.open("w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        aside.replace(path)
    finally:
        aside.unlink(missing_ok=True)


def _forget_old_runs(runs: Path) -> None:
    """Delete the files of the oldest runs; what is not ours stays."""
    newest_first = sorted(runs.iterdir(), key=lambda run: run.stat().st_mtime, reverse=True)
    for run in newest_first[KEPT_RUNS:]:
        if run.is_dir() and all(file.suffix in OURS for file in run.iterdir()):
            shutil.rmtree(run)


@contextmanager
def _explained(folder: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise ReportError(
            f"the report can't be written to '{folder}': {error.strerror or error}; make room or give the right to "
            "write there, or set SPARKIFY_REPORT to another folder; the page that is there stays"
        ) from error
