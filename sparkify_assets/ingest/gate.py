"""The record gate's verdict: whether too much was refused for the load to go on.

A log file of 20 lines or more stops the load when more than the limit of its lines is refused; song files,
when there are 20 or more, when more than the limit of them is. A file damaged as a whole counts as
rejected entirely: how many records it held is unknown, so a damaged log file is over any limit below 1,
however short it is, and a damaged song file is one whole file of those refused.
"""

from dataclasses import dataclass

import polars as pl

MIN_LINES = 20
MIN_SONG_FILES = 20
FIRST_REASONS = 3
FILES_SHOWN = 10


@dataclass(frozen=True)
class Verdict:
    """What the gate says: the message is empty where the load may go on."""

    message: str

    @property
    def passed(self) -> bool:
        """Whether the load may go on."""
        return not self.message


def judge_logs(files: pl.DataFrame, rejected: pl.DataFrame, max_rejected: float) -> Verdict:
    """Judge the log files of all days of a load together.

    Args:
        files: EventFiles of the days.
        rejected: RejectedEvents of the days.
        max_rejected: share of a file's lines that may be refused.
    """
    damaged = rejected.filter(pl.col("line") == 0).select("file", pl.lit(True).alias("damaged"))
    judged = files.join(damaged, on="file", how="left", maintain_order="left").with_columns(
        pl.col("damaged").fill_null(False), (pl.col("rejected") / pl.col("lines")).alias("share")
    )
    over = judged.filter((pl.col("damaged") | (pl.col("lines") >= MIN_LINES)) & (pl.col("share") > max_rejected))
    if over.is_empty():
        return Verdict("")
    days = ", ".join(str(day) for day in over["log_date"].unique().sort())
    shown = [
        f"{row['file']}: {_damage_or_count(row)} rejected, {_first_reasons(rejected, row['file'])}"
        for row in over.head(FILES_SHOWN).iter_rows(named=True)
    ]
    return Verdict(
        f"{over.height} of {files.height} log file(s) have more than {max_rejected:.4g} of their lines rejected"
        f" (days {days}): {_listed(shown, over.height)}; nothing was written, the rows of all days stay as they were;"
        " repair the files, or set SPARKIFY_MAX_REJECTED"
    )


def judge_songs(files: pl.DataFrame, rejected: pl.DataFrame, max_rejected: float) -> Verdict:
    """Judge the song files together; a file of several records counts with the share of them that is refused.

    Args:
        files: SongFiles.
        rejected: RejectedSongs.
        max_rejected: share of the files that may be refused.
    """
    refused = files.filter(pl.col("rejected") > 0)
    if files.height < MIN_SONG_FILES or refused.is_empty():
        return Verdict("")
    part = pl.col("rejected") / (pl.col("songs") + pl.col("rejected"))
    share = refused.select(part.sum()).item() / files.height
    if share <= max_rejected:
        return Verdict("")
    names = refused["file"].head(FILES_SHOWN).to_list()
    shown = [f"{name}: {_first_reasons(rejected, name)}" for name in names]
    return Verdict(
        f"{refused.height} of {files.height} song file(s) have rejected records, {share:.4g} of all, more than"
        f" {max_rejected:.4g}: {_listed(shown, refused.height)}; nothing was written, the stored rows stay as they"
        " were; repair the files, or set SPARKIFY_MAX_REJECTED"
    )


def _damage_or_count(row: dict[str, object]) -> str:
    return "the whole file" if row["damaged"] else f"{row['rejected']} of {row['lines']} lines"


def _first_reasons(rejected: pl.DataFrame, file: str) -> str:
    first = rejected.filter(pl.col("file") == file).sort("line").head(FIRST_REASONS)
    told = (
        f"line {row['line']} {row['reason']}: {row['message']}" if row["line"] else f"{row['reason']}: {row['message']}"
        for row in first.iter_rows(named=True)
    )
    return " | ".join(told)


def _listed(shown: list[str], count: int) -> str:
    more = f" and {count - len(shown)} more" if count > len(shown) else ""
    return "; ".join(shown) + more
