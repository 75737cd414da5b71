"""The star: artists, songs, users, time, songplays."""

from collections.abc import Mapping, Sequence

import dagster as dg
from pydantic import Field

from sparkify_assets.defs.gating import Gated, publish_gate, through_gate
from sparkify_assets.defs.look import OWNERS, described
from sparkify_assets.defs.partitions import DAYS
from sparkify_assets.defs.resources import SparkifyDatabase
from sparkify_assets.defs.shown import show_days_of_plays
from sparkify_assets.defs.tables import ARTISTS, PARENTS_FIRST, SONG_OF_PLAY, SONGPLAYS, SONGS, TIME, USERS
from sparkify_assets.postgres.prune import Pruned, prune
from sparkify_assets.postgres.publication import Publication, Scope
from sparkify_assets.postgres.rematch import MATCHES, Rematched, rematch
from sparkify_assets.postgres.waiting import read_behind_claims
from sparkify_assets.staging.io_manager import StagingFolder
from sparkify_assets.staging.staged import ROWS_A_PORTION, Staged
from sparkify_assets.transforms import gates
from sparkify_assets.transforms.artists import build_artists
from sparkify_assets.transforms.gates import Gate
from sparkify_assets.transforms.listening import plays_by_day
from sparkify_assets.transforms.songplays import build_songplay_claims, build_songplays
from sparkify_assets.transforms.songs import build_songs
from sparkify_assets.transforms.time import in_order, start_times, take_apart
from sparkify_assets.transforms.users import build_user_days


@dg.asset(
    **described(ARTISTS, group="star"),
    check_specs=[publish_gate("artists", "one valid row for each artist of the song files")],
)
def artists(context: dg.AssetExecutionContext, raw_song_files: Staged) -> Gated:
    """One row per artist of the catalogue: the last song file, by path, that names the artist."""
    records = raw_song_files.frame("songs").collect()
    table = build_artists(records)
    yield from through_gate(
        context, Publication(table, versions=raw_song_files.versions), gates.gate_artists(table, records)
    )


@dg.asset(
    **described(SONGS, group="star"),
    check_specs=[publish_gate("songs", "one valid row for each song of the song files, its artist known")],
    deps=[artists],
)
def songs(context: dg.AssetExecutionContext, raw_song_files: Staged) -> Gated:
    """One row per song of the catalogue: the last song file, by path, that names it."""
    records = raw_song_files.frame("songs").collect()
    table = build_songs(records)
    yield from through_gate(
        context, Publication(table, versions=raw_song_files.versions), gates.gate_songs(table, records)
    )


@dg.asset(
    **described(USERS, group="star"),
    partitions_def=DAYS,
    check_specs=[publish_gate("users", "one valid row for each user of each day, and every play counted")],
)
def users(context: dg.AssetExecutionContext, raw_logs: Staged, database: SparkifyDatabase) -> Gated:
    """One row per user who has played a song, as of the user's latest event of any page."""
    found = []
    with database.retried(context.retry_number), database.draft(USERS, _scope(context, raw_logs)) as draft:
        for events in raw_logs.portions("events"):
            days = build_user_days(events)
            found.append(gates.gate_user_days(days, events))
            draft.add(days)
        yield from through_gate(context, draft, Gate.of_portions(found))


@dg.asset(
    **described(TIME, group="star"),
    partitions_def=DAYS,
    check_specs=[publish_gate("time", "one valid row for each start time of a play")],
)
def time(context: dg.AssetExecutionContext, raw_logs: Staged, database: SparkifyDatabase) -> Gated:
    """One row per distinct start time of a songplay, taken apart; everything in UTC."""
    with database.retried(context.retry_number), database.connect("reads waiting plays") as connection:
        # A play that waits behind an event of these days may come back with this load, and then needs its time.
        waiting = read_behind_claims(connection, SONGPLAYS, "start_time")
    moments = in_order([waiting, *map(start_times, raw_logs.portions("events"))])
    found = [gates.gate_start_times(moments, events) for events in raw_logs.portions("events")]
    with database.retried(context.retry_number), database.draft(TIME, _scope(context, raw_logs)) as draft:
        draft.add(take_apart(waiting.head(0)), provisional=waiting["start_time"])
        for some in moments.iter_slices(ROWS_A_PORTION):
            rows = take_apart(some)
            found.append(gates.gate_time(rows))
            draft.add(rows)
        yield from through_gate(context, draft, Gate.of_portions(found))


@dg.asset(
    **described(SONGPLAYS, group="star"),
    partitions_def=DAYS,
    check_specs=[
        publish_gate("songplays", "one valid row for each play, each event once a day, every matched song known")
    ],
    deps=[artists, songs, users, time],
)
def songplays(
    context: dg.AssetExecutionContext, raw_logs: Staged, raw_song_files: Staged, database: SparkifyDatabase
) -> Gated:
    """One row per song played: a NextSong event, with the song of the catalogue where it is known."""
    catalogue = build_songs(raw_song_files.frame("songs").collect())
    found = []
    with database.retried(context.retry_number), database.draft(SONGPLAYS, _scope(context, raw_logs)) as draft:
        for events in raw_logs.portions("events"):
            plays = build_songplays(events, catalogue)
            found.append(gates.gate_songplays(plays, events, catalogue))
            show_days_of_plays(context, plays_by_day(plays))
            draft.add(plays, build_songplay_claims(events))
        yield from through_gate(context, draft, Gate.of_portions(found))


def _scope(context: dg.AssetExecutionContext, raw_logs: Staged) -> Scope:
    """Return what a draft of the run's days stands for."""
    return Scope(partitions=tuple(context.partition_keys), versions=raw_logs.versions, run_id=context.run.run_id)


class MatchesConfig(dg.Config):
    """What `matches` is told in the launchpad."""

    all_days: bool = Field(default=False, description="match the plays of all days, whatever the record says")


@dg.asset(
    deps=[songs, songplays],
    group_name="ops",
    kinds={"postgres"},
    owners=OWNERS,
    code_version="1",
    metadata={"dagster/table_name": MATCHES.qualified_name},
)
def matches(
    context: dg.AssetExecutionContext, config: MatchesConfig, database: SparkifyDatabase, staging: StagingFolder
) -> dg.MaterializeResult[None]:
    """One row per day of plays: the songs that they are matched with; where songs came or went, matched anew here."""
    run_id = context.run.run_id
    own = staging.area().staged_by("raw_song_files", run_id)
    with database.retried(context.retry_number), database.connect(f"run {run_id[:8]} rematch") as connection:
        version = own.number if own else None
        report = rematch(connection, SONG_OF_PLAY, run_id=run_id, version=version, everything=config.all_days)
    found = report.partitions
    for sentence in _rematched(found):
        context.log.info(sentence)
    return dg.MaterializeResult(
        metadata={
            "days_looked_at": len(report.looked_at),
            "days_rematched": len(found),
            "plays_gained": sum(each.gained for each in found.values()),
            "plays_changed": sum(each.changed for each in found.values()),
            "plays_lost": sum(each.lost for each in found.values()),
            "days": _some(list(found)) if found else "none",
        }
    )


@dg.asset(
    deps=[songplays, matches],
    group_name="ops",
    kinds={"postgres"},
    owners=OWNERS,
    code_version="1",
    metadata={"dagster/table_name": "ops.unused_rows"},
)
def unused_rows(context: dg.AssetExecutionContext, database: SparkifyDatabase) -> dg.MaterializeResult[None]:
    """One row per row of the star that the files no longer need: deleted here, once nothing refers to it."""
    run_id = context.run.run_id
    with database.retried(context.retry_number), database.connect(f"run {run_id[:8]} prune") as connection:
        report = prune(connection, PARENTS_FIRST)
    for sentence in _warnings(report):
        context.log.warning(sentence)
    return dg.MaterializeResult(
        metadata={f"deleted from {pruned.table.qualified_name}": pruned.deleted for pruned in report}
    )


def _rematched(found: Mapping[str, Rematched]) -> list[str]:
    return [
        f"plays of {day} are matched anew: {each.gained} have a song now, {each.changed} another one, "
        f"{each.lost} none any more"
        for day, each in list(found.items())[:50]
    ]


def _warnings(report: Sequence[Pruned]) -> list[str]:
    sentences = []
    for pruned in report:
        name = pruned.table.qualified_name
        if pruned.unfinished:
            sentences.append(
                f"nothing was pruned from {name}: another load has begun and not yet published the songplays of "
                f"{_some(pruned.unfinished)}; that load, or the same command for those days, prunes it"
            )
        if pruned.still_used:
            sentences.append(
                f"{pruned.still_used} row(s) of {name} are no longer in the song files, but plays of "
                f"{_some(pruned.used_in)} still refer to them; the job `rematch` matches them anew"
            )
    return sentences


def _some(days: Sequence[str]) -> str:
    return ", ".join(days) if len(days) <= 5 else f"{len(days)} days from {days[0]} to {days[-1]}"
