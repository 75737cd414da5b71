"""`make ui`: Dagster's web server and daemon, until Ctrl-C."""

import argparse
import os
import socket
import sys
from collections.abc import Sequence

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
    _refuse_taken_port(sys.argv[1:])
    os.chdir(state)
    # Become it rather than start it: Ctrl-C is then Dagster's alone to answer, and make waits for its end.
    command = [*DAGSTER, "dev", "--workspace", str(CHECKOUT / "workspace.yaml"), *sys.argv[1:]]
    os.execve(command[0], command, environment)


def _refuse_taken_port(arguments: Sequence[str]) -> None:
    """Refuse a port that is asked for and taken: Dagster would go on without its web server."""
    parser = argparse.ArgumentParser(add_help=False, allow_abbrev=False)
    parser.add_argument("-p", "--port", type=int)
    parser.add_argument("-h", "--host", default="127.0.0.1")
    asked, _ = parser.parse_known_args(arguments)
    if not asked.port:
        return  # Dagster then takes one that is free
    with socket.socket() as server:
        server.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            server.bind((asked.host, asked.port))
        except OSError as error:
            sys.exit(
                f"error: port {asked.port} of {asked.host} is not to be had: {error.strerror}; is the UI open already? "
                f'take another one: make ui ARGS="--port {asked.port + 1}"'
            )


if __name__ == "__main__":
    main()
