"""The listening report: the answers as one page with pictures, made anew with every load."""

import base64
from pathlib import Path

import dagster as dg
from pydantic import PrivateAttr

from sparkify_assets.defs.answers import GROUP
from sparkify_assets.defs.look import OWNERS
from sparkify_assets.defs.resources import SparkifyDatabase
from sparkify_assets.report.collect import collect
from sparkify_assets.report.files import alone_in, keep
from sparkify_assets.report.make import MAIN, Report, make_report
from sparkify_assets.report.pen import Pen
from sparkify_assets.report.sections import PARTS, QUESTIONS


class Drawing(dg.ConfigurableResource):  # type: ignore[type-arg]  # generic over what it gives: itself
    """The process that draws, begun with the run: while the load goes on it gets ready, on another core.

    Attributes:
        folder: where the report is kept.
    """

    folder: str
    _pen: Pen | None = PrivateAttr(default=None)

    def setup_for_execution(self, context: dg.InitResourceContext) -> None:
        """Have it get ready."""
        del context
        self._pen = Pen()

    def teardown_after_execution(self, context: dg.InitResourceContext) -> None:
        """Have it end, also where nothing was drawn."""
        del context
        if self._pen is not None:
            self._pen.put_away()

    def pen(self) -> Pen:
        """Return a pen that has not drawn yet: of a step that is tried again, a new one."""
        if self._pen is None or not self._pen.is_held:
            self._pen = Pen()
        return self._pen


@dg.asset(
    deps=[dg.AssetKey(name) for name in QUESTIONS],
    group_name=GROUP,
    kinds={"altair", "html"},
    owners=OWNERS,
    code_version="1",
)
def listening_report(
    context: dg.AssetExecutionContext, database: SparkifyDatabase, drawing: Drawing
) -> dg.MaterializeResult[None]:
    """One page with pictures, a file to be mailed around: what is listened to, when, where, by whom, on which plan."""
    folder, run_id = Path(drawing.folder), context.run.run_id
    with alone_in(folder):
        with (
            database.retried(context.retry_number),
            database.connect(f"run {run_id[:8]} listening_report") as connection,
        ):
            collected = collect(connection)
        report = make_report(collected, drawing.pen())
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
