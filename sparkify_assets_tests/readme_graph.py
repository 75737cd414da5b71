"""The picture of the graph in README.md, drawn from the definitions: `python -m sparkify_assets_tests.readme_graph`."""

from collections.abc import Sequence
from itertools import groupby

import dagster as dg

from sparkify_assets.all_definitions import defs
from sparkify_assets.ingest.discovery import LOG_FOLDER, SONG_FOLDER

FILES = {SONG_FOLDER: "raw_song_files", LOG_FOLDER: "raw_logs"}
GROUPS = ("raw", "rejected", "star", "ops", "analytics")
VIEWS = "views"
"""The one node for all views: what each of them reads is in Dagster's UI."""


def draw(definitions: dg.Definitions) -> str:
    """Return the assets with their groups and dependencies as a Mermaid flowchart, in a stable order."""
    every = list(definitions.resolve_all_asset_specs())
    views = [spec for spec in every if "view" in spec.kinds]
    read = {dep.asset_key for view in views for dep in view.deps}
    together = dg.AssetSpec(VIEWS, deps=sorted(read), group_name=views[0].group_name)
    specs = sorted(
        [*(_behind(spec, views) for spec in every if spec not in views), together],
        key=lambda spec: (_rank(spec), _name(spec.key)),
    )
    lines = ["flowchart LR"]
    lines += [f'  {folder}[("{folder}/**.json")] --> {asset}' for folder, asset in FILES.items()]
    for group, members in groupby(specs, key=lambda spec: spec.group_name):
        lines += [f"  subgraph {group}", "    " + " & ".join(map(_node, members)), "  end"]
    return "\n".join([*lines, *_arrows(specs)])


def _behind(spec: dg.AssetSpec, views: Sequence[dg.AssetSpec]) -> dg.AssetSpec:
    """Return the asset with the one node in place of the views that it reads."""
    read = {dep.asset_key for dep in spec.deps}
    if not read & {view.key for view in views}:
        return spec
    return spec.replace_attributes(deps=[*sorted(read - {view.key for view in views}), VIEWS])


def _arrows(specs: Sequence[dg.AssetSpec]) -> list[str]:
    return [
        f"  {' & '.join(sorted(_name(dep.asset_key) for dep in spec.deps))} --> {_name(spec.key)}"
        for spec in specs
        if spec.deps
    ]


def _node(spec: dg.AssetSpec) -> str:
    name = _name(spec.key)
    if name == VIEWS:
        return f'{name}[["{name}"]]'
    return f'{name}["{name}<br/>by day"]' if spec.partitions_def else name


def _rank(spec: dg.AssetSpec) -> int:
    return GROUPS.index(str(spec.group_name))


def _name(key: dg.AssetKey) -> str:
    return "_".join(key.path)


if __name__ == "__main__":
    print(draw(defs))
