"""Politeness: requests to a host come one after the other, with a delay counted from the end of the last answer.

The first request of a process counts from the process's own beginning: what was asked before it ended before that.

From its end, not its start: then the host never sees two requests at once or closer together than the delay, whatever
connecting took. Scrapy's own delay counts from start to start, and its random part goes below the delay.
"""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from time import monotonic

from scrapy import Request
from scrapy.http import Response

from crawlers.net.address import host_of
from crawlers.net.errors import EndRun, FetchFailed
from crawlers.net.middleware import Middleware

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
    """Makes requests wait for their turn."""

    async def process_request(self, request: Request) -> None:
        """Wait until the host may be asked. Raises EndRun if the run's time would be over by then."""
        seconds = self.session.pace.seconds_until_free(host_of(request.url))
        if seconds > 0:
            self.session.budget.check_wait(seconds)
            await asyncio.sleep(seconds)

    def process_response(self, request: Request, response: Response) -> Response:
        """Note the end of the exchange; return the response unchanged."""
        self.session.pace.ended(
            host_of(request.url), latency=request.meta.get("download_latency"), ok=response.status == 200
        )
        return response

    def process_exception(self, request: Request, exception: Exception) -> None:
        """Note the end of the exchange, if there was one, and let the failure go on."""
        if not isinstance(exception, (FetchFailed, EndRun)):
            self.session.pace.ended(host_of(request.url), latency=None, ok=False)
