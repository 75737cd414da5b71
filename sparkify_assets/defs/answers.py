"""The analytics team's answers: what they need beside the star, and the views, all in one step."""

from collections.abc import Iterator

import dagster as dg
import polars as pl

from sparkify_assets.analytics.questions import View, read_views
from sparkify_assets.analytics.refresh import refresh
from sparkify_assets.analytics.tables import LEVEL_EVENTS, SCHEMA, USER_AGENTS
from sparkify_assets.defs.look import OWNERS, described
from sparkify_assets.defs.partitions import DAYS
from sparkify_assets.defs.raw import rejected_events, rejected_songs
from sparkify_assets.defs.resources import SparkifyDatabase
from sparkify_assets.defs.star import artists, matches, songplays, songs, users
from sparkify_assets.defs.tables import TABLES
from sparkify_assets.postgres.io_manager import COLUMN_SCHEMA, definition_metadata
from sparkify_assets.postgres.publication import Publication
from sparkify_assets.staging.staged import Staged
from sparkify_assets.transforms.levels import build_level_events

GROUP = "analytics"
VIEWS = read_views()
"""What the views' files declare; they are code as much as the modules here, read when these are."""


@dg.asset(**described(LEVEL_EVENTS, group=GROUP), partitions_def=DAYS)
def level_events(raw_logs: Staged) -> Publication:
    """One row per event that says something new of a user's subscription: the day's first, a change, an order."""
    days = [build_level_events(events) for events in raw_logs.portions("events")]
    return Publication(pl.concat(days), versions=raw_logs.versions)


USER_AGENTS_SPEC = dg.AssetSpec(
    USER_AGENTS.name,
    deps=[songplays],
    description=USER_AGENTS.description,
    metadata=definition_metadata(USER_AGENTS),
    group_name=GROUP,
    kinds={"postgres", "table"},
    owners=OWNERS,
    code_version="1",
)

SOURCES: dict[str, tuple[dg.AssetKey, ...]] = {
    "analytics.asked_hours": (songplays.key, matches.key),
    "analytics.asked_listeners": (songplays.key,),
    "analytics.asked_orders": (level_events.key,),
    "analytics.asked_periods": (songplays.key,),
    "analytics.asked_songs": (songplays.key, matches.key),
    "analytics.asked_users": (songplays.key,),
    "analytics.asked_weeks": (songplays.key,),
    "analytics.asked_whole_sessions": (songplays.key,),
    "analytics.asked_level_events": (level_events.key,),
    "analytics.level_events": (level_events.key,),
    "analytics.user_agents": (USER_AGENTS_SPEC.key,),
    "public.artists": (artists.key,),
    "public.songs": (songs.key,),
    "public.users": (users.key,),
    "ops.rejected_events": (rejected_events.key,),
    "ops.rejected_songs": (rejected_songs.key,),
}
"""The assets behind the relations that views read."""


def _spec(view: View) -> dg.AssetSpec:
    columns = [dg.TableColumn(column.name, column.sql_type, column.meaning) for column in view.columns]
    return dg.AssetSpec(
        view.name,
        deps=sorted({key for relation, keys in SOURCES.items() if view.reads(relation) for key in keys}),
        description=view.description,
        metadata={"dagster/table_name": f"{SCHEMA}.{view.name}", COLUMN_SCHEMA: dg.TableSchema(columns=columns)},
        group_name=GROUP,
        kinds={"postgres", "view"},
        owners=OWNERS,
        code_version=view.digest,
    )


@dg.multi_asset(name=GROUP, specs=[USER_AGENTS_SPEC, *map(_spec, VIEWS)], can_subset=True)
def analytics(context: dg.AssetExecutionContext, database: SparkifyDatabase) -> Iterator[dg.MaterializeResult[None]]:
    """Bring the views up to date, and what they read: all in one transaction, whichever are selected."""
    with (
        database.retried(context.retry_number),
        database.connect(f"run {context.run.run_id[:8]} {GROUP}") as connection,
    ):
        done = refresh(connection, VIEWS, TABLES)
    for what, names in (("created", done.views.created), ("dropped", done.views.dropped)):
        if names:
            context.log.info(f"views {what}: {', '.join(names)}")
    if done.by_hand:
        context.log.info(
            "the roles sparkify_reader and sparkify_loader are not there, and this user may not create them; have it "
            f"done by somebody who may: {'; '.join(done.by_hand)}; the next load then gives them their rights"
        )
    metadata = {"days_added_up": done.added_up.days, "new_user_agents": done.added_up.user_agents}
    # Dagster wants what others depend on first.
    for key in sorted(context.selected_asset_keys, key=lambda key: (key != USER_AGENTS_SPEC.key, key)):
        yield dg.MaterializeResult(asset_key=key, metadata=metadata if key == USER_AGENTS_SPEC.key else {})
