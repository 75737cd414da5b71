"""Lines to typed records: by templates where they match, by the exact way where none does."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import islice

import numpy as np
import polars as pl

from sparkify_assets.ingest.drift import storable
from sparkify_assets.ingest.exact import WHITE, Value, decode_object, typed_values
from sparkify_assets.ingest.records import RecordKind
from sparkify_assets.ingest.refusals import Refusal, Refused
from sparkify_assets.ingest.template import Template, as_text

INDEX = "index"
MAX_TEMPLATES = 8
_LINE_END = ord("\n")
_UNKNOWN = {INDEX: pl.Int64, "field": pl.String}


@dataclass(frozen=True)
class Parsed:
    """What became of some lines; `index` counts them from 0."""

    count: int
    records: pl.DataFrame  # index and the kind's columns, in order of index
    refused: list[Refusal]
    blank: list[int]  # indexes
    unknown: pl.DataFrame  # index and field, a row per record and field that we do not know


@dataclass
class _Parts:
    """The same while it is being gathered; the next line gets the index `count`."""

    count: int = 0
    records: list[pl.DataFrame] = field(default_factory=list)
    refused: list[Refusal] = field(default_factory=list)
    blank: list[int] = field(default_factory=list)
    unknown: list[pl.DataFrame] = field(default_factory=list)


class LineReader:
    """Reads lines of one kind of record, and learns templates on the way.

    Which template a line matches, and whether any, changes the time it takes and nothing else. Threads may share it:
    the list of templates is replaced, never changed, so at worst one of them learns what another one has.
    """

    def __init__(self, kind: RecordKind, max_templates: int = MAX_TEMPLATES) -> None:
        self._kind = kind
        self._max_templates = max_templates
        self._templates: list[Template] = []  # the one of most lines so far comes first

    def read_blocks(self, blocks: Iterable[bytes]) -> Parsed:
        """Read blocks of whole lines as one; the last line may lack its newline."""
        parts = _Parts()
        for block in blocks:
            if not self._read_clean(block, parts):
                self._read_mixed(block.removesuffix(b"\n").split(b"\n"), parts)
        return self._gather(parts)

    def read_lines(self, lines: Sequence[bytes]) -> Parsed:
        """Read records, given without the newlines after them; there may be newlines within."""
        parts = _Parts()
        self._read_mixed(lines, parts)
        return self._gather(parts)

    def _read_clean(self, block: bytes, parts: _Parts) -> bool:
        """Read lines that all match one template; leave them, and return False, where one does not."""
        template = next(iter(self._templates), None)  # another thread may replace the list at any moment
        if template is None:
            template = self._learn([block.partition(b"\n")[0]])
            self._templates = [] if template is None else [template]
        if template is None or not template.matches_all(block):
            return False
        count = count_lines(block)
        records = template.read(block, count)
        if records is None:
            return False
        _keep(records, pl.int_range(parts.count, parts.count + count, eager=True), template, parts)
        parts.count += count
        return True

    def _read_mixed(self, lines: Sequence[bytes], parts: _Parts) -> None:
        """Read lines of any form: by the templates there are, by new ones, and what is left exactly."""
        first, already = parts.count, len(parts.records)
        left = as_text(lines).to_frame("text").with_row_index(INDEX, offset=first).cast({INDEX: pl.Int64})
        matched: dict[Template, int] = {}
        for template in self._templates:
            left, matched[template] = _read_matching(template, left, parts)
        for _ in range(self._max_templates):
            # A line from the middle speaks for more of them than the first one does.
            new = self._learn(lines[index - first] for index in left[INDEX][left.height // 2 :])
            if new is None:
                break
            left, matched[new] = _read_matching(new, left, parts)
        self._templates = sorted(matched, key=lambda each: -matched[each])[: self._max_templates]
        self._read_exactly(((index, lines[index - first]) for index in left[INDEX]), parts)
        parts.records[already:] = [pl.concat(parts.records[already:]).sort(INDEX)]
        parts.count += len(lines)

    def _learn(self, lines: Iterable[bytes]) -> Template | None:
        """Learn from the first of the lines that a template can be made of; give up after some."""
        for line in islice((line for line in lines if line.strip(WHITE)), self._max_templates):
            try:
                template = Template.learn(decode_object(line), self._kind)
            except Refused:
                continue
            if template is not None and template.matches_all(line):
                return template
        return None

    def _read_exactly(self, lines: Iterable[tuple[int, bytes]], parts: _Parts) -> None:
        rows: list[tuple[Value, ...]] = []
        unknown: list[tuple[int, str]] = []
        for index, line in lines:
            if not line.strip(WHITE):
                parts.blank.append(index)
                continue
            try:
                pairs = decode_object(line)
                record = dict(pairs)
                if not self._kind.known.issuperset(record):
                    unknown.extend((index, storable(name)) for name in record.keys() - self._kind.known)
                rows.append((index, *typed_values(pairs, record, self._kind)))
            except Refused as refused:
                parts.refused.append(Refusal(index, refused.reason, refused.message))
        parts.records.append(_frame(rows, {INDEX: pl.Int64, **self._kind.columns}))
        parts.unknown.append(_frame(unknown, _UNKNOWN))

    def _gather(self, parts: _Parts) -> Parsed:
        nothing = _frame([], {INDEX: pl.Int64, **self._kind.columns})
        records = pl.concat([part for part in parts.records if part.height] or [nothing])
        unknown = pl.concat([pl.DataFrame(schema=_UNKNOWN), *parts.unknown])
        return Parsed(parts.count, records, parts.refused, parts.blank, unknown)


def count_lines(block: bytes) -> int:
    """Return the number of lines of a block that is not empty; the last one may lack its newline."""
    # A fifth of the time of `bytes.count`, which looks for one line end after the other.
    ends = np.count_nonzero(np.frombuffer(block, np.uint8) == _LINE_END)
    return int(ends) + (not block.endswith(b"\n"))


def _read_matching(template: Template, left: pl.DataFrame, parts: _Parts) -> tuple[pl.DataFrame, int]:
    """Read the lines that match; return the others, and how many matched."""
    is_match = template.matches(left["text"])
    matching = left.filter(is_match)
    if matching.is_empty():
        return left, 0
    records = template.read(matching["text"].str.join("\n").item().encode(), matching.height)
    if records is None:
        return left, 0
    _keep(records, matching[INDEX], template, parts)
    return left.filter(~is_match), matching.height


def _keep(records: pl.DataFrame, index: pl.Series, template: Template, parts: _Parts) -> None:
    """Add records that were read by a template."""
    parts.records.append(records.insert_column(0, index.alias(INDEX)))
    parts.unknown.extend(
        pl.DataFrame({INDEX: index, "field": pl.repeat(name, len(index), eager=True)}) for name in template.unknown
    )


def _frame(rows: Sequence[tuple[Value, ...]], schema: dict[str, type[pl.DataType]]) -> pl.DataFrame:
    columns = list(zip(*rows, strict=True)) or [()] * len(schema)
    return pl.DataFrame(
        [pl.Series(name, values, dtype) for (name, dtype), values in zip(schema.items(), columns, strict=True)]
    )
