"""dlt: its filesystem source and Postgres destination, then the star by SQL.

Usage: python -m benchmarks.rivals.dlt_load DATA_FOLDER DATABASE_URL default|arrow|adbc

`default` is `read_jsonl` with nothing set. `arrow` yields Arrow tables and loads them as CSV with COPY, `adbc` as
Parquet through ADBC; dlt's documentation calls both the fast ways into Postgres.
"""

import io
import os
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import dlt
import pyarrow as pa
from dlt.destinations import postgres
from dlt.sources.filesystem import FileItemDict, filesystem, read_jsonl
from pyarrow import json as arrow_json

from benchmarks.rivals.star import build_star

DATASET = "raw"
# What may be null in all rows is hinted, as dlt asks for.
HINTS = {"songs_raw": {name: {"data_type": "double"} for name in ("artist_latitude", "artist_longitude")}}
FILES_A_TIME = 1_000  # song files are small: tables of one row each would be no use
FORMATS = {"default": None, "arrow": "csv", "adbc": "parquet"}


@dlt.transformer(standalone=True)
def read_arrow(items: Iterator[FileItemDict]) -> Iterator[pa.Table]:
    """Yield files of JSON lines as Arrow tables, small files together."""
    content: list[bytes] = []
    for item in items:
        content.append(item.read_bytes().strip())
        if sum(map(len, content)) > 2**24:
            yield _table(content)
            content = []
    if content:
        yield _table(content)


def _table(content: list[bytes]) -> pa.Table:
    return arrow_json.read_json(io.BytesIO(b"\n".join(content)))


def _with_host(url: str) -> str:
    """Return the URL of a server on a Unix socket with host and password, which dlt insists on; libpq needs neither."""
    return url.replace("@/", ":none@localhost/")


def main() -> None:
    """Load the folder of the first argument into the database of the second."""
    data, url, way = Path(sys.argv[1]).absolute(), sys.argv[2], sys.argv[3]
    os.environ["RUNTIME__DLTHUB_TELEMETRY"] = "false"
    reader = read_jsonl if way == "default" else read_arrow
    tables = {"events": "log_data", "songs_raw": "song_data"}
    resources = [
        (
            filesystem(bucket_url=f"file://{data / folder}", file_glob="**/*.json", files_per_page=FILES_A_TIME)
            | reader()
        )
        .with_name(table)
        .apply_hints(write_disposition="replace", columns=HINTS.get(table))
        for table, folder in tables.items()
    ]
    with tempfile.TemporaryDirectory() as state:
        pipeline = dlt.pipeline(
            "sparkify", pipelines_dir=state, destination=postgres(credentials=_with_host(url)), dataset_name=DATASET
        )
        pipeline.run(resources, loader_file_format=FORMATS[way])
    build_star(url, DATASET)


if __name__ == "__main__":
    main()
