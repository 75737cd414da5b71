"""`make run`: load everything there is, a line an asset, then show what is in the star."""

import datetime as dt
import re
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import IO

from psycopg import sql

from sparkify_assets.commands.surroundings import DAGSTER, MODULE, dagster_environment, load_env_file
from sparkify_assets.defs.resources import database_url
from sparkify_assets.defs.tables import TABLES
from sparkify_assets.errors import SparkifyError
from sparkify_assets.postgres.connection import Connection, connected
from sparkify_assets.postgres.rights import refuse_missing_rights
from sparkify_assets.report.files import PAGE
from sparkify_assets.settings import Settings, read_settings

STEP_END = re.compile(r" - (?P<step>\w+) - STEP_SUCCESS - .* in (?P<duration>[^ ]+)\.$")
STEP_FAILED = re.compile(r" - (?P<step>\w+) - STEP_FAILURE - ")
SENTENCE = re.compile(r" - dagster - (?P<level>WARNING|ERROR) - \S+ - \S+ - (?:\d+ - )?(?P<step>\w+) - (?P<text>.+)$")
# A sentence of Dagster's that follows from the failure of another step says nothing new.
CONSEQUENCE = re.compile(r"Dependencies for step \w+ (failed|were)|^Execution of run for")
# What Dagster's command itself has to say, such as that its storage can't be used.
COMMAND_ERROR = re.compile(r"^Error: (?P<text>(?!Materialization failed).+)$")
# Dagster's wrappers of an error say only where it was met, which the name of the step does too.
CAUSE = re.compile(
    r"^(?!dagster\._core\.errors\.Dagster(?:Execution|UserCode))"
    r"(?P<error>[a-z_][\w.]*\.[A-Z]\w*|[A-Z]\w*(?:Error|Exception)): (?P<text>.+)$"
)
STAR_TABLES = ("songs", "artists", "users", "time", "songplays")
STEP_WIDTH = 18  # characters: the longest name of a step
TOP_SONGS = 10
LONGEST_LINE = 600  # characters: long lists are for the log


def main() -> int:
    """Run the load and report; the exit code is Dagster's."""
    load_env_file()
    try:
        environment = dagster_environment()
        settings = read_settings(environment)
        # Held until the end, so that the embedded server starts once and is still there for the report.
        url = database_url(settings)
        with connected(url, application_name="sparkify_assets run") as connection:
            # What would stop the load half-way is better said before Dagster starts.
            refuse_missing_rights(connection, TABLES)
        code = _materialize(environment, settings)
        if code == 0:
            with connected(url, application_name="sparkify_assets report") as connection:
                _report(connection, settings)
    except SparkifyError as error:
        print(f"\nerror: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("\nstopped; every table is whole, and the same command again completes the load", file=sys.stderr)
        return 130
    return code


def _materialize(environment: Mapping[str, str], settings: Settings) -> int:
    first, last = settings.first_day, settings.until()
    command = [*DAGSTER, "asset", "materialize", "--select", "*"]
    command += ["--partition-range", f"{first}...{last}", "-m", MODULE]
    log = settings.state / "logs" / f"run-{dt.datetime.now(dt.UTC):%Y%m%d-%H%M%S-%f}.log"
    log.parent.mkdir(parents=True, exist_ok=True)
    print(f"loading {_shown(settings.data)}, {first} to {last}; the full log goes to {_shown(log)}\n", flush=True)
    started = time.monotonic()
    told: list[str] = []
    with log.open("w") as file:
        process = subprocess.Popen(
            command, env=dict(environment), stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
        )
        assert process.stdout is not None
        try:
            for line in _progress(process.stdout, file, told):
                print(line, flush=True)
        except KeyboardInterrupt:
            process.wait()  # Ctrl-C has reached Dagster's process too
            raise
        code = process.wait()
    duration = f"{time.monotonic() - started:.1f} s"
    print("\n" + (f"loaded in {duration}" if code == 0 else _failure(duration, log, code, told)), flush=True)
    return code


def _failure(duration: str, log: Path, code: int, told: list[str]) -> str:
    how = f"ended by signal {-code}" if code < 0 else f"exit code {code}"
    if told:
        where = f"what went wrong stands above and in {_shown(log)}"
    else:
        lines = [line for line in log.read_text(errors="replace").splitlines() if line.strip()]
        last = f"; its last line: {lines[-1].strip()[:LONGEST_LINE]}" if lines else ""
        where = f"what went wrong is in {_shown(log)}{last}"
    rest = "once that is put right, the same command completes the load"
    if code < 0:
        rest = "the same command again completes the load"
    return (
        f"the load failed after {duration} ({how}); {where}\nevery table is whole, as it was or as it becomes; {rest}"
    )


def _progress(lines: IO[str], log: IO[str], told: list[str]) -> Iterator[str]:
    """Copy Dagster's log to the file and give what people want to see of it, each sentence once.

    What is given of errors is added to `told`.
    """
    for line in lines:
        log.write(line)
        text = line.rstrip("\n")
        if match := STEP_END.search(text):
            yield f"  done    {match['step']:<{STEP_WIDTH}} {match['duration']:>8}"
        elif match := STEP_FAILED.search(text):
            yield f"  FAILED  {match['step']}"
        elif (match := SENTENCE.search(text)) and not CONSEQUENCE.search(match["text"]):
            if match["level"] == "ERROR":
                told.append(match["text"])
            yield f"  {match['level'].lower():<7} {match['step']}: {_cut(match['text'])}"
        elif match := COMMAND_ERROR.match(text):
            told.append(match["text"])
            yield f"  error   {match['text']}"
        elif (match := CAUSE.match(text)) and not any(match["text"] in earlier for earlier in told):
            told.append(match["text"])
            yield f"  error   {match['error'].rpartition('.')[2]}: {match['text']}"


def _cut(text: str) -> str:
    return text if len(text) <= LONGEST_LINE else f"{text[:LONGEST_LINE]} … (all of it is in the log)"


def _report(connection: Connection, settings: Settings) -> None:
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
    print(f"\nThe listening report: {_shown(settings.report / PAGE)}")
    print("Ask it yourself with `make psql`; open Dagster's UI with `make ui`.")
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


def _shown(path: Path) -> str:
    current = Path.cwd()
    return str(path.relative_to(current)) if path.is_relative_to(current) else str(path)


if __name__ == "__main__":
    sys.exit(main())
