"""Reading segments: all pairs in order, or one by its location."""

import io
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from storage.archive.decoding import decode_body
from storage.archive.exchange import ArchiveError, BodyCut, SegmentDamaged
from storage.archive.folder import open_segment
from storage.archive.format import Metadata, Response, capture_of, parse
from storage.records import Capture, Location

_CHUNK = 256 * 2**10


def scan(archive: Path, portal: str, segment: str, offset: int = 0) -> Iterator[tuple[Capture, Location]]:
    """Yield the captures of a segment in the order of writing, from an offset on.

    A segment that is still open, its writer alive or dead, ends at its first incomplete pair; go on later from the end
    of the last location (`offset + length`).

    Args:
        archive: folder of the archive.
        portal: the portal's name.
        segment: the segment's final name.
        offset: 0, or the end of a location that was yielded before.

    Raises:
        ArchiveError: there is no such segment.
        SegmentDamaged: a sealed segment does not end with a whole pair; raised after the last whole one.
    """
    file, sealed = open_segment(archive, portal, segment)
    with file:
        file.seek(offset)
        end = offset
        for start, end, response, metadata in pairs(file):
            yield capture_of(response, metadata), Location(segment, start, end - start)
        end = end_of_erased(file, end)
        if sealed and end != file.seek(0, io.SEEK_END):
            raise SegmentDamaged(f"{portal}/{segment}: no whole pair of records at byte {end}")


def read(archive: Path, portal: str, location: Location) -> tuple[Capture, bytes, bytes]:
    """Return a capture, its body decoded, and its body as archived.

    Raises:
        ArchiveError: nothing whole lies there.
        BodyCut: the body was not received whole, or does not decode.
        BodyTooLarge: the body decodes to more than is allowed.
    """
    response, metadata = whole_pair(archive, portal, location)
    if (reason := metadata.facts["truncated"]) is not None:
        raise BodyCut(f"received in part ({reason})")
    capture = capture_of(response, metadata)
    return capture, decode_body(response.body, capture.headers), response.body


def whole_pair(archive: Path, portal: str, location: Location) -> tuple[Response, Metadata]:
    """Return the records at a place. Raises ArchiveError where nothing whole lies."""
    file, _ = open_segment(archive, portal, location.segment)
    with file:
        file.seek(location.offset)
        found = next(pairs(io.BytesIO(file.read(location.length))), None)
    if found is None:
        raise ArchiveError(f"{portal}/{location.segment}: no pair of records at byte {location.offset}")
    _, _, response, metadata = found
    return response, metadata


def pairs(file: BinaryIO) -> Iterator[tuple[int, int, Response, Metadata]]:
    """Yield start, end and records of each pair from the file's position on, up to the first that is not whole."""
    response: tuple[int, Response] | None = None
    for start, end, member in _members(file):
        try:
            record = parse(member)
        except ValueError:
            return
        if isinstance(record, Response):
            response = start, record
        elif isinstance(record, Metadata):
            if response is None or response[1].record_id != record.concurrent_to:
                return
            yield response[0], end, response[1], record
            response = None


def end_of_erased(file: BinaryIO, start: int) -> int:
    """Return where the records end that stand in place of erased ones, from a byte on: `start` if there is none."""
    file.seek(start)
    end = start
    for _, stop, member in _members(file):
        try:
            record = parse(member)
        except ValueError:
            break
        if record is not None:
            break
        end = stop
    return end


def _members(file: BinaryIO) -> Iterator[tuple[int, int, bytes]]:
    """Yield start, end and content of each whole gzip member from the file's position on; zlib checks the CRC."""
    start = file.tell()
    rest = b""
    while chunk := rest or file.read(_CHUNK):
        stream = zlib.decompressobj(16 + zlib.MAX_WBITS)
        pieces: list[bytes] = []
        size = 0
        try:
            while chunk:
                pieces.append(stream.decompress(chunk))
                size += len(chunk)
                if stream.eof:
                    break
                chunk = file.read(_CHUNK)
        except zlib.error:
            return
        if not stream.eof:
            return
        rest = stream.unused_data
        end = start + size - len(rest)
        yield start, end, b"".join(pieces)
        start = end
