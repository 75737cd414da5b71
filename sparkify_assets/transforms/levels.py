"""The table `level_events`: what users' events say of their subscriptions."""

import polars as pl

from sparkify_assets.schemas.analytics import LevelEvents
from sparkify_assets.schemas.fields import LEVELS
from sparkify_assets.transforms.time import moment

ORDERS = ("Submit Upgrade", "Submit Downgrade")
MOMENT_ORDER = ("ts", "session_id", "item_in_session")


def build_level_events(events: pl.DataFrame | pl.LazyFrame) -> pl.DataFrame:
    """Build one row per event that says something new of a user's subscription, ordered by day, user and moment.

    These are the first event of a user in a day's files, each event whose level is not that of the event before,
    and each order of an upgrade or a downgrade.

    Args:
        events: as `Events`, of any number of days.

    Returns:
        the columns of `LevelEvents`.
    """
    key = ["log_date", "user_id"]
    level, is_order = pl.col("level"), pl.col("page").is_in(ORDERS)
    of_users = (
        events.lazy()
        .filter(pl.col("user_id").is_not_null())
        .select(*key, *MOMENT_ORDER, "page", level.cast(pl.Enum(LEVELS)))
        .collect()
        .lazy()
    )
    # Nearly every user keeps the level all day: of these only the earliest events need to be put in order.
    days = of_users.group_by(key).agg(pl.col("ts").min().alias("begins"), level.n_unique().alias("levels"))
    telling = of_users.join(days, on=key).filter((pl.col("ts") == pl.col("begins")) | (pl.col("levels") > 1) | is_order)
    return (
        telling.sort(*key, *MOMENT_ORDER)
        .filter(level.ne_missing(level.shift().over(key)) | is_order)
        .with_columns(event_time=moment("ts"))
        .select(LevelEvents.column_names())
        .collect()
    )
