"""`sparkify generate`: data in the form of the real files, as much as one asks for."""

import datetime as dt
from pathlib import Path
from typing import Annotated

import typer

from sparkify_assets.errors import SparkifyError
from sparkify_assets.generator.plan import USUAL_QUIRKS, Plan, Quirk

USUAL = Plan()
FIRST_DAY = dt.datetime.combine(USUAL.first_day, dt.time())
HABITS = "; ".join(
    f"{quirk.value}: {quirk.description}{' (usual)' if quirk.usual else ''}".replace("`", "") for quirk in Quirk
)


def generate(
    out: Annotated[Path, typer.Option(help="Folder for song_data and log_data.", file_okay=False)],
    days: Annotated[int, typer.Option(help="Number of days, one log file each.")] = USUAL.days,
    events_per_day: Annotated[int, typer.Option(help="Events a day, on average.")] = USUAL.events_per_day,
    first_day: Annotated[
        dt.datetime, typer.Option(help="First day, UTC.", formats=["%Y-%m-%d"], show_default=str(USUAL.first_day))
    ] = FIRST_DAY,
    users: Annotated[
        int | None, typer.Option(help="Listeners on the last day.", show_default="a third of the events a day")
    ] = None,
    songs: Annotated[int, typer.Option(help="Songs with a song file.")] = USUAL.songs,
    match_rate: Annotated[float, typer.Option(help="Share of plays whose song has a song file.")] = USUAL.match_rate,
    growth: Annotated[float, typer.Option(help="More listeners each 30 days, as a share.")] = USUAL.growth,
    churn: Annotated[float, typer.Option(help="Listeners who leave each 30 days, as a share.")] = USUAL.churn,
    seed: Annotated[int, typer.Option(help="Another seed gives other data; the same one the same bytes.")] = USUAL.seed,
    with_quirk: Annotated[list[Quirk] | None, typer.Option(help=f"Give the files a habit. {HABITS}.")] = None,
    without_quirk: Annotated[list[Quirk] | None, typer.Option(help="Take a usual habit away.")] = None,
    faults: Annotated[
        float, typer.Option(help="Damaged records, as a share; faults.jsonl lists them with the reason.")
    ] = USUAL.fault_rate,
    damaged_files: Annotated[
        int, typer.Option(help="Log files, and as many song files, that are damaged as a whole.")
    ] = USUAL.damaged_files,
    replace: Annotated[bool, typer.Option("--replace", help="Replace data that stands there.")] = False,
) -> None:
    """Generate song files and activity logs in the form of the real ones."""
    try:
        plan = Plan(
            days=days,
            events_per_day=events_per_day,
            first_day=first_day.date(),
            listeners=users,
            songs=songs,
            match_rate=match_rate,
            growth=growth,
            churn=churn,
            seed=seed,
            quirks=USUAL_QUIRKS.union(with_quirk or []).difference(without_quirk or []),
            fault_rate=faults,
            damaged_files=damaged_files,
        )
        _generate(plan, out, replace)
    except SparkifyError as error:
        typer.echo(f"error: {error}", err=True)
        raise typer.Exit(1) from error
    except KeyboardInterrupt as error:
        typer.echo(f"stopped; nothing new was left in '{out}'", err=True)
        raise typer.Exit(130) from error


def _generate(plan: Plan, out: Path, replace: bool) -> None:
    # Loaded only now, so that other commands, and mistakes in the options, need not wait for it.
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn

    from sparkify_assets.generator.generate import generate as generate_plan

    columns = (TextColumn("{task.completed:,.0f} events"), BarColumn(), TaskProgressColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("", total=plan.events)
        done = generate_plan(plan, out, replace=replace, progress=lambda events: bar.advance(task, events))
    faults = f", {done.faults:,} faults (see faults.jsonl)" if plan.fault_rate or plan.damaged_files else ""
    typer.echo(
        f"{done.songs:,} song files in {done.songs_s:.1f} s, {done.events:,} events of {plan.days:,} days in"
        f" {done.events_s:.1f} s ({done.events / done.events_s:,.0f} a second){faults} in '{out}'"
    )
