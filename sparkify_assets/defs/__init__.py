"""Assets, checks, resources and their tables: names and wiring, no logic."""

from sparkify_assets import (
    process as process,
)  # first of all, for what it does: each of Dagster's entry points is below
