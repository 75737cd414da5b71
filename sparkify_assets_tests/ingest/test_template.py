"""The fast way to read records."""

import pytest

from sparkify_assets.ingest.exact import decode_object
from sparkify_assets.ingest.records import EVENT, SONG
from sparkify_assets.ingest.template import Template
from sparkify_assets_tests.ingest.raw_records import Raw, event, song


def learned(line: bytes) -> Template:
    template = Template.learn(decode_object(line), EVENT)
    assert template is not None
    return template


@pytest.mark.parametrize(
    "line",
    [
        event(),
        event(artist=None, length=None, song=None, userId=""),
        event(without=("artist", "length", "song", "status")),
        event(userId=15, ts=-5, length=0, itemInSession=0),
        event(song="é😀 [x] {y} \x7f", auth=5, status=True, method="\0", registration=Raw("1.5E300")),
        event(song=Raw(r'"\u00e9 \/ \ud83d\ude00 \n \" \\ \u0001 \uE000"')),
        event() + b"\r",
        event().replace(b'":', b'": ').replace(b',"', b', "'),
    ],
)
def test_lines_of_the_same_form_match(line: bytes) -> None:
    assert learned(event()).matches_all(line)


@pytest.mark.parametrize(
    "line",
    [
        event(song=15),
        event(song=True),
        event(song=Raw("[]")),
        event(song=Raw('{"a":1}')),
        event(song=Raw(r'"\u0000"')),
        event(song=Raw(r'"\ud800"')),
        event(song=Raw(r'"\udc00\ud800"')),
        event(song=Raw('"\t"')),
        event(song=Raw(r'"\x"')),
        event(ts="1"),
        event(ts=True),
        event(ts=Raw("01")),
        event(ts=Raw("1.5")),
        event(ts=Raw("9" * 19)),
        event(itemInSession=2**31),
        event(length=Raw("-0")),
        event(length=Raw("1e400")),
        event(length=Raw("1.")),
        event(userId=" 15"),
        event(userId="15.0"),
        event(userId="٣"),
        event(auth=Raw("{}")),
        event(auth=Raw("NaN")),
        event(brand_new=1),
        event()[:-1] + b',"ts":5}',
        event()[:-1] + b',"auth":5}',
        event()[:-1] + b"}}",
        event()[:-1] + b",}",
        event()[:-1],
        event(without=("userId",)),
        event() + event(),
        b" " + event(),
        b"{}",
        b"{",
        b"",
    ],
)
def test_lines_that_polars_would_bend_or_are_of_another_form_do_not_match(line: bytes) -> None:
    beside_ascii_and_other_text = [event(), event(song="é")]

    for before in beside_ascii_and_other_text:
        assert learned(event()).matches_all(before)
        assert not learned(event()).matches_all(before + b"\n" + line + b"\n" + before)
    assert not learned(event()).matches_all(line)


def test_unknown_fields_are_named_and_must_be_there() -> None:
    template = learned(event(zone="x", **{"odd.(name)[+*?]{2}|^$ #&-~é": 1}))

    assert template.unknown == ("odd.(name)[+*?]{2}|^$ #&-~é", "zone")
    assert template.matches_all(event(zone=None, **{"odd.(name)[+*?]{2}|^$ #&-~é": "y"}))
    assert not template.matches_all(event(zone="x"))


def test_integers_with_a_point_are_read_as_integers() -> None:
    template = learned(event(ts=Raw("1541105830796.0")))
    lines = [event(ts=Raw(number)) for number in ("1541105830796.0", "999999999999999.000", "5", "-7.0", "0.0")]

    read = template.read(b"\n".join(lines), len(lines))

    assert all(map(template.matches_all, lines))
    assert not template.matches_all(event(ts=Raw("1541105830796.5")))
    assert read is not None
    assert read["ts"].to_list() == [1541105830796, 999999999999999, 5, -7, 0]


@pytest.mark.parametrize(
    "line",
    [
        b"{}",
        b'{"zone": 1}',
        event()[:-1] + b',"ts":5}',
        event(**{'quo"ted': 1}),
        event(**{"n" * 200: 1}),
        event(**{f"field_{n}": n for n in range(100)}),
    ],
)
def test_no_template_is_made_of_odd_lines(line: bytes) -> None:
    assert Template.learn(decode_object(line), EVENT) is None


def test_rows_have_all_columns_with_their_types() -> None:
    template = Template.learn(decode_object(song(without=("year",))), SONG)
    assert template is not None

    read = template.read(song(without=("year",)), 1)

    assert read is not None
    assert dict(read.schema) == {name: dtype() for name, dtype in SONG.columns.items()}
    assert read["year"].to_list() == [None]


def test_text_that_polars_refuses_or_counts_otherwise_is_handed_back() -> None:
    template = learned(event())

    assert template.read(event(registration=Raw("1e999")), 1) is None
    assert template.read(event() + b"\n\n" + event(), 3) is None
