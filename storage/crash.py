"""Named points at which a process can be told to die, for the tests that prove that no death loses anything.

Each stands where a step has done one of two things that belong together. `CONGTIN_CRASH_AT=load.commit:3` has the
process that passes `load.commit` for the third time kill itself there as `kill -9` would: no handler runs, nothing is
flushed. Without the setting a point costs the call of a function. Never set it where work is meant to be done.
"""

import os
import signal
from enum import StrEnum
from functools import lru_cache

from storage.settings import settings


class Point(StrEnum):
    """Where a process can be told to die, in the order in which a run passes them."""

    BEGUN = "run.begun"
    """The run's row is there, nothing else."""
    PLANNED = "run.planned"
    SEGMENT = "crawl.segment"
    """The open segment exists; its name is not yet durable."""
    ANSWERED = "crawl.answered"
    """A response came and is not archived."""
    WRITTEN = "crawl.written"
    """A record is written and not yet on the disk."""
    ARCHIVED = "crawl.archived"
    """A record is on the disk; nothing has made use of it."""
    SEAL = "seal.begun"
    """The last record is on the disk; the segment still has its open name."""
    SEALED = "seal.renamed"
    """It has its final name; the folder is not yet durable, the report not written."""
    REPORTED = "crawl.reported"
    """The report is written; the process lives."""
    RECOVERY = "recovery.cut"
    """A torn segment was cut, not yet sealed."""
    INDEX = "index.commit"
    """Captures are entered, their transaction is open."""
    INDEXED = "index.committed"
    TEMPLATE = "template.commit"
    """Pages are entered to learn from, their transaction is open."""
    NOTED = "template.noted"
    """They are entered, nothing is learned from them."""
    CLAIMED = "claim.committed"
    """Captures are claimed, none is read."""
    READ = "read.done"
    """A batch is read, nothing of it is in the database."""
    LOAD = "load.commit"
    """A batch is loaded, its transaction is open."""
    LOADED = "load.committed"
    MARK = "mark.commit"
    """Listings are settled, the transaction is open."""
    MARKED = "mark.committed"
    LINK = "links.commit"
    """Near-duplicates are entered and the cursor is moved, the transaction is open."""
    LINKED = "links.committed"
    EXAMINE = "doctor.begun"
    """All is done but the proof of it."""
    CLOSE = "close.begun"
    """The verdict is known and not written."""
    CLOSED = "close.committed"
    """The run has ended in the database; its folder is still there."""


class ForgetPoint(StrEnum):
    """Where a process that forgets can be told to die, in the order in which it passes them."""

    BURIED = "forget.buried"
    """Tombstones are on the disk; nothing is erased."""
    ERASING = "forget.written"
    """A segment is written anew beside the old one, not yet durable."""
    ERASED = "forget.swapped"
    """The new segment has taken the old one's place; the folder is not yet durable."""
    DELETED = "forget.commit"
    """The rows are deleted, the transaction is open."""
    FORGOTTEN = "forget.committed"
    """The rows are gone; the engine's files still hold their bytes."""


class StorePoint(StrEnum):
    """Where a process that moves segments to or from the store can be told to die."""

    PUT = "store.put"
    """A segment is in the store; nothing here says so."""
    NOTED = "store.noted"
    """What was changed here is in the store, and still noted as changed."""
    BROUGHT = "store.brought"
    """A segment has come from the store; it has not got its name."""


class DeskPoint(StrEnum):
    """Where a command of a person can be told to die: `release`, `reject` and `export`, each in its order."""

    WRITTEN = "decision.written"
    """The decision is beside the archive, not in the database."""
    ENTERED = "decision.entered"
    """It is in the database, and nothing is done about it."""
    REOPENED = "decision.reopened"
    """A released page may be read again and is not loaded."""
    REJECT = "decision.commit"
    """A rejected page is out of the views, the transaction is open."""
    EXPORTED = "export.written"
    """All files are on the disk, in a folder of another name."""
    NAMED = "export.renamed"
    """The folder has its name, which is not yet durable."""


AnyPoint = Point | ForgetPoint | StorePoint | DeskPoint
_KINDS = (Point, ForgetPoint, StorePoint, DeskPoint)


def sync_point(point: AnyPoint) -> None:
    """Pass a point; the process ends here if `CONGTIN_CRASH_AT` says so.

    Raises:
        ValueError: the setting names no point.
    """
    fuse = _fuse()
    if fuse is not None and fuse.point is point:
        fuse.left -= 1
        if fuse.left == 0:
            os.kill(os.getpid(), signal.SIGKILL)


class _Fuse:
    def __init__(self, point: AnyPoint, left: int) -> None:
        self.point = point
        self.left = left


@lru_cache(maxsize=1)
def _fuse() -> _Fuse | None:
    name, _, times = settings().crash_at.partition(":")
    if not name:
        return None
    points: dict[str, AnyPoint] = {point.value: point for kind in _KINDS for point in kind}
    if name not in points:
        raise ValueError(f"CONGTIN_CRASH_AT: no point is called {name!r}")
    return _Fuse(points[name], int(times))
