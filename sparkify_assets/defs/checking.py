"""How a check on stored tables is asked: one step a table, in SQL, with its numbers in the UI."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import LiteralString

import dagster as dg
from psycopg import errors, sql
from psycopg.rows import dict_row

from sparkify_assets.defs.partitions import days_of_run
from sparkify_assets.defs.resources import SparkifyDatabase
from sparkify_assets.postgres.connection import Connection

WHICH = "which"
IN_INDEX_ORDER: LiteralString = (
    "SET LOCAL enable_hashjoin = off; SET LOCAL enable_nestloop = off; SET LOCAL max_parallel_workers_per_gather = 0"
)

Query = LiteralString | sql.Composed
Parameters = Mapping[str, str | None]
Row = Mapping[str, object]


@dataclass(frozen=True)
class StoredCheck:
    """A query that counts what should not be there.

    Attributes:
        name: what holds when the count is zero.
        description: the same in a sentence.
        query: gives one row: the count, if it likes a text `which` that says which, and more figures, which the UI
            shows and draws; `%(first)s` and `%(last)s` are the days of the run, null where it has none (all days
            then), `%(run)s` is its id. Checks that have the same query share one look at the table.
        severity: ERROR where an answer would be wrong, WARN where somebody should look.
        why: the reason for the severity, a sentence.
        counted: the column that has the count.
        after: other assets that the query looks at; in a run it waits for them.
        by_index: join in the order of the indexes. Of two long tables that meet row by row the planner would rather
            hash one, on all processors: three times as long, ten times the work. The query has to bound both.
        nothing_yet: why the check holds while a table that it looks at does not exist; without a reason it does not.
    """

    name: str
    description: str
    query: Query
    severity: dg.AssetCheckSeverity
    why: str
    counted: str = "offending"
    after: tuple[dg.AssetsDefinition, ...] = ()
    by_index: bool = False
    nothing_yet: str = ""

    @property
    def in_full(self) -> str:
        """What holds, and how bad it is when it does not."""
        return f"{self.description} {self.severity.value}: {self.why}"


@dataclass(frozen=True)
class Answer:
    """What a check found: how much should not be there (None where it could not look), which, and its figures."""

    offending: int | None
    which: str | None
    figures: Mapping[str, int | float | str] = field(default_factory=dict)


def checks_of(name: str, asset: dg.AssetsDefinition, checks: Sequence[StoredCheck]) -> dg.AssetChecksDefinition:
    """Return the step that asks the checks of one table, each once."""
    specs = [
        dg.AssetCheckSpec(check.name, asset=asset, description=check.in_full, additional_deps=check.after)
        for check in checks
    ]

    @dg.multi_asset_check(name=name, specs=specs)
    def look(context: dg.AssetCheckExecutionContext, database: SparkifyDatabase) -> Iterator[dg.AssetCheckResult]:
        first, last = days_of_run(context.run.tags)
        run_id = context.run.run_id
        with database.connect(f"run {run_id[:8]} {name}") as connection:
            answers = ask(connection, checks, {"first": first, "last": last, "run": run_id})
            for check, answer in zip(checks, answers, strict=True):
                if answer.which and answer.offending != 0:
                    context.log.warning(f"{check.name} of '{asset.key.to_user_string()}': {answer.which}")
                yield dg.AssetCheckResult(
                    check_name=check.name,
                    asset_key=asset.key,
                    passed=answer.offending == 0,
                    severity=check.severity if answer.offending else dg.AssetCheckSeverity.WARN,
                    description=answer.which,
                    metadata=answer.figures,
                )

    return look


def ask(connection: Connection, checks: Sequence[StoredCheck], parameters: Parameters) -> Iterator[Answer]:
    """Ask the checks one after the other: how much should not be there, and which.

    Where there is nothing to look at, the answer has no count but the reason: the check then does not pass.
    """
    seen: dict[int, Row | str | None] = {}
    for check in checks:
        look = id(check.query)
        if look not in seen:
            seen[look] = _look(connection, check, parameters)
        match seen[look]:
            case str() if check.nothing_yet:
                yield Answer(0, check.nothing_yet)
            case str() as reason:
                yield Answer(None, f"not looked at: {reason}")
            case Mapping() as row if row[check.counted] is not None:
                yield _answer(check, row)
            case _:
                yield Answer(None, "not looked at: no load is recorded that it could be compared with")


def _look(connection: Connection, check: StoredCheck, parameters: Parameters) -> Row | str | None:
    """Return the row that the query gives, or the reason why there is none."""
    try:
        with connection.transaction(), connection.cursor(row_factory=dict_row) as cursor:
            if check.by_index:
                cursor.execute(IN_INDEX_ORDER)
            return cursor.execute(check.query, parameters).fetchone()
    except (errors.UndefinedTable, errors.InvalidSchemaName) as error:
        return str(error.diag.message_primary)


def _answer(check: StoredCheck, row: Row) -> Answer:
    shown = {name: value for name, value in row.items() if name not in (WHICH, check.counted) and value is not None}
    figures = {name: value if isinstance(value, int | float) else str(value) for name, value in shown.items()}
    offending = int(str(row[check.counted]))
    which = row.get(WHICH)
    return Answer(offending, str(which) if which and offending else None, {"offending": offending, **figures})
