"""Lines to typed records, by the fast way and by the exact way."""

import json
from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from polars.testing import assert_frame_equal

from sparkify_assets.ingest.drift import count_by_field
from sparkify_assets.ingest.lines import LineReader, Parsed
from sparkify_assets.ingest.records import EVENT, SONG, RecordKind
from sparkify_assets.ingest.refusals import Reason
from sparkify_assets_tests.ingest.raw_records import EVENT_RECORD, SONG_RECORD, Raw, event, written


def assert_same(one: Parsed, other: Parsed) -> None:
    assert_frame_equal(one.records, other.records, check_exact=True)
    assert str(one.records.rows()) == str(other.records.rows())  # tells -0.0 from 0.0
    assert (one.count, one.refused, one.blank) == (other.count, other.refused, other.blank)
    assert_frame_equal(one.unknown, other.unknown, check_row_order=False)


def test_lines_are_records_refusals_or_blank() -> None:
    lines = [event(ts=1), b"", event(ts=True), b" \t\r", event(ts=2) + b"\r", b"\xff", event(ts=Raw("3.0"))]

    parsed = LineReader(EVENT).read_blocks([b"\n".join(lines)])

    assert parsed.count == 7
    assert parsed.records.select("index", "ts").rows() == [(0, 1), (4, 2), (6, 3)]
    assert [(each.index, each.reason) for each in parsed.refused] == [(2, Reason.WRONG_TYPE), (5, Reason.NOT_UTF8)]
    assert parsed.blank == [1, 3]


def test_carriage_returns_and_form_feeds_end_no_line() -> None:
    parsed = LineReader(EVENT).read_blocks([event(ts=1) + b"\r" + event(ts=2) + b"\n\x0c\n"])

    assert parsed.count == 2
    assert [each.reason for each in parsed.refused] == [Reason.NOT_JSON, Reason.NOT_JSON]


def test_last_newline_makes_no_difference() -> None:
    block = event(ts=1) + b"\n" + event(ts=2)

    with_newline = LineReader(EVENT).read_blocks([block + b"\n"])

    assert with_newline.count == 2
    assert_same(with_newline, LineReader(EVENT).read_blocks([block]))


@pytest.mark.parametrize("lines_a_block", [1, 2, 7, 1000])
@pytest.mark.parametrize("ending", [b"", b"\n", b"\n\n"])
def test_blocks_make_no_difference(lines_a_block: int, ending: bytes) -> None:
    lines = [event(ts=n, zone=n) if n % 3 else b"" if n % 2 else event(ts=True) for n in range(60)]
    block = b"\n".join(lines) + ending

    by_line = block.splitlines(keepends=True)
    blocks = [b"".join(by_line[first : first + lines_a_block]) for first in range(0, len(by_line), lines_a_block)]

    in_blocks = LineReader(EVENT).read_blocks(blocks)

    assert in_blocks.count == 60 + ending.count(b"\n\n")
    assert_same(in_blocks, LineReader(EVENT, max_templates=0).read_lines(block.removesuffix(b"\n").split(b"\n")))


def test_line_that_is_no_utf8_leaves_the_others_alone() -> None:
    lines = [event(ts=1), event(ts=2)[:-2] + b"\xff" + b'"}', b"\xc3", b"\xa9", event(ts=5)]

    parsed = LineReader(EVENT).read_blocks([b"\n".join(lines)])

    assert parsed.records["ts"].to_list() == [1, 5]
    assert [each.reason for each in parsed.refused] == [Reason.NOT_UTF8] * 3


def test_mixed_forms_keep_their_order() -> None:
    forms = [
        lambda n: event(ts=n),
        lambda n: event(ts=n, without=("userId",)),
        lambda n: event(ts=Raw(f"{n}.0")),
        lambda n: event(ts=n, zone="x"),
        lambda n: event(ts=n, auth=Raw("[1]")),
        lambda n: event(ts=Raw(f"{n}e0")),
    ]
    lines = [forms[n % 6](n) for n in range(600)]
    reader = LineReader(EVENT)

    first, second = reader.read_blocks([b"\n".join(lines)]), reader.read_blocks([b"\n".join(lines)])

    assert first.records["ts"].to_list() == first.records["index"].to_list() == list(range(600))
    assert first.unknown["index"].to_list() == list(range(3, 600, 6))
    assert_same(first, second)
    assert_same(first, LineReader(EVENT, max_templates=0).read_blocks([b"\n".join(lines)]))


def test_unused_number_beyond_bounds_costs_no_line() -> None:
    lines = [event(ts=n) for n in range(5)]
    lines[3] = event(ts=3, registration=Raw("1e999"))

    assert LineReader(EVENT).read_blocks([b"\n".join(lines)]).records["ts"].to_list() == [0, 1, 2, 3, 4]


def test_unknown_fields_are_counted_once_a_record() -> None:
    lines = [event(zone=1), event(zone=2), event(zone=Raw("{}"))[:-1] + b',"zone":5}', event(zone=3, ts=True), event()]

    parsed = LineReader(EVENT).read_blocks([b"\n".join(lines)])
    counted = count_by_field([parsed.unknown.select(pl.lit("f").alias("file"), "field")])

    assert counted.rows() == [("f", "zone", 4)]


def test_unknown_names_can_be_stored() -> None:
    parsed = LineReader(EVENT).read_blocks([event()[:-1] + rb',"a\u0000\ud800":5}'])

    assert parsed.unknown.rows() == [(0, r"a\x00\ud800")]


ODD_TEXTS = ["", "1979", "true", "null", "[Untitled]", "{Braces}", "é😀", 'qu"ote', "back\\slash", "a\nb", "\x7f", "\0"]
NUMBERS = ["0", "-0", "-0.0", "1.0", "1.5", "1e3", "1E-2", "-7", "1e999", "01", "1541105830796.0", "9" * 15, "9" * 18]
NUMBERS += [
    "9223372036854775807",
    "9223372036854775808",
    "-9223372036854775809",
    "0.1",
    "2147483648",
    "32768",
    "9" * 30,
]
RAWS = [*NUMBERS, "NaN", "{}", "[1]", '{"a":1}', r'"\u0000"', r'"\ud800"', r'"\ud83d\ude00"', r'"\/"', r'"\x"', '"\t"']
RAWS += ['"15"', '"15.0"', '" 15"', '"+5"', '"1_0"', "tru"]

texts = st.one_of(st.sampled_from(ODD_TEXTS), st.text(max_size=6))
values = st.one_of(
    st.none(),
    st.booleans(),
    texts,
    st.integers(-(2**65), 2**65),
    st.floats(allow_nan=False, allow_infinity=False),
    st.decimals(allow_nan=False, allow_infinity=False, places=9).map(lambda number: Raw(str(number))),
    st.sampled_from(RAWS).map(Raw),
)
tails = st.sampled_from([b"", b"\r", b" ", b"}", b",", b"\xff", b"\0"])


@st.composite
def lines_of(draw: st.DrawFn, record: dict[str, Any]) -> bytes:
    """Draw a line that is near a valid record, or is not."""
    if draw(st.integers(0, 9)) == 0:
        return draw(st.one_of(st.binary(max_size=8), st.just(b""), st.just(b" \t"))).replace(b"\n", b"")
    names = [*record, "zone", "région"]
    changes = draw(st.dictionaries(st.sampled_from(names), values, max_size=3))
    without = tuple(draw(st.lists(st.sampled_from(names), max_size=2)))
    separators = draw(st.sampled_from([(",", ":"), (", ", ": "), (" ,", " :")]))
    line = written(record, without, changes, separators)
    if draw(st.integers(0, 9)) == 0:
        twice = draw(st.sampled_from(names))
        line = line[:-1] + f", {json.dumps(twice)}: {json.dumps(record.get(twice))}}}".encode()
    return line + (draw(tails) if draw(st.integers(0, 9)) == 0 else b"")


def assert_ways_agree(lines: list[bytes], kind: RecordKind) -> None:
    block = b"\n".join(lines) + b"\n"
    exact = LineReader(kind, max_templates=0)
    fast = LineReader(kind)

    assert_same(fast.read_blocks([block]), exact.read_blocks([block]))
    assert_same(fast.read_lines(lines), exact.read_lines(lines))
    for line in lines:
        assert_same(fast.read_blocks([line + b"\n"]), exact.read_blocks([line + b"\n"]))


@settings(max_examples=150, deadline=None)
@given(st.lists(lines_of(EVENT_RECORD), min_size=1, max_size=6))
def test_fast_and_exact_way_agree_on_events(lines: list[bytes]) -> None:
    assert_ways_agree(lines, EVENT)


@settings(max_examples=100, deadline=None)
@given(st.lists(lines_of(SONG_RECORD), min_size=1, max_size=6))
def test_fast_and_exact_way_agree_on_songs(lines: list[bytes]) -> None:
    assert_ways_agree(lines, SONG)
