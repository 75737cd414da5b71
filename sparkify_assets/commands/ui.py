"""`make ui`: Dagster's web server and daemon, until Ctrl-C."""

import os
import sys

from sparkify_assets.commands.surroundings import DAGSTER, dagster_environment, load_env_file
from sparkify_assets.errors import SparkifyError
from sparkify_assets.settings import CHECKOUT, read_settings


def main() -> None:
    """Become `dagster dev`, with the arguments given."""
    load_env_file()
    try:
        environment = dagster_environment(growing=True)
    except SparkifyError as error:
        sys.exit(f"error: {error}")
    # From a folder without a dagster.yaml: Dagster warns of one that DAGSTER_HOME keeps it from reading.
    state = read_settings(environment).state
    state.mkdir(parents=True, exist_ok=True)
    os.chdir(state)
    # Become it rather than start it: Ctrl-C is then Dagster's alone to answer, and make waits for its end.
    command = [*DAGSTER, "dev", "--workspace", str(CHECKOUT / "workspace.yaml"), *sys.argv[1:]]
    os.execve(command[0], command, environment)


if __name__ == "__main__":
    main()
