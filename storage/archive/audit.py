"""Reading a segment back to compare it with what was noted of it."""

import contextlib
from collections.abc import Iterator
from pathlib import Path

from storage.archive.decoding import decode_body
from storage.archive.exchange import ArchiveError, BodyError
from storage.archive.format import Metadata, Response, capture_of
from storage.archive.reader import Hole, walk, whole_pair
from storage.archive.shared import open_segment
from storage.records import Capture, Location
from storage.text import sha256_hex


class ReadBack:
    """A record as it reads back now: the capture that its metadata tell of, its place, and its payload's true digest.

    `text` is what a secret would be looked for in: the HTTP head and the payload.
    """

    __slots__ = ("capture", "location", "payload_sha256", "text")

    def __init__(self, segment: str, start: int, end: int, response: Response, metadata: Metadata) -> None:
        self.capture: Capture = capture_of(response, metadata)
        self.location = Location(segment, start, end - start)
        payload = response.body
        if metadata.facts["truncated"] is None:
            with contextlib.suppress(BodyError):  # what does not decode is known by its coded bytes
                payload = decode_body(response.body, self.capture.headers)
        self.payload_sha256 = sha256_hex(payload)
        self.text = response.head + payload


def read_back(archive: Path, portal: str, segment: str) -> Iterator[ReadBack | Hole]:
    """Yield the records of a segment in the order of writing, and the bytes that are none.

    Raises:
        ArchiveError: there is no such segment.
    """
    file, _ = open_segment(archive, portal, segment)
    with file:
        for found in walk(file, segment):
            if isinstance(found, Hole):
                yield found
            else:
                yield ReadBack(segment, found.start, found.end, found.response, found.metadata)


def read_back_one(archive: Path, portal: str, location: Location) -> ReadBack:
    """Return the record at a place.

    Raises:
        ArchiveError: nothing whole lies there.
    """
    try:
        response, metadata = whole_pair(archive, portal, location)
        end = location.offset + location.length
        return ReadBack(location.segment, location.offset, end, response, metadata)
    except (KeyError, TypeError, ValueError) as error:
        raise ArchiveError(f"{portal}/{location.segment}: {error} at byte {location.offset}") from error
