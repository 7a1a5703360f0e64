"""Taking records out of sealed segments: what they held is gone, everything else stays at its byte.

In the place of a pair of records comes one record of the very same length that says that something was erased. So no
location changes, and a reader may be at work meanwhile. A segment is written anew beside the old one, made durable and
put in its place by one rename: whenever the process dies, the segment is the old or the new one.
"""

import os
import struct
import uuid
import zlib
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import BinaryIO

from storage.archive.exchange import ArchiveError
from storage.archive.folder import fsync_folder, portal_folder
from storage.archive.format import capture_of
from storage.archive.lines import PARTIAL
from storage.archive.reader import Pair, walk
from storage.archive.shared import open_segment, replace
from storage.crash import ForgetPoint, sync_point
from storage.records import Capture

_CHUNK = 2**20
_STORED = 65_535
"""Bytes of a deflate block that is not compressed (RFC 1951, section 3.2.4)."""


def erase(archive: Path, portal: str, segment: str, gone: Callable[[Capture], bool]) -> int:
    """Take the records of captures out of a sealed segment; return how many. None may be at work on the portal.

    Raises:
        ArchiveError: there is no such segment, or it is still being written; or the store does not answer, and what is
            left to do there the next push does.
        OSError: the disk refuses; the segment is as it was.
    """
    file, sealed = open_segment(archive, portal, segment)
    with file:
        if not sealed:
            raise ArchiveError(f"{portal}/{segment}: still being written")
        holes = [
            (found.start, found.end)
            for found in walk(file, segment)
            if isinstance(found, Pair) and gone(capture_of(found.response, found.metadata))
        ]
        path = portal_folder(archive, portal) / segment
        replace(archive, portal, segment, (lambda: _rewrite(file, path, holes)) if holes else None)
    return len(holes)


def drop_partial(archive: Path, portal: str) -> None:
    """Remove what an erasure that died has left beside the segments."""
    for path in portal_folder(archive, portal).glob(f"*{PARTIAL}"):
        path.unlink(missing_ok=True)


def _rewrite(old: BinaryIO, path: Path, holes: list[tuple[int, int]]) -> None:
    partial = path.with_name(path.name + PARTIAL)
    with partial.open("wb") as new:
        at = 0
        for start, end in holes:
            _copy(old, new, at, start)
            new.write(tombstone(end - start, path.name))
            at = end
        _copy(old, new, at, old.seek(0, os.SEEK_END))
        new.flush()
        sync_point(ForgetPoint.ERASING)
        os.fsync(new.fileno())
    partial.replace(path)
    sync_point(ForgetPoint.ERASED)
    fsync_folder(path.parent)


def _copy(old: BinaryIO, new: BinaryIO, start: int, end: int) -> None:
    old.seek(start)
    left = end - start
    while left and (chunk := old.read(min(left, _CHUNK))):
        new.write(chunk)
        left -= len(chunk)


def tombstone(length: int, segment: str) -> bytes:
    """Return a gzip member of exactly so many bytes: a record that says that there was another.

    Raises:
        ArchiveError: so few bytes hold none; no pair of records is as short.
    """
    blocks = -(-(length - 18) // (_STORED + 5))  # 10 bytes before, 8 behind, 5 before each block
    size = length - 18 - 5 * blocks
    fields = "description: erased on request\r\n"
    head = (
        f"WARC/1.1\r\nWARC-Type: warcinfo\r\nWARC-Record-ID: <urn:uuid:{uuid.uuid4()}>\r\n"
        f"WARC-Date: {datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ}\r\nContent-Type: application/warc-fields\r\n"
        "Content-Length: {:09d}\r\n\r\n"
    )
    room = size - len(head.format(0)) - 4
    if room < len(fields):
        raise ArchiveError(f"{segment}: {length} bytes are too few for a record")
    record = f"{head.format(room)}{fields}{' ' * (room - len(fields))}\r\n\r\n".encode("ascii")
    step = -(-size // blocks)
    written = [b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\xff"]
    for place in range(blocks):
        data = record[place * step : (place + 1) * step]
        written += [struct.pack("<BHH", place == blocks - 1, len(data), len(data) ^ 0xFFFF), data]
    written.append(struct.pack("<II", zlib.crc32(record), size))
    return b"".join(written)
