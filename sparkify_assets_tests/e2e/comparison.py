"""Compare what is in the database with what the oracle makes of the files."""

from psycopg import sql

from sparkify_assets_tests.loading import FIRST_DAY, LAST_DAY, STAR, Loader
from sparkify_assets_tests.oracle.star import build_star

ORPHANS = sql.SQL(
    """
    SELECT songplay_id FROM public.songplays p
    WHERE NOT EXISTS (SELECT FROM public.users u WHERE u.user_id = p.user_id)
    OR NOT EXISTS (SELECT FROM public.time t WHERE t.start_time = p.start_time)
    OR p.song_id IS NOT NULL AND NOT EXISTS (SELECT FROM public.songs s WHERE s.song_id = p.song_id)
    OR p.artist_id IS NOT NULL AND NOT EXISTS (SELECT FROM public.artists a WHERE a.artist_id = p.artist_id)
    """
)
RECORDED = sql.SQL("SELECT table_name, row_count FROM ops.table_rows")


def assert_as_oracle(loader: Loader) -> None:
    """Assert that the five tables and the rejects are those of the files, all references and row counts right."""
    expected = build_star(loader.data, FIRST_DAY, LAST_DAY)
    for table in STAR:
        assert sorted(loader.rows(table)) == sorted(getattr(expected, table)), f"table '{table}' is not the oracle's"
    assert rejected(loader, "events") == expected.rejected_events
    assert rejected(loader, "songs") == expected.rejected_songs
    assert loader.query(ORPHANS) == []
    stored = loader.dump()
    recorded = {str(table): rows for table, rows in loader.query(RECORDED)}
    assert {table: len(stored[table]) for table in recorded} == recorded


def rejected(loader: Loader, kind: str) -> list[tuple[object, ...]]:
    """Return file and line of what was refused, in order."""
    table = sql.Identifier("ops", f"rejected_{kind}")
    return sorted(loader.query(sql.SQL("SELECT file, line::int FROM {}").format(table)))
