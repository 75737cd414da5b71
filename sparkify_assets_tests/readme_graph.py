"""The picture of the graph in README.md, drawn from the definitions: `python -m sparkify_assets_tests.readme_graph`."""

from collections.abc import Sequence
from itertools import groupby

import dagster as dg

from sparkify_assets.definitions import defs
from sparkify_assets.ingest.discovery import LOG_FOLDER, SONG_FOLDER

FILES = {SONG_FOLDER: "raw_song_files", LOG_FOLDER: "raw_logs"}
GROUPS = ("raw", "rejected", "star", "ops")


def draw(definitions: dg.Definitions) -> str:
    """Return the assets with their groups and dependencies as a Mermaid flowchart, in a stable order."""
    specs = sorted(definitions.resolve_all_asset_specs(), key=lambda spec: (_rank(spec), _name(spec.key)))
    lines = ["flowchart LR"]
    lines += [f'  {folder}[("{folder}/**.json")] --> {asset}' for folder, asset in FILES.items()]
    for group, members in groupby(specs, key=lambda spec: spec.group_name):
        lines += [f"  subgraph {group}", "    " + " & ".join(map(_node, members)), "  end"]
    return "\n".join([*lines, *_arrows(specs)])


def _arrows(specs: Sequence[dg.AssetSpec]) -> list[str]:
    return [
        f"  {' & '.join(sorted(_name(dep.asset_key) for dep in spec.deps))} --> {_name(spec.key)}"
        for spec in specs
        if spec.deps
    ]


def _node(spec: dg.AssetSpec) -> str:
    name = _name(spec.key)
    return f'{name}["{name}<br/>by day"]' if spec.partitions_def else name


def _rank(spec: dg.AssetSpec) -> int:
    return GROUPS.index(str(spec.group_name))


def _name(key: dg.AssetKey) -> str:
    return "_".join(key.path)


if __name__ == "__main__":
    print(draw(defs))
