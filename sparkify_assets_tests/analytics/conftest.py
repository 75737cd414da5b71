"""A database whose schema `analytics` is up to date with an empty star."""

import pytest

from sparkify_assets.analytics.questions import read_views
from sparkify_assets.analytics.refresh import refresh
from sparkify_assets.defs.tables import TABLES
from sparkify_assets.postgres.connection import Connection


@pytest.fixture
def analytics(connection: Connection) -> Connection:
    """Return a connection to a database with all views and not a play."""
    refresh(connection, read_views(), TABLES)
    return connection
