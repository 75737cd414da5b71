"""Where the files are, where the frames are staged, where the tables go."""

import datetime as dt
import os
import sys
from collections.abc import Mapping
from contextlib import AbstractContextManager
from pathlib import Path

import dagster as dg

from sparkify_assets.defs.retries import retried
from sparkify_assets.defs.tables import TABLE_OF_ASSET
from sparkify_assets.errors import OutdatedError
from sparkify_assets.postgres.embedded import EmbeddedServer
from sparkify_assets.postgres.io_manager import PostgresIOManager, PostgresResource, Rows
from sparkify_assets.postgres.table import Table
from sparkify_assets.settings import Settings, read_settings

EMBEDDED_DATABASE = "sparkify"


class RawFiles(dg.ConfigurableResource):  # type: ignore[type-arg]  # generic over what it gives: itself
    """The raw files: where they are, which days exist, how many refused records are too many.

    Without a last day it is today, whichever day that is.
    """

    data: str
    first_day: str
    last_day: str = ""
    max_rejected: float

    @property
    def folder(self) -> Path:
        """The folder that holds song_data and log_data."""
        return Path(self.data)

    @property
    def window(self) -> tuple[dt.date, dt.date]:
        """The first and the last day that exist."""
        last = dt.date.fromisoformat(self.last_day) if self.last_day else dt.datetime.now(dt.UTC).date()
        return dt.date.fromisoformat(self.first_day), last


class Watch(dg.ConfigurableResource):  # type: ignore[type-arg]  # generic over what it gives: itself
    """How the sensors watch the folder.

    Attributes:
        settle_s: seconds for which a file must be still before it is loaded.
        retract: whether the rows of files that are gone go too.
    """

    settle_s: float
    retract: bool


class SparkifyDatabase(PostgresResource):
    """The Postgres of SPARKIFY_DATABASE_URL, or the embedded one, started when it is first needed.

    The URL is read from the environment at run time: as a resource's config its password would show in the UI.
    """

    url: str = ""
    application_name: str = "sparkify_assets"
    retries: int = 3
    retry_delay_s: float = 2.0

    def retried(self, attempt: int) -> AbstractContextManager[None]:
        """Have Dagster run the step again where what is inside meets an error that passes by itself."""
        return retried(attempt, retries=self.retries, delay_s=self.retry_delay_s)

    def resolved_url(self) -> str:
        """Return the URL to connect to; the embedded server then runs for as long as this process."""
        return self.url or database_url(read_settings())


class SparkifyIOManager(PostgresIOManager):
    """Writes the assets of the star and of `ops` as their tables."""

    def tables(self) -> Mapping[str, Table]:
        """Return the table of each asset."""
        return TABLE_OF_ASSET

    def handle_output(self, context: dg.OutputContext, obj: Rows) -> None:
        """Publish the rows as the asset's table; on an error the old rows stay.

        Raises:
            FrameError: the value is no frame, or does not fit the table.
            PublishError: the table was not published.
            DatabaseError: the database can't be reached.
        """
        assert isinstance(self.database, SparkifyDatabase)
        try:
            with self.database.retried(context.step_context.previous_attempt_count):
                super().handle_output(context, obj)
        except OutdatedError as error:
            if context.has_asset_partitions:
                raise
            # The load of another day has read all the song files later than this one, which goes on with its rows.
            context.log.warning(str(error))


def embedded_server(settings: Settings) -> EmbeddedServer:
    """Return the checkout's embedded server, started or not."""
    return EmbeddedServer(
        settings.postgres_home, database=EMBEDDED_DATABASE, bin_dir=settings.postgres_bin, announce=_say
    )


def database_url(settings: Settings) -> str:
    """Return the URL of the database to load, starting the embedded server where none is given."""
    if settings.database_url is not None:
        return settings.database_url
    forget_other_servers()
    return embedded_server(settings).ensure()


def forget_other_servers() -> None:
    """Take libpq's variables, such as PGSERVICE, out of this process: they speak of other servers than ours."""
    for name in [name for name in os.environ if name.startswith("PG")]:
        del os.environ[name]


def _say(sentence: str) -> None:
    print(sentence, file=sys.stderr, flush=True)
