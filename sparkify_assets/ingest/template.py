"""The fast way to read records: a pattern for whole lines, learned from one line.

Polars parses JSON lines fast, and bends what does not fit without a word: a number becomes text, the first
of two equal keys wins, half a surrogate pair becomes NUL. A line that matches a template holds none of
these, so what polars makes of it is exact. Lines that match none are left to the exact way.
"""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Self

import polars as pl
from polars.exceptions import PolarsError

from sparkify_assets.ingest.exact import Number, Pairs
from sparkify_assets.ingest.records import DTYPES, Field, FieldType, RecordKind

MAX_FIELDS = 64  # of a line that a template is learned from: bounds the size of the pattern
MAX_NAME = 100  # characters of a field's name, likewise
_HEX = "[0-9a-fA-F]"
_CHARACTER = r'[^"\\\x00-\x1f]'  # stands for itself in a text
_ASCII_CHARACTER = r"[ !#-\[\]-\x7f]"
_PLAIN = rf'{_CHARACTER}|\\["\\/bfnrt]'
_ANY_TEXT = rf'"(?:{_PLAIN}|\\u{_HEX}{{4}})*"'
_NOT_NUL = rf"0(?:[1-9a-fA-F]{_HEX}{{2}}|0[1-9a-fA-F]{_HEX}|00[1-9a-fA-F])"
_NO_SURROGATE = rf"[1-9a-ce-fA-CE-F]{_HEX}{{3}}|[dD][0-7]{_HEX}{{2}}"
_PAIR = rf"\\u[dD][89abAB]{_HEX}{{2}}\\u[dD][c-fC-F]{_HEX}{{2}}"
_TEXT = rf'"(?:{_PLAIN}|\\u(?:{_NO_SURROGATE}|{_NOT_NUL})|{_PAIR})*"'
_ANY_NUMBER = r"-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][-+]?[0-9]+)?"
_ANY_SCALAR = rf"{_ANY_TEXT}|{_ANY_NUMBER}|true|false"
# No -0 without a fraction: polars makes 0.0 of it. What is longer than this is left to the exact way.
_FLOAT = r"(?:-?[1-9][0-9]{0,17}(?:\.[0-9]{1,18})?|-?0\.[0-9]{1,18}|0)(?:[eE][-+]?[0-9]{1,2})?"
_USER = r'"(?:0|[1-9][0-9]{0,17})?"|0|[1-9][0-9]{0,17}'
_DIGITS = {FieldType.INT64: 18, FieldType.INT32: 9, FieldType.INT16: 4}
_DIGITS_AS_FLOAT = {FieldType.INT64: 15, FieldType.INT32: 9, FieldType.INT16: 4}  # exact as float


@dataclass(frozen=True, eq=False)
class Template:
    """What one form of line looks like, and how polars is to read it.

    Fields that are known may be left out but for the last one of the line; unknown ones may not, so that a
    match says that the record has them.
    """

    block: str
    ascii_block: str  # the same of text that is ASCII, a quarter faster
    line: str
    dtypes: Mapping[str, type[pl.DataType]]
    unknown: tuple[str, ...]
    kind: RecordKind

    @classmethod
    def learn(cls, pairs: Pairs, kind: RecordKind) -> Self | None:
        """Make the template of a decoded line; None where its fields can't be told by a pattern."""
        names = [name for name, _ in pairs]
        used = [name for name in names if name in kind.by_name]
        if not used or len(set(used)) != len(used) or len(names) > MAX_FIELDS or not all(map(_is_plain, names)):
            return None
        values = dict(pairs)
        as_float = {name for name in used if _is_float_for_integer(kind.by_name[name], values[name])}
        line = _line_pattern(names, kind, as_float)
        block = rf"\A(?:{line}\r?(?:\n|\z))+\z"
        return cls(
            block=block,
            ascii_block=block.replace(_CHARACTER, _ASCII_CHARACTER),
            line=rf"\A{line}\r?\z",
            dtypes={name: _dtype(kind.by_name[name], name in as_float) for name in used},
            unknown=tuple(sorted(set(names) - kind.known)),
            kind=kind,
        )

    def matches(self, lines: pl.Series) -> pl.Series:
        """Tell of each line whether it matches; null, which stands for bytes that are no text, does not."""
        return lines.str.contains(self.line).fill_null(False)

    def matches_all(self, text: bytes) -> bool:
        """Tell whether a text is lines that all match."""
        return as_text([text]).str.contains(self.ascii_block if text.isascii() else self.block).item() is True

    def read(self, text: bytes, lines: int) -> pl.DataFrame | None:
        """Parse lines that match; None where polars refuses one, or does not make one row of each."""
        try:
            parsed = pl.read_ndjson(text, schema=self.dtypes)
        except PolarsError:  # such as an unused number beyond all bounds
            return None
        if parsed.height != lines:
            return None
        return parsed.select(
            _column(field, self.dtypes.get(field.name)).alias(field.column) for field in self.kind.fields
        )


def as_text(parts: Sequence[bytes]) -> pl.Series:
    """Return parts as text, null where one is no UTF-8."""
    try:
        return pl.Series(parts, dtype=pl.Binary).cast(pl.String)
    except PolarsError:  # it refuses all of them for one, with strict=False too
        return pl.Series([_decoded(part) for part in parts], dtype=pl.String)


def _decoded(part: bytes) -> str | None:
    try:
        return part.decode()
    except UnicodeDecodeError:
        return None


def _is_plain(name: str) -> bool:
    """Tell whether a key stands in the line as it is: without escapes."""
    return len(name) <= MAX_NAME and json.dumps(name, ensure_ascii=False) == f'"{name}"'


def _is_float_for_integer(field: Field, value: object) -> bool:
    return field.type in _DIGITS and isinstance(value, Number) and "." in value


def _line_pattern(names: list[str], kind: RecordKind, as_float: set[str]) -> str:
    parts = []
    for number, name in enumerate(names, start=1):
        value = _value_pattern(kind.by_name.get(name), name in as_float)
        pair = f'"{re.escape(name)}": ?(?:null|{value})'
        if number == len(names):
            parts.append(pair)
        elif name in kind.known:
            parts.append(f"(?:{pair}, ?)?")
        else:
            parts.append(f"{pair}, ?")
    return rf"\{{{''.join(parts)}\}}"


def _value_pattern(field: Field | None, as_float: bool) -> str:
    if field is None:
        return _ANY_SCALAR
    if field.type is FieldType.TEXT:
        return _TEXT
    if field.type is FieldType.FLOAT:
        return _FLOAT
    if field.type is FieldType.USER:
        return _USER
    if as_float:
        return rf"(?:0|-?[1-9][0-9]{{0,{_DIGITS_AS_FLOAT[field.type] - 1}}})(?:\.0{{1,9}})?"
    return rf"0|-?[1-9][0-9]{{0,{_DIGITS[field.type] - 1}}}"


def _dtype(field: Field, as_float: bool) -> type[pl.DataType]:
    """Return the type to parse with; a user comes as text or number, of which polars makes text."""
    if field.type is FieldType.USER:
        return pl.String
    if as_float:
        return pl.Float64
    if field.type is FieldType.INT16:
        return pl.Int32  # polars panics over smaller ones
    return DTYPES[field.type]


def _column(field: Field, parsed: type[pl.DataType] | None) -> pl.Expr:
    wanted = DTYPES[field.type]
    if parsed is None:
        return pl.lit(None, dtype=wanted)
    if field.type is FieldType.USER:
        return pl.col(field.name).cast(wanted, strict=False)  # '' becomes null, all else is a number
    return pl.col(field.name).cast(wanted)
