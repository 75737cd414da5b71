"""Load a folder of raw files into a database, in this process, with the project's own assets."""

import datetime as dt
import warnings
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import dagster as dg
import psycopg
from psycopg import sql

from sparkify_assets.definitions import ASSETS
from sparkify_assets.defs.checks import STORED_CHECKS
from sparkify_assets.defs.report import ReportFolder, listening_report
from sparkify_assets.defs.resources import RawFiles, SparkifyDatabase, SparkifyIOManager
from sparkify_assets.staging.io_manager import StagingFolder, StagingIOManager

FIRST_DAY, LAST_DAY = dt.date(2018, 11, 1), dt.date(2018, 11, 30)
STAR = {
    "songs": ("song_id", "title", "artist_id", "artist_name", "year", "duration"),
    "artists": ("artist_id", "name", "location", "latitude", "longitude"),
    "users": ("user_id", "first_name", "last_name", "gender", "level"),
    "time": ("start_time", "hour", "day", "week", "month", "year", "weekday"),
    "songplays": (
        "songplay_id",
        "start_time",
        "user_id",
        "level",
        "song_id",
        "artist_id",
        "session_id",
        "item_in_session",
        "location",
        "user_agent",
        "song",
        "artist",
        "length",
        "log_date",
    ),
}
ALL_BUT_MATCHES = " or ".join(
    f"key:{key.to_user_string()}" for asset in ASSETS for key in asset.keys if key.path != ["matches"]
)
"""What a load is without its step that matches the plays of other days anew."""
Rows = list[tuple[object, ...]]
Dump = dict[str, list[str]]

OF_THE_RUN = {
    "publications": [
        "version",
        "run_id",
        "published_at",
        "changed_at",
        "inserted",
        "updated",
        "deleted",
        "settled",
        "leftovers",
    ],
    "merged_rows": ["way", "row_hashes", "state"],
    "matches": ["run_id", "rematched_at"],
    "rolled_up_days": ["publication"],
    "loaded_files": ["loaded_at", "run_id", "modified_at", "changed_at"],
}
"""Columns that speak of the run, or of a copy of a file, rather than of the rows that stand."""


@dataclass
class Loader:
    """A data folder, a database and a staging folder that belong together."""

    data: Path
    staging: Path
    database_url: str
    max_rejected: float = 0.05
    lock_timeout_s: float = 60.0
    retries: int = 0
    retry_delay_s: float = 0.1

    def load(
        self, first: dt.date = FIRST_DAY, last: dt.date = LAST_DAY, *, select: str = "*", raise_on_error: bool = True
    ) -> dg.ExecuteInProcessResult:
        """Materialize the days in one run, as `dagster asset materialize --partition-range` does."""
        database = self.database()
        staging = StagingFolder(location=str(self.staging))
        tags = {
            "dagster/asset_partition_range_start": first.isoformat(),
            "dagster/asset_partition_range_end": last.isoformat(),
        }
        ephemeral = dg.DagsterInstance.ephemeral
        policy = dg.BackfillPolicy.single_run()
        with warnings.catch_warnings(), TemporaryDirectory() as folder, ephemeral(folder) as instance:
            # Dagster 1.13 itself calls what it deprecates, for any resource that another one depends on.
            warnings.filterwarnings("ignore", "InitResourceContext.dagster_run is deprecated", DeprecationWarning)
            return dg.materialize(
                [*(asset.with_attributes(backfill_policy=policy) for asset in ASSETS), *STORED_CHECKS],
                selection=None if select == "*" else dg.AssetSelection.from_string(select),
                instance=instance,
                tags=tags,
                raise_on_error=raise_on_error,
                resources={
                    "database": database,
                    "postgres_io_manager": SparkifyIOManager(database=database),
                    "staging": staging,
                    "staging_io_manager": StagingIOManager(folder=staging),
                    "raw_files": self.raw_files(),
                },
            )

    def draw_report(self, folder: Path, *, raise_on_error: bool = True) -> dg.ExecuteInProcessResult:
        """Draw the listening report into the folder, as `make report` does."""
        with TemporaryDirectory() as home, dg.DagsterInstance.ephemeral(home) as instance:
            return dg.materialize(
                [listening_report],
                instance=instance,
                raise_on_error=raise_on_error,
                resources={"database": self.database(), "report_folder": ReportFolder(path=str(folder))},
            )

    def database(self) -> SparkifyDatabase:
        """Return the database, as the assets are told."""
        return SparkifyDatabase(
            url=self.database_url,
            lock_timeout_s=self.lock_timeout_s,
            retries=self.retries,
            retry_delay_s=self.retry_delay_s,
        )

    def raw_files(self) -> RawFiles:
        """Return where the raw files are, as the assets are told."""
        return RawFiles(
            data=str(self.data),
            first_day=FIRST_DAY.isoformat(),
            last_day=LAST_DAY.isoformat(),
            max_rejected=self.max_rejected,
        )

    def rows(self, table: str) -> Rows:
        """Return the star table's rows, sorted by key, columns as the design lists them."""
        columns = STAR[table]
        query = sql.SQL("SELECT {} FROM {} ORDER BY 1").format(
            sql.SQL(", ").join(map(sql.Identifier, columns)), sql.Identifier("public", table)
        )
        return self.query(query)

    def query(self, query: sql.SQL | sql.Composed) -> Rows:
        """Return the rows of a query, times in UTC."""
        with psycopg.connect(self.database_url, options="-c timezone=UTC") as connection:
            return connection.execute(query).fetchall()

    def execute(self, statement: sql.SQL | sql.Composed) -> None:
        """Change something behind the project's back."""
        with psycopg.connect(self.database_url) as connection:
            connection.execute(statement)

    def dump(self) -> Dump:
        """Return every table of `public`, `ops` and `analytics` as sorted lines of text, but for what a run leaves."""
        return dump(self.database_url)


def dump(database_url: str) -> Dump:
    """Return every table of `public`, `ops` and `analytics` as sorted lines of text, but for what a run leaves."""
    with psycopg.connect(database_url, options="-c timezone=UTC") as connection:
        names = connection.execute(
            "SELECT table_schema, table_name FROM information_schema.tables "
            "WHERE table_schema IN ('public', 'ops', 'analytics') AND table_type = 'BASE TABLE' ORDER BY 1, 2"
        ).fetchall()
        return {
            f"{schema}.{table}": sorted(
                line
                for (line,) in connection.execute(
                    sql.SQL("SELECT (to_jsonb(t) - %s::text[])::text FROM {} t").format(sql.Identifier(schema, table)),
                    (OF_THE_RUN.get(table, []),),
                )
            )
            for schema, table in names
        }
