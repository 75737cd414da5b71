"""The raw stage: files to typed frames in the staging folder, and what was refused to `ops`."""

import datetime as dt
from collections.abc import Sequence
from typing import Any

import dagster as dg

from sparkify_assets.defs.gating import RECORD_GATE, Gated, record_gate, result_of
from sparkify_assets.defs.look import described, staged
from sparkify_assets.defs.partitions import DAYS
from sparkify_assets.defs.raw_checks import fields_are_known, items_have_no_gap, known_fields, whole_sessions
from sparkify_assets.defs.resources import RawFiles
from sparkify_assets.defs.shown import rejects_of, show_day_of_logs
from sparkify_assets.defs.tables import REJECTED_EVENTS, REJECTED_SONGS
from sparkify_assets.errors import StagingError
from sparkify_assets.ingest.account import AccountOfDays, figures_of_files
from sparkify_assets.ingest.catalogue import CatalogueOfSongs
from sparkify_assets.ingest.discovery import FoundFiles, PassedOver, find_log_files, find_song_files
from sparkify_assets.ingest.gate import Verdict, judge_logs, judge_songs
from sparkify_assets.ingest.logs import read_days
from sparkify_assets.ingest.settled import READINGS, FilesByDay, read_settled
from sparkify_assets.ingest.songs import read_songs
from sparkify_assets.ingest.unchanged import READING, Earlier, OutdatedReading, Reading, earlier_of
from sparkify_assets.postgres.publication import Publication
from sparkify_assets.schemas import Events, SongRecords
from sparkify_assets.staging.area import Draft, StagingArea
from sparkify_assets.staging.io_manager import StagingFolder
from sparkify_assets.staging.staged import Staged

SHOWN = 50  # of things that a warning lists


@dg.asset(
    **staged(SongRecords),
    check_specs=[
        record_gate("raw_song_files", "the song files are readable and few records are refused"),
        known_fields("raw_song_files"),
    ],
)
def raw_song_files(context: dg.AssetExecutionContext, raw_files: RawFiles, staging: StagingFolder) -> Gated:
    """One row per valid song record, with the file and line it comes from."""
    found, draft, reading, catalogue = _read_settled_songs(context, raw_files, staging.area())
    _list_passed_over(context, found.passed_over)
    _warn_of_unsettled(context, catalogue.unsettled)
    with draft:
        draft.add("", {**catalogue.frames(), READING: reading.to_frame()})
        verdict = judge_songs(catalogue.files, catalogue.rejected, raw_files.max_rejected)
        figures = figures_of_files(catalogue.files, catalogue.unknown_fields) | {"files_read": catalogue.files_read}
        yield fields_are_known("raw_song_files", catalogue.unknown_fields)
        yield from result_of(
            context, RECORD_GATE, _failures(verdict), {**figures, **_gate_figures(raw_files, found.passed_over)}
        )
        if verdict.passed:
            rejects = rejects_of(figures["rejected"], "rejected_songs")
            yield dg.Output(draft, metadata={"dagster/row_count": catalogue.songs.height, **figures, **rejects})


@dg.asset(
    **staged(Events),
    partitions_def=DAYS,
    check_specs=[
        record_gate("raw_logs", "the log files are readable, every line is accounted for, few are refused"),
        known_fields("raw_logs"),
        whole_sessions("raw_logs"),
    ],
)
def raw_logs(context: dg.AssetExecutionContext, raw_files: RawFiles, staging: StagingFolder) -> Gated:
    """One row per log event that counts, with the file and line it comes from; a folder a day."""
    days = [dt.date.fromisoformat(day) for day in context.partition_keys]
    account = AccountOfDays(min(days))
    found = find_log_files(raw_files.folder, *raw_files.window)
    with staging.area().draft("raw_logs", context.run.run_id, context.partition_keys) as draft:
        _list_passed_over(context, found.passed_over)
        _warn_of_days_without_file(context, [day for day in days if not found.by_day[day]])
        unsettled = read_settled(
            {day: found.by_day[day] for day in days},
            find=lambda: find_log_files(raw_files.folder, *raw_files.window).by_day,
            read=lambda by_day: _stage_days(context, draft, account, by_day),
            renew=lambda changed: _renew_days(context, draft, changed),
        )
        _warn_of_unsettled(context, [str(day) for day in unsettled])
        verdict = judge_logs(account.files, account.rejected, raw_files.max_rejected)
        figures = figures_of_files(account.files, account.unknown_fields)
        yield fields_are_known("raw_logs", account.unknown_fields)
        yield items_have_no_gap("raw_logs", account.gaps)
        yield from result_of(
            context, RECORD_GATE, _failures(verdict), {**figures, **_gate_figures(raw_files, found.passed_over)}
        )
        if verdict.passed:
            yield dg.Output(draft)


def _stage_days(context: dg.AssetExecutionContext, draft: Draft, account: AccountOfDays, by_day: FilesByDay) -> None:
    for day in read_days(by_day):
        draft.add(
            str(day.day),
            {
                "events": day.events,
                "rejected": day.rejected,
                "files": day.files,
                "unknown_fields": day.unknown_fields,
            },
        )
        account.add(day)
        show_day_of_logs(context, str(day.day), figures_of_files(day.files, day.unknown_fields))
        del day  # else it would be kept until the next one has been read


def _renew_days(context: dg.AssetExecutionContext, draft: Draft, days: Sequence[dt.date]) -> None:
    listed = ", ".join(str(day) for day in days)
    context.log.info(f"files have changed while they were read; {len(days)} day(s) are read again: {listed}")
    for day in days:
        draft.renew(str(day))


@dg.asset(**described(REJECTED_SONGS, group="rejected"))
def rejected_songs(raw_song_files: Staged) -> Publication:
    """One row per song record that was refused, with where it stands and why."""
    return Publication(raw_song_files.frame("rejected").collect(), versions=raw_song_files.versions)


@dg.asset(**described(REJECTED_EVENTS, group="rejected"), partitions_def=DAYS)
def rejected_events(raw_logs: Staged) -> Publication:
    """One row per log record that was refused, with where it stands and why."""
    return Publication(raw_logs.frame("rejected").collect(), versions=raw_logs.versions)


def _read_settled_songs(
    context: dg.AssetExecutionContext, raw_files: RawFiles, area: StagingArea
) -> tuple[FoundFiles, Draft, Reading, CatalogueOfSongs]:
    """Read the song files, again where some have changed meanwhile: see `read_settled`."""
    for attempt in range(1, READINGS + 1):
        reading = Reading.begin(raw_files.folder, context.run.run_id)
        found = find_song_files(raw_files.folder)
        draft = area.draft("raw_song_files", context.run.run_id, [])
        catalogue = reading.note_in(read_songs(found.files, _last_reading(context, area, reading)))
        if not catalogue.unsettled or attempt == READINGS:
            break
        context.log.info(f"{len(catalogue.unsettled)} song file(s) have changed while they were read; read again")
    return found, draft, reading, catalogue


def _last_reading(context: dg.AssetExecutionContext, area: StagingArea, reading: Reading) -> Earlier | None:
    """Return what can be taken over from the last load of the songs; None where all files are to be read."""
    try:
        staged = area.open("raw_song_files", context.run.run_id, []).proven(*CatalogueOfSongs.parts(), READING)
        return earlier_of(reading, staged)
    except (StagingError, OutdatedReading) as reason:
        context.log.info(f"all song files are read: {reason}")
        return None


def _failures(verdict: Verdict) -> tuple[str, ...]:
    return () if verdict.passed else (verdict.message,)


def _gate_figures(raw_files: RawFiles, passed_over: Sequence[PassedOver]) -> dict[str, Any]:
    return {"max_rejected": raw_files.max_rejected, "passed_over": len(passed_over)}


def _list_passed_over(context: dg.AssetExecutionContext, passed_over: Sequence[PassedOver]) -> None:
    if passed_over:
        listed = "; ".join(f"{item.name}: {item.reason}" for item in passed_over[:SHOWN])
        context.log.warning(f"{len(passed_over)} thing(s) in the folder are passed over: {listed}")


def _warn_of_unsettled(context: dg.AssetExecutionContext, what: Sequence[str]) -> None:
    if what:
        more = f" and {len(what) - SHOWN} more" if len(what) > SHOWN else ""
        context.log.warning(
            f"files change all the time while they are read: {', '.join(what[:SHOWN])}{more}; taken is what was there, "
            "load again when they are complete"
        )


def _warn_of_days_without_file(context: dg.AssetExecutionContext, days: Sequence[dt.date]) -> None:
    if days:
        listed = ", ".join(str(day) for day in days)
        context.log.warning(f"{len(days)} day(s) have no log file and become empty: {listed}")
