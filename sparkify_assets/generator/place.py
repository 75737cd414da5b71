"""Where files are made: aside, in a folder that is never read as data, and put in place when all of them are whole."""

import errno
import fcntl
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from sparkify_assets.errors import GeneratorError
from sparkify_assets.sample.write import LOG_FOLDER, SONG_FOLDER

ASIDE = ".generating-"  # a folder that begins with a dot is never read as data
LOCK = ".generating.lock"
MANIFEST = "faults.jsonl"
RESULTS = (SONG_FOLDER, LOG_FOLDER, MANIFEST)
SPARE_BYTES = 64 * 2**20


@contextmanager
def made_aside(out: Path, needed_bytes: int, *, replace: bool) -> Iterator[Path]:
    """Give an empty folder to make the data in; its content comes into place when the block ends well.

    However the block ends otherwise, nothing of it stays, and what stood there stands.

    Args:
        out: the folder that the data is for; made if it is missing.
        needed_bytes: what the data will take, about.
        replace: whether what stands there may be replaced.

    Raises:
        GeneratorError: data stands there, another run writes there, or the disk is full or can't be written.
    """
    try:
        out.mkdir(parents=True, exist_ok=True)
        with _locked(out):
            _refuse_standing(out, replace)
            _remove_leftovers(out)
            _refuse_small_disk(out, needed_bytes)
            aside = Path(tempfile.mkdtemp(prefix=ASIDE, dir=out))
            try:
                yield aside
                _put_in_place(aside, out)
            finally:
                shutil.rmtree(aside, ignore_errors=True)
    except OSError as error:
        where = f"'{error.filename}': " if error.filename else ""
        full = error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
        advice = "; free some space, ask for less, or name another folder with --out" if full else ""
        raise GeneratorError(
            f"folder '{out}': can't be written: {where}{error.strerror or error}{advice}; {_state(out)}"
        ) from error


@contextmanager
def _locked(out: Path) -> Iterator[None]:
    """Keep other runs away from the folder."""
    path = out / LOCK
    with path.open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise GeneratorError(
                f"folder '{out}': another run generates data there; wait for it, or name another folder with --out"
            ) from error
        try:
            yield
        finally:
            with suppress(OSError):
                path.unlink()


def _refuse_standing(out: Path, replace: bool) -> None:
    standing = [name for name in RESULTS if (out / name).exists()]
    if standing and not replace:
        raise GeneratorError(
            f"folder '{out}': {' and '.join(standing)} stand there already; name another folder with --out, or give"
            " --replace; nothing was written"
        )


def _remove_leftovers(out: Path) -> None:
    """Remove what a run left that was killed."""
    for folder in out.glob(f"{ASIDE}*"):
        shutil.rmtree(folder)


def _refuse_small_disk(out: Path, needed_bytes: int) -> None:
    free = shutil.disk_usage(out).free
    if needed_bytes + SPARE_BYTES > free:
        raise GeneratorError(
            f"folder '{out}': about {needed_bytes / 2**30:,.1f} GiB are needed and {free / 2**30:,.1f} GiB are free;"
            " ask for less, or name another folder with --out; nothing was written"
        )


def _put_in_place(aside: Path, out: Path) -> None:
    """Move what was made to where it belongs, and what stood there away."""
    old = aside / "old"
    old.mkdir()
    for name in RESULTS:
        if (out / name).exists():
            (out / name).rename(old / name)
        if (aside / name).exists():
            (aside / name).rename(out / name)


def _state(out: Path) -> str:
    standing = any((out / name).exists() for name in RESULTS)
    return "what stood there stands, nothing new was left" if standing else "nothing was left there"
