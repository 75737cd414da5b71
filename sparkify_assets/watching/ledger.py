"""The ledger in the database: what the star holds, as far as it can be trusted."""

from collections.abc import Mapping
from typing import Any

import psycopg
from psycopg import errors, sql

from sparkify_assets.errors import DatabaseError
from sparkify_assets.ingest.raw_files import Stat
from sparkify_assets.postgres.connection import Connection, first_line
from sparkify_assets.watching.changes import Loaded

# A load that died after it had published a portion, or that runs, has published it under another run than the one that
# wrote the ledger of it: what the ledger says of that portion is then no longer true.
_TRUSTED = """
    ops.loaded_files l JOIN ops.publications p ON p.table_name = %(table)s
        AND p.partition = CASE l.kind WHEN 'song' THEN '' ELSE l.portion END
    JOIN ops.publications w ON w.table_name = 'ops.loaded_files' AND w.partition = l.portion AND w.run_id = p.run_id
    WHERE l.kind = %(kind)s AND to_regclass(%(table)s) IS NOT NULL
"""
_LOOK = """l.size, (extract(epoch FROM l.modified_at) * 1000000)::bigint,
    (extract(epoch FROM l.changed_at) * 1000000)::bigint"""
_FILES = sql.SQL("SELECT l.portion, l.path, {}, l.content_hash FROM {}").format(sql.SQL(_LOOK), sql.SQL(_TRUSTED))
# One value for all files: rows by the ten thousand would take as long as the walk through the folder.
_LOOKS = sql.SQL("SELECT string_agg(concat_ws(E'\\t', l.path, {}), E'\\n') FROM {}").format(
    sql.SQL(_LOOK), sql.SQL(_TRUSTED)
)
_PUBLISHED_AS = {"log": "public.songplays", "song": "public.songs"}


def look_as_loaded(connection: Connection, kind: str, files: Mapping[str, Stat]) -> bool:
    """Tell whether the files are exactly those of the kind that the star holds, and look as they did then.

    Raises:
        DatabaseError: the ledger can't be read.
    """
    rows = _read(connection, _LOOKS, kind)
    looks = rows[0][0].split("\n") if rows and rows[0][0] else []
    # A name with a line break equals no part of the text: its files are then compared one by one.
    return len(looks) == len(files) and set(looks) == {
        f"{path}\t{size}\t{modified}\t{changed}" for path, (size, modified, changed) in files.items()
    }


def read_ledger(connection: Connection, kind: str) -> dict[str, dict[str, Loaded]]:
    """Read, by portion and path, the files of a kind ('log' or 'song') that the star holds.

    Returns:
        nothing where nothing was ever loaded.

    Raises:
        DatabaseError: the ledger can't be read.
    """
    ledger: dict[str, dict[str, Loaded]] = {}
    for portion, path, size, modified, changed, content in _read(connection, _FILES, kind):
        ledger.setdefault(portion, {})[path] = Loaded((size, modified, changed), content)
    return ledger


def _read(connection: Connection, query: sql.Composed, kind: str) -> list[tuple[Any, ...]]:
    asked = {"kind": kind, "table": _PUBLISHED_AS[kind]}
    try:
        return connection.cursor(binary=True).execute(query, asked).fetchall()
    except (errors.UndefinedTable, errors.InvalidSchemaName):
        return []
    except psycopg.OperationalError as error:
        raise DatabaseError(
            f"table 'ops.loaded_files' could not be read to its end: {first_line(error)}; nothing was changed, and the "
            "next look tries again"
        ) from error
    except psycopg.Error as error:
        raise DatabaseError(
            f"table 'ops.loaded_files' can't be read: {first_line(error)}; grant SELECT on it"
        ) from error


def note_looks(connection: Connection, looks: Mapping[str, Stat]) -> None:
    """Note how files look now that hold what was loaded."""
    # Seconds and microseconds apart: the server multiplies as floating point, exactly up to 2^53.
    moment = "'epoch'::timestamptz + div({0}, 1000000) * interval '1 s' + mod({0}, 1000000) * interval '1 us'"
    with connection.cursor() as cursor:
        cursor.executemany(
            sql.SQL(
                "UPDATE ops.loaded_files SET modified_at = {}, changed_at = {} "
                "WHERE path = %(path)s AND size = %(size)s"
            ).format(
                sql.SQL(moment).format(sql.SQL("%(modified)s::bigint")),
                sql.SQL(moment).format(sql.SQL("%(changed)s::bigint")),
            ),
            [
                {"path": path, "size": size, "modified": modified, "changed": changed}
                for path, (size, modified, changed) in looks.items()
            ],
        )
