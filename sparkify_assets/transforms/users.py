"""The contributions of days to the table `users`."""

import polars as pl

from sparkify_assets.schemas import UserDays
from sparkify_assets.schemas.fields import LEVELS
from sparkify_assets.schemas.staged import PLAY
from sparkify_assets.transforms.time import moment

MOMENT_ORDER = ("ts", "session_id", "item_in_session")


def build_user_days(events: pl.DataFrame | pl.LazyFrame) -> pl.DataFrame:
    """Build one row per user and day, ordered by (log_date, user_id): the user as of the day's last event.

    Args:
        events: as `Events`, of any number of days; of an event delivered in several days each day has its copy.

    Returns:
        the columns of `UserDays`; the last event is the greatest by (ts, session_id, item_in_session) of any page,
        `plays` counts the day's plays.
    """
    key = ["log_date", "user_id"]
    of_users = (
        events.lazy()
        .filter(pl.col("user_id").is_not_null())
        .select(*key, *MOMENT_ORDER, "page", "first_name", "last_name", "gender", "level")
        .collect()
        .lazy()
    )
    plays = (pl.col("page") == PLAY).sum().cast(pl.Int64).alias("plays")
    days = of_users.group_by(key).agg(pl.col("ts").max().alias("ends"), plays)
    # Only the last events of a user's day need to be put in order, rather than all of them.
    return (
        of_users.join(days, on=key, validate="m:1")
        .filter(pl.col("ts") == pl.col("ends"))
        .sort(*key, *MOMENT_ORDER)
        .unique(key, keep="last", maintain_order=True)
        .with_columns(moment("ts").alias("last_event_time"), pl.col("level").cast(pl.Enum(LEVELS)))
        .select(UserDays.column_names())
        .collect()
    )
