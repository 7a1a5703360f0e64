"""Politeness: requests to a host come one after the other, with a delay counted from the end of the last answer.

The first request of a process counts from the process's own beginning at least: what was asked before it ended before
that. What is longer (a Crawl-delay, a Retry-After), and what other processes ask meanwhile, `crawlers.net.turns` tells.

From its end, not its start: then the host never sees two requests at once or closer together than the delay, whatever
connecting took. Scrapy's own delay counts from start to start, and its random part goes below the delay.
"""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from time import monotonic
from typing import TYPE_CHECKING
from weakref import WeakKeyDictionary

from scrapy import Request
from scrapy.crawler import Crawler
from scrapy.http import Response

from crawlers.net.address import host_of
from crawlers.net.errors import EndRun, FetchFailed
from crawlers.net.middleware import Middleware
from crawlers.net.retry_after import retry_after
from crawlers.net.turns import Turn, Wait
from storage.vocabulary import FetchError

if TYPE_CHECKING:
    from crawlers.net.session import Session

MAX_ADAPTIVE = 30.0
"""Longest delay, in seconds, that a slow host brings about by itself."""
MAX_CRAWL_DELAY = 60.0
"""Longest Crawl-delay of a robots.txt that is honoured; a longer one would end the run (reliability.md, robots)."""


@dataclass(slots=True)
class _Host:
    adaptive: float = 0.0
    crawl_delay: float = 0.0
    free_at: float = 0.0


class Pace:
    """When each host may be asked next.

    Args:
        delay: least seconds between an answer and the next request.
        overrides: least seconds for single hosts instead; such a host's own slowness adds nothing.
    """

    def __init__(self, delay: float, overrides: Mapping[str, float]) -> None:
        self._delay = delay
        self._overrides = overrides
        self._hosts: dict[str, _Host] = {}
        self._began = monotonic()

    def _host(self, host: str) -> _Host:
        if host not in self._hosts:
            # Another process may have asked it a moment ago: of this run, or of another portal of the host.
            self._hosts[host] = _Host(free_at=self._began + self._overrides.get(host, self._delay))
        return self._hosts[host]

    def delay(self, host: str) -> float:
        """Return the host's delay as it is now."""
        state = self._host(host)
        if host in self._overrides:
            return max(self._overrides[host], state.crawl_delay)
        return max(self._delay, state.adaptive, state.crawl_delay)

    def scale(self, host: str) -> float:
        """Return the host's delay in proportion to the portal's own; 1 where nothing overrides it."""
        return min(1.0, self._overrides.get(host, self._delay) / self._delay)

    def seconds_until_free(self, host: str) -> float:
        """Return how long a request to the host must wait now."""
        return max(0.0, self._host(host).free_at - monotonic())

    def set_crawl_delay(self, host: str, seconds: float) -> None:
        """Take over the Crawl-delay of a robots.txt; it counts from the answer that brought it."""
        state = self._host(host)
        gain = min(seconds, MAX_CRAWL_DELAY) - self.delay(host)
        state.crawl_delay = max(state.crawl_delay, min(seconds, MAX_CRAWL_DELAY))
        state.free_at += max(0.0, gain)

    def hold(self, host: str, seconds: float) -> None:
        """Ask nothing of the host for so long from now: its Retry-After."""
        state = self._host(host)
        state.free_at = max(state.free_at, monotonic() + seconds)

    def ended(self, host: str, *, latency: float | None, ok: bool) -> None:
        """Note the end of an exchange.

        A host that takes longer is asked less often, as Scrapy's AutoThrottle does: its delay moves half way to the
        latency, at once if that is longer, and an error makes it no shorter.
        """
        state = self._host(host)
        if latency is not None:
            adaptive = min(max(latency, (state.adaptive + latency) / 2), MAX_ADAPTIVE)
            if ok or adaptive > state.adaptive:
                state.adaptive = adaptive
        state.free_at = max(state.free_at, monotonic() + self.delay(host))


class PaceMiddleware(Middleware):
    """Makes requests wait for their turn, and ends it when the answer is there."""

    def __init__(self, session: "Session", crawler: Crawler) -> None:
        super().__init__(session, crawler)
        self._turns: WeakKeyDictionary[Request, Turn] = WeakKeyDictionary()

    async def process_request(self, request: Request) -> None:
        """Wait until the host may be asked.

        Raises:
            EndRun: the run's time would be over by then.
            FetchFailed: the host itself asked to be left alone for so long.
        """
        host = host_of(request.url)
        turn = self.session.turns.of(host)
        while wait := self._wait(host, turn):
            budget = self.session.budget
            if wait.reason and wait.seconds >= budget.seconds_left:
                self.session.hosts.close(host, wait.reason)
                raise FetchFailed(FetchError.HOST_CLOSED, wait.reason)
            budget.check()
            budget.check_wait(wait.seconds)
            await asyncio.sleep(wait.seconds)
        self._turns[request] = turn

    def _wait(self, host: str, turn: Turn) -> Wait | None:
        seconds = self.session.pace.seconds_until_free(host)
        return Wait(seconds) if seconds > 0 else turn.take()

    def process_response(self, request: Request, response: Response) -> Response:
        """Note the end of the exchange and what the host asks for; return the response unchanged."""
        host, pace = host_of(request.url), self.session.pace
        pace.ended(host, latency=request.meta.get("download_latency"), ok=response.status == 200)
        reason = ""
        if (asked := retry_after(response)) is not None:
            reason = f"HTTP {response.status}, Retry-After {asked:.0f} s"
            pace.hold(host, asked)  # the wait is the host's: no other page may be asked for meanwhile
            if asked >= self.session.budget.seconds_left:
                self.session.hosts.close(host, reason)
        self._give(request, reason)
        return response

    def process_exception(self, request: Request, exception: Exception) -> None:
        """Note the end of the exchange, if there was one, and let the failure go on."""
        if not isinstance(exception, (FetchFailed, EndRun)):
            self.session.pace.ended(host_of(request.url), latency=None, ok=False)
        self._give(request)

    def _give(self, request: Request, reason: str = "") -> None:
        turn = self._turns.pop(request, None)
        if turn is not None:
            turn.give(self.session.pace.seconds_until_free(host_of(request.url)), reason)
