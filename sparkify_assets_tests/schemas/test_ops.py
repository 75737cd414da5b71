"""The tables beside the star fit those that they stand beside."""

from sparkify_assets.analytics.tables import SCHEMA as ANSWERS
from sparkify_assets.defs.tables import (
    EVENT_KEY,
    OPS,
    PARENTS_FIRST,
    REJECTED_EVENTS,
    REJECTED_SONGS,
    SONGPLAY_CLAIMS,
    SONGPLAYS,
    SUPERSEDED_PLAYS,
    TABLES,
    USER_DAYS,
    USERS,
)


def test_everything_but_star_and_answers_is_in_the_schema_ops() -> None:
    beside = [table for table in TABLES if table not in PARENTS_FIRST and table.schema != ANSWERS]
    assert {table.schema for table in beside} == {OPS}
    assert OPS == "ops"


def test_plays_kept_aside_have_the_columns_of_plays() -> None:
    assert SUPERSEDED_PLAYS.columns == SONGPLAYS.columns
    assert SUPERSEDED_PLAYS.key == SONGPLAYS.key


def test_claims_are_the_key_of_an_event_and_the_day() -> None:
    assert SONGPLAY_CLAIMS.column_names == [*EVENT_KEY, "log_date"]
    assert EVENT_KEY == ("start_time", "user_id", "session_id", "item_in_session")
    for name in SONGPLAY_CLAIMS.column_names:
        assert SONGPLAY_CLAIMS.column(name).sql_type == SONGPLAYS.column(name).sql_type


def test_contributions_have_the_columns_of_users() -> None:
    for column in USERS.columns:
        assert USER_DAYS.column(column.name).sql_type == column.sql_type
        assert USER_DAYS.column(column.name).nullable == column.nullable
    assert USER_DAYS.key == ("log_date", "user_id")


def test_refusals_have_file_line_reason_message_and_text() -> None:
    where_and_why = ["file", "line", "reason", "message", "raw_text"]

    assert REJECTED_SONGS.column_names == where_and_why
    assert REJECTED_EVENTS.column_names == [*where_and_why, "log_date"]
    assert REJECTED_SONGS.key == REJECTED_EVENTS.key == ("file", "line")
