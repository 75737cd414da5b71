"""A folder, a database and a Dagster instance, with the real sensors looking at them, tick after tick."""

from __future__ import annotations

import os
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import dagster as dg

from sparkify_assets.definitions import defs
from sparkify_assets.defs.resources import SparkifyIOManager, Watch
from sparkify_assets.defs.sensors import new_log_files, new_song_files
from sparkify_assets.staging.io_manager import StagingFolder, StagingIOManager
from sparkify_assets_tests.loading import Loader

SENSORS = {"logs": new_log_files, "songs": new_song_files}


@dataclass
class Watched:
    """What the sensors look at, and their cursors; runs that they ask for are executed in this process."""

    loader: Loader
    instance: dg.DagsterInstance
    settle_s: float = 0
    retract: bool = False
    cursors: dict[str, str | None] = field(default_factory=dict)

    def tick(self, sensor: str = "logs") -> dg.SensorResult:
        """Evaluate the sensor once and keep its cursor; nothing is run."""
        with dg.build_sensor_context(
            instance=self.instance,
            cursor=self.cursors.get(sensor),
            definitions=defs,
            resources={name: made for name, made in self.resources().items() if name in NEEDED[sensor]},
        ) as context:
            result = SENSORS[sensor](context)
        assert isinstance(result, dg.SensorResult)
        self.cursors[sensor] = result.cursor
        return result

    def ask(self, sensor: str = "logs") -> list[dg.RunRequest]:
        """Tick until files that stood still at one tick are asked for at the next, and return the requests."""
        self.tick(sensor)
        return list(self.tick(sensor).run_requests or [])

    def run(self, request: dg.RunRequest) -> dg.ExecuteInProcessResult:
        """Execute a run that was asked for, with the tags that Dagster's daemon gives it."""
        job = self.job(request)
        tags = {**request.tags, "dagster/run_key": str(request.run_key)}
        if request.partition_key:
            tags["dagster/partition"] = request.partition_key
        return job.execute_in_process(
            instance=self.instance, resources=self.resources(), tags=tags, raise_on_error=False
        )

    def job(self, request: dg.RunRequest) -> dg.JobDefinition:
        """Return the job that is asked for."""
        return defs.resolve_job_def(str(request.job_name))

    def catch_up(self) -> list[str]:
        """Let both sensors look, and execute what they ask for, until neither asks; return what was asked for."""
        asked = []
        for _ in range(20):
            requests = [request for sensor in SENSORS for request in self.tick(sensor).run_requests or []]
            for request in requests:
                asked.append(f"{request.job_name} {span_of(request)}".strip())
                self.run(request)
            if not requests and asked:
                return asked
        return asked

    def resources(self) -> dict[str, Any]:
        """Return the project's resources, of this folder and database."""
        database = self.loader.database()
        staging = StagingFolder(location=str(self.loader.staging))
        return {
            "raw_files": self.loader.raw_files(),
            "database": database,
            "staging": staging,
            "watch": Watch(settle_s=self.settle_s, retract=self.retract),
            "postgres_io_manager": SparkifyIOManager(database=database),
            "staging_io_manager": StagingIOManager(folder=staging),
        }


NEEDED = {
    "logs": ("raw_files", "database", "staging", "watch"),
    "songs": ("raw_files", "database", "watch"),
}


def span_of(request: dg.RunRequest) -> str:
    """Return the day or the days of a request."""
    days = [request.tags.get(f"dagster/asset_partition_range_{end}", "") for end in ("start", "end")]
    return request.partition_key or "...".join(filter(None, days))


def reason_of(result: dg.SensorResult) -> str:
    """Return why a tick has asked for nothing."""
    assert not result.run_requests
    assert result.skip_reason is not None
    return result.skip_reason.skip_message or ""


def age(path: Path, seconds: float) -> None:
    """Make the file look as if it was written so many seconds ago."""
    moment = time.time() - seconds
    os.utime(path, (moment, moment))
