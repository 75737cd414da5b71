"""What a materialization shows in Dagster's UI beside the figures of its IO manager: of each day its own."""

from collections.abc import Mapping
from typing import Any

import dagster as dg

from sparkify_assets.bar_chart import as_markdown, draw_bars
from sparkify_assets.transforms.listening import DayOfPlays

HOURS_LABELLED = 6
DECIMALS = 6


def show_day_of_logs(context: dg.AssetExecutionContext, day: str, figures: Mapping[str, Any]) -> None:
    """Show what became of the lines of a day's files, with the way to the records that were refused."""
    rejects = rejects_of(figures["rejected"], f"rejected_events?view=partitions&partition={day}")
    context.add_asset_metadata(
        {"dagster/partition_row_count": figures["events"], **figures, **rejects}, partition_key=day
    )


def show_days_of_plays(context: dg.AssetExecutionContext, days: Mapping[str, DayOfPlays]) -> None:
    """Show how many of each day's plays the catalogue knows, and when people have listened."""
    for day, plays in days.items():
        context.add_asset_metadata(
            {
                "matched_plays": plays.matched,
                "match_rate": round(plays.match_rate, DECIMALS),
                "plays_per_hour": dg.MetadataValue.md(
                    as_markdown(draw_bars(plays.by_hour, label_every=HOURS_LABELLED), "plays per hour of the day, UTC")
                ),
            },
            partition_key=day,
        )


def rejects_of(rejected: int, page: str) -> dict[str, dg.MarkdownMetadataValue]:
    """Return the link to the page of refused records; nothing where there is none."""
    if not rejected:
        return {}
    return {"rejects": dg.MetadataValue.md(f"[{rejected} refused record(s), with line and reason](/assets/{page})")}
