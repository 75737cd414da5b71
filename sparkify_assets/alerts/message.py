"""What an alert says: which asset, which day, the first error, and where to look."""

from collections.abc import Sequence
from dataclasses import dataclass

LONGEST_ERROR = 600  # characters: a chat shows no more at a glance
SHOWN = 5


@dataclass(frozen=True)
class Trouble:
    """What went wrong in a run.

    Attributes:
        what: such as 'run failed'.
        run_id: the run.
        job: its job.
        days: its days in words; '' where it has none.
        assets: the assets, or checks of assets, that failed, in the order of failing.
        error: the first error.
    """

    what: str
    run_id: str
    job: str
    days: str
    assets: Sequence[str]
    error: str


def sentence_of(trouble: Trouble) -> str:
    """Return the alert as one paragraph of plain text."""
    more = f" and {len(trouble.assets) - SHOWN} more" if len(trouble.assets) > SHOWN else ""
    where = ", ".join(trouble.assets[:SHOWN]) + more if trouble.assets else "no asset"
    days = f" of {trouble.days}" if trouble.days else ""
    error = " ".join(trouble.error.split()) or "no error was recorded"
    if len(error) > LONGEST_ERROR:
        error = f"{error[:LONGEST_ERROR]} …"
    return (
        f"Sparkify: {trouble.what} at {where}{days} (job {trouble.job}): {error}. "
        f"Look at run {trouble.run_id[:8]} in Dagster's UI: /runs/{trouble.run_id}"
    )
