"""The exact way to read a record."""

from typing import Any

import pytest

from sparkify_assets.ingest.exact import Value, decode_object, is_one_object, typed_values
from sparkify_assets.ingest.records import EVENT, SONG, RecordKind
from sparkify_assets.ingest.refusals import Reason, Refused
from sparkify_assets_tests.ingest.raw_records import Raw, event, song


def read(line: bytes, kind: RecordKind = EVENT) -> dict[str, Value]:
    pairs = decode_object(line)
    return dict(zip(kind.columns, typed_values(pairs, dict(pairs), kind), strict=True))


def refusal(line: bytes, kind: RecordKind = EVENT) -> tuple[Reason, str]:
    with pytest.raises(Refused) as raised:
        read(line, kind)
    return raised.value.reason, raised.value.message


def test_values_are_typed_and_named_as_columns() -> None:
    assert read(event()) == {
        "ts": 1541105830796,
        "user_id": 15,
        "session_id": 77,
        "item_in_session": 3,
        "page": "NextSong",
        "level": "paid",
        "first_name": "Ada",
        "last_name": "Byron",
        "gender": "F",
        "location": "Oslo",
        "user_agent": '"Mozilla/5.0"',
        "song": "Late Train",
        "artist": "The Ghost Pines",
        "length": 201.5,
    }


def test_missing_fields_are_null() -> None:
    assert set(read(b"{}").values()) == {None}


@pytest.mark.parametrize(
    ("written", "integer"),
    [
        ("1541105830796.0", 1541105830796),
        ("1.541105830796E12", 1541105830796),
        ("1541105830796000e-3", 1541105830796),
        ("-0", 0),
        ("-0.0", 0),
        ("0e999999999", 0),
        ("9007199254740993.0", 9007199254740993),
        ("9223372036854775807", 9223372036854775807),
        ("-9223372036854775808.00", -9223372036854775808),
    ],
)
def test_number_with_a_zero_fraction_is_that_integer(written: str, integer: int) -> None:
    assert read(event(ts=Raw(written)))["ts"] == integer


@pytest.mark.parametrize(
    ("written", "reason"),
    [
        ("1541105830796.5", Reason.NOT_INTEGER),
        ("1e-999999999", Reason.NOT_INTEGER),
        ("9223372036854775808", Reason.OUT_OF_RANGE),
        ("-9223372036854775809", Reason.OUT_OF_RANGE),
        ("9223372036854775808.0", Reason.OUT_OF_RANGE),
        ("1e999999999", Reason.OUT_OF_RANGE),
        ("1e99999999999999999999", Reason.OUT_OF_RANGE),
        ("9" * 5000, Reason.OUT_OF_RANGE),
        ("true", Reason.WRONG_TYPE),
        ('"1541105830796"', Reason.WRONG_TYPE),
        ("[1]", Reason.WRONG_TYPE),
        ('{"n": 1}', Reason.WRONG_TYPE),
    ],
)
def test_what_is_no_integer_of_64_bits_is_refused(written: str, reason: Reason) -> None:
    refused, message = refusal(event(ts=Raw(written)))

    assert refused is reason
    assert message.startswith("ts is ")
    assert message.endswith(", expected an integer of 64 bits")
    assert len(message) < 150


@pytest.mark.parametrize(
    ("field", "kind", "largest"),
    [("itemInSession", EVENT, 2**31 - 1), ("sessionId", EVENT, 2**63 - 1), ("year", SONG, 2**15 - 1)],
)
def test_integers_fit_their_column(field: str, kind: RecordKind, largest: int) -> None:
    make = event if kind is EVENT else song
    column = kind.by_name[field].column

    assert read(make(**{field: largest}), kind)[column] == largest
    assert read(make(**{field: -largest - 1}), kind)[column] == -largest - 1
    assert refusal(make(**{field: largest + 1}), kind)[0] is Reason.OUT_OF_RANGE
    assert refusal(make(**{field: -largest - 2}), kind)[0] is Reason.OUT_OF_RANGE


@pytest.mark.parametrize(
    ("value", "user"),
    [
        ("15", 15),
        ("15.0", 15),
        ("1e3", 1000),
        ("-7", -7),
        (15, 15),
        (15.0, 15),
        (Raw("1e3"), 1000),
        ("", None),
        (None, None),
    ],
)
def test_user_may_be_text_or_number_or_empty(value: Any, user: int | None) -> None:
    assert read(event(userId=value))["user_id"] == user


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        (" 15", Reason.NOT_INTEGER),
        ("15 ", Reason.NOT_INTEGER),
        ("15\n", Reason.NOT_INTEGER),
        ("+5", Reason.NOT_INTEGER),
        ("abc", Reason.NOT_INTEGER),
        ("1_0", Reason.NOT_INTEGER),
        ("٣", Reason.NOT_INTEGER),
        ("015", Reason.NOT_INTEGER),
        ("15.5", Reason.NOT_INTEGER),
        (15.5, Reason.NOT_INTEGER),
        ("9223372036854775808", Reason.OUT_OF_RANGE),
        (True, Reason.WRONG_TYPE),
        ([15], Reason.WRONG_TYPE),
    ],
)
def test_user_of_another_form_is_refused(value: Any, reason: Reason) -> None:
    refused, message = refusal(event(userId=value))

    assert refused is reason
    assert message.startswith("userId is ")


@pytest.mark.parametrize("value", ["[Untitled]", "{Braces}", "1979", "true", "null", "", "\x7f", "é😀", "a/b"])
def test_text_is_kept_as_it_is(value: str) -> None:
    assert read(event(song=value))["song"] == value


def test_escapes_in_text_are_decoded() -> None:
    line = event(song=Raw(r'"\u00e9 \/ \ud83d\ude00 \n \" \\ \t"'))

    assert read(line)["song"] == 'é / 😀 \n " \\ \t'


@pytest.mark.parametrize(
    ("written", "shown"),
    [("15", "15"), ("1.50", "1.50"), ("false", "false"), ('{"a": 1}', "an object"), ('["a"]', "a list")],
)
def test_what_is_no_text_is_refused(written: str, shown: str) -> None:
    assert refusal(event(song=Raw(written))) == (Reason.WRONG_TYPE, f"song is {shown}, expected text")


@pytest.mark.parametrize("written", [r'"a\u0000b"', r'"\ud800"', r'"\udc00\ud800"', r'"\ud83dx"'])
def test_text_that_cant_be_stored_is_refused_where_it_is_used(written: str) -> None:
    reason, message = refusal(event(song=Raw(written)))

    assert reason is Reason.UNSTORABLE_TEXT
    assert message.startswith('song is "')
    assert message.isascii()
    assert read(event(auth=Raw(written), brand_new=Raw(written))) == read(event())


@pytest.mark.parametrize("written", ["1e999", "-1e999", "1" + "0" * 400])
def test_number_beyond_64_bits_is_refused_where_it_is_used(written: str) -> None:
    assert refusal(event(length=Raw(written)))[0] is Reason.OUT_OF_RANGE
    assert read(event(registration=Raw(written))) == read(event())


@pytest.mark.parametrize("value", [True, "201.5", [201.5]])
def test_what_is_no_number_is_refused(value: Any) -> None:
    assert refusal(event(length=value))[0] is Reason.WRONG_TYPE


def test_key_given_twice_is_refused_where_it_is_used() -> None:
    line = event()[:-1] + rb',"\u0074s":5}'

    assert refusal(line) == (Reason.DUPLICATE_KEY, "ts is given 2 times, expected once")
    assert read(event()[:-1] + b',"auth":5,"auth":{},"new":1,"new":[2]}') == read(event())


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        (b"", Reason.NOT_JSON),
        (b"nonsense", Reason.NOT_JSON),
        (b'{"ts": 1} {"ts": 2}', Reason.NOT_JSON),
        (b'{"ts": 1,}', Reason.NOT_JSON),
        (b"{'ts': 1}", Reason.NOT_JSON),
        (b'{"ts": 01}', Reason.NOT_JSON),
        (b'{"ts": +1}', Reason.NOT_JSON),
        (b'{"ts": 1.}', Reason.NOT_JSON),
        (b'{"auth": NaN}', Reason.NOT_JSON),
        (b'{"auth": -Infinity}', Reason.NOT_JSON),
        (b'{"auth": "\t"}', Reason.NOT_JSON),
        (b'{"auth": "\0"}', Reason.NOT_JSON),
        (b'{"auth": "\\x41"}', Reason.NOT_JSON),
        (b'\xef\xbb\xbf{"ts": 1}', Reason.NOT_JSON),
        (b'{"auth": "\xff"}', Reason.NOT_UTF8),
        (b'{"auth": "\xed\xa0\x80"}', Reason.NOT_UTF8),
        (b'{"auth": "\xc0\xaf"}', Reason.NOT_UTF8),
        (b'[{"ts": 1}]', Reason.NOT_AN_OBJECT),
        (b'"ts"', Reason.NOT_AN_OBJECT),
        (b"null", Reason.NOT_AN_OBJECT),
        (b"12", Reason.NOT_AN_OBJECT),
        (b'{"auth": ' + b"[" * 100_000 + b"]" * 100_000 + b"}", Reason.TOO_DEEP),
    ],
)
def test_line_that_is_no_json_object_is_refused(line: bytes, reason: Reason) -> None:
    assert refusal(line)[0] is reason


def test_message_tells_the_place() -> None:
    assert refusal(b'{"ts": 1,}')[1].startswith("not valid JSON: ")
    assert "at character 10, expected a JSON object" in refusal(b'{"ts": 1,}')[1]
    assert refusal(b'{"a": "\xff"}')[1] == "byte 8 is no UTF-8, expected a JSON object"


def test_one_object_over_several_lines_is_told_from_several() -> None:
    assert is_one_object(b'{\n  "a": 1\n}')
    assert not is_one_object(b'{"a": 1}\n{"a": 2}')
    assert not is_one_object(b'[\n{"a": 1}\n]')
    assert not is_one_object(b'{\n"a": NaN\n}')
    assert not is_one_object(b'{\n"a": 1')
    assert not is_one_object(b'{\n"a": "\xff"\n}')
