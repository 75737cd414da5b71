"""The listening report: the answers as one page with pictures, drawn anew after every load."""

import base64
from pathlib import Path

import dagster as dg

from sparkify_assets.defs.answers import GROUP
from sparkify_assets.defs.look import OWNERS
from sparkify_assets.defs.resources import SparkifyDatabase
from sparkify_assets.report.collect import collect
from sparkify_assets.report.files import alone_in, keep
from sparkify_assets.report.make import MAIN, Report, make_report
from sparkify_assets.report.sections import PARTS, QUESTIONS
from sparkify_assets.settings import read_settings

ANSWERS_ARE_NEW = dg.AutomationCondition.eager().replace(
    "handled", dg.AutomationCondition.newly_requested() | dg.AutomationCondition.newly_updated()
)
"""Some load has published the views since the report was drawn, and none is about to.

Loads that follow each other closely have one report, a load that failed later on has its own. `eager` by itself would
take the first look for a drawing, and so leave out what was loaded before `make ui` was first started.
"""
AT_MOST_TEN_MINUTES = {"dagster/max_runtime": "600"}
"""A tag by which Dagster ends a drawing that hangs: the next one waits for it. It takes seconds otherwise."""


class ReportFolder(dg.ConfigurableResource):  # type: ignore[type-arg]  # generic over what it gives: itself
    """Where the report is kept."""

    path: str


@dg.asset(
    deps=[dg.AssetKey(name) for name in QUESTIONS],
    group_name=GROUP,
    kinds={"altair", "html"},
    owners=OWNERS,
    code_version="1",
    automation_condition=ANSWERS_ARE_NEW,
)
def listening_report(
    context: dg.AssetExecutionContext, database: SparkifyDatabase, report_folder: ReportFolder
) -> dg.MaterializeResult[None]:
    """One page with pictures, a file to be mailed around: what is listened to, when, where, by whom, on which plan."""
    folder, run_id = Path(report_folder.path), context.run.run_id
    with alone_in(folder):
        with (
            database.retried(context.retry_number),
            database.connect(f"run {run_id[:8]} listening_report") as connection,
        ):
            collected = collect(connection)
        report = make_report(collected)
        kept = keep(folder, run_id, report.page, {name: picture.png for name, picture in report.pictures.items()})
    return dg.MaterializeResult(
        metadata={
            "page": dg.MetadataValue.path(kept.page),
            "page_and_pictures_of_this_run": dg.MetadataValue.path(kept.of_run),
            "days": report.period,
            **{name: _shown(report, name) for name in MAIN if name in report.pictures},
        }
    )


def _shown(report: Report, name: str) -> dg.MarkdownMetadataValue:
    """Return the chart as a picture that needs no network; its title is for those who can't see it."""
    title, _ = PARTS[name]
    return dg.MetadataValue.md(
        f"![{title}](data:image/png;base64,{base64.b64encode(report.pictures[name].small).decode()})"
    )


new_answers = dg.AutomationConditionSensorDefinition(
    name="new_answers",
    target=[listening_report],
    minimum_interval_seconds=read_settings().look_every_s,
    default_status=dg.DefaultSensorStatus.RUNNING,
    run_tags=AT_MOST_TEN_MINUTES,
    description="Draws the listening report when a load has published the answers anew.",
)
