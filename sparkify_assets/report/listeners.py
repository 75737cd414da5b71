"""The parts of the report that are about who listens. Pure functions of the answers."""

from __future__ import annotations

from collections.abc import Mapping

from sparkify_assets.report.section import Answers, Record, Records, Section, counts, part_of, step, sum_of
from sparkify_assets.report.texts import count, of, share

MOST_WEEKS, MOST_COHORTS = 26, 10


def levels(answers: Answers) -> Section:
    """Return what free and paid users have of plays and of listeners, and how many change."""
    rows = {row["level"]: row for row in answers["plays_by_level"]}
    changes = {row["level"]: row for row in answers["conversion"]}
    words = [
        f"{name} users are {share(part_of(rows, level, 'listeners'))} of the listeners and make "
        f"{share(part_of(rows, level, 'plays'))} of the plays."
        for level, name in (("free", "Free"), ("paid", "Paying"))
        if level in rows
    ]
    words += [
        f"Of {count(changes[level]['users'])} users seen {how}, {count(changes[level]['changed'])} ordered "
        f"{order} ({share(changes[level]['share'])})."
        for level, how, order in (("free", "free", "an upgrade"), ("paid", "paying", "a downgrade"))
        if level in changes
    ]
    return Section(
        "plays_by_level",
        "Free and paid",
        " ".join(words) + " Who changed is counted with both.",
        ("subscription", "plays", "share of plays", "listeners", "plays per listener"),
        [
            (level, count(row["plays"]), share(row["share"]), count(row["listeners"]), str(row["plays_per_listener"]))
            for level, row in rows.items()
        ],
        chart=[cell for measure in ("listeners", "plays") for cell in _halves(rows, measure)],
    )


def comings(answers: Answers) -> Section:
    """Return who comes, stays, returns and leaves, week by week."""
    rows = answers["new_and_lapsed_users"][-MOST_WEEKS:]
    last = rows[-1]
    kinds = ("new", "kept", "returned", "lapsed")
    return Section(
        "new_and_lapsed_users",
        "Coming and going",
        f"In the week of {last['monday']}, {count(last['listeners'])} users listened: {count(last['new'])} for the "
        f"first time, {count(last['kept'])} as in the week before, {count(last['returned'])} after a pause; "
        f"{count(last['lapsed'])} of the week before did not. The newest week may not be over.",
        ("week of", "listeners", *kinds),
        [(str(row["monday"]), *counts(row, "listeners", *kinds)) for row in rows],
        chart=[
            {"monday": str(row["monday"]), "kind": kind, "listeners": row[kind] or 0} for kind in kinds for row in rows
        ],
    )


def retention(answers: Answers) -> Section:
    """Return how many of those who began in one week come back in the weeks after."""
    begun = sorted({row["cohort"] for row in answers["weekly_retention"]})[-MOST_COHORTS:]
    cells = {(row["cohort"], row["weeks_later"]): row for row in answers["weekly_retention"] if row["cohort"] in begun}
    later = range(min(max(weeks for _, weeks in cells) + 1, MOST_COHORTS))
    seconds = [row for (_, weeks), row in cells.items() if weeks == 1]
    back = of(sum_of(seconds, "listeners"), sum_of(seconds, "cohort_size"))
    words = f"{share(back)} of those who began came back in the week after." if seconds else "No second week yet."
    return Section(
        "weekly_retention",
        "Who comes back",
        f"{words} Each cell has the share of a week's new listeners who played something so many weeks later.",
        ("began in the week of", "users", *(f"+{weeks}" for weeks in later)),
        [
            (
                str(cohort),
                count(cells[cohort, 0]["cohort_size"]),
                *(_back(cells.get((cohort, weeks))) for weeks in later),
            )
            for cohort in begun
        ],
        chart=[
            {
                "cohort": f"{cohort:%-d %b %Y}",
                "later": weeks,
                "shown": share(cells[cohort, weeks]["share"]).removesuffix("%"),
                "step": step(float(cells[cohort, weeks]["share"])),
            }
            for cohort in begun
            for weeks in later
            if (cohort, weeks) in cells
        ],
    )


def _halves(rows: Mapping[str, Record], measure: str) -> Records:
    free = part_of(rows, "free", measure)
    ends = {"free": (0.0, free), "paid": (free, 1.0)}
    return [
        {
            "measure": measure,
            "level": level,
            "begin": ends[level][0],
            "end": ends[level][1],
            "shown": f"{level}: {count(row[measure])} ({share(part_of(rows, level, measure))})",
        }
        for level, row in rows.items()
    ]


def _back(row: Record | None) -> str:
    return share(row["share"]) if row else ""
