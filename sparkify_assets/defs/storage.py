"""Dagster's own storage, in the database that the settings name: named in dagster.yaml."""

from collections.abc import Mapping
from typing import Any

from dagster import Field
from dagster._serdes import ConfigurableClassData  # in the signatures of dagster-postgres, and public nowhere

from sparkify_assets.defs.resources import EMBEDDED_DATABASE, forget_other_servers
from sparkify_assets.postgres.dagster_storage import PostgresStorage
from sparkify_assets.settings import read_settings


class SparkifyStorage(PostgresStorage):
    """Runs and events in the schema `dagster` of the database that is loaded, so that CLI and UI see the same."""

    @classmethod
    def config_type(cls) -> dict[str, Field]:
        """Return no field: the settings say everything."""
        return {}

    @classmethod
    def from_config_value(
        cls, inst_data: ConfigurableClassData | None, config_value: Mapping[str, Any]
    ) -> "SparkifyStorage":
        """Connect, starting the embedded server where no database is given.

        Raises:
            StorageError: the database can't be reached or used; the message says what to do.
            SettingsError: a value of the environment is malformed.
        """
        settings = read_settings()
        if settings.database_url is None:
            forget_other_servers()
        given = {
            "url": settings.database_url or "",
            "home": str(settings.postgres_home),
            "database": EMBEDDED_DATABASE,
            "bin_dir": str(settings.postgres_bin or ""),
        }
        storage = super().from_config_value(inst_data, {**config_value, **given})
        assert isinstance(storage, cls)
        return storage
