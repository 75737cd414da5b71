"""The ledger in the database: what the star holds, as far as it can be trusted."""

from collections.abc import Mapping

import psycopg
from psycopg import errors, sql

from sparkify_assets.errors import DatabaseError
from sparkify_assets.ingest.discovery import Stat
from sparkify_assets.postgres.connection import Connection, first_line
from sparkify_assets.watching.changes import Loaded

# A load that died after it had published a portion, or that runs, has published it under another run than the ledger
# names: what the ledger says of that portion is then no longer true.
_TRUSTED = """
    SELECT l.portion, l.path, l.size, (extract(epoch FROM l.modified_at) * 1000000)::bigint,
        (extract(epoch FROM l.changed_at) * 1000000)::bigint, l.content_hash
    FROM ops.loaded_files l JOIN ops.publications p ON p.table_name = %(table)s AND p.run_id = l.run_id
        AND p.partition = CASE l.kind WHEN 'song' THEN '' ELSE l.portion END
    WHERE l.kind = %(kind)s AND to_regclass(%(table)s) IS NOT NULL
"""
_PUBLISHED_AS = {"log": "public.songplays", "song": "public.songs"}


def read_ledger(connection: Connection, kind: str) -> dict[str, dict[str, Loaded]]:
    """Read, by portion and path, the files of a kind ('log' or 'song') that the star holds.

    Returns:
        nothing where nothing was ever loaded.

    Raises:
        DatabaseError: the ledger can't be read.
    """
    ledger: dict[str, dict[str, Loaded]] = {}
    asked = {"kind": kind, "table": _PUBLISHED_AS[kind]}
    try:
        rows = connection.cursor(binary=True).execute(_TRUSTED, asked).fetchall()
    except (errors.UndefinedTable, errors.InvalidSchemaName):
        return {}
    except psycopg.Error as error:
        raise DatabaseError(
            f"table 'ops.loaded_files' can't be read: {first_line(error)}; grant SELECT on it"
        ) from error
    for portion, path, size, modified, changed, content in rows:
        ledger.setdefault(portion, {})[path] = Loaded((size, modified, changed), content)
    return ledger


def note_looks(connection: Connection, looks: Mapping[str, Stat]) -> None:
    """Note how files look now that hold what was loaded."""
    with connection.cursor() as cursor:
        cursor.executemany(
            sql.SQL(
                "UPDATE ops.loaded_files SET modified_at = 'epoch'::timestamptz + %s * interval '1 microsecond', "
                "changed_at = 'epoch'::timestamptz + %s * interval '1 microsecond' WHERE path = %s AND size = %s"
            ),
            [(modified, changed, path, size) for path, (size, modified, changed) in looks.items()],
        )
