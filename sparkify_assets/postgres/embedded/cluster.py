"""Make a data folder, and start the server on it."""

import fcntl
import os
import secrets
import shutil
import subprocess
from pathlib import Path

from sparkify_assets.errors import EmbeddedServerError

from .binaries import FIRST_WITH_BUILTIN_LOCALES, Binaries
from .home import Home
from .locks import open_lock, try_lock
from .loopback import READER
from .postmaster import disown_stale_pid
from .privileges import ServerUser, choose_user
from .wire import PORT, SUPERUSER

# Written into a new data folder's postgresql.conf, so that `ALTER SYSTEM` and an editor can change them.
SETTINGS = """
# embedded server: one machine, loads in bulk, no replicas
wal_level = minimal
max_wal_senders = 0
max_wal_size = 4GB
shared_buffers = 256MB
max_connections = 100
fsync = on
timezone = 'UTC'
log_timezone = 'UTC'
lc_messages = 'C'
log_checkpoints = off
log_min_error_statement = panic  # failed statements may hold other people's data
"""
# Whoever gets at the private socket is us; the loopback address is let in by the keeper, under one name only.
ADMISSION = f"""
local  all  {READER}  scram-sha-256
local  all  all       trust
"""
LOG_LINES = 15
_OTHER_VARIABLES = {"LANG", "LANGUAGE", "TZ"}

# Postgres opens some files by the path that it was started with, `pg_control` among them. When the home had been moved,
# a checkpoint failed, or overwrote the file of the server that was made in its old place; and whichever server ended
# first took away the other one's socket. All of its processes work in the data folder, and find it from there anywhere.
_WHEREVER = Path("/proc/self/cwd")


def start_server(home: Home, binaries: Binaries, socket_folder: Path) -> None:
    """Start the server on the home's data, which are made if there are none; does not wait until it answers.

    The caller holds the change lock, and has seen that nobody holds the server lock.
    """
    program = binaries.program("postgres")
    user = choose_user(home.path, home.data, program)
    for path in (home.path, home.run, socket_folder.parent if socket_folder != home.run else home.run):
        user.give(path)
    _remove_leftovers(home)
    major = binaries.major()
    if home.log.exists():
        home.log.replace(home.old_log)
    with home.log.open("a") as log:
        if not (home.data / "PG_VERSION").exists():
            _make_data(home, binaries, major, user, log.fileno())
        _check_version(home, binaries, major)
        user.give_tree(home.data)
        home.data.chmod(0o700)
        disown_stale_pid(home.data)
        _launch(home, program, user, log.fileno())


def log_tail(home: Home) -> str:
    """Return the last lines of the log."""
    try:
        lines = home.log.read_text(errors="replace").strip().splitlines()
    except FileNotFoundError:
        return "(no log)"
    return "\n".join(lines[-LOG_LINES:]) or "(the log is empty)"


def environment() -> dict[str, str]:
    """Return our environment without what would change how Postgres programs behave."""
    return {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("PG", "LC_")) and name not in _OTHER_VARIABLES
    }


def _remove_leftovers(home: Home) -> None:
    """Remove what a killed start or a killed server left behind."""
    for half_made in home.path.glob("init-*"):
        shutil.rmtree(half_made, ignore_errors=True)
    for dead in home.run.glob(".s.PGSQL.*"):
        dead.unlink(missing_ok=True)


def _make_data(home: Home, binaries: Binaries, major: int, user: ServerUser, log: int) -> None:
    """Make the data folder aside, and put it in its place when it is complete."""
    aside = home.path / f"init-{secrets.token_hex(4)}"
    aside.mkdir(mode=0o700)
    user.give(aside)
    locale = ["--locale-provider=builtin"] if major >= FIRST_WITH_BUILTIN_LOCALES else []
    options = [
        "--username",
        SUPERUSER,
        "--encoding=UTF8",
        *locale,
        "--locale=C.UTF-8",
        "--auth=trust",
        "--no-instructions",
    ]
    command = [*user.prefix, str(binaries.program("initdb")), "-D", str(aside), *options]
    try:
        done = subprocess.run(
            command,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            env=environment(),
            cwd="/",
            start_new_session=True,
            check=False,
            **user.arguments(),
        )
        if done.returncode:
            raise EmbeddedServerError(
                f"embedded Postgres: initdb failed ({done.returncode}); nothing was made in {home.path}; "
                f"it said:\n{log_tail(home)}"
            )
        _write(aside / "postgresql.conf", "a", SETTINGS)
        _write(aside / "pg_hba.conf", "w", ADMISSION)
        aside.rename(home.data)
    finally:
        shutil.rmtree(aside, ignore_errors=True)


def _write(path: Path, mode: str, text: str) -> None:
    """Write to a file, and to the disk: a server does not start without its settings."""
    with path.open(mode) as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())


def _check_version(home: Home, binaries: Binaries, major: int) -> None:
    found = (home.data / "PG_VERSION").read_text().strip()
    if found != str(major):
        raise EmbeddedServerError(
            f"embedded Postgres: the data in {home.data} were made by PostgreSQL {found}, and the programs in "
            f"{binaries.folder} are of {major}; nothing was changed; use programs of {found}, or move the folder away "
            "and load the data anew"
        )


def _launch(home: Home, program: Path, user: ServerUser, log: int) -> None:
    """Start the server as nobody's child, in a session of its own, with the server lock as its only inheritance."""
    settings = {
        "listen_addresses": "",
        "port": str(PORT),
        "unix_socket_directories": os.path.relpath(home.run, home.data),
        "unix_socket_permissions": "0700",
        "logging_collector": "off",
    }
    options = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
    # The shell starts it and goes, so that it is no child of ours, and its end does not concern us.
    shell = ["/bin/sh", "-c", '"$@" >&2 &', "sh"]
    lock = open_lock(home.server_lock)
    try:
        if not try_lock(lock, fcntl.LOCK_EX):
            return  # started by hand in this moment; we will see what it answers
        subprocess.run(
            [*shell, *user.prefix, str(program), *options],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=log,
            # By the environment: `pg_ctl restart` names a folder of its own beside the options that we give.
            env={**environment(), "PG_GRANDPARENT_PID": str(os.getpid()), "PGDATA": str(_WHEREVER)},
            cwd=home.data,
            start_new_session=True,
            pass_fds=[lock],
            check=True,
            **user.arguments(),
        )
    finally:
        os.close(lock)
