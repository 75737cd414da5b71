"""What the report says: to each question the words, the table and the rows of the chart."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from sparkify_assets.report import listeners, listening
from sparkify_assets.report.section import Answers, Section, Tile, sum_of
from sparkify_assets.report.texts import count, share

PARTS: Mapping[str, tuple[str, Callable[[Answers], Section]]] = {
    "plays_by_day": ("Plays each day", listening.days),
    "plays_by_hour": ("Plays by hour", listening.hours),
    "plays_by_level": ("Free and paid", listeners.levels),
    "most_played_songs": ("Most played songs", listening.songs),
    "most_played_artists": ("Most played artists", listening.artists),
    "plays_by_state": ("Where", listening.states),
    "plays_by_weekday_and_hour": ("When in the week", listening.week),
    "new_and_lapsed_users": ("Coming and going", listeners.comings),
    "weekly_retention": ("Who comes back", listeners.retention),
    "missing_songs": ("Missing from the catalogue", listening.missing),
    "plays_by_browser": ("Browsers", listening.browsers),
    "plays_by_operating_system": ("Operating systems", listening.systems),
}
"""The parts of the report, in their order, by the question that each is about."""

QUESTIONS = (*PARTS, "conversion", "catalogue_coverage", "listening_time", "rejected_records", "sessions")
"""The questions whose answers the report is made of."""
LONGEST = {"most_played_songs": listening.TOP, "most_played_artists": listening.TOP, "missing_songs": listening.TOP_FEW}
"""Rows that are read of answers that would be long."""


def sections(answers: Answers) -> list[Section]:
    """Return the parts of the report, in their order; one without an answer says so."""
    return [
        build(answers) if answers[name] else Section(name, title, "There is nothing to show.")
        for name, (title, build) in PARTS.items()
    ]


def tiles(answers: Answers) -> list[Tile]:
    """Return the figures at the top."""
    (coverage,) = answers["catalogue_coverage"]
    new = sum_of(answers["new_and_lapsed_users"], "new")
    return [
        Tile(count(coverage["plays"]), "songs played"),
        Tile(count(new), "listeners"),
        Tile(count(coverage["songs_played"]), "different songs"),
        Tile(f"{sum(float(row['hours'] or 0) for row in answers['listening_time']):,.0f}", "hours listened"),
        Tile(count(sum_of(answers["sessions"], "sessions")), "sessions"),
        Tile(share(coverage["match_rate"]), "of plays known to the catalogue"),
        Tile(count(sum_of(answers["rejected_records"], "records")), "records refused"),
    ]


def period(answers: Answers) -> str:
    """Return the days that the report is about, in words."""
    found = [row["day"] for row in answers["plays_by_day"]]
    return f"{min(found)} to {max(found)}" if found else "no plays yet"
