"""The entry point of Dagster's UI and daemon: the load, and the listening report that is drawn after it.

One code location has both: another would be two more processes and 290 MB for a single asset. No load draws all the
same: the report is in none of its jobs, and only a run that draws imports what it is drawn with.
"""

from __future__ import annotations

import dagster as dg

from sparkify_assets import definitions
from sparkify_assets.defs.report import ReportFolder, listening_report, new_answers

defs = dg.Definitions.merge(
    definitions.defs,
    dg.Definitions(
        assets=[listening_report.with_attributes(backfill_policy=dg.BackfillPolicy.single_run())],
        sensors=[new_answers],
        resources={"report_folder": ReportFolder(path=str(definitions.SETTINGS.report))},
    ),
)
