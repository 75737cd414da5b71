"""The record gate's rules: typed records to good ones and refusals."""

import polars as pl

from sparkify_assets.ingest.lines import INDEX
from sparkify_assets.ingest.records import RecordKind
from sparkify_assets.ingest.refusals import Reason, Refusal, seen

PLACE = ("file", "line")


def split_by_rules(records: pl.DataFrame, kind: RecordKind) -> tuple[pl.DataFrame, list[Refusal]]:
    """Split records into those that keep all rules of their schema, and refusals of the others.

    Args:
        records: `index` and all columns of the kind's schema; file and line are unique.
        kind: says which schema, and what its rules are called.

    Returns:
        The good records with the schema's columns, and the refusals; both in the order of `records`.
    """
    good, failure = kind.schema.filter(records)
    if not len(failure):
        return good, []
    broken = records.select(INDEX, *PLACE).join(
        failure.details().with_columns(_first_broken_rule(failure.details(), kind)),
        on=PLACE,
        how="inner",
        maintain_order="left",
    )
    columns = [column for column in kind.columns if column in broken.columns]
    return good, [_refusal(row, kind) for row in broken.select(INDEX, "rule", *columns).iter_rows(named=True)]


def _first_broken_rule(details: pl.DataFrame, kind: RecordKind) -> pl.Expr:
    """Return the column `rule`: the first rule, in the kind's order, that a row breaks."""
    all_rules = [name for name, dtype in details.schema.items() if dtype == pl.Enum(["valid", "invalid", "unknown"])]
    named = [name for name in kind.rules if name in all_rules]
    ordered = [*named, *(name for name in all_rules if name not in kind.rules)]
    return pl.coalesce(pl.when(pl.col(name) == "invalid").then(pl.lit(name)) for name in ordered).alias("rule")


def _refusal(row: dict[str, object], kind: RecordKind) -> Refusal:
    rule = str(row["rule"])
    reason, message = kind.rules.get(rule, (Reason.BROKEN_RULE, f"breaks the rule '{rule}'"))
    shown = {column: seen(value) for column, value in row.items()}
    return Refusal(int(str(row[INDEX])), reason, message.format_map(shown))
