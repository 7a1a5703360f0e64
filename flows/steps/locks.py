"""One run of a portal at a time, one crawl process, one portal at a host.

On one machine these are file locks, freed by the kernel however their holders end. Across machines the run's and the
hosts' locks are leases of the database as well (`storage.database.leases`). The run's lock says at once that a portal
is busy. The crawl's lock and the hosts' are inherited by the crawl process: when a run is killed, its crawl process may
need some seconds to seal its segment, and whoever comes next waits for that before it looks at the archive or asks the
host for anything.
"""

import asyncio
import fcntl
import os
import time
from collections import defaultdict
from collections.abc import AsyncIterator, Iterable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from pathlib import Path
from urllib.parse import urlsplit

from filelock import FileLock, Timeout

from crawlers.portal import Portal
from storage.database.leases import Leases

ORPHAN_WAIT = 30.0
"""Seconds to wait for the crawl process of a run that was killed; it ends itself in less than 20."""
HOST_WAIT = 600.0
"""Seconds to wait for a host that another process asks for another portal; then the run is left to its next time."""
_POLL = 0.2
_POLL_LEASE = 5.0


class PortalBusyError(Exception):
    """Another run is at work, of a portal or of the house; the message says which, in Vietnamese."""


class Turns:
    """Portals of one process that share a host take turns, however long each needs."""

    def __init__(self) -> None:
        self._hosts: defaultdict[str, asyncio.Lock] = defaultdict(asyncio.Lock)

    @asynccontextmanager
    async def of(self, portal: Portal) -> AsyncIterator[None]:
        """Wait until no other portal in this context shares a host with this one."""
        async with AsyncExitStack() as stack:
            for host in page_hosts(portal):
                await stack.enter_async_context(self._hosts[host])
            yield


def page_hosts(portal: Portal) -> list[str]:
    """Return the hosts that a portal's pages are on, sorted. Its file servers, which many portals share, are not."""
    return _hosts([*(listing.url for listing in portal.listings), *portal.redirect_hosts])


def file_hosts(portal: Portal) -> list[str]:
    """Return the other hosts that a portal's files may be on, sorted."""
    return sorted(set(_hosts(portal.hosts)) - set(page_hosts(portal)))


def _hosts(urls: Iterable[str]) -> list[str]:
    return sorted({(urlsplit(url).hostname or "").rstrip(".") for url in urls})


@asynccontextmanager
async def portal_lock(folder: Path, portal: str, leases: Leases) -> AsyncIterator[None]:
    """Hold the lock of a portal's run.

    Raises:
        PortalBusyError: another process, or another run in this one, holds it.
        sqlalchemy.exc.DBAPIError: the database does not answer.
    """
    lock = _file_lock(folder, portal)
    try:
        lock.acquire(blocking=False)
    except Timeout as error:
        raise PortalBusyError(f"Cổng {portal} đang được một lần chạy khác thu thập.") from error
    try:
        holder = await asyncio.to_thread(leases.take, portal_lease(portal))
        if holder is not None:
            raise PortalBusyError(f"Cổng {portal} đang được một máy khác thu thập ({holder}).")
        try:
            yield
        finally:
            await asyncio.to_thread(leases.free, portal_lease(portal))
    finally:
        lock.release()


def portal_lease(portal: str) -> str:
    """Return the name of the lease of a portal's run."""
    return f"portal {portal}"


def host_lease(host: str) -> str:
    """Return the name of the lease of a host."""
    return f"host {host}"


@asynccontextmanager
async def work_lock(folder: Path, name: str, leases: Leases, wait: float) -> AsyncIterator[None]:
    """Hold the lock of a work that is done by one at a time, here or on another machine.

    Raises:
        PortalBusyError: another one is still at it after `wait` seconds.
        sqlalchemy.exc.DBAPIError: the database does not answer.
    """
    last = time.monotonic() + wait
    descriptor = _open(folder, f"work-{name}.lock")
    try:
        if not await _lock_within(descriptor, wait):
            raise PortalBusyError("Một lần chạy khác đang làm việc này.")
        while (holder := await asyncio.to_thread(leases.take, f"work {name}")) is not None:
            if time.monotonic() + _POLL_LEASE >= last:
                raise PortalBusyError(f"Một máy khác đang làm việc này ({holder}).")
            await asyncio.sleep(_POLL_LEASE)
        try:
            yield
        finally:
            await asyncio.to_thread(leases.free, f"work {name}")
    finally:
        os.close(descriptor)


@asynccontextmanager
async def crawl_lock(folder: Path, portal: str, wait: float = ORPHAN_WAIT) -> AsyncIterator[int]:
    """Hold the lock of a portal's crawl process and give the descriptor that the process has to inherit.

    Raises:
        PortalBusyError: a crawl process of an earlier run still works after `wait` seconds.
    """
    descriptor = _open(folder, f"{portal}.crawl.lock")
    try:
        if not await _lock_within(descriptor, wait):
            raise PortalBusyError(f"Tiến trình thu thập của lần chạy trước của cổng {portal} vẫn chưa kết thúc.")
        yield descriptor
    finally:
        os.close(descriptor)


@asynccontextmanager
async def host_locks(
    folder: Path, portal: str, hosts: Iterable[str], leases: Leases, wait: float | None = None
) -> AsyncIterator[Sequence[int]]:
    """Hold the locks of hosts for a portal and give the descriptors that its crawl process has to inherit.

    Waits for other portals at work there, here or on another machine. In the order of names, so that no two runs wait
    for each other.

    Raises:
        PortalBusyError: one is still at work after `wait` seconds (default `HOST_WAIT`) in all; the message names it.
        sqlalchemy.exc.DBAPIError: the database does not answer.
    """
    last = time.monotonic() + (HOST_WAIT if wait is None else wait)
    async with AsyncExitStack() as stack:
        descriptors = []
        for host in sorted(hosts):
            descriptor = _open(folder, f"host-{host}.lock")
            stack.callback(os.close, descriptor)
            if not await _lock_within(descriptor, last - time.monotonic()):
                raise PortalBusyError(f"Máy chủ {host} đang được cổng {_holder(descriptor)} thu thập.")
            _sign(descriptor, portal)
            descriptors.append(descriptor)
            while (other := await asyncio.to_thread(leases.take, host_lease(host))) is not None:
                if time.monotonic() + _POLL_LEASE >= last:
                    raise PortalBusyError(f"Máy chủ {host} đang được một máy khác thu thập ({other}).")
                await asyncio.sleep(_POLL_LEASE)
            stack.push_async_callback(asyncio.to_thread, leases.free, host_lease(host))
        yield descriptors


async def _lock_within(descriptor: int, wait: float) -> bool:
    """Lock a file; return whether that came about within so many seconds."""
    last = time.monotonic() + wait
    while not _try_lock(descriptor):
        if time.monotonic() >= last:
            return False
        await asyncio.sleep(_POLL)
    return True


def _sign(descriptor: int, portal: str) -> None:
    """Write into a lock's file who holds it; only a message depends on it."""
    with suppress(OSError):
        os.ftruncate(descriptor, 0)
        os.pwrite(descriptor, portal.encode(), 0)


def _holder(descriptor: int) -> str:
    return os.pread(descriptor, 200, 0).decode("utf-8", "replace") or "?"


def _file_lock(folder: Path, portal: str) -> FileLock:
    folder.mkdir(parents=True, exist_ok=True)
    return FileLock(folder / f"{portal}.lock", thread_local=False)


def _open(folder: Path, name: str) -> int:
    folder.mkdir(parents=True, exist_ok=True)
    return os.open(folder / name, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)


def _try_lock(descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
