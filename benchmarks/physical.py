"""Measure what `docs/physical-design.md` argues with: indexes, partitions, fill factor, vacuum.

Usage: python -m benchmarks.physical [--events N] [--folder FOLDER] [PART ...]

A year of generated events is loaded by the project's own command into a server of its own; everything else is SQL on
copies of what stands there. The parts are `indexes`, `questions`, `partitions`, `fillfactor` and `vacuum`.
"""

import argparse
import re
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from statistics import median
from typing import Any

import psycopg
from psycopg import sql

from benchmarks.contestants import Project
from benchmarks.measure import MIB, Server
from benchmarks.tables import markdown, surroundings
from sparkify_assets.generator.generate import generate
from sparkify_assets.generator.plan import Plan

DAYS = 364
LISTENERS = 50_000
TIMES = 5
Connection = psycopg.Connection[Any]

# Those that stand, and those that one could think of.
STANDING = {
    "key (songplay_id)": "CREATE UNIQUE INDEX {} ON {} (songplay_id)",
    "event key (start_time, user_id, session_id, item_in_session)": (
        "CREATE UNIQUE INDEX {} ON {} (start_time, user_id, session_id, item_in_session)"
    ),
    "(log_date)": "CREATE INDEX {} ON {} (log_date)",
    "(user_id)": "CREATE INDEX {} ON {} (user_id)",
}
CANDIDATES = {
    "(song_id)": "CREATE INDEX {} ON {} (song_id)",
    "(artist, song)": "CREATE INDEX {} ON {} (artist, song)",
    "BRIN (start_time)": "CREATE INDEX {} ON {} USING brin (start_time) WITH (autosummarize = on)",
    "BRIN (log_date)": "CREATE INDEX {} ON {} USING brin (log_date) WITH (autosummarize = on)",
    "covering (log_date) INCLUDE (level, length)": "CREATE INDEX {} ON {} (log_date) INCLUDE (level, length)",
}
EVERY = STANDING | CANDIDATES

QUESTIONS = {
    "most played songs ever": "SELECT song, artist, count(*) FROM {} GROUP BY 1, 2 ORDER BY 3 DESC LIMIT 10",
    "plays by level in one month": (
        "SELECT level, count(*), sum(length) FROM {} WHERE log_date BETWEEN '2019-03-01' AND '2019-03-31' GROUP BY 1"
    ),
    "one hour, by time": (
        "SELECT count(*) FROM {} WHERE start_time >= '2019-03-05 16:00Z' AND start_time < '2019-03-05 17:00Z'"
    ),
    "one day's rows, to replace them": "SELECT count(length) FROM {} WHERE log_date = '2019-03-05'",
    "all plays of a listener": ("SELECT count(length) FROM {} WHERE user_id = (SELECT user_id FROM busiest LIMIT 1)"),
    "plays of a catalogue song": (
        "SELECT count(DISTINCT user_id) FROM {} WHERE song_id = (SELECT song_id FROM usual LIMIT 1)"
    ),
    "plays of an artist as logged": (
        "SELECT count(DISTINCT user_id) FROM {} WHERE artist = (SELECT artist FROM usual LIMIT 1)"
    ),
}
SERVING = {  # with which index of those above a question is asked, other than without any
    "plays by level in one month": ("(log_date)", "BRIN (log_date)", "covering (log_date) INCLUDE (level, length)"),
    "one hour, by time": (list(STANDING)[1], "BRIN (start_time)"),
    "one day's rows, to replace them": ("(log_date)", "BRIN (log_date)"),
    "all plays of a listener": ("(user_id)",),
    "plays of a catalogue song": ("(song_id)",),
    "plays of an artist as logged": ("(artist, song)",),
}
KEEP_A_MONTH = "CREATE TEMP TABLE kept AS SELECT * FROM {} WHERE log_date BETWEEN '2019-03-01' AND '2019-03-31'"
DELETE_A_MONTH = "DELETE FROM {} WHERE log_date BETWEEN '2019-03-01' AND '2019-03-31'"
PUT_BACK = "INSERT INTO {} SELECT * FROM kept ORDER BY songplay_id"


def run(connection: Connection, statement: str, *names: str) -> float:
    """Run a statement with names of tables in the place of `{}`; return the milliseconds that it took."""
    started = time.monotonic()
    connection.execute(sql.SQL(statement).format(*map(sql.Identifier, names)))  # type: ignore[arg-type]  # ours
    return (time.monotonic() - started) * 1000


def often(connection: Connection, statement: str, *names: str) -> float:
    """Return the median of some times, after one that fills the caches."""
    return median([run(connection, statement, *names) for _ in range(TIMES + 1)][1:])


def value(connection: Connection, statement: str, *names: str) -> Any:
    """Return the one value of a query."""
    query = sql.SQL(statement)  # type: ignore[arg-type]  # ours
    row = connection.execute(query.format(*map(sql.Literal, names))).fetchone()
    return row and row[0]


def size_mib(connection: Connection, name: str) -> float:
    """Return the size of a table or an index."""
    return float(value(connection, "SELECT pg_table_size({}::regclass)", name)) / MIB


def copy_of(connection: Connection, name: str, *, indexes: Sequence[str] = ()) -> None:
    """Make a copy of the plays without indexes, ordered by day as loads write them, then the indexes."""
    run(connection, "DROP TABLE IF EXISTS {}", name)
    run(connection, "CREATE TABLE {} AS SELECT * FROM public.songplays ORDER BY songplay_id", name)
    for number, index in enumerate(indexes):
        run(connection, EVERY[index], f"{name}_{number}", name)
    run(connection, "VACUUM (ANALYZE) {}", name)


def reload(connection: Connection, name: str) -> tuple[float, float]:
    """Load a month again, as a load does that finds other files; return milliseconds and MiB of write-ahead log."""
    run(connection, "DROP TABLE IF EXISTS kept")
    run(connection, KEEP_A_MONTH, name)
    run(connection, "CHECKPOINT")  # else what comes before is paid for here
    before = value(connection, "SELECT pg_current_wal_insert_lsn()")
    with connection.transaction():
        took = run(connection, DELETE_A_MONTH, name) + run(connection, PUT_BACK, name)
    written = value(connection, "SELECT pg_current_wal_insert_lsn() - {}::pg_lsn", str(before))
    run(connection, "VACUUM {}", name)
    return took, float(written) / MIB


def reloads(connection: Connection, name: str) -> tuple[str, str]:
    """Return the medians of some reloads."""
    took, written = zip(*(reload(connection, name) for _ in range(TIMES)), strict=True)
    return f"{median(took):,.0f} ms", f"{median(written):.0f} MiB"


def indexes(connection: Connection) -> str:
    """Measure what each index costs: at the first load, on disk, and when a month is loaded again."""
    rows = [["index beside (log_date)", "built after COPY", "size", "reload of a month", "WAL of that"]]
    copy_of(connection, "plays", indexes=["(log_date)"])
    rows.append(["none", "", f"table: {size_mib(connection, 'plays'):.0f} MiB", *reloads(connection, "plays")])
    for name, statement in EVERY.items():
        copy_of(connection, "plays", indexes=[] if name == "(log_date)" else ["(log_date)"])
        built = run(connection, statement, "an_index", "plays")
        size = size_mib(connection, "an_index")
        rows.append([name, f"{built:,.0f} ms", f"{size:.1f} MiB", *reloads(connection, "plays")])
    return markdown(rows)


def questions(connection: Connection) -> str:
    """Measure questions without an index, and with each that could serve."""
    rows = [["question", "with", "time", "blocks read"]]
    copy_of(connection, "plays")
    for question, statement in QUESTIONS.items():
        for name in (None, *SERVING.get(question, ())):
            if name is not None:
                run(connection, EVERY[name], "an_index", "plays")
                run(connection, "VACUUM (ANALYZE) {}", "plays")
            took = often(connection, statement, "plays")
            rows.append([question, name or "no index", f"{took:,.1f} ms", f"{blocks(connection, statement):,}"])
            run(connection, "DROP INDEX IF EXISTS an_index")
    return markdown(rows)


def blocks(connection: Connection, statement: str) -> int:
    """Return how many blocks a question reads, in memory or not."""
    plan = "EXPLAIN (ANALYZE, BUFFERS, TIMING OFF) " + statement
    query = sql.SQL(plan)  # type: ignore[arg-type]  # ours
    lines = connection.execute(query.format(sql.Identifier("plays"))).fetchall()
    found = next(line for (line,) in lines if "Buffers:" in line)
    return sum(int(number) for number in re.findall(r"(?:hit|read)=(\d+)", found))


def partitions(connection: Connection) -> str:
    """Compare one table with one that is partitioned by month."""
    copy_of(connection, "plays", indexes=list(STANDING))
    run(connection, "DROP TABLE IF EXISTS monthly")
    run(connection, "CREATE TABLE monthly (LIKE public.songplays) PARTITION BY RANGE (log_date)")
    months = connection.execute("SELECT DISTINCT date_trunc('month', log_date)::date FROM songplays ORDER BY 1")
    for (month,) in months.fetchall():
        connection.execute(
            sql.SQL(
                "CREATE TABLE {} PARTITION OF monthly FOR VALUES FROM ({}) TO ({}::date + interval '1 month')"
            ).format(sql.Identifier(f"monthly_{month:%Y_%m}"), sql.Literal(str(month)), sql.Literal(str(month)))
        )
    run(connection, "INSERT INTO monthly SELECT * FROM songplays ORDER BY songplay_id")
    for number, name in enumerate(STANDING):
        # A unique index of a partitioned table has to have the column that it is partitioned by.
        statement = STANDING[name].replace(")", ", log_date)") if "UNIQUE" in STANDING[name] else STANDING[name]
        run(connection, statement, f"monthly_{number}", "monthly")
    run(connection, "VACUUM (ANALYZE) {}", "monthly")
    rows = [["", "one table", "by month"]]
    for question, statement in QUESTIONS.items():
        took = [f"{often(connection, statement, name):,.1f} ms" for name in ("plays", "monthly")]
        rows.append([question, *took])
    rows.append(["reload of a month", *(reloads(connection, name)[0] for name in ("plays", "monthly"))])
    deleted = run(connection, "DELETE FROM {} WHERE log_date < '2018-12-01'", "plays")
    vacuumed = run(connection, "VACUUM {}", "plays")
    dropped = run(connection, "DROP TABLE monthly_2018_11")
    rows.append(["give up the first month", f"{deleted + vacuumed:,.0f} ms", f"{dropped:,.1f} ms"])
    return markdown(rows)


def fillfactor(connection: Connection) -> str:
    """Measure how many updates of users stay in their block, by fill factor."""
    rows = [["fill factor of users", "size at first", "after 30 days", "updates in their block", "30 days of updates"]]
    for factor in (100, 90, 80, 70):
        run(connection, "DROP TABLE IF EXISTS listeners")
        run(connection, "CREATE TABLE listeners (LIKE public.users INCLUDING INDEXES)")
        statement = sql.SQL("ALTER TABLE listeners SET (fillfactor = {}, autovacuum_enabled = off)")
        connection.execute(statement.format(sql.Literal(factor)))
        run(connection, "INSERT INTO listeners SELECT * FROM users")
        before = size_mib(connection, "listeners")
        took = 0.0
        for day in range(30):
            # One in thirty changes from one day to the next; autovacuum comes by once in a while.
            started = time.monotonic()
            connection.execute("UPDATE listeners SET level = level WHERE user_id %% 30 = %s", (day,))
            took += (time.monotonic() - started) * 1000
            if day % 5 == 4:
                run(connection, "VACUUM listeners")
        run(connection, "SELECT pg_stat_force_next_flush()")
        hot = value(
            connection,
            "SELECT n_tup_hot_upd / n_tup_upd::float FROM pg_stat_user_tables WHERE relname = {}",
            "listeners",
        )
        after = size_mib(connection, "listeners")
        rows.append([str(factor), f"{before:.2f} MiB", f"{after:.2f} MiB", f"{hot:.0%}", f"{took:.0f} ms"])
    return markdown(rows)


def vacuum(connection: Connection) -> str:
    """Measure what reloads leave behind, and what a vacuum of it is worth."""
    rows = [["after", "size", "dead rows", "plays by day, from the index alone", "blocks"]]
    count_days = "SELECT log_date, count(*) FROM {} WHERE log_date > '2019-06-01' GROUP BY 1"
    copy_of(connection, "plays", indexes=list(STANDING))
    run(connection, "ALTER TABLE {} SET (autovacuum_enabled = off)", "plays")

    def note(what: str) -> None:
        run(connection, "SELECT pg_stat_force_next_flush()")
        dead = value(connection, "SELECT n_dead_tup FROM pg_stat_user_tables WHERE relname = {}", "plays")
        took = often(connection, count_days, "plays")
        size = value(connection, "SELECT pg_total_relation_size('plays')") / MIB
        rows.append([what, f"{size:.0f} MiB", f"{dead:,}", f"{took:,.1f} ms", f"{blocks(connection, count_days):,}"])

    note("the load of the year")
    for _ in range(3):
        run(connection, "DROP TABLE IF EXISTS kept")
        run(connection, "CREATE TEMP TABLE kept AS SELECT * FROM {} WHERE log_date > '2019-10-01'", "plays")
        with connection.transaction():
            run(connection, "DELETE FROM {} WHERE log_date > '2019-10-01'", "plays")
            run(connection, PUT_BACK, "plays")
    note("the last month loaded three times again")
    took = run(connection, "VACUUM (ANALYZE) {}", "plays")
    note(f"a vacuum, which took {took:,.0f} ms")
    return markdown(rows)


PARTS: dict[str, Callable[[Connection], str]] = {
    "indexes": indexes,
    "questions": questions,
    "partitions": partitions,
    "fillfactor": fillfactor,
    "vacuum": vacuum,
}


def main() -> None:
    """Load a year and measure the parts that the command line names, or all."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("parts", nargs="*", choices=[*PARTS, []], metavar="PART")
    parser.add_argument("--events", type=int, default=1_000_000)
    parser.add_argument("--folder", type=Path)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="bench", dir=arguments.folder) as name:
        folder = Path(name)
        server = Server.start(folder)
        print(surroundings(server), flush=True)
        generate(
            Plan(days=DAYS, events_per_day=max(arguments.events // DAYS, 10), songs=5_000, listeners=LISTENERS),
            folder / "data",
        )
        project = Project(server, folder / "home", folder / "data")
        project.first_load("physical")
        with server.connect("physical") as connection:
            run(
                connection,
                "CREATE TEMP TABLE usual AS SELECT song_id, artist FROM songplays WHERE song_id IS NOT NULL"
                " GROUP BY 1, 2 HAVING count(*) BETWEEN 50 AND 200 ORDER BY 1",
            )
            run(
                connection,
                "CREATE TEMP TABLE busiest AS SELECT user_id FROM songplays GROUP BY 1 ORDER BY count(*) DESC",
            )
            plays = value(connection, "SELECT count(*) FROM songplays")
            print(f"{plays:,} plays of {DAYS} days; times are medians of {TIMES}")
            for part in arguments.parts or PARTS:
                print(f"\n## {part}\n\n{PARTS[part](connection)}", flush=True)


if __name__ == "__main__":
    main()
