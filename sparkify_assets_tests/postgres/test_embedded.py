"""The embedded server with its users: shared, stopped with the last one, whatever is killed or moved meanwhile."""

import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import psycopg

from sparkify_assets.postgres.embedded.binaries import find_binaries
from sparkify_assets.postgres.embedded.postmaster import is_alive
from sparkify_assets.postgres.embedded.privileges import choose_user

from .embedded_users import (
    PRELUDE,
    User,
    clean_up,
    is_down,
    keeper,
    postmaster,
    prepare,
    run,
    users,
    wait_until,
    wait_until_down,
)

ONE_ROW = "CREATE TABLE IF NOT EXISTS plays AS SELECT 1 AS id"


def ask(url: str, query: str) -> object:
    with psycopg.connect(url, autocommit=True) as connection:
        cursor = connection.execute(query)
        row = cursor.fetchone() if cursor.description else None
    return row[0] if row else None


def test_server_comes_with_its_first_user_and_goes_with_its_last(home: Path) -> None:
    with users(home, 1) as (first,):
        url = first.url
        with users(home, 1) as (second,):
            assert second.url == url
            first.end()
            assert ask(url, "SELECT current_database()") == "shop"

    wait_until_down(home)


def test_settings_are_as_promised(new_home: Path) -> None:
    expected = {
        "listen_addresses": "",
        "fsync": "on",
        "wal_level": "minimal",
        "max_wal_senders": "0",
        "shared_buffers": "256MB",
        "max_wal_size": "4GB",
        "max_connections": "100",
        "TimeZone": "UTC",
        "server_encoding": "UTF8",
        "unix_socket_permissions": "0700",
    }
    with users(new_home) as (user,):
        url = user.url

        settings = {name: ask(url, f"SHOW {name}") for name in expected}

        assert settings == expected
        assert (
            ask(url, "SELECT datlocprovider::text || datlocale FROM pg_database WHERE datname = 'shop'") == "bC.UTF-8"
        )
    assert new_home.stat().st_mode & 0o077 == (new_home / "run").stat().st_mode & 0o077 == 0


def test_six_first_users_at_once_share_one_server(new_home: Path) -> None:
    with users(new_home, 6) as six:
        urls = {user.url for user in six}
        (url,) = urls

        assert ask(url, "SELECT count(*) FROM pg_database WHERE datname = 'shop'") == 1
        assert (new_home / "postgres.log").read_text().count("ready to accept connections") == 1

    wait_until_down(new_home)
    assert not list(new_home.glob("init-*"))


def test_killed_owner_takes_the_server_with_it(home: Path) -> None:
    with users(home) as (owner,):
        ask(owner.url, ONE_ROW)
        owner.kill()
        killed_at = time.monotonic()

        wait_until_down(home)

    assert time.monotonic() - killed_at < 5


def test_forked_child_keeps_the_server_up_after_its_parent(home: Path) -> None:
    script = PRELUDE + (
        "import os\n"
        "url = server.ensure()\n"
        "if os.fork(): os._exit(0)\n"
        "print(server.ensure(), flush=True); sys.stdin.read()"
    )
    parent = User(home, script)

    url = parent.url
    parent.process.wait(timeout=10)
    time.sleep(0.5)

    assert ask(url, "SELECT 1") == 1
    parent.end()
    wait_until_down(home)


def test_killed_keeper_is_replaced_by_the_next_user(home: Path) -> None:
    with users(home) as (first,):
        url, server = first.url, postmaster(home)
        old = keeper(home)
        os.kill(old, signal.SIGKILL)
        wait_until(lambda: not Path(f"/proc/{old}/cwd").exists(), "the keeper is gone")

        with users(home) as (second,):
            assert second.url == url
            assert keeper(home) != old
            assert postmaster(home) == server

    wait_until_down(home)


def test_keeper_and_owner_killed_leave_a_server_that_the_next_user_takes_over(home: Path) -> None:
    with users(home) as (owner,):
        assert owner.url
        server = postmaster(home)
        os.kill(keeper(home), signal.SIGKILL)
        owner.kill()
    time.sleep(0.3)
    assert not is_down(home)

    with users(home) as (user,):
        assert ask(user.url, "SELECT 1") == 1
        assert postmaster(home) == server

    wait_until_down(home)


def test_killed_server_is_recovered_with_what_was_committed(home: Path) -> None:
    with users(home) as (first,):
        url = first.url
        ask(url, ONE_ROW)
        os.kill(postmaster(home), signal.SIGKILL)

        with users(home) as (second,):
            assert second.url == url
            assert ask(url, "SELECT count(*) FROM plays") == 1


def test_same_process_gets_a_killed_server_back(home: Path) -> None:
    script = """
import os, signal
from sparkify_assets.postgres.embedded.postmaster import read_pid
url = server.ensure()
os.kill(read_pid(Path(sys.argv[1]) / "data"), signal.SIGKILL)
assert server.ensure() == url
assert server.status().running
"""

    done = run(home, script)

    assert done.returncode == 0, done.stderr


def test_server_that_was_restarted_with_pg_ctl_goes_with_its_last_user(home: Path) -> None:
    program = find_binaries(None).program("pg_ctl")
    data = home / "data"
    with users(home, 1) as (user,):
        before = (user.url, postmaster(home))
        who = choose_user(home, data, program)

        command = [*who.prefix, str(program), "restart", "-m", "fast", "-D", str(data), "-l", str(home / "by-hand.log")]
        subprocess.run(command, check=True, capture_output=True, cwd="/", **who.arguments())

        assert ask(before[0], "SELECT 1") == 1
        assert postmaster(home) != before[1]
    wait_until(lambda: not is_alive(data), "the server has stopped")


def test_process_that_got_the_servers_pid_is_left_alone(home: Path) -> None:
    with users(home) as (first,):
        ask(first.url, ONE_ROW)
        lock_file = (home / "data/postmaster.pid").read_text()
        os.kill(postmaster(home), signal.SIGKILL)
    wait_until_down(home)
    with subprocess.Popen(["sleep", "60"]) as innocent:
        rest = lock_file.split("\n", 1)[1]
        (home / "data/postmaster.pid").write_text(f"{innocent.pid}\n{rest}")
        (home / "run/.s.PGSQL.5432.lock").write_text(f"{innocent.pid}\n{rest}")

        with users(home) as (user,):
            assert ask(user.url, "SELECT count(*) FROM plays") == 1
        wait_until_down(home)

        assert innocent.poll() is None
        innocent.kill()


def test_long_path_with_blanks_and_quotes(tmp_path: Path) -> None:
    home = tmp_path / 'it\'s a "long" $HOME, 100% blank' / ("x" * 100) / "å server"
    try:
        with users(home, 3) as three:
            (url,) = {user.url for user in three}
            ask(url, ONE_ROW)
            alias = Path(url.split("host=")[1].split("&")[0]).parent
            assert alias.stat().st_mode & 0o777 == 0o700
        wait_until_down(home)
        wait_until(lambda: not alias.exists(), "the socket's alias is removed")
    finally:
        clean_up(home)


def test_folder_in_the_place_of_the_alias_that_others_can_write_is_not_used(tmp_path: Path) -> None:
    home = tmp_path / "with blank"
    try:
        with users(home) as (user,):
            alias = Path(user.url.split("host=")[1].split("&")[0]).parent
        wait_until_down(home)
        wait_until(lambda: not alias.exists(), "the socket's alias is removed")
        alias.mkdir()
        alias.chmod(0o777)

        with users(home) as (user,):
            assert str(alias) not in user.url
        alias.rmdir()
    finally:
        clean_up(home)


def test_moved_home_keeps_its_rows(home: Path, tmp_path: Path) -> None:
    with users(home) as (user,):
        ask(user.url, ONE_ROW)
    wait_until_down(home)
    moved = home.rename(tmp_path / "moved server")
    try:
        with users(moved) as (user,):
            assert ask(user.url, "SELECT count(*) FROM plays") == 1
        wait_until_down(moved)
    finally:
        clean_up(moved)


def test_home_moved_under_a_running_server_finds_the_server_again(home: Path, tmp_path: Path) -> None:
    with users(home) as (first,):
        ask(first.url, ONE_ROW)
        server = postmaster(home)
        moved = home.rename(tmp_path / "moved server")
        try:
            with users(moved) as (second,), users(home) as (other,):
                assert ask(second.url, "SELECT count(*) FROM plays") == 1
                assert postmaster(moved) == server
                assert ask(other.url, "SELECT to_regclass('plays')") is None
            first.end()
            wait_until_down(moved)
        finally:
            clean_up(moved)


def test_server_of_a_moved_home_leaves_its_old_place_to_the_next(home: Path, tmp_path: Path) -> None:
    with users(home) as (first,):
        ask(first.url, ONE_ROW)
        moved = home.rename(tmp_path / "moved server")
        prepare(home)
        try:
            with users(home) as (second,):
                new_url = second.url
                ask(new_url, "CREATE TABLE songs AS SELECT 2 AS id")
                with users(moved) as (third,):
                    ask(third.url, "INSERT INTO plays VALUES (2); CHECKPOINT")
                first.end()
                wait_until_down(moved)

                assert ask(new_url, "SELECT id FROM songs") == 2
            wait_until_down(home)

            with users(home) as (new,), users(moved) as (old,):
                assert ask(new.url, "SELECT id FROM songs") == 2
                assert ask(old.url, "SELECT count(*) FROM plays") == 2
        finally:
            clean_up(moved)


def test_server_of_a_removed_home_leaves_its_place_to_the_next(home: Path) -> None:
    with users(home) as (first,):
        assert ask(first.url, "SELECT 1") == 1
        old = postmaster(home)
        subprocess.run(["rm", "-rf", home], check=True, timeout=30)
        prepare(home)

        with users(home) as (second,):
            url = second.url
            assert ask(url, "SELECT 1") == 1
            os.kill(old, signal.SIGQUIT)  # else it would look within a minute whether its folder is still there
            wait_until(lambda: not Path(f"/proc/{old}/cwd").exists(), "the old server is gone")

            assert ask(url, "SELECT 1") == 1

    wait_until_down(home)


def test_copied_home_gets_a_server_of_its_own(home: Path, tmp_path: Path) -> None:
    with users(home) as (first,):
        ask(first.url, ONE_ROW)
        copy = tmp_path / "copy"
        shutil.copytree(home, copy, ignore=shutil.ignore_patterns(".s.*"))
        try:
            with users(copy) as (second,):
                ask(second.url, "CREATE TABLE of_the_copy ()")
                assert postmaster(copy) != postmaster(home)
                assert ask(first_url(home), "SELECT to_regclass('of_the_copy')") is None
            wait_until_down(copy)
            assert not is_down(home)
        finally:
            clean_up(copy)


def first_url(home: Path) -> str:
    return f"postgresql://postgres@/shop?host={home}/run"


def test_start_may_race_with_stop(home: Path) -> None:
    script = "import psycopg; psycopg.connect(server.ensure()).execute('SELECT 1'); "
    for _ in range(6):
        pair = [User(home, PRELUDE + script) for _ in range(2)]
        for user in pair:
            _, complaint = user.process.communicate(timeout=30)
            assert user.process.returncode == 0, complaint

    wait_until_down(home)


def test_variables_of_the_user_do_not_reach_the_server(home: Path) -> None:
    hostile = {
        "PGHOST": "nowhere.invalid",
        "PGPORT": "1",
        "PGDATA": "/nowhere",
        "PGOPTIONS": "-c nonsense=1",
        "PGSERVICE": "nothing",
        "PGUSER": "nobody",
        "LC_ALL": "xx_XX.nothing",
        "TZ": "Asia/Tokyo",
    }

    done = run(home, "import os; os.execv((argv := server.psql('-Atc', 'SHOW timezone'))[0], argv)", variables=hostile)

    assert (done.returncode, done.stdout.strip()) == (0, "UTC"), done.stderr


def test_psql_keeps_the_server_up_as_long_as_it_runs(home: Path) -> None:
    script = "import os; os.execv((argv := server.psql('-Atc', 'SELECT pg_sleep(1)', '-c', 'SELECT 42'))[0], argv)"

    done = run(home, script)

    assert done.stdout.split() == ["42"], done.stderr
    wait_until_down(home)


def test_interrupt_of_the_terminal_does_not_reach_the_server(home: Path) -> None:
    with users(home) as (first,):
        url = first.url
        with users(home) as (second,):
            assert second.url == url
            server = postmaster(home)

            os.killpg(first.process.pid, signal.SIGINT)
            first.process.communicate(timeout=10)

            assert ask(url, "SELECT 1") == 1
            assert postmaster(home) == server


def test_server_inherits_nothing_but_its_lock(home: Path) -> None:
    reader, writer = os.pipe()
    os.set_inheritable(writer, True)
    process = subprocess.Popen(
        [sys.executable, "-c", PRELUDE + "server.ensure(); print(flush=True); sys.stdin.read()", str(home)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        pass_fds=[writer],
    )
    os.close(writer)
    assert process.stdout is not None
    process.stdout.readline()

    for pid in (postmaster(home), keeper(home)):
        opened = [link.resolve() for link in Path(f"/proc/{pid}/fd").iterdir() if link.exists()]
        ours = {path.name for path in opened if home in path.parents and home / "data" not in path.parents}
        assert not [path for path in opened if "pipe:" in path.name and pid == keeper(home)]
        assert ours <= (
            {"postgres.log", "server.lock"} if pid == postmaster(home) else {"keeper.log", "keeper.lock", "lease"}
        )

    process.communicate(timeout=10)
    assert os.read(reader, 1) == b""  # the end of file, as `make run | tee` waits for
    os.close(reader)


def test_half_made_data_are_removed(new_home: Path) -> None:
    half = new_home / "init-0123"
    half.mkdir(parents=True)
    (half / "PG_VERSION").write_text("18\n")

    with users(new_home) as (user,):
        assert ask(user.url, "SELECT 1") == 1

    assert not half.exists()


def test_recovery_is_waited_for_and_said(home: Path) -> None:
    with users(home) as (user,):
        assert user.url
        with (home / "data/postgresql.conf").open("a") as settings:
            settings.write("wal_level = replica\nhot_standby = off\n")
    wait_until_down(home)
    with users(home) as (user,):  # once with the new wal_level
        assert user.url
    wait_until_down(home)
    (home / "data/standby.signal").touch()  # in recovery until somebody promotes it

    with users(home) as (user,):
        assert user.process.stderr is not None
        said = user.process.stderr.readline()
        (home / "data/promote").touch()
        os.kill(postmaster(home), signal.SIGUSR1)

        assert "Postgres says: the database system is" in said
        assert "waiting" in said
        assert ask(user.url, "SELECT pg_is_in_recovery()") is False


def test_long_log_is_cut(home: Path) -> None:
    with users(home) as (user,):
        url = user.url
        with (home / "postgres.log").open("a") as log:
            log.write("x" * (9 << 20))

        wait_until(lambda: (home / "postgres.log").stat().st_size < 1 << 20, "the log is cut")

        assert ask(url, "SELECT 1") == 1
