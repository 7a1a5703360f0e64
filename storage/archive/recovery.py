"""Recovery of segments whose writer died."""

import fcntl
import os
from pathlib import Path
from typing import BinaryIO

from storage.archive.folder import fsync_folder, is_at, open_segments, seal_file
from storage.archive.reader import Pair, walk
from storage.crash import Point, sync_point


def recover(archive: Path, portal: str) -> list[str]:
    """Seal every open segment that no live process holds, cut after its last whole pair; remove those without one.

    Safe at any time and from several processes at once: a living writer's segment is locked and left alone.

    Returns:
        The names of the segments sealed, sorted.
    """
    return [name for path in open_segments(archive, portal) if (name := _recover_segment(path))]


def _recover_segment(path: Path) -> str:
    try:
        file = path.open("r+b")
    except FileNotFoundError:
        return ""  # sealed meanwhile
    with file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return ""  # its writer lives
        if not is_at(file, path):
            return ""  # sealed between opening and locking
        end = _end_of_whole_pairs(file, path.name)
        if not end:
            path.unlink()
            fsync_folder(path.parent)
            return ""
        file.truncate(end)
        os.fsync(file.fileno())
        sync_point(Point.RECOVERY)
        return seal_file(path)


def _end_of_whole_pairs(file: BinaryIO, segment: str) -> int:
    file.seek(0)
    return max((found.end for found in walk(file, segment) if isinstance(found, Pair)), default=0)
