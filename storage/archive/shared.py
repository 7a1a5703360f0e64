"""The archive as all machines see it: the folder of this one, and beyond it the store, where one is set.

The folder is the working place and a cache. A sealed segment beside which `<segment>.stored` lies is in the store with
the SHA-256 that is in that file, and may be dropped here; one without it waits to be pushed. `<segment>.erased` says
that records are taken out of it here, and which bytes in the store its own replace. In any other case the store is
right. Whenever a process dies, one of these files is missing and the next push does the rest.
"""

import fcntl
import hashlib
import logging
import os
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from storage.archive.exchange import ArchiveError
from storage.archive.folder import OPEN_SUFFIX, SUFFIX, fsync_folder, local_sizes, open_local, portal_folder
from storage.archive.store import Store, Stored, StoreError, store_of
from storage.crash import StorePoint, sync_point
from storage.settings import settings

_STORED = ".stored"
_ERASED = ".erased"
_LOCK = ".store.lock"
NOT_OF_ARCHIVE = (_STORED, _ERASED, _LOCK)
"""Endings of files that only say how folder and store are to each other."""
_LOG = logging.getLogger(__name__)

Listing = Mapping[str, Sequence[Stored]]
"""The segments of a portal that are in the store, by name."""


def portals(archive: Path) -> list[str]:
    """Return the portals of which the archive holds something, here or in the store, sorted."""
    found = {path.name for path in archive.glob("*") if path.is_dir()}
    if (store := store_of(archive)) is not None:
        try:
            found |= set(store.listed())
        except StoreError as error:
            _LOG.warning("only this machine's archive is looked at: %s", error)
    return sorted(found)


def sizes(archive: Path, portal: str) -> dict[str, int]:
    """Return the bytes of a portal's segments by name, sorted; those still being written under their final names.

    Where the store does not answer these are the ones of this machine.
    """
    found = {name: stored[0].bytes for name, stored in _listed(archive, portal).items()}
    return dict(sorted((found | local_sizes(archive, portal)).items()))


def segments(archive: Path, portal: str) -> list[str]:
    """Return the names of a portal's segments, as `sizes`."""
    return list(sizes(archive, portal))


def in_store(archive: Path) -> dict[str, set[str]]:
    """Return the segments of the store, `portal/segment`, with the SHA-256 of each; one that is being changed has two.

    Raises:
        StoreError: the store does not answer.
    """
    store = store_of(archive)
    found = store.listed() if store else {}
    return {
        f"{portal}/{name}": {one.digest for one in objects}
        for portal, names in found.items()
        for name, objects in names.items()
    }


def open_segment(archive: Path, portal: str, segment: str) -> tuple[BinaryIO, bool]:
    """Open a segment for reading; bring it from the store if need be. Returns the file and whether it is sealed.

    Raises:
        ArchiveError: there is no such segment, or the store does not answer.
        OSError: the disk takes no more.
    """
    found = open_local(archive, portal, segment)
    if found is None and bring(archive, portal, [segment]) == set():
        found = open_local(archive, portal, segment)
    if found is None:
        raise ArchiveError(f"{portal_folder(archive, portal) / segment}: no such segment")
    return found


def bring(archive: Path, portal: str, names: Collection[str]) -> set[str]:
    """Have segments in this machine's folder; return those that are neither there nor in the store.

    Raises:
        StoreError: the store does not answer, or holds damaged bytes.
        OSError: the disk takes no more.
    """
    missing = _not_here(archive, portal, names)
    store = store_of(archive)
    if not missing or store is None:
        return missing
    for attempt in (1, 2):  # an object that is changed while it is read is under another name then
        there = store.listed(portal).get(portal, {})
        for name in sorted(missing & there.keys()):
            try:
                _fetch(store, archive, portal, name, there[name][-1])
            except FileNotFoundError:
                if attempt == 2:
                    raise StoreError(f"{there[name][-1].key}: vanished while it was read") from None
                continue
            missing.discard(name)
    _trim(archive, spare=set(names))
    return missing


def unreachable(archive: Path, portal: str, names: Collection[str]) -> set[str]:
    """Return the segments that cannot be brought here: they are on another machine, or the store does not answer."""
    try:
        return bring(archive, portal, names)
    except StoreError as error:
        _LOG.warning("segments are out of reach: %s", error)
        return _not_here(archive, portal, names)


def waiting(archive: Path, portal: str) -> list[str]:
    """Return the sealed segments of this machine that are not in the store yet, sorted."""
    if store_of(archive) is None:
        return []
    folder = portal_folder(archive, portal)
    sealed = (path for path in folder.glob(f"*{SUFFIX}") if not path.with_name(path.name + _STORED).exists())
    return sorted(path.name for path in sealed)


def push(archive: Path, portal: str) -> int:
    """Bring what waits into the store, then drop what this machine need not keep; return how many segments went.

    Safe at any time and from several processes at once. Without a store it does nothing.

    Raises:
        StoreError: the store does not answer; what is left waits.
        OSError: a segment cannot be read.
    """
    store = store_of(archive)
    names = waiting(archive, portal)
    if store is None or not names:
        return 0
    there = store.listed(portal).get(portal, {})
    for name in names:
        with _locked(archive, portal):
            _push(store, archive, portal, name, there.get(name, ()))
    _trim(archive)
    return len(names)


def replace(archive: Path, portal: str, segment: str, rewrite: Callable[[], None] | None) -> None:
    """Change a sealed segment that is here, and have its bytes take the place of those in the store.

    Args:
        archive: folder of the archive.
        portal: the portal's name.
        segment: its name.
        rewrite: puts the new file in the old one's place; None if it is as it should be already.

    Raises:
        StoreError: the store does not answer; the next push does the rest.
        OSError: the disk takes no more.
    """
    store = store_of(archive)
    if store is None:
        if rewrite is not None:
            rewrite()
        return
    with _locked(archive, portal):
        path = portal_folder(archive, portal) / segment
        there = store.listed(portal).get(portal, {}).get(segment, ())
        digests = [one.digest for one in there]
        digest = _digest(path)
        if rewrite is None and digests in ([], [digest]):
            return
        if rewrite is not None:
            digests.append(digest)
        _note(path, _ERASED, " ".join(digests))
        path.with_name(path.name + _STORED).unlink(missing_ok=True)
        if rewrite is not None:
            rewrite()
        _push(store, archive, portal, segment, there)


def refresh(archive: Path, portal: str) -> int:
    """Compare this machine's folder with the store: what changed there goes here, what is lost there waits again.

    Returns:
        How many segments here were not as in the store.

    Raises:
        StoreError: the store does not answer.
    """
    store = store_of(archive)
    if store is None:
        return 0
    there = store.listed(portal).get(portal, {})
    differing = 0
    for marker in sorted(portal_folder(archive, portal).glob(f"*{SUFFIX}{_STORED}")):
        name = marker.name.removesuffix(_STORED)
        with _locked(archive, portal):
            digests = {one.digest for one in there.get(name, ())}
            if _read(marker) in digests:
                continue
            differing += 1
            if digests:
                marker.with_name(name).unlink(missing_ok=True)
            marker.unlink(missing_ok=True)
    return differing


def stored_digest(archive: Path, portal: str, segment: str) -> str | None:
    """Return the SHA-256 under which a segment of this machine is in the store; None if it waits, or is not here."""
    return _read(portal_folder(archive, portal) / f"{segment}{_STORED}")


def _not_here(archive: Path, portal: str, names: Collection[str]) -> set[str]:
    folder = portal_folder(archive, portal)
    return {name for name in names if not any((folder / f"{name}{end}").exists() for end in ("", OPEN_SUFFIX, ""))}


def _listed(archive: Path, portal: str) -> Listing:
    store = store_of(archive)
    if store is None:
        return {}
    try:
        return store.listed(portal).get(portal, {})
    except StoreError as error:
        _LOG.warning("only this machine's archive is looked at: %s", error)
        return {}


def _push(store: Store, archive: Path, portal: str, name: str, there: Sequence[Stored]) -> None:
    """Bring a segment into the store and note that; the caller holds the lock."""
    path = portal_folder(archive, portal) / name
    erased = path.with_name(name + _ERASED)
    if path.with_name(name + _STORED).exists() or not path.exists():  # another process was quicker
        return
    digest = _digest(path)
    replaced = set((_read(erased) or "").split()) - {digest}
    if any(one.digest not in replaced | {digest} for one in there):
        _LOG.warning("%s/%s was changed in the store: the old copy here is dropped", portal, name)
        path.unlink()
        erased.unlink(missing_ok=True)
        return
    if digest not in {one.digest for one in there}:
        store.put(path, portal, name, digest)
    sync_point(StorePoint.PUT)
    for old in there:
        if old.digest != digest:
            store.remove(old)
    _note(path, _STORED, digest)
    sync_point(StorePoint.NOTED)
    erased.unlink(missing_ok=True)


def _fetch(store: Store, archive: Path, portal: str, name: str, stored: Stored) -> None:
    path = portal_folder(archive, portal) / name
    path.parent.mkdir(parents=True, exist_ok=True)
    with _locked(archive, portal):
        if path.exists():  # another process was quicker
            return
        partial = path.with_name(f"{name}.partial")
        try:
            store.get(stored, partial)
            sync_point(StorePoint.BROUGHT)
            partial.replace(path)
        finally:
            partial.unlink(missing_ok=True)
        _note(path, _STORED, stored.digest)


def _trim(archive: Path, spare: Collection[str] = ()) -> None:
    """Drop the oldest segments that are in the store as well, but for some, until what is left is not too much."""
    kept = []
    for marker in archive.glob(f"*/*{SUFFIX}{_STORED}"):
        path = marker.with_name(marker.name.removesuffix(_STORED))
        try:
            facts = path.stat()
        except FileNotFoundError:
            marker.unlink(missing_ok=True)  # died between the two
            continue
        kept.append((facts.st_mtime_ns, facts.st_size, path))
    over = sum(size for _, size, _ in kept) - settings().archive_local_mb * 2**20
    for _, size, path in sorted(kept):
        if over <= 0:
            return
        if path.name not in spare:
            with _locked(archive, path.parent.name):
                if path.with_name(path.name + _STORED).exists():
                    path.unlink(missing_ok=True)
                    path.with_name(path.name + _STORED).unlink(missing_ok=True)
                    over -= size


@contextmanager
def _locked(archive: Path, portal: str) -> Iterator[None]:
    """Keep other processes of this machine from moving the portal's segments between folder and store."""
    folder = portal_folder(archive, portal)
    folder.mkdir(parents=True, exist_ok=True)
    descriptor = os.open(folder / _LOCK, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


def _note(path: Path, ending: str, content: str) -> None:
    """Write a small file beside a segment, whole or not at all."""
    partial = path.with_name(f"{path.name}{ending}.partial")
    with partial.open("w", encoding="ascii") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    partial.replace(path.with_name(path.name + ending))
    fsync_folder(path.parent)


def _read(marker: Path) -> str | None:
    try:
        return marker.read_text(encoding="ascii")
    except FileNotFoundError:
        return None


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
