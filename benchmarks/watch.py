"""A sensor's tick over files that have not changed, against a bare walk with stat over the same tree.

    python -m benchmarks.watch 100000

makes so many song files in a temporary folder, writes their ledger into an embedded Postgres of its own, and prints the
medians. The tick is the real sensor, with its look at Dagster's runs; the limit is three times the walk.
"""

from __future__ import annotations

import os
import sys
import time
import warnings
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

import dagster as dg
import polars as pl

from sparkify_assets.definitions import defs
from sparkify_assets.defs.resources import RawFiles, SparkifyDatabase, Watch
from sparkify_assets.defs.sensors import new_song_files
from sparkify_assets.defs.tables import LOADED_FILES, SONGS
from sparkify_assets.ingest.discovery import SONG_FOLDER, stat_files
from sparkify_assets.postgres.connection import connected
from sparkify_assets.postgres.embedded import EmbeddedServer
from sparkify_assets.postgres.publication import Publication
from sparkify_assets.postgres.publish import publish

TIMES = 7


def main() -> None:
    """Make the files, measure, print."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 100_000
    warnings.simplefilter("ignore")
    with TemporaryDirectory(prefix="watch") as folder:
        data = Path(folder)
        make_files(data / SONG_FOLDER, count)
        url = EmbeddedServer(data / "postgres").ensure()
        write_ledger(url, data)
        (data / "dagster").mkdir()
        with dg.DagsterInstance.local_temp(
            str(data / "dagster"), overrides={"telemetry": {"enabled": False}}
        ) as instance:
            resources = {
                "raw_files": RawFiles(data=folder, first_day="2018-11-01", last_day="2018-11-30", max_rejected=0.05),
                "database": SparkifyDatabase(url=url),
                "watch": Watch(settle_s=10, retract=False),
            }

            def tick() -> str:
                context = dg.build_sensor_context(instance=instance, definitions=defs, resources=resources)
                result = new_song_files(context)
                assert isinstance(result, dg.SensorResult)
                assert result.skip_reason is not None
                return str(result.skip_reason.skip_message)

            said = tick()
            walks, ticks = [], []
            for _ in range(TIMES):
                walks.append(timed(lambda: bare_walk(str(data / SONG_FOLDER))))
                ticks.append(timed(tick))
    print(f"tick: {said}")
    print(f"bare walk with stat  {median(walks):6.3f} s")
    print(f"tick                 {median(ticks):6.3f} s   {median(ticks) / median(walks):.2f} times the walk")


def make_files(root: Path, count: int) -> None:
    """Write small files, a thousand a folder."""
    for number in range(count):
        folder = root / f"{number // 1000:04}"
        if number % 1000 == 0:
            folder.mkdir(parents=True)
        (folder / f"TR{number:08}.json").write_bytes(b"{}")


def write_ledger(url: str, data: Path) -> None:
    """Write the ledger as a load of these files leaves it, and the record that it is trusted by."""
    files = stat_files(data, SONG_FOLDER)
    sizes, modified, changed = zip(*files.values(), strict=True)
    moment = pl.Datetime("us", "UTC")
    rows = pl.DataFrame({"path": list(files)}).with_columns(
        portion=pl.lit("songs"),
        kind=pl.lit("song").cast(LOADED_FILES.column("kind").dtype),
        day=pl.lit(None, pl.Date),
        size=pl.Series(sizes, dtype=pl.Int64),
        modified_at=pl.Series(modified, dtype=pl.Int64).cast(moment),
        changed_at=pl.Series(changed, dtype=pl.Int64).cast(moment),
        content_hash=pl.lit("0" * 32),
        lines=pl.lit(1, pl.Int64),
        records=pl.lit(1, pl.Int64),
        plays=pl.lit(None, pl.Int64),
        rejected=pl.lit(0, pl.Int64),
        duplicates=pl.lit(None, pl.Int64),
        blank=pl.lit(0, pl.Int64),
        loaded_at=pl.lit(0, pl.Int64).cast(moment),
        run_id=pl.lit("run"),
    )
    with connected(url) as connection:
        publish(connection, SONGS, Publication(SONGS.empty_frame(), run_id="run"))
        publish(connection, LOADED_FILES, Publication(rows, partitions=("songs",), run_id="run"))


def bare_walk(root: str) -> int:
    """Walk the folder and stat every file, and do nothing else."""
    pending, count = [root], 0
    while pending:
        with os.scandir(pending.pop()) as listing:
            for entry in listing:
                if entry.is_dir(follow_symlinks=False):
                    pending.append(entry.path)
                else:
                    entry.stat(follow_symlinks=False)
                    count += 1
    return count


def timed(work: object) -> float:
    """Return how many seconds the work takes."""
    assert callable(work)
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


if __name__ == "__main__":
    main()
