"""Files to blocks of whole lines."""

import gzip
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import xxhash

from sparkify_assets.errors import IngestError
from sparkify_assets.ingest.blocks import ContentHash, hash_content, read_blocks, read_one_line
from sparkify_assets.ingest.raw_files import RawFile
from sparkify_assets.ingest.refusals import DamagedFile, Reason
from sparkify_assets_tests.ingest.raw_records import put

NO_SHORT_CUT = (
    b"\xef\xbb\xbf{}",
    "{}".encode("utf-16"),
    "{}".encode("utf-16-le"),
    b" {}",
    b"<html>",
    gzip.compress(b"{}", mtime=0),
)
LINES = b"first\nsecond line\n\nfourth\r\nlast"


@pytest.mark.parametrize("name", ["x.json", "x.json.gz"])
@pytest.mark.parametrize("block_bytes", [1, 2, 7, 8, 15, 1000])
@pytest.mark.parametrize("content", [LINES, LINES + b"\n", b"\n\n", b"no newline", b""])
def test_blocks_are_whole_lines_and_lose_nothing(tmp_path: Path, name: str, block_bytes: int, content: bytes) -> None:
    file = put(tmp_path, name, gzip.compress(content) if name.endswith(".gz") else content)

    blocks = list(read_blocks(file, block_bytes))

    assert b"".join(blocks) == content
    assert all(block.endswith(b"\n") for block in blocks[:-1])
    assert all(blocks)


def test_small_file_is_one_block(tmp_path: Path) -> None:
    assert list(read_blocks(put(tmp_path, "x.json", LINES))) == [LINES]


@pytest.mark.parametrize("content", [b"{}", b"{}\n", b'{"a": 1}\r\n', b"{ \xff"])
def test_short_cut_for_one_line_gives_what_blocks_give(tmp_path: Path, content: bytes) -> None:
    file = put(tmp_path, "x.json", content)

    found = read_one_line(file, len(content))

    assert found == (b"".join(read_blocks(file)).removesuffix(b"\n"), xxhash.xxh3_128_hexdigest(content))


@pytest.mark.parametrize("content", [*NO_SHORT_CUT, LINES, b"", b"\n", b"{}\n{}", b"{}\n\n", b"{\0}\0", b"[1]"])
def test_short_cut_is_for_plain_text_of_one_line(tmp_path: Path, content: bytes) -> None:
    assert read_one_line(put(tmp_path, "x.json", content), 1000) is None


def test_short_cut_is_for_small_files_that_are_as_they_were_found(tmp_path: Path) -> None:
    file = put(tmp_path, "x.json", b"{}")
    packed = put(tmp_path, "x.json.gz", b"{}")

    assert read_one_line(file, 1) is None
    assert read_one_line(file._replace(size=1), 1000) is None
    assert read_one_line(file._replace(size=3), 1000) is None
    assert read_one_line(packed, 1000) is None
    Path(file.path).unlink()
    assert read_one_line(file, 1000) is None


def test_bom_is_left_out(tmp_path: Path) -> None:
    assert list(read_blocks(put(tmp_path, "x.json", b"\xef\xbb\xbf" + LINES))) == [LINES]


def test_gzip_of_several_members_is_read_to_its_end(tmp_path: Path) -> None:
    file = put(tmp_path, "x.json.gz", gzip.compress(b"one\n") + gzip.compress(b"two\n"))

    assert b"".join(read_blocks(file)) == b"one\ntwo\n"


WHOLE_GZIP = gzip.compress(os.urandom(1000))


@pytest.mark.parametrize(
    "content",
    [
        b"",
        WHOLE_GZIP[:-1],
        WHOLE_GZIP[:500],
        WHOLE_GZIP[:300] + b"\xff\xff\xff\xff" + WHOLE_GZIP[304:],
        WHOLE_GZIP[:-8] + bytes(8),
        WHOLE_GZIP + b"something else",
        b'{"plain": "text"}\n',
    ],
    ids=["empty", "cut by a byte", "cut", "changed", "wrong checksum", "with a tail", "no gzip"],
)
def test_damaged_gzip_is_refused_as_a_whole(tmp_path: Path, content: bytes) -> None:
    with pytest.raises(DamagedFile, match="not a whole gzip file") as raised:
        list(read_blocks(put(tmp_path, "x.json.gz", content)))

    assert raised.value.reason is Reason.DAMAGED_GZIP


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-32-le", "utf-32-be"])
def test_utf16_and_utf32_are_refused_as_a_whole(tmp_path: Path, encoding: str) -> None:
    with pytest.raises(DamagedFile, match="expected UTF-8") as raised:
        list(read_blocks(put(tmp_path, "x.json", '{"page": "Home"}\n'.encode(encoding))))

    assert raised.value.reason is Reason.UTF16_OR_32


@pytest.mark.parametrize("content", [b"<!DOCTYPE html>", b" \r\n\t<html>", b"\xef\xbb\xbf<html>"])
def test_html_page_is_refused_as_a_whole(tmp_path: Path, content: bytes) -> None:
    with pytest.raises(DamagedFile, match="as an HTML page does") as raised:
        list(read_blocks(put(tmp_path, "x.json", content)))

    assert (raised.value.reason, raised.value.head) == (Reason.HTML_PAGE, content.removeprefix(b"\xef\xbb\xbf"))


def test_gzip_without_its_ending_is_refused_as_a_whole(tmp_path: Path) -> None:
    with pytest.raises(DamagedFile, match=r"does not end in \.gz") as raised:
        list(read_blocks(put(tmp_path, "x.json", WHOLE_GZIP)))

    assert raised.value.reason is Reason.COMPRESSED


def test_file_that_is_gone_is_named_with_the_cause(tmp_path: Path) -> None:
    file = put(tmp_path, "log_data/x.json", LINES)
    Path(file.path).unlink()

    with pytest.raises(IngestError, match=r"file 'log_data/x\.json': can't be read: No such file or directory"):
        list(read_blocks(file))


@contextmanager
def without_the_rights_of_root() -> Iterator[None]:
    """Act as a user who may not read everything."""
    user = os.geteuid()
    if user == 0:
        os.seteuid(65534)
    try:
        yield
    finally:
        os.seteuid(user)


def test_missing_permission_is_the_cause(tmp_path: Path) -> None:
    file = put(tmp_path, "log_data/x.json", LINES)
    Path(file.path).chmod(0)

    with (
        without_the_rights_of_root(),
        pytest.raises(IngestError, match=r"file 'log_data/x\.json': can't be read: Permission denied"),
    ):
        list(read_blocks(file))


def test_input_output_error_is_the_cause() -> None:
    file = RawFile("/proc/self/mem", "log_data/x.json", 5)  # its first page can't be read

    with pytest.raises(IngestError, match=r"file 'log_data/x\.json': can't be read: Input/output error"):
        list(read_blocks(file))


def test_pipe_or_folder_in_a_files_place_does_not_hang(tmp_path: Path) -> None:
    file = put(tmp_path, "x.json", LINES)
    Path(file.path).unlink()
    os.mkfifo(file.path)

    with pytest.raises(IngestError, match="no plain file any more"):
        list(read_blocks(file))

    Path(file.path).unlink()
    Path(file.path).mkdir()
    with pytest.raises(IngestError, match="no plain file any more"):
        list(read_blocks(file))


def test_link_in_a_files_place_is_not_followed(tmp_path: Path) -> None:
    file = put(tmp_path, "x.json", LINES)
    other = put(tmp_path, "other.json", LINES)
    Path(file.path).unlink()
    Path(file.path).symlink_to(other.path)

    with pytest.raises(IngestError, match=r"file 'x\.json': can't be read"):
        list(read_blocks(file))


@pytest.mark.parametrize("name", ["log_data/a.json", "log_data/a.json.gz"])
@pytest.mark.parametrize("block_bytes", [16, 2**20])
def test_bytes_on_disk_are_hashed_while_they_are_read(tmp_path: Path, name: str, block_bytes: int) -> None:
    text = b"\n".join(b"line %d" % number for number in range(1000))
    file = put(tmp_path, name, gzip.compress(text) if name.endswith("gz") else text)
    content = ContentHash()

    read = b"".join(read_blocks(file, block_bytes, content))

    assert read == text
    assert str(content) == xxhash.xxh3_128_hexdigest(Path(file.path).read_bytes()) == hash_content(file)


def test_file_that_is_gone_is_named_when_it_is_to_be_hashed(tmp_path: Path) -> None:
    file = put(tmp_path, "log_data/a.json", b"{}")
    Path(file.path).unlink()

    with pytest.raises(IngestError, match=r"file 'log_data/a\.json': can't be read: No such file"):
        hash_content(file)
