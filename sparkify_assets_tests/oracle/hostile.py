"""Write small data sets that trip over every rule, repeatable from a seed, and change them afterwards.

Users, sessions, items and times are few, so that the same event turns up several times, within a day and in
several days, with other pages, levels and names. Half of the files are clean (what a quick reader takes),
the others hold every oddity that is allowed; `bad` says how many lines break a rule on top of that.
"""

import gzip
import json
import math
import os
import random
from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from sparkify_assets_tests.oracle.star import BLANKS, BOM, day_of, find_files

FIRST_DAY = date(2018, 11, 1)  # all days of the sets lie in this month; files of other days are decoys
LAST_DAY = date(2018, 11, 30)

Record = dict[str, str]  # key to the value as JSON text

# Folders whose order differs between bytes, path components, case-folding and UTF-16.
FOLDERS = ("", "2018/11/", "a/", "a-b/", "a/b/", "a.b/", "B/", "Z/z/", "\u00e9/", "\uff5e/", "\U0001f3b5/")
LOG_NAMES = ("{day}-events", "{day}-events-2", "late-{day}", "2018-13-01_{day}", "{day}.2018-11-30", "{day}")

USERS = (1, 2, 3, 15, -7, 9007199254740993)
SESSIONS = (1, 2, 818, 2**63 - 1)
ITEMS = (0, 1, 2, 2**31 - 1)
PAGES = ("NextSong", "NextSong", "NextSong", "Home", "Logout", "Submit Upgrade", "nextsong", "Next Song ")
ODD_TIMES = (
    -62_135_596_800_000,  # 0001-01-01T00:00:00.000Z
    -1,
    0,
    1_483_228_800_000,  # Sunday 2017-01-01, of ISO week 52 of 2016
    1_546_214_400_000,  # Monday 2018-12-31, of ISO week 1 of 2019
    253_402_300_799_999,  # 9999-12-31T23:59:59.999Z
)
LOCATIONS = ("", "Lake Havasu City-Kingman, AZ", "S\u00e3o Paulo", None, " ")
AGENTS = ("", '"Mozilla/5.0 (X11; Linux x86_64)"', None, "Mozilla\\5.0\t\u2028\u0085", "\\N")
FIRST_NAMES = ("Ada", "", None, "null", "\U0001f3b5", "NaN")
LAST_NAMES = ("Frye", "O'Neil", None, "17")
GENDERS = ("F", "M", None, "")


def twice_decoded(text: str) -> str:
    """Return the text as it looks when its UTF-8 was decoded as Latin-1, twice."""
    return once_decoded(once_decoded(text))


def once_decoded(text: str) -> str:
    """Return the text as it looks when its UTF-8 was decoded as Latin-1."""
    return text.encode().decode("latin-1")


# (title, artist, duration) of the catalogue. Several ids get the same one.
WORKS = (
    ("1979", "The Smashing Pumpkins", 266.44853),
    ("[Untitled]", "Bj\u00f6rk", 180.0),
    ("{Braces}", "Bj\u00f6rk", 200.25),
    ("Setanta matins", "Elena", 269.58322),
    ("setanta matins", "Elena", 269.58322),
    (twice_decoded("Caf\u00e9"), "Bj\u00f6rk", 199.5),
    ("", "", 0.1),
    ("e\u0301toile", '"Quoted" \\ Name', 1e-5),
    ("\u00e9toile", '"Quoted" \\ Name', 1e-5),
)
SONG_IDS = ("SO0000", "SO0001", "SO0002", "SO0003", "SO0004", "SO0005", "SO0006", "so0003", "S\u00d60001")
ARTIST_IDS = ("AR01", "AR02", "AR03", "ar03")

# JSON texts that may not stand in the field of a play; None: the key is missing.
NO_TEXT = ("7", "1.5", "true", '["a"]', '{"a":"b"}', '"a\\u0000b"', '"\\ud800"', '"\\udc00\\ud800"')
NO_NUMBER = ("true", '"7"', "[7]", "{}", '""', "NaN", "Infinity", "-Infinity", "1e999", "0x1F", "07", "+7")
NO_INTEGER = (*NO_NUMBER, None, "null", "7.5", "7e-1", "99999999999999999999", "9223372036854775808")
BAD_EVENT: dict[str, Sequence[str | None]] = {
    "ts": (*NO_INTEGER, "253402300800000", "-62135596800001", '"1541105830796"', "1541105830796.5"),
    "sessionId": (*NO_INTEGER, "-9223372036854775809"),
    "itemInSession": (*NO_INTEGER, "2147483648", "-2147483649", "false"),
    "userId": (
        *("null", None, '""', "true", "[1]", "{}", "1.5", "9223372036854775808", "NaN"),
        *('"abc"', '" 15"', '"15 "', '"+5"', '"1_0"', '"1.5"', '"007"', '"0x1"', '"NaN"', '"\uff11\uff15"'),
        *('" "', '"15\\n"', '"9223372036854775808"', '"1e99"', '"15\\u0000"', '"true"'),
    ),
    "page": (*NO_TEXT, None, "null", '""'),
    "level": (*NO_TEXT, None, "null", '""', '"gold"', '"Free"', '"paid "'),
    "length": (*NO_NUMBER, "0", "-1", "-0.0", "0e5"),
    "firstName": NO_TEXT,
    "lastName": NO_TEXT,
    "gender": NO_TEXT,
    "location": NO_TEXT,
    "userAgent": NO_TEXT,
    "song": (*NO_TEXT, "1979"),
    "artist": NO_TEXT,
}
BAD_SONG: dict[str, Sequence[str | None]] = {
    "song_id": (*NO_TEXT, None, "null", '""'),
    "title": (*NO_TEXT, None, "null", "1979"),
    "artist_id": (*NO_TEXT, None, "null", '""'),
    "artist_name": (*NO_TEXT, None, "null"),
    "artist_location": NO_TEXT,
    "artist_latitude": (*NO_NUMBER, "90.00001", "-91"),
    "artist_longitude": (*NO_NUMBER, "180.00001", "-181"),
    "year": (*NO_NUMBER, "32768", "-32769", "1999.5", '"1999"'),
    "duration": (*NO_NUMBER, None, "null", "0", "-1", "0.0"),
}

# What may be added to a record without harm: (key, JSON text).
HARMLESS = (
    ("auth", '"Logged In"'),  # a second time
    ("status", '"200"'),
    ("registration", "1e999"),
    ("registration", "1" * 5000),
    ("method", '"\\ud800"'),
    ("num_songs", '{"ts": 1, "ts": 2}'),
    ("new_field", '[{"page": [null, "\\u0000"]}, true]'),
    ("Page", '"Home"'),
    ("userid", "null"),
    ("", "{}"),
    ("\u00e9\u2028", "-0.0"),
)


def write_hostile_set(folder: Path, seed: int, *, bad: float = 0.02, damaged: bool = False) -> None:
    """Write `log_data` and `song_data` below the folder: 3 to 5 days of November 2018 and a small catalogue.

    Args:
        folder: where to; made if missing, should hold neither.
        seed: the same seed and `bad` give the same bytes.
        bad: share of lines that break a rule. 0 gives a set without any reject. Up to 0.05, no log file of
            20 lines or more has so many that they stop a load.
        damaged: also write a log file and a song file that are damaged as a whole.
    """
    rng = random.Random(seed)
    for _ in range(rng.randint(8, 15)):
        write_song_file(folder, rng, bad)
    days = sorted(rng.sample(range(30), rng.randint(3, 5)))
    if rng.random() < 0.7:  # mostly neighbours
        days = list(range(days[0], days[0] + len(days)))
    for offset in days:
        for _ in range(rng.randint(1, 3)):
            write_log_file(folder, rng, FIRST_DAY + timedelta(days=offset), bad)
    write_decoys(folder, rng)
    if damaged:
        write_damaged_files(folder, rng, FIRST_DAY + timedelta(days=rng.choice(days)))


def mutate(folder: Path, seed: int) -> list[date]:
    """Change the logs of a set in one to three ways; return the days that have to be loaded again.

    New events keep the rules. Copies of bad lines, or fewer good ones, may give a file a share of rejects
    that stops a load: ask `Star.over_limit`, or change a set that was written with `bad=0`.
    """
    rng = random.Random(seed)
    touched: set[date] = set()
    for _ in range(rng.randint(1, 3)):
        change = rng.choice((drop_lines, move_lines, rewrite_file, delete_day, add_late_file))
        if log_files(folder):
            touched |= change(folder, rng)
    return sorted(touched)


# --- log files ----------------------------------------------------------------------------------------


def write_log_file(folder: Path, rng: random.Random, day: date, bad: float) -> Path:
    """Write a new log file of a day and return its path."""
    clean = rng.random() < 0.5
    count = rng.choice((0, 5, rng.randint(5, 19), rng.randint(24, 40), rng.randint(24, 40)))
    lines = [event_line(rng, clean) for _ in range(count)]
    if not clean:
        for _ in range(rng.randint(0, 3)):
            lines.insert(rng.randint(0, len(lines)), rng.choice((b"", b" \t", b"\r", b"  \r")))
    spoil_some(lines, rng, bad, lambda: bad_line(rng, play(rng), BAD_EVENT))
    while True:
        name = rng.choice(LOG_NAMES).format(day=day) + rng.choice((".json", ".json", ".json.gz"))
        path = folder / "log_data" / (rng.choice(FOLDERS) + name)
        if not path.exists():
            break
    write_lines(path, lines, rng, clean)
    return path


def event_line(rng: random.Random, clean: bool) -> bytes:
    """Return the line of an event that keeps the rules, of any page."""
    record = play(rng)
    page = rng.choice(PAGES)
    if page != "NextSong":
        record["page"] = json.dumps(page)
        record["song"] = record["artist"] = record["length"] = "null"
    if page != "NextSong" and not clean and rng.random() < 0.3:
        record["length"] = rng.choice(("0", "-1.5"))
    if page != "NextSong" and rng.random() < 0.25:
        as_guest(rng, record, clean)
    if clean:
        return render(list(record.items()), ", ", ": ")
    return render_oddly(rng, record, ("ts", "sessionId", "itemInSession"))


def play(rng: random.Random) -> Record:
    """Return a `NextSong` that keeps the rules."""
    title, artist, length = played_work(rng)
    values: dict[str, str | float | None] = {
        "artist": artist,
        "auth": "Logged In",
        "firstName": rng.choice(FIRST_NAMES),
        "gender": rng.choice(GENDERS),
        "itemInSession": rng.choice(ITEMS[:2] if rng.random() < 0.8 else ITEMS),
        "lastName": rng.choice(LAST_NAMES),
        "length": length,
        "level": rng.choice(("free", "paid")),
        "location": rng.choice(LOCATIONS),
        "method": "PUT",
        "page": "NextSong",
        "registration": 1540919166796.0,
        "sessionId": rng.choice(SESSIONS[:2] if rng.random() < 0.8 else SESSIONS),
        "song": title,
        "status": 200,
        "ts": some_time(rng),
        "userAgent": rng.choice(AGENTS),
        "userId": str(rng.choice(USERS[:3] if rng.random() < 0.8 else USERS)),
    }
    return {key: json.dumps(value, ensure_ascii=rng.random() < 0.5) for key, value in values.items()}


def played_work(rng: random.Random) -> tuple[str | None, str | None, float | None]:
    """Return song, artist and length as logged: as in the catalogue, or nearly so."""
    title, artist, length = rng.choice(WORKS)
    kind = rng.randrange(12)
    if kind == 0:
        return twice_decoded(title), twice_decoded(artist), length
    if kind == 1:
        return title, once_decoded(artist), length
    if kind == 2:
        return twice_decoded(twice_decoded("\u00e9")) + title, artist, length
    if kind == 3:
        return twice_decoded("\u00e9") + "\u20ac", artist, length
    if kind == 4:
        return title.swapcase(), artist, length
    if kind == 5:
        return title, artist + " ", length
    if kind == 6:
        return title, artist, math.nextafter(length, 999)
    if kind == 7:
        return rng.choice(((None, artist, length), (title, None, length), (title, artist, None)))
    return title, artist, length


def some_time(rng: random.Random) -> int:
    """Return epoch milliseconds: mostly one of few moments around midnight, often of another day's file."""
    if rng.random() < 0.03:
        return rng.choice(ODD_TIMES)
    midnight = datetime(2018, 11, rng.choice((4, 5, 5, 5, 6, 11, 12)), tzinfo=UTC)
    return int(midnight.timestamp()) * 1000 + rng.choice((-1, 0, 0, 796, 1_000, 61_796))


def as_guest(rng: random.Random, record: Record, clean: bool) -> None:
    """Make the event one of a guest, whose level may be anything that is text."""
    record["userId"] = '""' if clean else rng.choice(('""', "null"))
    record["level"] = rng.choice(('"free"', '"paid"', "null", '"gold"', '""'))
    if not clean and rng.random() < 0.3:
        del record["userId"]


# --- song files ---------------------------------------------------------------------------------------


def write_song_file(folder: Path, rng: random.Random, bad: float) -> Path:
    """Write a new song file: mostly one record, sometimes several lines, or one record over several lines."""
    clean = rng.random() < 0.5
    while True:
        name = f"TR{rng.randrange(1000):03}.json" + rng.choice(("", "", "", ".gz"))
        path = folder / "song_data" / (rng.choice(FOLDERS) + name)
        if not path.exists():
            break
    if rng.random() < 0.2:
        lines = render(list(song(rng).items()), ",\n    ", ": ").split(b"\n")
        write_lines(path, lines, rng, clean)
        return path
    lines = [song_line(rng, clean) for _ in range(rng.choice((1, 1, 1, 2, 3)))]
    if not clean and rng.random() < 0.3:
        lines.insert(0, b"")
    # A small catalogue has a file or two with rejects; no limit applies below 20 song files.
    if rng.random() < min(1.0, bad * 5):
        lines[rng.randrange(len(lines))] = bad_line(rng, song(rng), BAD_SONG)
    write_lines(path, lines, rng, clean)
    return path


def song_line(rng: random.Random, clean: bool) -> bytes:
    """Return the line of a song that keeps the rules."""
    record = song(rng)
    return render(list(record.items()), ", ", ": ") if clean else render_oddly(rng, record, ("year",))


def song(rng: random.Random) -> Record:
    """Return a song record that keeps the rules."""
    title, artist, duration = rng.choice(WORKS)
    values: dict[str, str | float | None] = {
        "num_songs": 1,
        "artist_id": rng.choice(ARTIST_IDS),
        "artist_latitude": rng.choice((None, 0, 0.0, 36.16778, -90, 90.0, -33.5)),
        "artist_longitude": rng.choice((None, 0, -0.0, -86.77836, 180, -180.0)),
        "artist_location": rng.choice(LOCATIONS),
        "artist_name": artist,
        "song_id": rng.choice(SONG_IDS),
        "title": title,
        "duration": duration,
        "year": rng.choice((0, 0, 1979, 2005, None, 32767)),
    }
    return {key: json.dumps(value, ensure_ascii=rng.random() < 0.5) for key, value in values.items()}


# --- lines and files ----------------------------------------------------------------------------------


def render(pairs: list[tuple[str, str]], comma: str, colon: str) -> bytes:
    """Return the object of the pairs as JSON; a key may stand there twice."""
    inner = comma.join(json.dumps(key, ensure_ascii=False) + colon + value for key, value in pairs)
    return ("{" + inner + "}").encode()


def render_oddly(rng: random.Random, record: Record, integers: tuple[str, ...]) -> bytes:
    """Return the record in a form that is unusual but allowed; `integers` names its whole numbers."""
    values = dict(record)
    for key in integers:
        # Beyond 2**53 a double could not tell: such numbers stay as they are.
        if values[key] != "null" and abs(int(values[key])) < 2**53 and rng.random() < 0.15:
            values[key] += rng.choice((".0", ".000", "e0", "E+0", ".0e0" if values[key] == "0" else "0e-1"))
    user = json.loads(values.get("userId", "null"))
    if user and rng.random() < 0.4:
        values["userId"] = rng.choice((user, user, f"{user}e0", f'"{user}e0"'))
        if abs(int(user)) < 2**53:
            values["userId"] = rng.choice((user, f"{user}.0", f'"{user}.0"', f'"{user}0e-1"'))
    for key in ("location", "userAgent", "firstName", "song", "artist_location", "artist_latitude", "status"):
        if key in values and rng.random() < 0.1:
            del values[key]
    pairs = list(values.items())
    if rng.random() < 0.3:
        rng.shuffle(pairs)
    if rng.random() < 0.3:
        pairs.insert(rng.randint(0, len(pairs)), rng.choice(HARMLESS))
    line = render(pairs, rng.choice((",", ", ", "\t,\r ")), rng.choice((":", " : ")))
    if rng.random() < 0.1:
        line = line.replace(b'"page"', b'"p\\u0061ge"').replace(b'"title"', b'"\\u0074itle"')
    if rng.random() < 0.1:
        line = line.replace(b"/", b"\\/")
    return rng.choice((b"", b"", b" ", b"\t")) + line + rng.choice((b"", b"", b" \t"))


def bad_line(rng: random.Random, record: Record, bad_values: dict[str, Sequence[str | None]]) -> bytes:
    """Return a line that must be refused, made from a record that keeps the rules."""
    pairs = list(record.items())
    line = render(pairs, ", ", ": ")
    kind = rng.randrange(5)
    if kind == 0:
        return broken(rng, line)
    key = rng.choice(sorted(bad_values))
    if kind == 1:  # a key twice, with the same or another value
        pairs.insert(rng.randint(0, len(pairs)), (key, rng.choice((record[key], "null"))))
        return render(pairs, ", ", ": ")
    value = rng.choice(bad_values[key])
    pairs = [pair for pair in pairs if pair[0] != key]
    if value is not None:
        pairs.insert(rng.randint(0, len(pairs)), (key, value))
    return render(pairs, ", ", ": ")


def broken(rng: random.Random, line: bytes) -> bytes:
    """Return the line, which ends in '}', as something that is no JSON object in UTF-8."""
    stray = rng.choice(
        (
            b'"x": "\xff"',
            b'"x": "Bj\xf6rk"',  # Latin-1
            b'"x": "\xc0\xaf"',  # overlong
            b'"x": "\xed\xa0\x80"',  # a surrogate in UTF-8
            b'"x": "\x01"',
            b'"x": "\t"',
            b'"x": "\\x41"',
            b'"x": "\\u12"',
            b"\"x\": 'y'",
            b'"x": .5',
            b'"x": 5.',
            b'"x": 05',
            b'"x": True',
            b'"x": // y',
            b'"x"',
            b"x: 1",
            b"",  # a comma too many
        )
    )
    return rng.choice(
        (
            line[: rng.randint(1, len(line) - 1)],
            line[:-1] + b", " + stray + b"}",
            line[:-1] + b", " + stray + b"}",
            line + b",",
            line + b"}",
            line + line,
            b"[" + line + b"]",
            b" " + BOM + line,
            line + b"\0",
            b"\x0b" + line,
            line + b"\xc2\xa0",  # a blank of Unicode, not of JSON
            *(b"null", b"17", b'"text"', b"true", b"{}", b"[]", b"{", b"no JSON", b"\0"),
        )
    )


def spoil_some(lines: list[bytes], rng: random.Random, bad: float, make: Callable[[], bytes]) -> None:
    """Replace lines by ones that must be refused: no more of 20 lines or more than a load allows."""
    chosen = [number for number in range(len(lines)) if rng.random() < bad]
    if len(lines) >= 20 and bad <= 0.05:
        chosen = rng.sample(chosen, min(len(chosen), int(0.05 * len(lines))))
    for number in sorted(chosen):
        lines[number] = make()


def write_lines(path: Path, lines: list[bytes], rng: random.Random, clean: bool) -> None:
    """Write a file of these lines, with the line ends, mark and last line end that chance gives it."""
    end = b"\n" if clean else rng.choice((b"\n", b"\n", b"\r\n"))
    content = end.join(lines)
    if lines and rng.random() < 0.5:
        content += end
    if not clean and rng.random() < 0.3:
        content = BOM + content
    write_content(path, content)


def write_content(path: Path, content: bytes) -> None:
    """Write a file, compressed if its name says so; the same content gives the same bytes."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(gzip.compress(content, mtime=0) if path.suffix == ".gz" else content)


def read_content(path: Path) -> bytes:
    """Read what `write_content` wrote."""
    content = path.read_bytes()
    return gzip.decompress(content) if path.suffix == ".gz" else content


def write_damaged_files(folder: Path, rng: random.Random, day: date) -> None:
    """Write a log file and a song file of which no line is to be trusted."""
    for path, line in (
        (folder / "log_data" / "a" / f"{day}-damaged.json", event_line(rng, clean=True)),
        (folder / "song_data" / "a" / "TRDAMAGED.json", song_line(rng, clean=True)),
    ):
        packed = gzip.compress(line, mtime=0)
        suffix, content = rng.choice(
            (
                (".gz", packed[: rng.randint(1, len(packed) - 1)]),
                (".gz", packed[:-8] + bytes(byte ^ 255 for byte in packed[-8:])),
                (".gz", line),
                ("", "\ufeff".encode("utf-16-le") + line.decode().encode("utf-16-le")),
                ("", "\ufeff".encode("utf-16-be") + line.decode().encode("utf-16-be")),
                ("", b"<!DOCTYPE html>\n<p>Not found</p>\n" + line),
                ("", BOM + b" \r\n\t<html>\n" + line),
            )
        )
        path.parent.mkdir(parents=True, exist_ok=True)
        path.with_name(path.name + suffix).write_bytes(content)


def write_decoys(folder: Path, rng: random.Random) -> None:
    """Write what is not to be read: hidden, linked, misnamed and special files, days out of range."""
    event, record = event_line(rng, True), song_line(rng, True)
    for root, line in (("log_data", event), ("song_data", record)):
        for name in (
            ".ipynb_checkpoints/2018-11-05-events-checkpoint.json",
            "a/._2018-11-05-events.json",
            "a/.hidden/deep/2018-11-05-events.json",
            "2018-11-05-events.json.bak",
            "2018-11-05-events.JSON",
            "2018-11-05-events.jsonl",
            "2018-11-05-events.json.gz.part",
        ):
            write_content(folder / root / name, line)
        outside = folder / "elsewhere" / root
        write_content(outside / "2018-11-06-linked.json", line)
        (folder / root / "link").symlink_to(outside, target_is_directory=True)
        (folder / root / "loop").symlink_to(folder / root, target_is_directory=True)
        (folder / root / "2018-11-06-linked.json").symlink_to(outside / "2018-11-06-linked.json")
        (folder / root / "2018-11-07-folder.json").mkdir()
        os.mkfifo(folder / root / "2018-11-08-pipe.json")
    for name in ("events.json", "2018-11-31.json", "2018-12-25.json", "2018-10-31.json", "201-11-05.json"):
        write_content(folder / "log_data" / name, event)


# --- changes ------------------------------------------------------------------------------------------


def log_files(folder: Path) -> list[Path]:
    """List the log files of the set's days, but for damaged ones."""
    files = [file for file in find_files(folder, "log_data") if "damaged" not in file]
    return [folder / file for file in files if FIRST_DAY <= (day_of(file) or date.min) <= LAST_DAY]


def day_of_path(path: Path) -> date:
    """Return the day of a log file of the set."""
    day = day_of(path.name)
    assert day is not None
    return day


def some_day(folder: Path, rng: random.Random) -> date:
    """Return a day of the set, or now and then one that it did not have."""
    days = sorted({day_of_path(path) for path in log_files(folder)})
    return rng.choice(days) if rng.random() < 0.8 else FIRST_DAY + timedelta(days=rng.randrange(30))


def take_lines(path: Path, rng: random.Random, most: int) -> list[bytes]:
    """Cut up to `most` lines that are not blank out of a file and return them, without byte order mark."""
    lines = read_content(path).split(b"\n")
    filled = [number for number, line in enumerate(lines) if line.removeprefix(BOM).strip(BLANKS)]
    cut = sorted(rng.sample(filled, min(len(filled), rng.randint(1, most))), reverse=True)
    taken = [lines.pop(number).removeprefix(BOM) for number in cut]
    write_content(path, b"\n".join(lines))
    return taken


def drop_lines(folder: Path, rng: random.Random) -> set[date]:
    """Take one or a few events out of a file."""
    path = rng.choice(log_files(folder))
    take_lines(path, rng, rng.choice((1, 1, 4)))
    return {day_of_path(path)}


def move_lines(folder: Path, rng: random.Random) -> set[date]:
    """Take one or two events out of a file and put them into another, mostly of another day."""
    source = rng.choice(log_files(folder))
    taken = take_lines(source, rng, 2)
    target = rng.choice(log_files(folder))
    lines = read_content(target).split(b"\n")
    at = rng.randint(1, len(lines))
    write_content(target, b"\n".join([*lines[:at], *taken, *lines[at:]]))
    return {day_of_path(source), day_of_path(target)}


def rewrite_file(folder: Path, rng: random.Random) -> set[date]:
    """Write a file anew: its lines in another order, or with other levels, or other events altogether."""
    path = rng.choice(log_files(folder))
    lines = read_content(path).removeprefix(BOM).split(b"\n")
    kind = rng.randrange(4)
    if kind == 0:
        rng.shuffle(lines)
    elif kind == 1:
        lines = [line.replace(b'"free"', b'"paid"') for line in lines]
    elif kind == 2:
        lines = [line.replace(b'"NextSong"', b'"Home"') if rng.random() < 0.3 else line for line in lines]
    else:
        lines = [event_line(rng, clean=True) for _ in range(rng.randint(1, 30))]
    write_content(path, b"\n".join(lines))
    return {day_of_path(path)}


def delete_day(folder: Path, rng: random.Random) -> set[date]:
    """Delete all files of a day."""
    day = day_of_path(rng.choice(log_files(folder)))
    for path in log_files(folder):
        if day_of_path(path) == day:
            path.unlink()
    return {day}


def add_late_file(folder: Path, rng: random.Random) -> set[date]:
    """Add a file to a day: new events, and copies of events of other files, some on another page."""
    day = some_day(folder, rng)
    others = [line for path in log_files(folder) for line in read_content(path).removeprefix(BOM).split(b"\n")]
    copies = rng.sample(others, min(len(others), rng.randint(0, 8)))
    path = write_log_file(folder, rng, day, bad=0.0)
    changed = [line.replace(b'"NextSong"', b'"Home"') if rng.random() < 0.3 else line for line in copies]
    content = read_content(path)
    if content and not content.endswith(b"\n"):
        content += b"\n"
    write_content(path, content + b"\n".join(changed))
    return {day}
