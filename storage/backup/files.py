"""Copying the archive's files, whole or not at all, with their digests."""

import hashlib
import os
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from storage.archive.folder import OPEN_SUFFIX, fsync_folder
from storage.archive.lines import PARTIAL as ERASING
from storage.archive.shared import NOT_OF_ARCHIVE
from storage.backup.manifest import BackupError, CopiedFile

_PARTIAL = ".partial"
_CHUNK = 2**20


def archive_files(archive: Path) -> Iterator[str]:
    """Yield the paths of an archive's files in it, sorted; what is being written beside them is left out."""
    for path in sorted(archive.rglob("*")):
        if path.is_file() and not path.name.endswith((_PARTIAL, ERASING, *NOT_OF_ARCHIVE)):
            yield path.relative_to(archive).as_posix()


def copy_file(source: Path, target: Path) -> CopiedFile:
    """Copy a file, durably and with its modification time; what stood there before stays until the copy is whole.

    Raises:
        OSError: it cannot be read or written.
    """
    with source.open("rb") as old:
        return copy_open(old, target)


def copy_open(old: BinaryIO, target: Path) -> CopiedFile:
    """Copy an open file as `copy_file` does."""
    target.parent.mkdir(parents=True, exist_ok=True)
    partial = target.with_name(target.name + _PARTIAL)
    try:
        with partial.open("wb") as new:
            stat = os.fstat(old.fileno())
            digest, size = _copy(old, new)
            new.flush()
            os.fsync(new.fileno())
        os.utime(partial, ns=(stat.st_mtime_ns, stat.st_mtime_ns))
        partial.replace(target)
    finally:
        partial.unlink(missing_ok=True)
    fsync_folder(target.parent)
    return CopiedFile(size, stat.st_mtime_ns, digest)


def is_copy(path: Path, copied: CopiedFile) -> bool:
    """Whether a file is there as it was copied, by its size and modification time."""
    try:
        stat = path.stat()
    except FileNotFoundError:
        return False
    return (stat.st_size, stat.st_mtime_ns) == (copied.bytes, copied.mtime)


def sealed_name(path: Path) -> Path:
    """Return the name that an open segment has when it is sealed; any other path as it is."""
    return path.with_name(path.name.removesuffix(OPEN_SUFFIX))


def digest_of(path: Path) -> str:
    """Return a file's SHA-256 (hex).

    Raises:
        BackupError: it cannot be read.
    """
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise BackupError(f"{path}: không đọc được ({error.strerror})") from error


def write_file(path: Path, content: bytes) -> None:
    """Write a file; it is on the disk when this returns. Raises OSError."""
    with path.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


def _copy(old: BinaryIO, new: BinaryIO) -> tuple[str, int]:
    digest, size = hashlib.sha256(), 0
    while chunk := old.read(_CHUNK):
        new.write(chunk)
        digest.update(chunk)
        size += len(chunk)
    return digest.hexdigest(), size
