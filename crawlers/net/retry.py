"""The one place where a failed exchange is tried again: with back-off, Retry-After, and inside the run's time."""

import asyncio
import random

from scrapy import Request
from scrapy.http import Response

from crawlers.net.address import host_of
from crawlers.net.errors import EndRun, FetchFailed, classify
from crawlers.net.middleware import Middleware
from crawlers.net.retry_after import TRANSIENT, retry_after
from storage.vocabulary import FetchError

_TRIES = {
    FetchError.CUT: 3,
    FetchError.CONNECTION: 3,
    FetchError.PROTOCOL: 3,
    FetchError.REFUSED: 3,
    FetchError.DNS: 3,
    FetchError.HTTP: 3,
    FetchError.TIMEOUT: 2,  # one page that hangs must not look like a host that is down (see `hosts.MAX_SILENT`)
}
"""Requests for one address by what went wrong; whatever is not named here would fail again, and is sent once."""

FIRST_WAIT = 2.0
"""Seconds before the second try; twice as long before the third."""


class RetryMiddleware(Middleware):
    """Sends a request again after a transient failure."""

    async def process_response(self, request: Request, response: Response) -> Response | Request:
        """Return the response, or the same request again once its wait is over.

        Raises:
            FetchFailed: the body is cut or too large, and will be.
            EndRun: the run's time would be over while waiting.
        """
        fault: tuple[FetchError, str] | None = request.meta.get("fault")
        if fault is not None:
            again = await self._again(request, fault[0])
            if again is None:
                raise FetchFailed(*fault)
            return again
        if response.status not in TRANSIENT:
            return response
        again = await self._again(request, FetchError.HTTP, retry_after(response))
        if again is None and response.status == 429:
            self.session.hosts.close(host_of(request.url), "HTTP 429, again and again")
        return again or response

    async def process_exception(self, request: Request, exception: Exception) -> Request | None:
        """Return the same request again once its wait is over; None leaves the failure as it is. Raises EndRun."""
        if isinstance(exception, (FetchFailed, EndRun)):  # never sent
            return None
        failed = classify(exception)
        again = await self._again(request, failed.error)
        if again is None:
            raise failed from exception
        return again

    async def _again(self, request: Request, error: FetchError, asked: float | None = None) -> Request | None:
        tries = request.meta.get("tries", 1)
        host = host_of(request.url)
        if tries >= _TRIES.get(error, 1):
            return None
        try:
            self.session.hosts.check(host)
        except FetchFailed:
            return None
        wait = asked if asked is not None else self._back_off(host, tries)
        self.session.budget.check()
        self.session.budget.check_wait(wait)
        await asyncio.sleep(wait)
        return request.replace(meta={**request.meta, "tries": tries + 1}, dont_filter=True)

    def _back_off(self, host: str, tries: int) -> float:
        """Return the wait before the next try: doubled each time, with up to a quarter more by chance.

        Where the map and `CONGTIN_DELAY` replace a portal by a server of our own, it is in proportion to that delay.
        """
        doubled: float = FIRST_WAIT * 2 ** (tries - 1)
        return doubled * self.session.pace.scale(host) * random.uniform(1, 1.25)
