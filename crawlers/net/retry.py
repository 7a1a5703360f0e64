"""The one place where a failed exchange is tried again: with back-off, Retry-After, and inside the run's time."""

import asyncio
import random
import re
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from scrapy import Request
from scrapy.http import Response

from crawlers.net.address import host_of
from crawlers.net.errors import EndRun, FetchFailed, classify
from crawlers.net.middleware import Middleware
from storage.vocabulary import FetchError

_TRANSIENT_STATUS = frozenset({408, 429, 500, 502, 503, 504, 520, 521, 522, 523, 524})
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


_SECONDS = re.compile(r"[0-9]+(?:\.[0-9]*)?")


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
        if response.status not in _TRANSIENT_STATUS:
            return response
        again = await self._again(request, FetchError.HTTP, self._retry_after(request, response))
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

    def _retry_after(self, request: Request, response: Response) -> float | None:
        """Return the seconds that the server asks us to wait; None if it does not, or if that is over."""
        value = response.headers.get(b"Retry-After")
        seconds = seconds_of(value.decode("latin-1")) if value else None
        if seconds is None:
            return None
        host = host_of(request.url)
        if seconds >= self.session.budget.seconds_left:
            self.session.hosts.close(host, f"HTTP {response.status}, Retry-After {seconds:.0f} s")
        else:
            self.session.pace.hold(host, seconds)  # the wait is the host's: no other page may be asked for meanwhile
        return seconds

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


def seconds_of(value: str, now: datetime | None = None) -> float | None:
    """Return the wait that a Retry-After header asks for, in seconds; None if it is unreadable, or over.

    Seconds or an HTTP date (RFC 9110, 10.2.3); a fraction of a second, as some servers write it, is understood too.
    """
    text = value.strip()
    if _SECONDS.fullmatch(text):
        return float(text[:9])
    try:
        moment = parsedate_to_datetime(text)
    except (TypeError, ValueError, OverflowError):
        return None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    seconds = (moment - (now or datetime.now(UTC))).total_seconds()
    return seconds if seconds > 0 else None
