"""What `make ui` says before it becomes Dagster's command."""

import os
import socket
import subprocess
import sys
from pathlib import Path

from sparkify_assets.settings import CHECKOUT


def test_port_that_is_taken_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "log_data").mkdir()
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]

        done = subprocess.run(
            [sys.executable, "-m", "sparkify_assets.commands.ui", "--port", str(port)],
            cwd=tmp_path,
            env={
                "PATH": os.environ["PATH"],
                "PYTHONPATH": str(CHECKOUT),
                "SPARKIFY_HOME": str(tmp_path / "home"),
                "SPARKIFY_DATA": str(tmp_path),
            },
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )

    assert done.returncode == 1
    assert done.stderr.startswith(f"error: port {port} of 127.0.0.1 is not to be had: Address already in use; ")
    assert f'make ui ARGS="--port {port + 1}"' in done.stderr
