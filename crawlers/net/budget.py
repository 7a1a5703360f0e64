"""What a run may use up. Where any of it ends, the run ends, cleanly and with the reason; the next one goes on."""

import shutil
from collections.abc import Callable
from datetime import datetime, time
from time import monotonic
from typing import TYPE_CHECKING

from scrapy import Request, signals
from scrapy.crawler import Crawler

from crawlers.net.errors import EndRun
from crawlers.net.middleware import Middleware
from crawlers.net.recorder import memory_mb
from crawlers.plan import Plan
from storage.records import VIETNAM

if TYPE_CHECKING:
    from crawlers.net.session import Session

MAX_MEMORY_MB = 1000
"""Resident memory at which a run ends (reliability.md: MEMUSAGE_LIMIT_MB)."""


class Budget:
    """The run's limits. All of them are looked at before each request.

    Args:
        plan: requests, seconds and bytes allowed, and where the archive lies.
        night: the window, in Vietnam time, in which the portal may be asked; None for all day.
        disk_reserve_mb: free space that must be left.
        clock: seconds, never set back.
    """

    def __init__(
        self,
        plan: Plan,
        night: tuple[time, time] | None,
        disk_reserve_mb: int,
        clock: Callable[[], float] = monotonic,
    ) -> None:
        self._plan = plan
        self._night = night
        self._reserve = disk_reserve_mb * 1024 * 1024
        self._clock = clock
        self._deadline = clock() + plan.max_seconds
        self._requests = 0
        self._bytes = 0
        self.stop_asked = False
        """Set from outside: the process was asked to end."""

    @property
    def seconds_left(self) -> float:
        """Seconds until the run must end."""
        return self._deadline - self._clock()

    def check(self) -> None:
        """Return if one more request may be sent.

        Raises:
            EndRun: a limit is reached: `shutdown`, `budget`, `disk` or `failed`.
        """
        if self.stop_asked:
            raise EndRun("shutdown", "asked to stop")
        if self._requests >= self._plan.max_requests:
            raise EndRun("budget", f"{self._requests} requests")
        if self.seconds_left <= 0:
            raise EndRun("budget", f"{self._plan.max_seconds} seconds")
        if self._bytes >= self._plan.max_bytes:
            raise EndRun("budget", f"{self._bytes} bytes")
        if self._night is not None and not inside(self._night, datetime.now(VIETNAM).time()):
            raise EndRun("budget", "night window closed")
        self._plan.archive.mkdir(parents=True, exist_ok=True)
        if shutil.disk_usage(self._plan.archive).free < self._reserve:
            raise EndRun("disk", "free space is below CONGTIN_DISK_RESERVE_MB")
        if memory_mb("VmRSS") > MAX_MEMORY_MB:
            raise EndRun("failed", f"more than {MAX_MEMORY_MB} MiB of memory")

    def check_wait(self, seconds: float) -> None:
        """Return if the run may still wait so long.

        Raises:
            EndRun: its time would be over.
        """
        if seconds >= self.seconds_left:
            raise EndRun("budget", f"{self._plan.max_seconds} seconds")

    def spend(self, *, requests: int = 0, size: int = 0) -> None:
        """Count what was used."""
        self._requests += requests
        self._bytes += size


def inside(window: tuple[time, time], now: time) -> bool:
    """Whether a time of day lies in a window, which may span midnight."""
    start, end = window
    return start <= now < end if start < end else now >= start or now < end


class BudgetMiddleware(Middleware):
    """Counts every request just before it is sent, robots, retries and redirects too, and every byte of a body."""

    def __init__(self, session: "Session", crawler: Crawler) -> None:
        super().__init__(session, crawler)
        crawler.signals.connect(self._count, signals.bytes_received)

    def _count(self, data: bytes) -> None:
        """Count as they come: bodies that time out or are too large never become a response."""
        self.session.budget.spend(size=len(data))
        self.session.recorder.bytes += len(data)

    def process_request(self, request: Request) -> None:
        """Let the request pass, within what is left of time. Raises EndRun."""
        budget = self.session.budget
        budget.check()
        budget.spend(requests=1)
        self.session.recorder.requests[request.meta["purpose"]] += 1
        request.meta["download_timeout"] = min(self.session.portal.access.timeout, budget.seconds_left)
