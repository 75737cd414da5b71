"""Views are created all or none, only where they changed; they go with their files, and rights on them stay."""

from collections.abc import Iterator, Sequence
from dataclasses import replace

import pytest

from sparkify_assets.analytics.questions import View, ViewColumn, read_views
from sparkify_assets.analytics.refresh import refresh
from sparkify_assets.analytics.views import Changed, bring_up_to_date
from sparkify_assets.defs.tables import TABLES
from sparkify_assets.errors import AnswerError, PublishError
from sparkify_assets.postgres.connection import Connection, connected

ONE = View("one", "Is it one?", "row", (ViewColumn("n", "integer", "the one"),), "SELECT 1 AS n")
TWO = View("two", "Is it two?", "row", (ViewColumn("n", "integer", "the two"),), "SELECT 2 AS n")
WIDER = replace(
    ONE, query="SELECT 'x' AS m, 1 AS n", columns=(ViewColumn("m", "text", "an x"), ViewColumn("n", "integer", "1"))
)


@pytest.fixture
def role(analytics: Connection) -> Iterator[str]:
    """Give a role that may read the view `one`."""
    bring_up_to_date(analytics, [ONE])
    analytics.execute('CREATE ROLE "The Analyst\'s"')
    analytics.execute('GRANT SELECT ON analytics.one TO "The Analyst\'s" WITH GRANT OPTION')
    analytics.execute("GRANT SELECT ON analytics.one TO PUBLIC")
    yield "The Analyst's"
    analytics.execute('DROP OWNED BY "The Analyst\'s"; DROP ROLE "The Analyst\'s"')


def names(connection: Connection) -> set[str]:
    """Return the names of the views, but of those that all read."""
    rows = connection.execute(
        "SELECT viewname FROM pg_views WHERE schemaname = 'analytics' AND viewname NOT LIKE 'asked%'"
    )
    return {name for (name,) in rows}


def may_read(connection: Connection, role: str) -> bool:
    """Tell whether the role may read the view `one` and pass that on."""
    row = connection.execute(
        "SELECT has_table_privilege(%s, 'analytics.one', 'SELECT WITH GRANT OPTION')", (role,)
    ).fetchone()
    return bool(row and row[0])


def bring_all(connection: Connection, views: Sequence[View]) -> Changed:
    """Bring the views up to date in one transaction, as a load does."""
    return refresh(connection, views, TABLES).views


def test_views_are_created_once_and_anew_when_they_change(analytics: Connection) -> None:
    assert bring_all(analytics, [ONE, TWO]) == Changed(("one", "two"), tuple(view.name for view in read_views()))
    assert bring_all(analytics, [ONE, TWO]) == Changed()
    assert bring_all(analytics, [replace(ONE, query="SELECT 3 AS n"), TWO]) == Changed(("one",))

    assert analytics.execute("TABLE analytics.one").fetchall() == [(3,)]


def test_view_and_columns_say_what_they_are(analytics: Connection) -> None:
    bring_all(analytics, [ONE])

    assert analytics.execute(
        "SELECT obj_description(oid), col_description(oid, 1) FROM pg_class WHERE oid = 'analytics.one'::regclass"
    ).fetchone() == (f"Is it one? One row per row. (sparkify_assets {ONE.digest})", "the one")


def test_view_goes_with_its_file_and_views_of_others_stay(analytics: Connection) -> None:
    bring_all(analytics, [ONE, TWO])
    analytics.execute("CREATE VIEW analytics.theirs AS SELECT 4 AS n")

    assert bring_all(analytics, [TWO]) == Changed((), ("one",))

    assert names(analytics) == {"two", "theirs"}


def test_rights_stay_when_a_view_gets_other_columns(analytics: Connection, role: str) -> None:
    bring_all(analytics, [WIDER])

    assert analytics.execute("TABLE analytics.one").fetchall() == [("x", 1)]
    assert may_read(analytics, role)


def test_rights_stay_when_what_all_views_read_gets_other_columns(analytics: Connection, role: str) -> None:
    analytics.execute("DROP VIEW analytics.asked CASCADE")
    analytics.execute("CREATE VIEW analytics.asked AS SELECT 1 AS other")
    analytics.execute("CREATE OR REPLACE VIEW analytics.one AS SELECT other AS n FROM analytics.asked")

    bring_all(analytics, [replace(ONE, query="SELECT 1 AS n WHERE (SELECT is_all FROM analytics.asked)")])

    assert analytics.execute("TABLE analytics.one").fetchall() == [(1,)]
    assert may_read(analytics, role)


def test_none_is_changed_where_one_can_not_be(analytics: Connection) -> None:
    bring_all(analytics, [ONE])
    broken = replace(TWO, query="SELECT n FROM nowhere")

    with pytest.raises(AnswerError, match=r"view 'analytics.two': relation \"nowhere\" does not exist; .*no view was"):
        bring_all(analytics, [replace(ONE, query="SELECT 5 AS n"), broken])

    assert analytics.execute("TABLE analytics.one").fetchall() == [(1,)]
    assert names(analytics) == {"one"}


def test_view_whose_columns_are_not_those_declared_is_refused(analytics: Connection) -> None:
    wrong = replace(ONE, query="SELECT 1::bigint AS n")

    with pytest.raises(
        AnswerError, match=r"'analytics.one' has the columns n bigint; its file declares n integer; .*no view was"
    ):
        bring_all(analytics, [wrong])


def test_view_that_somebody_builds_on_is_not_taken_away(analytics: Connection) -> None:
    bring_all(analytics, [ONE])
    analytics.execute("CREATE SCHEMA theirs; CREATE VIEW theirs.ours AS TABLE analytics.one")

    with pytest.raises(AnswerError, match=r"view 'analytics.one': .*other objects depend.*theirs.ours.*no view was"):
        bring_all(analytics, [])
    assert bring_all(analytics, [replace(ONE, query="SELECT 6 AS n")]) == Changed(("one",))

    assert analytics.execute("TABLE theirs.ours").fetchall() == [(6,)]


def test_something_else_of_that_name_is_left(analytics: Connection) -> None:
    analytics.execute("CREATE TABLE analytics.one (n integer)")

    with pytest.raises(AnswerError, match=r"view 'analytics.one': \"one\" is not a view"):
        bring_all(analytics, [ONE])


def test_reader_who_holds_a_view_is_named(analytics: Connection, database_url: str) -> None:
    bring_all(analytics, [ONE])
    with connected(database_url, application_name="a dashboard") as reader, reader.transaction():
        reader.execute("TABLE analytics.one")
        analytics.execute("SET lock_timeout = '100ms'")

        with pytest.raises(PublishError, match=r"is locked by .*no row was changed"):
            bring_all(analytics, [WIDER])


def test_second_session_waits_and_names_the_first(analytics: Connection, database_url: str) -> None:
    with connected(database_url, application_name="another load") as other:
        other.execute("SELECT pg_advisory_lock(hashtextextended('postgres_io:ops.rolled_up_days', 0))")
        analytics.execute("SET lock_timeout = '100ms'")

        with pytest.raises(PublishError, match=r"'ops.rolled_up_days' is locked by 'another load'"):
            bring_all(analytics, [ONE])

    analytics.execute("SET lock_timeout = '10s'")
    assert bring_all(analytics, [ONE]).created == ("one",)
