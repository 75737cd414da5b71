"""Files to blocks of whole lines: opened without hanging, unpacked, looked at for damage."""

import gzip
import io
import os
import stat
import zlib
from collections.abc import Iterator
from typing import IO, Any, cast

import xxhash

from sparkify_assets.errors import IngestError
from sparkify_assets.ingest.raw_files import RawFile
from sparkify_assets.ingest.refusals import DamagedFile, Reason

STORED_ROWS_STAY = "; no stored row was changed"  # how a message about unreadable files ends
BLOCK_BYTES = 4 * 2**20  # allocators hand memory of 8 MiB and more back at once: slower than parsing what is in it
PACKED_BYTES = 2**17
BOM = b"\xef\xbb\xbf"
GZIP_MAGIC = b"\x1f\x8b"
WIDE_BOMS = (b"\xff\xfe", b"\xfe\xff")  # UTF-16; UTF-32 little endian starts the same
_WHITE = b" \t\r\n"
# A pipe or link that took the file's place since it was found: neither waited for nor followed.
_OPEN_FLAGS = os.O_RDONLY | os.O_NONBLOCK | os.O_NOFOLLOW | os.O_CLOEXEC


class ContentHash:
    """The hash of a file's bytes as they are on disk, taken while they are read."""

    def __init__(self) -> None:
        self._hash = xxhash.xxh3_128()  # 128 bits, and no slower than reading memory: it costs a load nothing
        self.update = self._hash.update

    def __str__(self) -> str:
        """Return the hash of what was read so far, 32 hexadecimal digits."""
        return self._hash.hexdigest()


class _HashedFile(io.RawIOBase):
    """A file that is hashed while somebody else, such as gzip, reads it."""

    def __init__(self, file: IO[bytes], content: ContentHash) -> None:
        self._file, self._content = file, content

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        count: int = cast(io.RawIOBase, self._file).readinto(buffer) or 0
        self._content.update(memoryview(buffer)[:count])
        return count


def hash_content(file: RawFile) -> str:
    """Return the hash of all of a file's bytes, as `read_blocks` takes it of a file that it reads to the end.

    Raises:
        IngestError: the file can't be read.
    """
    content = ContentHash()
    try:
        with _open_plain(file) as raw:
            while chunk := raw.read(BLOCK_BYTES):
                content.update(chunk)
    except OSError as error:
        raise IngestError(f"file '{file.name}': can't be read: {error.strerror or error}") from error
    return str(content)


def read_one_line(file: RawFile, most_bytes: int) -> tuple[bytes, str] | None:
    """Return the one line that a file consists of, without its newline, and the hash of its content.

    A short cut for small files by the hundred thousand: `read_blocks` gives the same, ten times as slowly.

    Args:
        file: what to read.
        most_bytes: of a larger file, nothing is read.

    Returns:
        None where the file is another kind than plain text of one line that begins with a brace, or can't be read, or
        is not as it was found: `read_blocks` then says what is the matter.
    """
    if file.size > most_bytes or file.name.endswith(".gz"):
        return None
    try:
        descriptor = os.open(file.path, _OPEN_FLAGS)
        try:
            text = os.read(descriptor, file.size + 1)
        finally:
            os.close(descriptor)
    except OSError:
        return None
    line = text.removesuffix(b"\n")
    if len(text) != file.size or text[:1] != b"{" or b"\0" in text[:4] or b"\n" in line:
        return None
    return line, xxhash.xxh3_128_hexdigest(text)


def read_blocks(file: RawFile, block_bytes: int = BLOCK_BYTES, content: ContentHash | None = None) -> Iterator[bytes]:
    """Yield a file's text in blocks of whole lines; the last one may end without a newline.

    What was yielded of a file that turns out to be damaged is to be thrown away.

    Args:
        file: what to read.
        block_bytes: about how much to yield at a time.
        content: takes the hash of what is read; whole at the end, unless the file is damaged.

    Raises:
        DamagedFile: the file is not gzip though named so or cut short, UTF-16 or UTF-32, or a HTML page.
        IngestError: the file can't be read.
    """
    try:
        yield from _whole_lines(_checked(_chunks(file, block_bytes, content or ContentHash())))
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        message = f"not a whole gzip file ({error}), expected one as the name ends in .gz; nothing of it is taken"
        raise DamagedFile(Reason.DAMAGED_GZIP, message) from error
    except OSError as error:
        raise IngestError(f"file '{file.name}': can't be read: {error.strerror or error}") from error


def _chunks(file: RawFile, block_bytes: int, content: ContentHash) -> Iterator[bytes]:
    """Yield the file's content, unpacked where the name says so; what is on disk is hashed."""
    with _open_plain(file) as raw:
        stream = raw
        if file.name.endswith(".gz"):
            if not os.fstat(raw.fileno()).st_size:
                raise EOFError("the file is empty")
            packed = io.BufferedReader(_HashedFile(raw, content), buffer_size=PACKED_BYTES)
            stream = cast(IO[bytes], gzip.GzipFile(fileobj=packed))
        while chunk := stream.read(block_bytes):
            if stream is raw:
                content.update(chunk)
            yield chunk


def _open_plain(file: RawFile) -> IO[bytes]:
    """Open a file that is still a plain one, without buffer."""
    descriptor = os.open(file.path, _OPEN_FLAGS)
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        raise IngestError(f"file '{file.name}': can't be read: it is no plain file any more")
    return os.fdopen(descriptor, "rb", buffering=0)


def _checked(chunks: Iterator[bytes]) -> Iterator[bytes]:
    """Pass chunks through, the first one without a BOM; raise where it shows that the file is no text."""
    first = next(chunks, b"").removeprefix(BOM)
    # Characters of two or four bytes: a first line that merely begins with a NUL is one bad line.
    if first.startswith(WIDE_BOMS) or (b"\0" in first[:2] and b"\0" in first[2:4]):
        message = "starts as UTF-16, UTF-32 or NUL bytes do, expected UTF-8; nothing of it is taken"
        raise DamagedFile(Reason.UTF16_OR_32, message, first)
    if first.startswith(GZIP_MAGIC):
        message = "is gzip, expected JSON lines as the name does not end in .gz; nothing of it is taken"
        raise DamagedFile(Reason.COMPRESSED, message)
    if first.lstrip(_WHITE).startswith(b"<"):
        message = "starts with '<' as an HTML page does, expected JSON lines; nothing of it is taken"
        raise DamagedFile(Reason.HTML_PAGE, message, first)
    yield first
    yield from chunks


def _whole_lines(chunks: Iterator[bytes]) -> Iterator[bytes]:
    """Cut chunks at line ends, but for the last one."""
    rest: list[bytes] = []
    held = next(chunks, b"")
    for following in chunks:
        end = held.rfind(b"\n") + 1
        if end:
            yield b"".join([*rest, memoryview(held)[:end]])
            rest = []
        rest.append(held[end:])
        held = following
    if block := b"".join([*rest, held]):
        yield block
