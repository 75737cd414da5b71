"""Checks on raw files beside the record gate: what is odd about them, though every record that counts is loaded."""

import dagster as dg
import polars as pl

from sparkify_assets.ingest.sessions import Gaps

KNOWN_FIELDS = "fields_are_known"
WHOLE_SESSIONS = "session_items_have_no_gap"
WARN = dg.AssetCheckSeverity.WARN


def known_fields(asset: str) -> dg.AssetCheckSpec:
    """Declare the check for schema drift."""
    return dg.AssetCheckSpec(
        KNOWN_FIELDS,
        asset=asset,
        description="No record has a field that this project does not know. WARN: nothing that is loaded is wrong, but "
        "somebody should decide whether the new field is wanted, or an old one has got a new name.",
    )


def whole_sessions(asset: str) -> dg.AssetCheckSpec:
    """Declare the check for events that never came."""
    return dg.AssetCheckSpec(
        WHOLE_SESSIONS,
        asset=asset,
        description="Every session numbers its events from 0 without a gap; one that is there on the run's first day "
        "may have begun the day before. WARN: what came is loaded rightly, but the missing events were refused or "
        "never delivered.",
    )


def fields_are_known(asset: str, unknown: pl.DataFrame) -> dg.AssetCheckResult:
    """Return the result for the fields that were found; `unknown` is as `UnknownFields`."""
    by_field = unknown.group_by("field").agg(pl.col("records").sum()).sort("field")
    listed = ", ".join(f"{field} in {records} record(s)" for field, records in by_field.iter_rows())
    return dg.AssetCheckResult(
        asset_key=asset,
        check_name=KNOWN_FIELDS,
        passed=by_field.is_empty(),
        severity=WARN,
        description=f"unknown: {listed}" if listed else None,
        metadata={
            "offending": by_field.height,
            "records": int(by_field["records"].sum()),
            "files": unknown["file"].n_unique(),
        },
    )


def items_have_no_gap(asset: str, gaps: Gaps) -> dg.AssetCheckResult:
    """Return the result for the sessions that were found."""
    examples = ", ".join(map(str, gaps.examples))
    return dg.AssetCheckResult(
        asset_key=asset,
        check_name=WHOLE_SESSIONS,
        passed=gaps.broken == 0,
        severity=WARN,
        description=f"{gaps.missing_items} event(s) are missing, from session {examples}" if gaps.broken else None,
        metadata={"offending": gaps.broken, "sessions": gaps.sessions, "missing_events": gaps.missing_items},
    )
