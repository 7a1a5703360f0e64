"""Names and files of segments in the archive's folder."""

import os
import re
from contextlib import suppress
from io import FileIO
from pathlib import Path
from typing import BinaryIO

from storage.archive.exchange import ArchiveError
from storage.crash import Point, sync_point

OPEN_SUFFIX = ".open"
SUFFIX = ".warc.gz"
_WORD = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]*")


def segment_name(portal: str, run_id: str, sequence: int) -> str:
    """Return the final file name of a segment.

    Raises:
        ValueError: portal or run id cannot be part of a file name.
    """
    for word in (portal, run_id):
        check_word(word)
    return f"{portal}-{run_id}-{sequence:05d}{SUFFIX}"


def run_of_segment(portal: str, name: str) -> str:
    """Return the id of the run that wrote a segment of a portal, which its name tells."""
    return name.removeprefix(f"{portal}-").rpartition("-")[0]


def portal_folder(archive: Path, portal: str) -> Path:
    """Return the folder of a portal's segments.

    Raises:
        ValueError: the name cannot be a folder's.
    """
    check_word(portal)
    return archive / portal


def local_sizes(archive: Path, portal: str) -> dict[str, int]:
    """Return the portal's segments in the folder and their bytes; those being written under their final names."""
    found: dict[str, int] = {}
    for path in portal_folder(archive, portal).glob(f"*{SUFFIX}*"):
        name = path.name.removesuffix(OPEN_SUFFIX)
        if name.endswith(SUFFIX):
            for place in (path, path.with_name(name)):  # it may be sealed meanwhile, or go to the store
                with suppress(FileNotFoundError):
                    found[name] = place.stat().st_size
                    break
    return found


def open_segments(archive: Path, portal: str) -> list[Path]:
    """Return the paths of a portal's segments that are not sealed, sorted."""
    return sorted(portal_folder(archive, portal).glob(f"*{SUFFIX}{OPEN_SUFFIX}"))


def open_local(archive: Path, portal: str, segment: str) -> tuple[BinaryIO, bool] | None:
    """Open a segment in the folder. Returns the file and whether the segment is sealed; None if it is not there."""
    check_word(segment)
    sealed = portal_folder(archive, portal) / segment
    # It may be sealed between the first two looks.
    for path in (sealed, sealed.with_name(segment + OPEN_SUFFIX), sealed):
        try:
            return path.open("rb"), path == sealed
        except FileNotFoundError:
            continue
    return None


def seal_file(path: Path) -> str:
    """Give an open segment, already fsynced, its final name, durably. Returns the name.

    Raises:
        ArchiveError: a sealed segment of that name exists; nothing is overwritten.
    """
    sealed = path.with_name(path.name.removesuffix(OPEN_SUFFIX))
    if sealed.exists():
        raise ArchiveError(f"{path}: {sealed.name} exists already")
    path.rename(sealed)
    sync_point(Point.SEALED)
    fsync_folder(path.parent)
    return sealed.name


def fsync_folder(folder: Path) -> None:
    """Make the names in a folder durable."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def fsync_file(path: Path) -> None:
    """Make a file's content durable."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def is_at(file: BinaryIO | FileIO, path: Path) -> bool:
    """Whether the open file is still the one that the path names."""
    try:
        return os.path.samestat(os.fstat(file.fileno()), path.stat())
    except FileNotFoundError:
        return False


def check_word(word: str) -> None:
    """Make sure that a word can be part of a file's name. Raises ValueError."""
    if not _WORD.fullmatch(word):
        raise ValueError(f"{word!r} cannot be part of a segment's name")
