"""The floor: the project's graph with empty bodies; same assets, partitions, checks, range and executor.

Usage: dagster asset materialize --select '*' --partition-range A...B -m benchmarks.empty_graph
"""

from collections.abc import Iterator, Mapping, Sequence

import dagster as dg

from sparkify_assets.definitions import ASSETS
from sparkify_assets.defs.checks import CHECKS, STORED_CHECKS


class Nowhere(dg.IOManager):
    """Keeps nothing and gives nothing."""

    def handle_output(self, context: dg.OutputContext, obj: object) -> None:
        """Drop the value."""

    def load_input(self, context: dg.InputContext) -> None:
        """Give no value."""


def _emptied(original: dg.AssetsDefinition) -> dg.AssetsDefinition:
    specs = list(original.specs)
    gates = list(original.check_specs)

    @dg.multi_asset(
        name=original.op.name,
        specs=specs,
        check_specs=gates,
        partitions_def=original.partitions_def,
        backfill_policy=dg.BackfillPolicy.single_run(),
    )
    def empty() -> Iterator[dg.AssetCheckResult | dg.MaterializeResult[None]]:
        for gate in gates:
            yield dg.AssetCheckResult(check_name=gate.name, asset_key=gate.asset_key, passed=True)
        for spec in specs:
            yield dg.MaterializeResult(asset_key=spec.key)

    return empty


def _emptied_checks(name: str, specs: Sequence[dg.AssetCheckSpec]) -> dg.AssetChecksDefinition:
    @dg.multi_asset_check(name=name, specs=specs)
    def empty() -> Iterator[dg.AssetCheckResult]:
        for spec in specs:
            yield dg.AssetCheckResult(check_name=spec.name, asset_key=spec.asset_key, passed=True)

    return empty


def _specs_of(checks: Mapping[str, object]) -> dict[str, list[dg.AssetCheckSpec]]:
    return {name: list(check.check_specs) for name, check in zip(checks, STORED_CHECKS, strict=True)}


defs = dg.Definitions(
    assets=[_emptied(asset) for asset in ASSETS],
    asset_checks=[_emptied_checks(name, specs) for name, specs in _specs_of(CHECKS).items()],
    resources={"io_manager": Nowhere()},
    executor=dg.in_process_executor,
)
