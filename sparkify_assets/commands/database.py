"""`make psql`, `make up`, `make down`, `make reset`: the star's database by hand."""

import os
import shutil
import sys
from collections.abc import Callable

from psycopg import sql

from sparkify_assets.commands.surroundings import load_env_file
from sparkify_assets.defs.resources import database_url, embedded_server
from sparkify_assets.defs.tables import PARENTS_FIRST, TABLES
from sparkify_assets.errors import SparkifyError
from sparkify_assets.postgres import bookkeeping, ddl, names
from sparkify_assets.postgres.connection import connected, describe
from sparkify_assets.postgres.explain import explained
from sparkify_assets.settings import Settings, read_settings


def psql(settings: Settings) -> int:
    """Become psql on the star; what follows the command's name goes to psql."""
    arguments = sys.argv[2:]
    if settings.database_url is None:
        command = embedded_server(settings).psql(*arguments)
    else:
        found = shutil.which("psql")
        if found is None:
            raise SparkifyError("SPARKIFY_DATABASE_URL is set and no psql is installed; install a Postgres client")
        command = [found, f"--dbname={settings.database_url}", *arguments]
    os.execv(command[0], command)


def up(settings: Settings) -> int:
    """Keep the embedded server up, and say how a BI tool reaches it."""
    _embedded_only(settings)
    address = embedded_server(settings).keep_up()
    print(
        f"The star is up until `make down`.\n\n  host      {address.host}\n  port      {address.port}\n"
        f"  database  {address.database}\n  user      {address.user}\n  password  {address.password}\n"
    )
    return 0


def down(settings: Settings) -> int:
    """Let the embedded server stop when its last user is gone."""
    _embedded_only(settings)
    embedded_server(settings).let_go()
    print("The star is kept up no more; it stops with its last user.")
    return 0


def reset(settings: Settings) -> int:
    """Empty every table that the project writes, after asking."""
    url = database_url(settings)
    if "--yes" not in sys.argv:
        try:
            answer = input(f"Empty all tables of the star in {describe(url)}? Type 'yes': ")
        except (EOFError, KeyboardInterrupt):
            answer = ""
            print()
        if answer.strip() != "yes":
            print("Nothing was changed.")
            return 1
    with (
        connected(url, application_name="sparkify_assets reset") as connection,
        explained(connection, *TABLES),
        connection.transaction(),
    ):
        for table in PARENTS_FIRST:
            bookkeeping.lock(connection, table.qualified_name)
        present = [table for table in (*TABLES, *bookkeeping.RECORDS) if ddl.exists(connection, table)]
        if present:
            every = sql.SQL(", ").join(names.relation(table) for table in present)
            connection.execute(sql.SQL("TRUNCATE {}").format(every))
    schemas = sorted({table.schema for table in present})
    print(f"{len(present)} tables are empty, in the schemas {', '.join(schemas)}; `make run` loads them again.")
    return 0


def _embedded_only(settings: Settings) -> None:
    if settings.database_url is not None:
        raise SparkifyError("SPARKIFY_DATABASE_URL is set: that server is not ours to keep up; unset it first")


COMMANDS: dict[str, Callable[[Settings], int]] = {"psql": psql, "up": up, "down": down, "reset": reset}


def main() -> int:
    """Run the command that the first argument names."""
    name = sys.argv[1] if len(sys.argv) > 1 else ""
    if name not in COMMANDS:
        print(f"error: expected is one of {', '.join(COMMANDS)}", file=sys.stderr)
        return 2
    load_env_file()
    try:
        return COMMANDS[name](read_settings())
    except SparkifyError as error:
        print(f"error: {error}", file=sys.stderr)
        return 1


if __name__ == "__main__":
    sys.exit(main())
