"""The parts of the report that are about plays. Pure functions of the answers."""

from __future__ import annotations

import datetime as dt

from sparkify_assets.report.section import Answers, Records, Section, counts, quoted, ranking, step, sum_of
from sparkify_assets.report.texts import WEEKDAYS, count, of, several, share, short, shown

TOP, TOP_FEW = 10, 6
HOURS = range(24)
LONGEST_TABLE = 1000
DAYNAMES = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


def days(answers: Answers) -> Section:
    """Return plays by day; days without any are drawn as nothing."""
    rows = answers["plays_by_day"]
    plays, best = sum_of(rows, "plays"), max(rows, key=lambda row: row["plays"])
    by_day = {row["day"]: row["plays"] for row in rows}
    first, last = min(by_day), max(by_day)
    every = [first + dt.timedelta(days=number) for number in range((last - first).days + 1)]
    return Section(
        "plays_by_day",
        "Plays each day",
        f"{several(plays, 'play')} on {several(len(rows), 'day')}, {count(round(plays / len(rows)))} a day. "
        f"Most were on {best['day']:%A}, {best['day']}: {count(best['plays'])}.",
        ("day", "plays", "listeners", "sessions"),
        [(str(row["day"]), *counts(row, "plays", "listeners", "sessions")) for row in rows],
        chart=[{"day": str(day), "plays": by_day.get(day, 0)} for day in every],
    )


def hours(answers: Answers) -> Section:
    """Return plays by hour of the day."""
    rows = answers["plays_by_hour"]
    plays = {row["hour"]: row["plays"] for row in rows}
    every = [{"hour": hour, "plays": plays.get(hour, 0)} for hour in HOURS]
    best, least = max(every, key=lambda row: row["plays"]), min(every, key=lambda row: row["plays"])
    total = sum(plays.values())
    return Section(
        "plays_by_hour",
        "Plays by hour",
        f"Most is played from {best['hour']:02}:00 to {best['hour'] + 1:02}:00 UTC, {count(best['plays'])} plays; "
        f"least from {least['hour']:02}:00 to {least['hour'] + 1:02}:00, {count(least['plays'])}.",
        ("hour, UTC", "plays", "share"),
        [(f"{row['hour']:02}:00", count(row["plays"]), share(of(row["plays"], total))) for row in every],
        chart=every,
    )


def week(answers: Answers) -> Section:
    """Return plays by day of the week and hour."""
    plays = {(row["weekday"], row["hour"]): row["plays"] for row in answers["plays_by_weekday_and_hour"]}
    (weekday, hour), best = max(plays.items(), key=lambda cell: cell[1])
    return Section(
        "plays_by_weekday_and_hour",
        "When in the week",
        f"The busiest hour of the week is {DAYNAMES[weekday]} from {hour:02}:00 to {hour + 1:02}:00 UTC, with "
        f"{count(best)} plays. Each cell has its number of plays; the darker by day, or the lighter by night, the "
        "more.",
        ("hour, UTC", *WEEKDAYS),
        [(f"{hour:02}:00", *(count(plays.get((day, hour))) for day in range(7))) for hour in HOURS],
        chart=[
            {
                "weekday": WEEKDAYS[day],
                "hour": hour,
                "shown": short(number) if (number := plays.get((day, hour), 0)) else "",
                "step": step(of(number, best)),
            }
            for hour in HOURS
            for day in range(7)
        ],
    )


def songs(answers: Answers) -> Section:
    """Return the most played songs."""
    rows = answers["most_played_songs"][:TOP]
    first = rows[0]
    return Section(
        "most_played_songs",
        "Most played songs",
        f"{quoted(first['song'])} by {quoted(first['artist'])} leads with {several(first['plays'], 'play')}, "
        f"{share(first['share'])} of all. The {len(rows)} songs here make {share(sum(row['share'] for row in rows))}.",
        ("song", "artist", "plays", "share", "known"),
        [
            (shown(row["song"]), shown(row["artist"]), count(row["plays"]), share(row["share"]), _yes(row["song_id"]))
            for row in rows
        ],
        texts=2,
        chart=ranking([(f"{quoted(row['song'])} \N{MIDDLE DOT} {quoted(row['artist'])}", row) for row in rows]),
    )


def artists(answers: Answers) -> Section:
    """Return the most played artists."""
    rows = answers["most_played_artists"][:TOP]
    first = rows[0]
    return Section(
        "most_played_artists",
        "Most played artists",
        f"{quoted(first['artist'])} leads with {several(first['plays'], 'play')} of {several(first['songs'], 'song')}, "
        f"{share(first['share'])} of all plays.",
        ("artist", "plays", "songs", "share"),
        [(shown(row["artist"]), *counts(row, "plays", "songs"), share(row["share"])) for row in rows],
        chart=ranking([(quoted(row["artist"]), row) for row in rows]),
    )


def missing(answers: Answers) -> Section:
    """Return what is played most of what the catalogue lacks."""
    rows = answers["missing_songs"][:TOP_FEW]
    first = rows[0]
    return Section(
        "missing_songs",
        "Missing from the catalogue",
        f"{quoted(first['song'])} by {quoted(first['artist'])}, with {several(first['plays'], 'play')}, leads what is "
        "played and not known.",
        ("song", "artist", "plays"),
        [(shown(row["song"]), shown(row["artist"]), count(row["plays"])) for row in rows],
        texts=2,
        chart=ranking([(f"{quoted(row['song'])} \N{MIDDLE DOT} {quoted(row['artist'])}", row) for row in rows]),
    )


def states(answers: Answers) -> Section:
    """Return where people listen."""
    return _shares_of(answers["plays_by_state"], "plays_by_state", "state", "Where", TOP)


def browsers(answers: Answers) -> Section:
    """Return with which browsers people listen."""
    return _shares_of(answers["plays_by_browser"], "plays_by_browser", "browser", "Browsers", TOP_FEW)


def systems(answers: Answers) -> Section:
    """Return with which operating systems people listen."""
    name = "plays_by_operating_system"
    return _shares_of(answers[name], name, "operating_system", "Operating systems", TOP_FEW)


def _shares_of(rows: Records, question: str, column: str, title: str, top: int) -> Section:
    first, rest = rows[0], rows[top:]
    others = f" {count(len(rest))} more have {share(sum(row['share'] for row in rest))}." if rest else ""
    return Section(
        question,
        title,
        f"{quoted(first[column])} leads with {share(first['share'])} of all plays and "
        f"{several(first['listeners'], 'listener')}.{others}",
        (column.replace("_", " "), "plays", "share", "listeners"),
        [
            (shown(row[column]), count(row["plays"]), share(row["share"]), count(row["listeners"]))
            for row in rows[:LONGEST_TABLE]
        ],
        chart=ranking([(quoted(row[column]), row) for row in rows[:top]]),
        more=max(len(rows) - LONGEST_TABLE, 0),
    )


def _yes(value: object) -> str:
    return "no" if value is None else "yes"
