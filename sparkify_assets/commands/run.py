"""`make run`: load everything there is, a line an asset, show what is in the star, and draw the listening report."""

import sys
from collections.abc import Mapping
from pathlib import Path

from psycopg import sql

from sparkify_assets.commands.materialize import Done, materialize, new_log, shown
from sparkify_assets.commands.report import draw
from sparkify_assets.commands.surroundings import MODULE, dagster_environment, load_env_file
from sparkify_assets.defs.resources import database_url
from sparkify_assets.defs.tables import TABLES
from sparkify_assets.errors import IngestError, SparkifyError
from sparkify_assets.ingest.discovery import find_days, find_song_files
from sparkify_assets.postgres.connection import Connection, connected
from sparkify_assets.postgres.rights import refuse_missing_rights
from sparkify_assets.settings import Settings, read_settings

STAR_TABLES = ("songs", "artists", "users", "time", "songplays")
TOP_SONGS = 10
MANY_DAYS, SPARSE = 366, 4
"""More days than these, of which not every fourth has a file: one file may have a date that is not meant."""


def main() -> int:
    """Load, show, and draw; the exit code is Dagster's, of the load or, where that went well, of the drawing."""
    load_env_file()
    try:
        environment = dagster_environment()
        settings = read_settings(environment)
        _look_at_the_folder(settings)
        # Held until the end, so that the embedded server starts once and is still there for the drawing.
        url = database_url(settings)
        with connected(url, application_name="sparkify_assets run") as connection:
            # What would stop the load half-way is better said before Dagster starts.
            refuse_missing_rights(connection, TABLES)
        log = new_log(settings, "run")
        code = _load(environment, settings, log)
        if code == 0:
            with connected(url, application_name="sparkify_assets run") as connection:
                _show_star(connection, settings)
            code = draw(environment, settings, log)
            _say_what_next(settings)
    except SparkifyError as error:
        print(f"\nerror: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("\nstopped; every table is whole, and the same command again completes the load", file=sys.stderr)
        return 130
    return code


def _look_at_the_folder(settings: Settings) -> None:
    """Refuse a folder without a file, and tell of many days without one.

    Raises:
        IngestError: there is neither a log file nor a song file.
    """
    days = find_days(settings.data)
    if not days and not len(find_song_files(settings.data).files):
        raise IngestError(
            f"there is neither a log file nor a song file below '{settings.data}': a load would empty the star; see "
            "whether the disk is mounted and SPARKIFY_DATA is right, or empty it with `make reset`; nothing was changed"
        )
    window = (settings.until() - settings.first_day).days + 1
    if window > MANY_DAYS and window > SPARSE * len(days):
        print(
            f"note: of the {window} days from {settings.first_day} to {settings.until()} only {len(days)} have a log "
            "file; Dagster plans each of them, which takes long: SPARKIFY_FIRST_DAY and SPARKIFY_LAST_DAY narrow them",
            file=sys.stderr,
        )


def _load(environment: Mapping[str, str], settings: Settings, log: Path) -> int:
    first, last = settings.first_day, settings.until()
    print(f"loading {shown(settings.data)}, {first} to {last}; the full log goes to {shown(log)}\n", flush=True)
    arguments = ["--select", "*", "--partition-range", f"{first}...{last}", "-m", MODULE]
    done = materialize(arguments, environment, log)
    print("\n" + (f"loaded in {done.duration}" if done.code == 0 else _failure(done)), flush=True)
    return done.code


def _failure(done: Done) -> str:
    rest = "once that is put right, the same command completes the load"
    if done.code < 0:
        rest = "the same command again completes the load"
    return (
        f"the load failed after {done.duration} ({done.how}); {done.where}\n"
        f"every table is whole, as it was or as it becomes; {rest}"
    )


def _show_star(connection: Connection, settings: Settings) -> None:
    print("\nIn the star:")
    for table in STAR_TABLES:
        query = sql.SQL("SELECT count(*) FROM {}").format(sql.Identifier("public", table))
        print(f"  {table:<10} {_one(connection, query):>9,} rows")
    for records, table in (("log", "rejected_events"), ("song", "rejected_songs")):
        rejected = _one(connection, sql.SQL("SELECT count(*) FROM {}").format(sql.Identifier("ops", table)))
        print(f"  {rejected:,} {records} record(s) were refused, see ops.{table}")
    if others := _other_days(connection, settings):
        print(f"  the plays of {others} have no file in this folder any more, or are outside the days set; they stay")
    print("\nMost played songs:")
    rows = connection.execute(
        "SELECT count(*), song, artist FROM public.songplays WHERE song IS NOT NULL "
        "GROUP BY song, artist ORDER BY 1 DESC, 2, 3 LIMIT %s",
        (TOP_SONGS,),
    )
    for plays, song, artist in rows:
        print(f"  {plays:>5}  {song} - {artist}")
    print(flush=True)  # the report takes its time


def _say_what_next(settings: Settings) -> None:
    print("\nAsk it yourself with `make psql`; open Dagster's UI with `make ui`.")
    if settings.database_url is None:
        print("For a BI tool, keep the server up with `make up`.")


def _other_days(connection: Connection, settings: Settings) -> str:
    """Return the stored days that this load did not look at, in words; '' where there is none."""
    rows = connection.execute(
        "SELECT DISTINCT log_date FROM public.songplays WHERE log_date < %s OR log_date > %s ORDER BY 1",
        (settings.first_day, settings.until()),
    ).fetchall()
    if not rows:
        return ""
    return str(rows[0][0]) if len(rows) == 1 else f"{len(rows)} days from {rows[0][0]} to {rows[-1][0]}"


def _one(connection: Connection, query: sql.Composed | sql.SQL) -> int:
    row = connection.execute(query).fetchone()
    return int(row[0]) if row else 0


if __name__ == "__main__":
    sys.exit(main())
