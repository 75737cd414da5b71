"""Answers to make a report of, with texts that would break a page which does not mind them."""

import datetime as dt
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from sparkify_assets.report.section import Answers
from sparkify_assets.report.sections import QUESTIONS

DAY = dt.date(2018, 11, 1)
HOSTILE = (
    "<script>document.title = 'broken'</script>",
    "\"><img src=x onerror=alert(1)> & 'quotes' &amp; &lt;b&gt;",
    '</svg></figure></section><h1 style="font-size:9em">out</h1>',
    "\u0634\u0628 \u0639\u0631\u0628\u064a \u05e9\u05dc\u05d5\u05dd",
    "\u202eoverridden\u202c and \u2066isolated",
    "bell \x07, escape \x1b[31m, return \r\n, tab \t, delete \x7f, next line \x85, no character \ufffe",
    "L" + "o" * 148 + "g",
    'fill="#5a49d6" {{ 7 * 7 }} {% raw %} ${x} ]]> <!-- -->',
    "\U0001f3b5 emoji e\u0301 \u65e5\u672c\u8a9e",
    "url(#clip0) javascript:alert(1) https://tracker.example.com/pixel.png",
)


def answers_of(titles: Sequence[str | None] = ("Out Of Office", "Fine Print")) -> Answers:
    """Return answers in which each title is a song, an artist, a place and a program."""
    plays = [100 - place for place, _ in enumerate(titles)]
    total = sum(plays) or 1
    named: list[dict[str, Any]] = [
        {"plays": number, "share": Decimal(number) / total, "listeners": number // 2 + 1, "songs": 1, "song_id": None}
        for number in plays
    ]
    some = bool(titles)
    return {
        "plays_by_day": [_day(number) for number in (0, 2)][: 2 * some],
        "plays_by_hour": [{"hour": 16, "plays": 60}, {"hour": 4, "plays": 2}][: 2 * some],
        "plays_by_weekday_and_hour": [
            {"weekday": 3, "hour": 16, "plays": 1560},
            {"weekday": 0, "hour": 0, "plays": 7},
        ][: 2 * some],
        "plays_by_level": [
            {
                "level": "free",
                "plays": 20,
                "share": Decimal("0.2"),
                "listeners": 8,
                "plays_per_listener": Decimal("2.5"),
            },
            {
                "level": "paid",
                "plays": 80,
                "share": Decimal("0.8"),
                "listeners": 2,
                "plays_per_listener": Decimal("40"),
            },
        ][: 2 * some],
        "conversion": [
            {"level": "free", "users": 9, "orders": 2, "changed": 2, "share": Decimal("0.222222")},
        ][:some],
        "most_played_songs": [
            {"song": title, "artist": title, **row} for title, row in zip(titles, named, strict=True)
        ],
        "most_played_artists": [{"artist": title, **row} for title, row in zip(titles, named, strict=True)],
        "missing_songs": [{"song": title, "artist": title, **row} for title, row in zip(titles, named, strict=True)],
        "plays_by_state": [{"state": title, **row} for title, row in zip(titles, named, strict=True)],
        "plays_by_browser": [{"browser": title, **row} for title, row in zip(titles, named, strict=True)],
        "plays_by_operating_system": [
            {"operating_system": title, **row} for title, row in zip(titles, named, strict=True)
        ],
        "new_and_lapsed_users": [
            {"monday": DAY - dt.timedelta(days=3), "listeners": 9, "new": 9, "kept": 0, "returned": 0, "lapsed": 0},
            {"monday": DAY + dt.timedelta(days=4), "listeners": 6, "new": 1, "kept": 5, "returned": 0, "lapsed": 4},
        ][: 2 * some],
        "weekly_retention": [
            {"cohort": DAY, "weeks_later": 0, "listeners": 9, "cohort_size": 9, "share": Decimal(1)},
            {"cohort": DAY, "weeks_later": 1, "listeners": 5, "cohort_size": 9, "share": Decimal("0.555556")},
        ][: 2 * some],
        "catalogue_coverage": [
            {"plays": 1560 * some, "match_rate": Decimal("0.25") if some else None, "songs_played": len(titles)}
        ],
        "listening_time": [{"hours": Decimal("107.25")}][:some],
        "rejected_records": [{"records": 3}][:some],
        "sessions": [{"level": "free", "sessions": 12}][:some],
    }


def _day(number: int) -> dict[str, Any]:
    return {"day": DAY + dt.timedelta(days=number), "plays": 780, "listeners": 7, "sessions": 9}


assert set(answers_of()) == set(QUESTIONS)
