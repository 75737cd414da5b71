"""What a process costs: wall clock, CPU of client and server, memory, write-ahead log."""

import os
import resource
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, fields
from pathlib import Path
from statistics import median

import psycopg
from psycopg import sql

from sparkify_assets.postgres.embedded import EmbeddedServer

ROOT = Path(__file__).resolve().parent.parent
TICKS_PER_S = os.sysconf("SC_CLK_TCK")
LOOK_EVERY_S = 0.1
MIB = 2**20


@dataclass(frozen=True)
class Run:
    """What one process cost.

    Attributes:
        wall_s: from its start to its end.
        client_cpu_s: of the process and its children.
        server_cpu_s: of all processes of the database server.
        peak_mib: memory of the process and its children at their largest together; the server's is not in it.
        wal_mib: what the database wrote to its write-ahead log.
    """

    wall_s: float
    client_cpu_s: float
    server_cpu_s: float
    peak_mib: float
    wal_mib: float

    @property
    def cpu_s(self) -> float:
        """Of client and server together: what a busy machine blurs less than the wall clock."""
        return self.client_cpu_s + self.server_cpu_s


FIGURES = tuple(field.name for field in fields(Run))


def median_of(runs: Sequence[Run]) -> Run:
    """Return the medians of each figure."""
    return Run(*(median(getattr(run, figure) for run in runs) for figure in FIGURES))


@dataclass(frozen=True)
class Server:
    """A Postgres of the benchmark's own, with its settings as the project leaves them."""

    embedded: EmbeddedServer

    @classmethod
    def start(cls, folder: Path) -> "Server":
        """Start a server whose files are below a folder; it stops with this process."""
        server = cls(EmbeddedServer(folder / "postgres"))
        server.embedded.ensure()
        return server

    def connect(self, database: str = "postgres") -> "psycopg.Connection[tuple[object, ...]]":
        """Connect to a database of the server."""
        return psycopg.connect(self.url(database), autocommit=True)

    def url(self, database: str) -> str:
        """Return the URL of a database of the server."""
        return self.embedded.ensure().replace("/postgres?", f"/{database}?")

    def fresh_database(self, name: str) -> str:
        """Make an empty database and return its URL."""
        with self.connect() as connection:
            connection.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))
            connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
        return self.url(name)

    def measure(self, command: Sequence[str], environment: Mapping[str, str] | None = None) -> Run:
        """Run a command to its end and return what it cost.

        Raises:
            SystemExit: it failed.
        """
        with self.connect() as connection:
            connection.execute("CHECKPOINT")  # what was done before is not to be paid for now
            postmaster = parent_of(connection.info.backend_pid)
            log_before, cpu_before = _log_bytes(connection), cpu_of_server(postmaster)
            wall_s, usage, peak_bytes = _run(command, environment)
            cpu_s = cpu_of_server(postmaster) - cpu_before
            log_bytes = _log_bytes(connection) - log_before
        client_cpu_s = usage.ru_utime + usage.ru_stime
        return Run(wall_s, client_cpu_s, cpu_s, max(peak_bytes / MIB, usage.ru_maxrss / 1024), log_bytes / MIB)


def _run(command: Sequence[str], environment: Mapping[str, str] | None) -> tuple[float, resource.struct_rusage, int]:
    started = time.monotonic()
    with tempfile.TemporaryFile("w+") as log:
        process = subprocess.Popen(
            command, env={**_inherited(), **(environment or {})}, cwd=ROOT, stdout=log, stderr=subprocess.STDOUT
        )
        watch = MemoryWatch(process.pid)
        watch.start()
        _, status, usage = os.wait4(process.pid, 0)
        wall_s = time.monotonic() - started
        process.returncode = os.waitstatus_to_exitcode(status)
        peak_bytes = watch.finish()
        if process.returncode:
            log.seek(0)
            sys.exit(f"{' '.join(command)} failed:\n{log.read()[-3000:]}")
    return wall_s, usage, peak_bytes


def _inherited() -> dict[str, str]:
    """Return the environment without what the project tells its own allocator: others begin as polars leaves it."""
    return {name: value for name, value in os.environ.items() if name != "_RJEM_MALLOC_CONF"}


class MemoryWatch(threading.Thread):
    """Looks ten times a second at how much memory a process and its children hold together."""

    def __init__(self, pid: int) -> None:
        super().__init__(daemon=True)
        self._pid = pid
        self._over = threading.Event()
        self._peak_bytes = 0

    def run(self) -> None:
        """Look until told to finish."""
        while not self._over.wait(LOOK_EVERY_S):
            self._peak_bytes = max(self._peak_bytes, sum(map(_resident_bytes, family_of(self._pid))))

    def finish(self) -> int:
        """Stop looking and return the most that was seen, in bytes."""
        self._over.set()
        self.join()
        return self._peak_bytes


def family_of(pid: int) -> Iterator[int]:
    """Yield a process and all that descend from it."""
    yield pid
    for children in Path(f"/proc/{pid}/task").glob("*/children"):
        with suppress(OSError):
            for child in children.read_text().split():
                yield from family_of(int(child))


def parent_of(pid: int) -> int:
    """Return the process that started a process."""
    return int(_stat(pid)[1])


def cpu_of_server(postmaster: int) -> float:
    """Return the CPU seconds that a server has used so far, by processes that live and that are gone."""
    ticks = sum(int(ticks) for ticks in _stat(postmaster)[13:15])  # of children that were waited for
    for pid in family_of(postmaster):
        with suppress(OSError):
            ticks += sum(int(ticks) for ticks in _stat(pid)[11:13])
    return ticks / TICKS_PER_S


def _stat(pid: int) -> list[str]:
    """Return the fields of a process's status from the third on, see proc(5)."""
    return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()


def _resident_bytes(pid: int) -> int:
    try:
        return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")
    except OSError:
        return 0


def _log_bytes(connection: "psycopg.Connection[tuple[object, ...]]") -> int:
    row = connection.execute("SELECT pg_wal_lsn_diff(pg_current_wal_lsn(), '0/0')::bigint").fetchone()
    return int(str(row and row[0]))
