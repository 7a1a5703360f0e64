"""Writing segments: nothing counts before it is on the disk."""

import fcntl
import math
import os
import time
from io import FileIO
from pathlib import Path
from types import TracebackType
from typing import Self

from storage.archive.exchange import ArchiveError, Exchange
from storage.archive.folder import OPEN_SUFFIX, fsync_folder, is_at, portal_folder, seal_file, segment_name
from storage.archive.format import Encoder
from storage.crash import Point, sync_point
from storage.records import Capture, Location

SEGMENT_BYTES = 256 * 2**20
SHARED_BYTES = 64 * 2**20
"""Size of a segment where there is a store: it is brought whole to a machine that reads one page of it."""


class SegmentWriter:
    """Writes exchanges of one run into segments, one open segment at a time.

    Args:
        archive: folder of the archive.
        portal: the portal's name.
        run_id: the run's id.
        sequence: number of the first segment; numbers that are taken are passed over.
        max_bytes: size past which a segment is sealed and the next one begun.
        max_seconds: age after which the same is done, before something is added to it.

    Raises:
        ValueError: portal or run id cannot be part of a file name.
        OSError: the disk refuses.
    """

    def __init__(
        self,
        archive: Path,
        portal: str,
        run_id: str,
        sequence: int,
        *,
        max_bytes: int = SEGMENT_BYTES,
        max_seconds: float = math.inf,
    ) -> None:
        self._folder = portal_folder(archive, portal)
        self._portal, self._run_id, self._sequence = portal, run_id, sequence
        self._max_bytes, self._max_seconds = max_bytes, max_seconds
        self._sealed: list[str] = []
        self._encoder = Encoder()
        self._file: FileIO | None = None
        self._folder.mkdir(parents=True, exist_ok=True)
        self._begin()

    @property
    def segments(self) -> tuple[str, ...]:
        """Final names of the segments that hold something so far, the open one included."""
        return (*self._sealed, self._name) if self._file and self._pairs else tuple(self._sealed)

    def append(self, exchange: Exchange) -> tuple[Capture, Location]:
        """Archive an exchange; it is on the disk when this returns.

        Raises:
            ArchiveError: the writer is sealed.
            OSError: the disk refuses (full, broken). The segment is then as it was before.
        """
        if self._file is None:
            raise ArchiveError("the writer is sealed")
        written, capture = self._encoder.pair(exchange)
        full = self._end + len(written) > self._max_bytes or time.monotonic() - self._begun > self._max_seconds
        if full and self._pairs:
            self.seal()
            self._begin()
        location = Location(self._name, self._end, len(written))
        self._write(self._file, written)
        self._pairs += 1
        sync_point(Point.ARCHIVED)
        return capture, location

    def seal(self) -> str:
        """End the open segment, durably. Returns its name, or "" if it was empty (and is removed) or sealed before."""
        if self._file is None:
            return ""
        name = ""
        if self._pairs:
            os.fsync(self._file.fileno())
            sync_point(Point.SEAL)
            name = seal_file(self._path)
            self._sealed.append(name)
        else:
            self._path.unlink(missing_ok=True)
            fsync_folder(self._folder)
        self._file.close()  # frees the lock
        self._file = None
        return name

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.seal()

    def _begin(self) -> None:
        while True:
            self._name = segment_name(self._portal, self._run_id, self._sequence)
            self._path = self._folder / (self._name + OPEN_SUFFIX)
            self._sequence += 1
            file = None if (self._folder / self._name).exists() else _create_locked(self._path)
            if file is not None:
                break
        self._file, self._end, self._pairs, self._begun = file, 0, 0, time.monotonic()
        sync_point(Point.SEGMENT)
        try:
            self._write(file, self._encoder.info(self._name, self._portal, self._run_id))
            fsync_folder(self._folder)
        except BaseException:
            self._give_up(file)
            self._path.unlink(missing_ok=True)
            raise

    def _write(self, file: FileIO, data: bytes) -> None:
        try:
            view = memoryview(data)
            while view:
                view = view[file.write(view) :]
            sync_point(Point.WRITTEN)
            os.fsync(file.fileno())
        except BaseException:
            self._roll_back(file)
            raise
        self._end += len(data)

    def _roll_back(self, file: FileIO) -> None:
        """Cut what was written of a record: it would poison what comes after it."""
        try:
            file.truncate(self._end)
            file.seek(self._end)
        except OSError:
            self._give_up(file)  # recovery will cut it

    def _give_up(self, file: FileIO) -> None:
        file.close()
        self._file = None


def _create_locked(path: Path) -> FileIO | None:
    """Create a file and lock it. None if the name is taken, or a recovery was quicker than the lock."""
    try:
        file = path.open("xb", buffering=0)
    except FileExistsError:
        return None
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        file.close()
        return None
    if is_at(file, path):
        return file
    file.close()
    return None
