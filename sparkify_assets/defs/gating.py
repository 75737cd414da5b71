"""How a gate is wired: its check is declared with the asset, and a failure gives the check and no output."""

from collections.abc import Iterator, Mapping
from typing import Any

import dagster as dg

from sparkify_assets.postgres.draft import Draft
from sparkify_assets.postgres.publication import Publication
from sparkify_assets.transforms.gates import Gate

PUBLISH_GATE = "fit_to_publish"
RECORD_GATE = "records_are_accepted"
NOTHING_WRITTEN = "nothing was written, the stored rows stay as they were; please report this, it is a defect"

Gated = Iterator[dg.AssetCheckResult | dg.Output[Any]]


def publish_gate(asset: str, rules: str) -> dg.AssetCheckSpec:
    """Declare the gate before an asset's table is written: Dagster itself would run a check only afterwards."""
    return dg.AssetCheckSpec(
        PUBLISH_GATE, asset=asset, blocking=True, description=f"Before the table is written: {rules}."
    )


def record_gate(asset: str, rules: str) -> dg.AssetCheckSpec:
    """Declare the gate before an asset's frames are staged."""
    return dg.AssetCheckSpec(
        RECORD_GATE, asset=asset, blocking=True, description=f"Before anything is staged: {rules}."
    )


def through_gate(context: dg.AssetExecutionContext, rows: Publication | Draft, gate: Gate) -> Gated:
    """Give the check's result and, only when it passed, the rows to publish."""
    failures = (*gate.failures, NOTHING_WRITTEN) if gate.failures else ()
    yield from result_of(context, PUBLISH_GATE, failures, gate.figures)
    if gate.passed:
        yield dg.Output(rows)


def result_of(
    context: dg.AssetExecutionContext, check: str, failures: tuple[str, ...], figures: Mapping[str, Any]
) -> Iterator[dg.AssetCheckResult]:
    """Give the check's result, and log in one sentence why it failed."""
    if failures:
        context.log.error(f"{check} failed for '{context.asset_key.to_user_string()}': {'; '.join(failures)}")
    yield dg.AssetCheckResult(
        check_name=check,
        passed=not failures,
        description="; ".join(failures) or None,
        metadata=dict(figures),
    )
