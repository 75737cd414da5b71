"""Lines have the form of the real ones, and each quirk changes what it says."""

import json

import numpy as np

from sparkify_assets.generator.catalogue import DURATIONS_S, build_catalogue
from sparkify_assets.generator.events import Events
from sparkify_assets.generator.lines import LineWriter
from sparkify_assets.generator.listeners import build_listeners
from sparkify_assets.generator.plan import USUAL_QUIRKS, Plan, Quirk
from sparkify_assets.generator.scripts import PAGES
from sparkify_assets.sample.artists import ABROAD
from sparkify_assets.sample.write import decoded_twice

PLAY, LOGOUT, HOME = (4 * PAGES.index(page) for page in ("NextSong", "Logout", "Home"))
PAID, GUEST = 2, 1
SECOND = 1_541_105_830


def written(quirks: frozenset[Quirk], kind: int, song: int = -1, listener: int = 0) -> str:
    """Return the line of one event."""
    plan = Plan(songs=100, quirks=quirks)
    event = Events(
        np.array([SECOND]),
        np.array([listener], np.int32),
        np.array([77]),
        np.array([3], np.int16),
        np.array([kind], np.uint8),
        np.array([song], np.int32),
    )
    writer = LineWriter(plan, build_listeners(plan), build_catalogue(plan))
    return bytes(writer.lines(event).text).decode()


def test_play_says_who_and_what() -> None:
    plan = Plan(songs=100)
    people, catalogue = build_listeners(plan), build_catalogue(plan)
    song = next(number for number in range(100) if catalogue.artist[number] >= len(ABROAD))

    line = written(USUAL_QUIRKS, PLAY + PAID, song, listener=5)

    record = json.loads(line)
    expected = list(catalogue.songs())[song]
    assert (record["song"], record["artist"], record["length"]) == (
        expected.title,
        expected.artist_name,
        DURATIONS_S[catalogue.frames[song]],
    )
    assert (record["userId"], record["level"], record["auth"]) == (str(people.user_id[5]), "paid", "Logged In")
    assert (record["ts"], record["sessionId"], record["itemInSession"]) == (SECOND * 1000 + 377, 77, 3)
    assert (record["page"], record["method"], record["status"]) == ("NextSong", "PUT", 200)
    assert record["registration"] == people.registered[5] * 1000 + 377
    assert record["userAgent"] == people.agents[people.agent[5]]
    assert line.endswith("}\n")


def test_page_has_its_method_and_status() -> None:
    record = json.loads(written(USUAL_QUIRKS, LOGOUT))

    assert (record["page"], record["method"], record["status"]) == ("Logout", "PUT", 307)
    assert (record["song"], record["artist"], record["length"], record["level"]) == (None, None, None, "free")


def test_guest_is_nobody_with_a_level() -> None:
    record = json.loads(written(USUAL_QUIRKS, HOME + PAID + GUEST))

    assert (record["userId"], record["auth"], record["level"]) == ("", "Logged Out", "paid")
    assert record["firstName"] is record["registration"] is record["userAgent"] is None


def test_quirks_change_what_they_say() -> None:
    abroad = next(iter(np.flatnonzero(build_catalogue(Plan(songs=100)).artist < len(ABROAD))))
    usual = written(USUAL_QUIRKS, PLAY, int(abroad))
    changed = {quirk: written(USUAL_QUIRKS ^ {quirk}, PLAY, int(abroad)) for quirk in Quirk}
    title = json.loads(changed[Quirk.TWICE_DECODED])["song"]

    assert json.loads(usual)["song"] == decoded_twice(title) != title
    assert changed[Quirk.ESCAPED_SLASHES] == usual.replace("\\/", "/") != usual
    assert usual.isascii()
    assert not changed[Quirk.ASCII].isascii()
    assert json.loads(changed[Quirk.ASCII]) == json.loads(usual)
    assert isinstance(json.loads(changed[Quirk.TEXT_USER_IDS])["userId"], int)
    assert '.0,"sessionId"' in usual
    assert '.0,"sessionId"' not in changed[Quirk.FLOAT_REGISTRATION]
    assert '377.0,"userAgent"' in changed[Quirk.FLOAT_TS]
    assert changed[Quirk.CRLF] == usual.replace("\n", "\r\n")
    assert changed[Quirk.NULLS] == usual


def test_without_nulls_a_field_without_value_is_left_out() -> None:
    guest = json.loads(written(USUAL_QUIRKS - {Quirk.NULLS}, HOME + GUEST))
    usual = json.loads(written(USUAL_QUIRKS, HOME + GUEST))

    assert guest == {key: value for key, value in usual.items() if value is not None}
    assert list(guest) == sorted(guest)


def test_agents_stand_in_quotes_only_with_the_quirk() -> None:
    plan = Plan(songs=100)
    people = build_listeners(plan)
    quoted = next(n for n in range(len(people)) if people.agents[people.agent[n]].startswith('"'))

    with_quirk, without = (
        json.loads(written(quirks, HOME, listener=quoted))["userAgent"]
        for quirks in (USUAL_QUIRKS, USUAL_QUIRKS - {Quirk.QUOTED_AGENTS})
    )

    assert with_quirk == f'"{without}"'
