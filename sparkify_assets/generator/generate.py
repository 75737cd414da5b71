"""From a plan to a folder of data."""

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from time import monotonic

from sparkify_assets.generator.catalogue import build_catalogue
from sparkify_assets.generator.crowd import Crowd
from sparkify_assets.generator.faults import Manifest
from sparkify_assets.generator.files import LogWriter, write_songs
from sparkify_assets.generator.lines import LineWriter
from sparkify_assets.generator.listeners import build_listeners
from sparkify_assets.generator.place import MANIFEST, made_aside
from sparkify_assets.generator.plan import Plan
from sparkify_assets.generator.scripts import build_scripts
from sparkify_assets.sample.write import LOG_FOLDER, SONG_FOLDER

Progress = Callable[[int], None]


@dataclass(frozen=True)
class Generated:
    """What was written: events and song files that are good, damaged records and files, and how long each took."""

    events: int
    songs: int
    faults: int
    songs_s: float = field(compare=False)
    events_s: float = field(compare=False)


def generate(plan: Plan, out: Path, *, replace: bool = False, progress: Progress = lambda _: None) -> Generated:
    """Write the data of a plan below `out`: all of it or, after an error, nothing.

    Args:
        plan: what to generate; the same plan gives the same bytes.
        out: folder for `song_data`, `log_data` and, where the plan wants damage, the manifest `faults.jsonl`.
        replace: whether what stands there may be replaced.
        progress: told the number of events that were written since it was last told.

    Raises:
        GeneratorError: data stands there, or the disk is full or can't be written.
    """
    with made_aside(out, plan.bytes, replace=replace) as aside:
        path = aside / MANIFEST
        with path.open("w") as file:
            done = _write(plan, aside, Manifest(file), progress)
        if not plan.fault_rate and not plan.damaged_files:
            path.unlink()
    return done


def _write(plan: Plan, folder: Path, manifest: Manifest, progress: Progress) -> Generated:
    started = monotonic()
    catalogue = build_catalogue(plan)
    write_songs(plan, folder / SONG_FOLDER, catalogue, manifest)
    songs_done = monotonic()
    listeners = build_listeners(plan)
    writer = LogWriter(plan, folder / LOG_FOLDER, LineWriter(plan, listeners, catalogue), manifest)
    events = 0
    for written in writer.write(Crowd(plan, listeners, catalogue, build_scripts(plan.seed)).events()):
        events += written
        progress(written)
    return Generated(events, catalogue.listed, manifest.refusals, songs_done - started, monotonic() - songs_done)
