"""Pictures that are packed again are smaller, and the same."""

import struct
import zlib

from sparkify_assets.report.png import SIGNATURE, repacked

WIDTH, HEIGHT = 40, 30


def chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def test_pixels_stay_and_the_file_shrinks() -> None:
    rows = b"".join(b"\0" + bytes([row, 90, 200]) * WIDTH for row in range(HEIGHT))
    packed = zlib.compress(rows, 0)
    head = chunk(b"IHDR", struct.pack(">IIBBBBB", WIDTH, HEIGHT, 8, 2, 0, 0, 0))
    picture = SIGNATURE + head + chunk(b"IDAT", packed[:100]) + chunk(b"IDAT", packed[100:]) + chunk(b"IEND", b"")

    smaller = repacked(picture)

    assert len(smaller) < len(picture) / 10
    assert smaller.startswith(SIGNATURE + head)
    assert smaller.endswith(chunk(b"IEND", b""))
    length = len(SIGNATURE + head)
    (size,) = struct.unpack_from(">I", smaller, length)
    assert zlib.decompress(smaller[length + 8 : length + 8 + size]) == rows
    assert repacked(smaller) == smaller
