"""The publish gate: what must hold of a table's frame before it is given out to be written.

A gate names every rule that does not hold, with the number of rows; a frame without the table's columns and types is
a mistake of the code, and raises `FrameError`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import dataframely as dy
import polars as pl

from sparkify_assets.errors import FrameError
from sparkify_assets.schemas import Artists, Songplays, Songs, Time, UserDays
from sparkify_assets.schemas.staged import PLAY
from sparkify_assets.transforms.time import moment

EVENT_KEY = ["log_date", "user_id", "session_id", "item_in_session", "start_time"]


@dataclass(frozen=True)
class Gate:
    """What a gate found: the rules that do not hold, and the figures it compared."""

    failures: tuple[str, ...] = ()
    figures: Mapping[str, int] = field(default_factory=dict)

    @property
    def passed(self) -> bool:
        """Whether every rule holds."""
        return not self.failures

    @classmethod
    def of_portions(cls, gates: Sequence[Gate]) -> Gate:
        """Return what was found in all portions of a table's frame together."""
        figures: Counter[str] = Counter()
        for gate in gates:
            figures.update(gate.figures)
        return cls(tuple(failure for gate in gates for failure in gate.failures), figures)


def gate_artists(artists: pl.DataFrame, song_records: pl.DataFrame) -> Gate:
    """Check that there is one valid row for each artist of the records."""
    expected = song_records["artist_id"].n_unique()
    return _gate(Artists, artists, {"artists in the records": expected}, artists.height == expected)


def gate_songs(songs: pl.DataFrame, song_records: pl.DataFrame) -> Gate:
    """Check that there is one valid row for each song of the records, and its artist is known."""
    expected = song_records["song_id"].n_unique()
    strangers = songs.join(song_records, on="artist_id", how="anti").height
    return _gate(
        Songs, songs, {"songs in the records": expected}, songs.height == expected, _found("artist_id", strangers)
    )


def gate_user_days(user_days: pl.DataFrame, events: pl.LazyFrame) -> Gate:
    """Check that there is one valid row for each user of each day, and no play is lost in the count."""
    of_users = events.filter(pl.col("user_id").is_not_null())
    seen = of_users.select(
        days=pl.struct("log_date", "user_id").n_unique(), plays=(pl.col("page") == PLAY).sum()
    ).collect()
    days, plays = seen.row(0)
    holds = user_days.height == days and user_days["plays"].sum() == plays
    return _gate(UserDays, user_days, {"user days in the events": days, "plays in the events": plays}, holds)


def gate_time(time: pl.DataFrame) -> Gate:
    """Check that every row is valid."""
    return _gate(Time, time, {}, True)


def gate_start_times(start_times: pl.DataFrame, events: pl.LazyFrame) -> Gate:
    """Check that the start time of every play is among those that have a row.

    There may be more: those of plays that wait for the copy that outranks them to go.

    Args:
        start_times: a column start_time, UTC.
        events: as `Events`, some or all of them.
    """
    plays = events.filter(pl.col("page") == PLAY).select(moment("ts").alias("start_time")).collect()
    first, last = plays["start_time"].min(), plays["start_time"].max()
    near = start_times.filter(pl.col("start_time").is_between(first, last))
    lacking = plays.join(near, on="start_time", how="anti")["start_time"].n_unique()
    lost = () if lacking == 0 else (f"{lacking} start time(s) of plays have no row",)
    return Gate(lost, {"plays in the events": plays.height})


def gate_songplays(songplays: pl.DataFrame, events: pl.LazyFrame, songs: pl.DataFrame) -> Gate:
    """Check that there is one valid row for each play, each event once a day, and matched songs are known."""
    plays = events.filter(pl.col("page") == PLAY).select(pl.len()).collect().item()
    doubled = _repeats(songplays, EVENT_KEY)
    matched = songplays.filter(pl.col("song_id").is_not_null()).select("song_id", "artist_id")
    strangers = matched.join(songs, on=["song_id", "artist_id"], how="anti").height
    return _gate(
        Songplays,
        songplays,
        {"plays in the events": plays, "plays with a known song": matched.height},
        songplays.height == plays,
        _found("song_id", strangers),
        () if doubled == 0 else (f"{doubled} play(s) deliver an event that another play of the day has",),
    )


def _gate(
    rows: type[dy.Schema],
    frame: pl.DataFrame,
    expected: dict[str, int],
    counts_reconcile: bool,
    *others: tuple[str, ...],
) -> Gate:
    figures = {"rows": frame.height, **expected}
    failures = _broken(rows, frame)
    if not counts_reconcile:
        failures.append("counts do not reconcile: " + ", ".join(f"{count} {what}" for what, count in figures.items()))
    for other in others:
        failures += other
    return Gate(tuple(failures), figures)


def _broken(rows: type[dy.Schema], frame: pl.DataFrame) -> list[str]:
    try:
        counts = rows.filter(frame).failure.counts()
    except dy.exc.SchemaError as error:
        misfit = " ".join(str(error).partition("\n\n")[0].split())
        raise FrameError(f"the frame does not fit its schema: {misfit}; nothing was written") from error
    return [f"rule '{rule}' is broken by {count} row(s)" for rule, count in counts.items()]


def _repeats(frame: pl.DataFrame, key: list[str]) -> int:
    """Return how many rows have the key of another one, counting each key's first row as none."""
    # Hashes that all differ prove that the keys do, at a quarter of the cost.
    if frame.select(pl.struct(key).hash().n_unique()).item() == frame.height:
        return 0
    return frame.height - frame.select(key).n_unique()


def _found(column: str, strangers: int) -> tuple[str, ...]:
    return () if strangers == 0 else (f"{strangers} row(s) refer to an unknown {column}",)
