"""The exact way to read a record: one line at a time, with a reason for every refusal.

Python's own decoder is used because it hands out what others hide: repeated keys, numbers as they are
written, NUL and half surrogate pairs.
"""

import json
import math
import re
from collections.abc import Callable, Mapping
from decimal import Decimal, InvalidOperation
from functools import cache, partial
from typing import Any

from sparkify_assets.ingest.records import Field, FieldType, RecordKind
from sparkify_assets.ingest.refusals import Reason, Refused, seen

WHITE = b" \t\r"
Pairs = tuple[tuple[str, Any], ...]
Value = str | int | float | None
_NUMBER = re.compile(r"-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][-+]?[0-9]+)?")
_BOUNDS = {FieldType.USER: 2**63, FieldType.INT64: 2**63, FieldType.INT32: 2**31, FieldType.INT16: 2**15}


class Number(str):
    """A JSON number as it is written."""

    __slots__ = ()


def decode_object(raw: bytes) -> Pairs:
    """Decode one JSON object into its pairs of key and value, repeated keys included.

    Objects within become tuples, lists lists, numbers `Number`.

    Raises:
        Refused: it is not UTF-8, not JSON, nested too deeply, or no object.
    """
    try:
        text = raw.decode()
    except UnicodeDecodeError as error:
        raise Refused(Reason.NOT_UTF8, f"byte {error.start + 1} is no UTF-8, expected a JSON object") from error
    try:
        decoded = _DECODER.decode(text)
    except json.JSONDecodeError as error:
        message = f"not valid JSON: {error.msg} at character {error.pos + 1}, expected a JSON object"
        raise Refused(Reason.NOT_JSON, message) from error
    except RecursionError as error:
        raise Refused(Reason.TOO_DEEP, "nested too deeply, expected a flat JSON object") from error
    if type(decoded) is not tuple:
        raise Refused(Reason.NOT_AN_OBJECT, f"{_shown(decoded)}, expected a JSON object")
    return decoded


def is_one_object(text: bytes) -> bool:
    """Tell whether a text is one JSON object and nothing else."""
    try:
        decoded, end = _DECODER.raw_decode(decoded_text := text.decode())
    except (ValueError, RecursionError, Refused):
        return False
    return type(decoded) is tuple and end == len(decoded_text)


def typed_values(pairs: Pairs, record: Mapping[str, Any], kind: RecordKind) -> tuple[Value, ...]:
    """Return the values of the fields that we use, in order, each of its type or null.

    Args:
        pairs: as decoded; `record` is the same as a mapping.
        record: the last value of each key.
        kind: says which fields are used.

    Raises:
        Refused: a used field is given twice, or its value is not of its type.
    """
    if len(pairs) != len(record):
        _refuse_repeated(pairs, kind)
    return tuple([None if (value := record.get(name)) is None else read(value) for name, read in _readers(kind)])


def _refuse_repeated(pairs: Pairs, kind: RecordKind) -> None:
    keys = [key for key, _ in pairs]
    for name in kind.by_name:
        if keys.count(name) > 1:
            raise Refused(Reason.DUPLICATE_KEY, f"{name} is given {keys.count(name)} times, expected once")


def _refuse_constant(name: str) -> None:
    raise Refused(Reason.NOT_JSON, f"not valid JSON: {name} is no number of JSON, expected a JSON object")


_DECODER = json.JSONDecoder(
    object_pairs_hook=tuple, parse_int=Number, parse_float=Number, parse_constant=_refuse_constant
)


def _text(field: Field, value: object) -> str:
    if type(value) is not str:
        raise _wrong_type(field, value)
    if "\0" in value or not (value.isascii() or _has_utf8(value)):
        message = f"{field.name} is {_shown(value)}, expected text without NUL and half surrogate pairs"
        raise Refused(Reason.UNSTORABLE_TEXT, message)
    return value


def _has_utf8(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def _float(field: Field, value: object) -> float:
    if type(value) is not Number:
        raise _wrong_type(field, value)
    number = float(value)
    if not math.isfinite(number):
        raise Refused(Reason.OUT_OF_RANGE, f"{field.name} is {_shown(value)}, expected a number of 64 bits")
    return number


def _integer(field: Field, bound: int, value: object) -> int:
    if type(value) is not Number:
        raise _wrong_type(field, value)
    try:
        number = int(value)
    except ValueError:  # a point, an exponent, or digits without end
        number = _whole(field, value, bound)
    if not -bound <= number < bound:
        raise _too_large(field, value)
    return number


def _whole(field: Field, value: Number, bound: int) -> int:
    """Return the number as an integer; only one that may be within the bounds is worked out."""
    try:
        exact = Decimal(value)
    except InvalidOperation as error:  # an exponent of more than 18 digits
        raise _too_large(field, value) from error
    if not -bound <= exact < bound:
        raise _too_large(field, value)
    if exact != (number := int(exact)):
        raise Refused(Reason.NOT_INTEGER, f"{field.name} is {_shown(value)}, expected {field.type.value}")
    return number


def _user(field: Field, bound: int, value: object) -> int | None:
    if type(value) is not str:
        return _integer(field, bound, value)
    if not value:
        return None  # a guest
    if not _NUMBER.fullmatch(value):
        raise Refused(Reason.NOT_INTEGER, f"{field.name} is {_shown(value)}, expected {field.type.value}")
    return _integer(field, bound, Number(value))


@cache
def _readers(kind: RecordKind) -> tuple[tuple[str, Callable[[object], Value]], ...]:
    """Return what reads each field, in order."""
    return tuple((field.name, _reader(field)) for field in kind.fields)


def _reader(field: Field) -> Callable[[object], Value]:
    if field.type is FieldType.TEXT:
        return partial(_text, field)
    if field.type is FieldType.FLOAT:
        return partial(_float, field)
    return partial(_user if field.type is FieldType.USER else _integer, field, _BOUNDS[field.type])


def _wrong_type(field: Field, value: object) -> Refused:
    return Refused(Reason.WRONG_TYPE, f"{field.name} is {_shown(value)}, expected {field.type.value}")


def _too_large(field: Field, value: Number) -> Refused:
    return Refused(Reason.OUT_OF_RANGE, f"{field.name} is {_shown(value)}, expected {field.type.value}")


def _shown(value: object) -> str:
    """Return a decoded value for a message."""
    if isinstance(value, tuple):
        return "an object"
    if isinstance(value, list):
        return "a list"
    return seen(str(value), quoted=False) if type(value) is Number else seen(value)
