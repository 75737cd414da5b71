"""From a plan to a folder of data."""

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from time import monotonic

from sparkify_assets.generator.catalogue import build_catalogue
from sparkify_assets.generator.crowd import Crowd
from sparkify_assets.generator.files import LogWriter, write_manifest, write_songs
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
        started = monotonic()
        catalogue = build_catalogue(plan)
        refused = list(write_songs(plan, aside / SONG_FOLDER, catalogue))
        songs_done = monotonic()
        listeners = build_listeners(plan)
        writer = LogWriter(plan, aside / LOG_FOLDER, LineWriter(plan, listeners, catalogue))
        events = 0
        for written in writer.write(Crowd(plan, listeners, catalogue, build_scripts(plan.seed)).events()):
            events += written
            progress(written)
        refused += writer.refused
        events_s = monotonic() - songs_done
        if plan.fault_rate or plan.damaged_files:
            write_manifest(aside / MANIFEST, refused)
    return Generated(events, catalogue.listed, len(refused), songs_done - started, events_s)
