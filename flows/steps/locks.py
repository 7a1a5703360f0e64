"""One run of a portal at a time, and one crawl process.

Two locks, both freed by the kernel however their holders end. The run's lock says at once that a portal is busy. The
crawl's lock is inherited by the crawl process: when a run is killed, its crawl process may need some seconds to seal
its segment, and the next run waits for that before it looks at the archive or sends a request.
"""

import asyncio
import fcntl
import os
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path

from filelock import FileLock, Timeout

ORPHAN_WAIT = 30.0
"""Seconds to wait for the crawl process of a run that was killed; it ends itself in less than 20."""
_POLL = 0.2


class PortalBusyError(Exception):
    """Another run of the portal is at work."""


@contextmanager
def portal_lock(folder: Path, portal: str) -> Iterator[None]:
    """Hold the lock of a portal's run.

    Raises:
        PortalBusyError: another process, or another run in this one, holds it.
    """
    folder.mkdir(parents=True, exist_ok=True)
    lock = FileLock(folder / f"{portal}.lock", thread_local=False)
    try:
        lock.acquire(blocking=False)
    except Timeout as error:
        raise PortalBusyError(f"a run of {portal} is at work") from error
    try:
        yield
    finally:
        lock.release()


@asynccontextmanager
async def crawl_lock(folder: Path, portal: str, wait: float = ORPHAN_WAIT) -> AsyncIterator[int]:
    """Hold the lock of a portal's crawl process and give the descriptor that the process has to inherit.

    Raises:
        PortalBusyError: a crawl process of an earlier run still works after `wait` seconds.
    """
    descriptor = _open(folder, f"{portal}.crawl.lock")
    try:
        last = time.monotonic() + wait
        while not _try_lock(descriptor):
            if time.monotonic() >= last:
                raise PortalBusyError(f"a crawl process of {portal} is still at work")
            await asyncio.sleep(_POLL)
        yield descriptor
    finally:
        os.close(descriptor)


def _open(folder: Path, name: str) -> int:
    folder.mkdir(parents=True, exist_ok=True)
    return os.open(folder / name, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)


def _try_lock(descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
