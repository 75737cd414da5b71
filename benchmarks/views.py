"""Time every view over many plays, made by SQL in a server of the benchmark's own.

Usage: python -m benchmarks.views [--plays N] [--folder FOLDER] [--keep]

A year of plays in sessions of nine songs on average, by a crowd that grows with their number; 200,000 songs, some of
them played far more than others; one user in five changes the subscription once. Each view is read to its last row, as
the reader's role, with the server's settings as they are for everybody; the median of three times counts. What a load
pays to add the plays up comes first: of all days, of one more day, and of a day that is loaded again.
"""

import argparse
import shutil
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from statistics import median

from psycopg import sql

from benchmarks.measure import Server, cpu_of_server, parent_of
from benchmarks.tables import markdown, surroundings
from sparkify_assets.analytics.asking import become_reader
from sparkify_assets.analytics.questions import read_views
from sparkify_assets.analytics.refresh import refresh
from sparkify_assets.analytics.tables import SCHEMA
from sparkify_assets.defs.tables import SONGPLAYS, TABLES
from sparkify_assets.postgres import bookkeeping, ddl
from sparkify_assets.postgres.connection import Connection, connected
from sparkify_assets.postgres.rematch import MATCHES

PLAYS = 25_000_000
PLAYS_PER_SESSION = 9
LIMIT_S = 2.0
TIMES = 3
DATABASE = "postgres"

FILL = """
SELECT setseed(0.5);
INSERT INTO public.users
SELECT n, 'First ' || n % 500, 'Last ' || n % 9000, (ARRAY['F', 'M'])[1 + n % 2], (ARRAY['free', 'paid'])[1 + n % 2]
FROM generate_series(1, greatest({plays} / 400, 10)) n;
INSERT INTO public.songs
SELECT 'SO' || n, 'Title ' || n, 'AR' || n % 3000, 'Artist ' || n % 3000, 1960 + n % 60, 100 + n % 300
FROM generate_series(1, 10000) n;
CREATE TEMPORARY TABLE sessions AS
SELECT *, (ARRAY['free', 'paid'])[1 + CASE
    WHEN user_id % 5 = 0 AND began > timestamptz '2019-06-01Z' + user_id % 100 * interval '1 day' THEN (user_id + 1) % 2
    ELSE user_id % 2 END] AS level
FROM (
    SELECT s AS session_id, 1 + floor(({plays} / 400) * random() ^ 2)::bigint AS user_id,
        timestamptz '2019-01-01Z' + floor(365 * random()) * interval '1 day' + floor(82800 * random()) * interval '1 s'
            AS began,
        floor(-{mean} * ln(1 - random()))::int AS more
    FROM generate_series(1, {plays} / {mean}) s
) s
ORDER BY began;
INSERT INTO public.songplays (songplay_id, start_time, user_id, level, session_id, item_in_session, location,
    user_agent, song, artist, length, song_id, artist_id, log_date)
SELECT row_number() OVER (), start_time, user_id, level, session_id, i,
    'City ' || user_id % 300 || ', ' || (ARRAY['CA', 'NY-NJ-PA', 'TX', 'ME'])[1 + user_id % 4],
    'Mozilla/5.0 (Windows NT 6.1; WOW64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/' || user_id % 40
        || '.0 Safari/537.36',
    'Title ' || song, 'Artist ' || song % 20000, 240, CASE WHEN song < 10000 THEN 'SO' || song END,
    CASE WHEN song < 10000 THEN 'AR' || song % 3000 END, (start_time AT TIME ZONE 'UTC')::date
FROM (
    SELECT *, began + i * interval '240 s' AS start_time, 1 + floor(200000 * random() ^ 4)::int AS song
    FROM sessions, generate_series(0, more) i
) plays;
CREATE INDEX ON public.songplays (log_date);
CREATE INDEX ON public.songplays (start_time);
INSERT INTO analytics.level_events (event_time, user_id, session_id, item_in_session, log_date, page, level)
SELECT began, user_id, session_id, 0, (began AT TIME ZONE 'UTC')::date,
    CASE WHEN random() < 0.01 THEN 'Submit Upgrade' ELSE 'Home' END, level
FROM sessions;
INSERT INTO ops.publications
SELECT 'public.songplays', log_date::text, 1, 'benchmark', 0, 0, 0, now(), now(), true, false
FROM (SELECT DISTINCT log_date FROM public.songplays) days
"""

NOTHING = "SELECT 1"
STEPS = {
    # The last but one: to the very last belong only those sessions that go on after midnight.
    "all days but one": "CREATE TEMPORARY TABLE aside AS SELECT * FROM ops.publications "
    "ORDER BY partition DESC OFFSET 1 LIMIT 1; "
    "DELETE FROM ops.publications WHERE partition IN (SELECT partition FROM aside)",
    "one more day": "INSERT INTO ops.publications TABLE aside",
    "a day again": "UPDATE ops.publications SET changed_at = now() WHERE partition IN (SELECT partition FROM aside)",
    "nothing new": NOTHING,
}
"""What happens before plays are added up, by the name of what that then is."""


def fill(connection: Connection, plays: int) -> None:
    """Make about so many plays, with all that the views read beside them."""
    tables = [*TABLES, MATCHES]
    bookkeeping.prepare(connection, tables)
    values = {"plays": sql.Literal(plays), "mean": sql.Literal(PLAYS_PER_SESSION)}
    with connection.transaction():
        for table in tables:
            # The keys of plays are not what is measured here.
            if ddl.create_or_check(connection, table) and table is not SONGPLAYS:
                ddl.finish(connection, table)
        for statement in FILL.split(";\n"):
            connection.execute(sql.SQL(statement).format(**values))
    connection.execute("VACUUM (ANALYZE)")


def add_up(connection: Connection) -> list[tuple[str, int, float, float]]:
    """Return what was added up, how many days, and the seconds by the clock and of the server's processors."""
    postmaster = parent_of(connection.info.backend_pid)
    taken = []
    for what, change in STEPS.items():
        connection.execute(change)
        started, cpu = time.perf_counter(), cpu_of_server(postmaster)
        done = refresh(connection, read_views(), TABLES)
        seconds = time.perf_counter() - started
        if (done.added_up.days == 0) != (change == NOTHING):
            raise RuntimeError(f"{what}: {done.added_up.days} days were added up; the benchmark no longer measures it")
        taken.append((what, done.added_up.days, seconds, cpu_of_server(postmaster) - cpu))
    connection.execute("VACUUM (ANALYZE)")
    return taken


def time_views(server: Server) -> list[tuple[str, int, float, float]]:
    """Return name, rows, seconds by the clock and of the server's processors of each view, read to the last row."""
    found = []
    with connected(server.url(DATABASE), application_name="views benchmark") as connection:
        connection.execute("RESET work_mem")  # a BI tool has what the server gives it
        postmaster = parent_of(connection.info.backend_pid)
        become_reader(connection)
        for view in read_views():
            query = sql.SQL("COPY (TABLE {}) TO STDOUT").format(sql.Identifier(SCHEMA, view.name))
            times, rows, cpu = [], 0, cpu_of_server(postmaster)
            for _ in range(TIMES):
                started = time.perf_counter()
                with connection.cursor() as cursor, cursor.copy(query) as copy:
                    rows = sum(bytes(block).count(b"\n") for block in copy)
                times.append(time.perf_counter() - started)
            found.append((view.name, rows, median(times), (cpu_of_server(postmaster) - cpu) / TIMES))
    return found


def report(server: Server, plays: int, *, is_new: bool) -> bool:
    """Print what was measured; return whether each view took no longer than it may."""
    print(surroundings(server), flush=True)
    with connected(server.url(DATABASE), application_name="views benchmark") as connection:
        if is_new:
            fill(connection, plays)
            steps = [[what, f"{days}", f"{s:.2f} s", f"{cpu:.2f} s"] for what, days, s, cpu in add_up(connection)]
            print(markdown([["added up", "days", "wall", "server CPU"], *steps]), flush=True)
    found = time_views(server)
    lines = [[name, f"{rows:,}", f"{s:.2f} s", f"{cpu:.2f} s"] for name, rows, s, cpu in found]
    print(markdown([["view", "rows", "wall", "server CPU"], *lines]))
    return all(seconds <= LIMIT_S for _, _, seconds, _ in found)


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure; the exit code is 1 where a view takes longer than it may."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--plays", type=int, default=PLAYS)
    parser.add_argument("--folder", type=Path, help="where the server is put; default: where temporary files are")
    parser.add_argument("--keep", action="store_true", help="leave the server's files, and take them again as they are")
    asked = parser.parse_args(arguments)
    folder = (asked.folder or Path(tempfile.gettempdir())) / "views-benchmark"
    is_new = not folder.exists()
    folder.mkdir(parents=True, exist_ok=True)
    try:
        return int(not report(Server.start(folder), asked.plays, is_new=is_new))
    finally:
        if not asked.keep:
            shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    raise SystemExit(main())
