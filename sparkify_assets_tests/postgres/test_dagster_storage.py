"""Dagster's storage: a real instance over a real server, through `dagster.yaml` as users write it."""

import os
import subprocess
import sys
import textwrap
from collections.abc import Iterator
from pathlib import Path

import pytest

from sparkify_assets.postgres.dagster_storage import StorageError, driver_url

from .embedded_users import HOLD, User, clean_up, run, wait_until_down

pytestmark = pytest.mark.slow

DEFINITIONS = """
import dagster as dg

@dg.asset
def songs() -> None: ...

days = dg.DailyPartitionsDefinition("2018-11-01", end_date="2018-12-01")

@dg.multi_asset(specs=[dg.AssetSpec("plays", partitions_def=days)], backfill_policy=dg.BackfillPolicy.single_run())
def plays(): ...

defs = dg.Definitions(assets=[songs, plays], executor=dg.in_process_executor)
"""
INSTANCE = """
telemetry: {enabled: false}
storage:
  custom:
    module: sparkify_assets.postgres.dagster_storage
    class: PostgresStorage
    config:
      url: {env: A_DATABASE_URL}
      home: ../server
      database: shop
"""
PATIENCE_S = 60


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A folder with definitions, an instance that is linked into DAGSTER_HOME, and a server beside them."""
    folder = tmp_path_factory.mktemp("instance")
    (folder / "project").mkdir()
    (folder / "project/dagster.yaml").write_text(INSTANCE)
    (folder / "project/definitions.py").write_text(DEFINITIONS)
    (folder / "home").mkdir()
    (folder / "home/dagster.yaml").symlink_to("../project/dagster.yaml")
    yield folder
    clean_up(folder / "server")


@pytest.fixture(scope="module")
def loopback(folder: Path) -> str:
    """URL of a user of the server who has a password, and no right to make a schema."""
    return run(folder / "server", "print(server.keep_up().url)").stdout.strip()


def command(folder: Path, *arguments: str, url: str | None = None) -> subprocess.CompletedProcess[str]:
    variables = {name: value for name, value in os.environ.items() if name != "A_DATABASE_URL"}
    variables |= {"DAGSTER_HOME": str(folder / "home")} | ({} if url is None else {"A_DATABASE_URL": url})
    return subprocess.run(
        [sys.executable, *arguments],
        cwd=folder / "project",
        env=variables,
        capture_output=True,
        text=True,
        check=False,
        timeout=PATIENCE_S,
    )


def materialize(folder: Path, url: str | None = None) -> subprocess.CompletedProcess[str]:
    return command(
        folder, *["-m", "dagster", "asset", "materialize", "--select", "songs", "-f", "definitions.py"], url=url
    )


def on_instance(folder: Path, script: str) -> str:
    prelude = "import dagster as dg; instance = dg.DagsterInstance.get()\n"
    done = command(folder, "-c", prelude + textwrap.dedent(script))
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def test_command_from_cold_stores_a_run_that_another_process_sees(folder: Path) -> None:
    done = materialize(folder, url="")  # an empty value counts as unset
    assert done.returncode == 0, done.stderr
    wait_until_down(folder / "server")

    seen = on_instance(
        folder,
        """
        (run,) = instance.get_runs()
        print(run.status.value, instance.get_latest_materialization_event(dg.AssetKey("songs")).run_id == run.run_id)
        """,
    )

    assert seen == "SUCCESS True"
    wait_until_down(folder / "server")


def test_tables_lie_in_a_schema_of_their_own(folder: Path) -> None:
    found = on_instance(
        folder,
        """
        import psycopg
        from pathlib import Path
        from sparkify_assets.postgres.embedded import EmbeddedServer
        with psycopg.connect(EmbeddedServer(Path("../server"), database="shop").ensure()) as connection:
            rows = connection.execute(
                "SELECT DISTINCT schemaname FROM pg_tables WHERE schemaname !~ '^(pg_|information_schema)'"
            )
            print(rows.fetchall())
        """,
    )

    assert found == "[('dagster',)]"


def test_one_connection_serves_all_events_and_is_renewed_when_it_breaks(folder: Path) -> None:
    sessions = on_instance(
        folder,
        """
        import psycopg, time
        from pathlib import Path
        from sparkify_assets.postgres.embedded import EmbeddedServer
        with psycopg.connect(EmbeddedServer(Path("../server")).ensure(), autocommit=True) as connection:
            def pids():
                query = "SELECT pid FROM pg_stat_activity WHERE datname = 'shop'"
                return {pid for (pid,) in connection.execute(query)}

            instance.get_runs_count(); instance.all_asset_keys(); instance.all_instigator_state()
            (first,) = pids()
            instance.report_runless_asset_event(dg.AssetMaterialization("songs"))
            assert pids() == {first}
            connection.execute("SELECT pg_terminate_backend(%s, 5000)", [first])
            instance.report_runless_asset_event(dg.AssetMaterialization("songs"))
            assert first not in pids() and len(pids()) == 1
            print("held")
        """,
    )

    assert sessions == "held"


def test_instance_that_is_dropped_gives_its_connection_back_at_once(folder: Path) -> None:
    sessions = on_instance(
        folder,
        """
        import gc, psycopg
        from pathlib import Path
        from sparkify_assets.postgres.embedded import EmbeddedServer
        gc.disable()  # Dagster makes an instance for each tick of a sensor, and the server has a hundred connections
        instance.get_runs_count()
        for _ in range(10):
            with dg.DagsterInstance.from_ref(instance.get_ref()) as another:
                another.get_runs_count()
            del another
        with psycopg.connect(EmbeddedServer(Path("../server")).ensure()) as connection:
            query = "SELECT count(*) FROM pg_stat_activity WHERE datname = 'shop'"
            print(connection.execute(query).fetchone()[0])
        """,
    )

    assert sessions == "1"


def test_server_that_was_killed_or_stopped_is_started_again_with_the_next_connection(folder: Path) -> None:
    counts = on_instance(
        folder,
        """
        import os, signal, time
        from pathlib import Path
        from sparkify_assets.postgres.embedded.postmaster import read_pid
        data, before = Path("../server/data").resolve(), instance.get_runs_count()
        servers = set()
        for number in (signal.SIGKILL, signal.SIGINT):
            servers.add(read_pid(data))
            os.kill(read_pid(data), number)
            time.sleep(1)  # its sessions end as well
            print(instance.get_runs_count() == before)
        print(len({*servers, read_pid(data)}))
        """,
    )

    assert counts.split() == ["True", "True", "3"]
    wait_until_down(folder / "server")


def test_run_that_succeeded_stays_so_when_the_server_is_killed_right_after(folder: Path) -> None:
    states = on_instance(
        folder,
        """
        import os, signal, time
        from pathlib import Path
        from sparkify_assets.postgres.embedded.postmaster import read_pid

        @dg.asset
        def songs(): ...

        for _ in range(3):
            run = dg.materialize([songs], instance=instance).run_id
            os.kill(read_pid(Path("../server/data").resolve()), signal.SIGKILL)
            time.sleep(1)  # its sessions end as well
            print(instance.get_run_by_id(run).status.value)
        """,
    )

    assert states.split() == ["SUCCESS"] * 3


def test_events_of_the_partitions_of_a_range_are_written_together(folder: Path) -> None:
    days = ["--partition-range", "2018-11-01...2018-11-30"]
    done = command(
        folder, *["-m", "dagster", "asset", "materialize", "--select", "plays", *days, "-f", "definitions.py"], url=""
    )
    assert done.returncode == 0, done.stderr

    found = on_instance(
        folder,
        """
        import psycopg
        from pathlib import Path
        from sparkify_assets.postgres.embedded import EmbeddedServer
        with psycopg.connect(EmbeddedServer(Path("../server"), database="shop").ensure()) as connection:
            rows = connection.execute(
                "SELECT count(*), count(DISTINCT xmin::text) FROM dagster.event_logs "
                "WHERE dagster_event_type = 'ASSET_MATERIALIZATION' AND partition IS NOT NULL"
            )
            print(rows.fetchall())
        """,
    )

    assert found == "[(30, 1)]"


def test_forked_child_has_a_connection_of_its_own(folder: Path) -> None:
    counts = on_instance(
        folder,
        """
        import os
        before = instance.get_runs_count()
        child = os.fork()
        if child == 0:
            os._exit(0 if instance.get_runs_count() == before else 1)
        print(os.waitpid(child, 0)[1], instance.get_runs_count() == before)
        """,
    )

    assert counts == "0 True"


def test_given_database_is_used_through_its_url(folder: Path) -> None:
    user = User(folder / "server", HOLD)
    url = user.url.replace("postgresql://", "postgres://").replace("/shop?", "/postgres?")

    done = materialize(folder, url=url)
    user.end()

    assert done.returncode == 0, done.stderr


def test_refused_connection_is_one_message(folder: Path) -> None:
    done = materialize(folder, url="postgresql://alice:secret@127.0.0.1:1/shop")

    assert done.returncode == 1
    assert "Error: Dagster's storage: can't use schema 'dagster' of alice@127.0.0.1:1/shop" in done.stderr
    assert "Connection refused" in done.stderr
    assert "check the host and the port" in done.stderr
    assert "Traceback" not in done.stderr
    assert "secret" not in done.stderr + done.stdout


def test_place_that_the_options_of_the_url_name_is_told(folder: Path, tmp_path: Path) -> None:
    done = materialize(folder, url=f"postgresql://alice@/shop?host={tmp_path}&port=54399")

    assert done.returncode == 1
    assert f"of alice@{tmp_path}:54399/shop" in done.stderr


def test_wrong_password_is_one_message_without_it(folder: Path, loopback: str) -> None:
    done = materialize(folder, url=loopback.replace("reader:", "reader:secret"))

    assert done.returncode == 1
    assert "password authentication failed" in done.stderr
    assert "check the user and the password in the URL" in done.stderr
    assert "Traceback" not in done.stderr
    assert "secret" not in done.stderr + done.stdout


def test_missing_right_is_one_message_with_the_remedy(folder: Path, loopback: str) -> None:
    done = materialize(folder, url=loopback.replace("/shop", "/template1"))

    assert done.returncode == 1
    assert "permission denied for database template1" in done.stderr
    assert "CREATE SCHEMA dagster AUTHORIZATION reader" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(
    "text", ["mysql://alice:secret@host/shop", "alice:secret@host/shop", "postgresql://a:secret@h:x/y"]
)
def test_url_that_is_none_is_refused_without_quoting_it(text: str) -> None:
    with pytest.raises(StorageError, match="the database's URL can't be read; expected postgresql://") as caught:
        driver_url(text, "dagster")

    assert "secret" not in str(caught.value)


@pytest.mark.parametrize("scheme", ["postgres", "postgresql", "postgresql+psycopg", "postgresql+psycopg2"])
def test_url_gets_the_driver_and_keeps_what_it_has(scheme: str) -> None:
    url = driver_url(f"{scheme}://alice:p%40ss@db.example:5433/shop?sslmode=require&options=-cjit%3Doff", "own")

    assert url.drivername == "postgresql+psycopg2"
    assert (url.username, url.password, url.host, url.port, url.database) == (
        "alice",
        "p@ss",
        "db.example",
        5433,
        "shop",
    )
    assert url.query["sslmode"] == "require"
    assert url.query["options"] == '-cjit=off -csearch_path="own" -csynchronous_commit=off'


def test_given_timeout_is_kept() -> None:
    assert driver_url("postgres://host/shop?connect_timeout=3", "own").query["connect_timeout"] == "3"
