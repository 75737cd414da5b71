"""A Dagster IO manager for staged frames, of one partition or a range of them in one run."""

from collections.abc import Sequence

import dagster as dg
from upath import UPath

from sparkify_assets.errors import StagingError
from sparkify_assets.staging.area import Draft, StagingArea
from sparkify_assets.staging.staged import LOCAL, Staged


class StagingFolder(dg.ConfigurableResource):  # type: ignore[type-arg]  # generic over what it gives: itself
    """The folder that holds staged frames.

    Attributes:
        location: folder or fsspec URL.
    """

    location: str

    def area(self) -> StagingArea:
        """Return the area, for an asset to begin a draft in.

        Raises:
            StagingError: the URL is of a kind that nothing installed here can write.
        """
        try:
            root = UPath(self.location)
            if root.protocol not in LOCAL:
                _ = root.fs  # what the URL's kind needs is loaded here, not in the middle of a run
            return StagingArea(root)
        except (ImportError, ValueError) as error:
            raise StagingError(
                f"nothing can be staged in '{self.location}': {error}; expected is a folder or a URL that fsspec knows"
            ) from error


class StagingIOManager(dg.ConfigurableIOManager):
    """Commit the draft that an asset gives, and hand what is staged to the assets downstream.

    Dagster's `UPathIOManager` refuses to write several partitions in one run; here the asset itself writes each
    partition aside as it goes, so that a month need not fit into memory, and the output makes them readable.
    """

    folder: dg.ResourceDependency[StagingFolder]

    def handle_output(self, context: dg.OutputContext, obj: Draft) -> None:
        """Make the draft's partitions readable.

        Raises:
            StagingError: the value is no draft, lacks a partition of the run, or another run has staged a newer version
                in the meantime.
        """
        if not isinstance(obj, Draft):
            raise StagingError(f"the asset gave a {type(obj).__name__}, expected is a Draft; nothing was staged")
        expected = context.asset_partition_keys if context.has_asset_partitions else [""]
        if lacking := [partition for partition in expected if partition not in obj.written]:
            obj.discard()
            raise StagingError(f"the draft of '{obj.asset}' lacks the partition(s) {lacking}; nothing was staged")
        obj.commit()
        context.add_output_metadata(
            {"dagster/uri": str(self.folder.area().root / obj.asset), "version": str(obj.version)}
        )

    def load_input(self, context: dg.InputContext) -> Staged:
        """Return the newest staged frames of the run's partitions, to be read lazily.

        Raises:
            StagingError: a partition was never staged, or another run has staged a newer version than this run.
        """
        partitions: Sequence[str] = context.asset_partition_keys if context.has_asset_partitions else ()
        run_id = context.step_context.run_id
        return self.folder.area().open("/".join(context.asset_key.path), run_id, partitions)
