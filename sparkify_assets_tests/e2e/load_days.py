"""Load days in a process of its own: says "ready", waits for a line, loads one day after the other.

A run that is refused is reported on the standard error, and the next day is loaded all the same.
"""

import sys
from datetime import date
from pathlib import Path

from sparkify_assets.errors import SparkifyError
from sparkify_assets_tests.loading import Loader


def main() -> int:
    """Load; the exit code is the number of days that were not loaded."""
    data, staging, database_url, *days = sys.argv[1:]
    loader = Loader(Path(data), Path(staging), database_url)
    print("ready", flush=True)
    sys.stdin.readline()
    refused = 0
    for text in days:
        day = date.fromisoformat(text)
        try:
            loader.load(day, day)
        except SparkifyError as error:
            print(f"refused: {error}", file=sys.stderr, flush=True)
            refused += 1
    return refused


if __name__ == "__main__":
    sys.exit(main())
