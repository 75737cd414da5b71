"""What is read of a record, and what a broken rule is called."""

import polars as pl
import pytest

from sparkify_assets.ingest.records import EVENT, SONG, RecordKind

WHERE_IT_CAME_FROM = {"log_date", "file", "line", "position"}


@pytest.mark.parametrize("kind", [EVENT, SONG])
def test_fields_are_the_columns_of_the_schema(kind: RecordKind) -> None:
    schema = pl.Schema(kind.schema.create_empty().schema)

    assert [name for name in schema if name not in WHERE_IT_CAME_FROM] == list(kind.columns)
    assert all(schema[name] == dtype for name, dtype in kind.columns.items())


@pytest.mark.parametrize("kind", [EVENT, SONG])
def test_messages_name_columns_that_exist(kind: RecordKind) -> None:
    for _, message in kind.rules.values():
        assert message.format_map(dict.fromkeys(kind.columns, "x"))
