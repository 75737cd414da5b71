"""The limit for song files: their bytes read and parsed, nothing else.

Usage: python -m benchmarks.read_songs DATA_FOLDER
"""

import sys
from pathlib import Path

import polars as pl

from benchmarks.bare import SONG


def main() -> None:
    """Read and parse the song files of the folder."""
    files = sorted((Path(sys.argv[1]) / "song_data").rglob("*.json"))
    pl.read_ndjson(b"\n".join(file.read_bytes().strip() for file in files), schema=SONG)


if __name__ == "__main__":
    main()
