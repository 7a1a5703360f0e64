"""Reading segments: all pairs in order, or one by its location."""

import io
import zlib
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from storage.archive.decoding import decode_body
from storage.archive.exchange import ArchiveError, BodyCut, BodyError, BodyLate, BodyTooLarge, Posted, SegmentDamaged
from storage.archive.format import Metadata, Other, Request, Response, capture_of, parse
from storage.archive.shared import open_segment
from storage.records import Capture, Location

_IN_PART: dict[str, type[BodyError]] = {"length": BodyTooLarge, "time": BodyLate}
"""What a truncated body is, by its WARC-Truncated reason."""

_CHUNK = 256 * 2**10
_MAGIC = b"\x1f\x8b\x08"
_VERSION = b"WARC/1."
_HEAD = 1024
"""Bytes of a gzip member that surely give the first ones of its content."""


@dataclass(frozen=True, slots=True)
class Pair:
    """A response and its metadata, from byte `start` to byte `end` of a segment."""

    start: int
    end: int
    response: Response
    metadata: Metadata


@dataclass(frozen=True, slots=True)
class Hole:
    """Bytes of a segment that are no whole pair: torn, damaged, or none of ours."""

    start: int
    end: int


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
        SegmentDamaged: a sealed segment holds bytes that are no whole pair; raised after the last whole one.
    """
    file, sealed = open_segment(archive, portal, segment)
    holes: list[Hole] = []
    with file:
        file.seek(offset)
        for found in walk(file, segment):
            if isinstance(found, Pair):
                yield (
                    capture_of(found.response, found.metadata),
                    Location(segment, found.start, found.end - found.start),
                )
            elif sealed:
                holes.append(found)
            else:
                return  # what was torn when it was looked at may be whole by now
    if holes:
        where = ", ".join(f"byte {hole.start} to {hole.end}" for hole in holes)
        raise SegmentDamaged(f"{portal}/{segment}: no whole pair of records at {where}")


def read(archive: Path, portal: str, location: Location) -> tuple[Capture, bytes, bytes]:
    """Return a capture, its body decoded, and its body as archived.

    Raises:
        ArchiveError: nothing whole lies there.
        BodyCut: the body was not received whole, or does not decode.
        BodyTooLarge: the body is, or decodes to, more than is allowed.
        BodyLate: the body had not ended when its time was over.
    """
    response, metadata = whole_pair(archive, portal, location)
    if (reason := metadata.facts["truncated"]) is not None:
        raise _IN_PART.get(str(reason), BodyCut)(f"received in part ({reason})")
    capture = capture_of(response, metadata)
    return capture, decode_body(response.body, capture.headers), response.body


def posted(archive: Path, portal: str, location: Location) -> Posted | None:
    """Return the request that a response answered, where it had a body; None where the address tells it.

    Raises:
        ArchiveError: there is no such segment.
    """
    file, _ = open_segment(archive, portal, location.segment)
    with file:
        file.seek(location.offset)
        for _, _, record in _records(io.BytesIO(file.read(location.length))):
            if isinstance(record, Request):
                return record.posted
    return None


def whole_pair(archive: Path, portal: str, location: Location) -> tuple[Response, Metadata]:
    """Return the records at a place. Raises ArchiveError where nothing whole lies."""
    file, _ = open_segment(archive, portal, location.segment)
    with file:
        file.seek(location.offset)
        found = next(walk(io.BytesIO(file.read(location.length)), location.segment), None)
    if not isinstance(found, Pair):
        raise ArchiveError(f"{portal}/{location.segment}: no pair of records at byte {location.offset}")
    return found.response, found.metadata


def walk(file: BinaryIO, segment: str) -> Iterator[Pair | Hole]:
    """Yield the whole pairs of a segment from the file's position on, and what lies between them that is none.

    Behind damage it goes on with the next bytes that are a pair. An archived body may hold records that a server has
    made up: there only pairs of the run that wrote the segment count, whose id no server is told.
    """
    begun: tuple[int, Response] | None = None
    bad: int | None = None
    trusted = True
    for start, end, record in _records(file):
        match record:
            case Metadata() if begun is not None and _belongs(record, begun[1], None if trusted else segment):
                if bad is not None:
                    yield Hole(bad, begun[0])
                yield Pair(begun[0], end, begun[1], record)
                begun = bad = None
            case Response() if begun is None:
                begun = start, record
            case Other():
                pass
            case _:
                if bad is None:
                    bad = start if begun is None else begun[0]
                begun = (start, record) if isinstance(record, Response) else None
                trusted = False
    if begun is not None and bad is None:
        bad = begun[0]
    if bad is not None:
        yield Hole(bad, file.seek(0, io.SEEK_END))


def _belongs(metadata: Metadata, response: Response, segment: str | None) -> bool:
    """Whether metadata are those of a response, and of the run of a segment, if one is named."""
    run = f"{metadata.facts.get('portal')}-{metadata.facts.get('run_id')}-"
    return metadata.concurrent_to == response.record_id and (segment is None or segment.startswith(run))


def _records(file: BinaryIO) -> Iterator[tuple[int, int, Response | Metadata | Other | None]]:
    """Yield start, end and record of each gzip member from the file's position on; None for what is none of ours."""
    for start, end, member in _members(file):
        record = None
        if member is not None:
            with suppress(ValueError):
                record = parse(member)
        yield start, end, record


def _members(file: BinaryIO) -> Iterator[tuple[int, int, bytes | None]]:
    """Yield start, end and content of each gzip member from the file's position on; zlib checks the CRC.

    None stands for the bytes before the next member that may hold a record, or before the end of the file.
    """
    start = file.tell()
    while (member := _inflated(file, start)) is not None or not _at_end(file, start):
        if member is None:
            after = _next_member(file, start + 1)
            yield start, after, None
            start = after
        else:
            content, end = member
            yield start, end, content
            start = end


def _inflated(file: BinaryIO, start: int) -> tuple[bytes, int] | None:
    """Return content and end of the whole gzip member at a byte; None if there is none."""
    file.seek(start)
    stream = zlib.decompressobj(16 + zlib.MAX_WBITS)
    pieces: list[bytes] = []
    try:
        while not stream.eof and (chunk := file.read(_CHUNK)):
            pieces.append(stream.decompress(chunk))
    except zlib.error:
        return None
    return (b"".join(pieces), file.tell() - len(stream.unused_data)) if stream.eof else None


def _at_end(file: BinaryIO, start: int) -> bool:
    return file.seek(0, io.SEEK_END) <= start


def _next_member(file: BinaryIO, start: int) -> int:
    """Return where the next gzip member begins that starts as a record does, from a byte on; else the file's end."""
    at = start
    while True:
        file.seek(at)
        chunk = file.read(_CHUNK)
        place = -1
        while (place := chunk.find(_MAGIC, place + 1)) >= 0:
            head = zlib.decompressobj(16 + zlib.MAX_WBITS)
            with suppress(zlib.error):
                if head.decompress(chunk[place : place + _HEAD], len(_VERSION)) == _VERSION:
                    return at + place
        if len(chunk) < _CHUNK:
            return at + len(chunk)
        at += _CHUNK - _HEAD  # a member that begins in the last bytes is looked at with what follows
