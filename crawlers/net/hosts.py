"""Hosts that are left alone for the rest of a run: those that refuse us, and those that answer no more."""

from collections import Counter

from scrapy import Request
from scrapy.http import Response

from crawlers.net.address import host_of
from crawlers.net.errors import EndRun, FetchFailed, classify
from crawlers.net.middleware import Middleware
from storage.vocabulary import FetchError, Purpose

MAX_SILENT = 3
"""Requests in a row without an answer after which a host counts as down."""
MAX_FORBIDDEN = 3
"""Pages in a row answered 403 after which a host counts as closed to us; a listing answered so is enough alone."""

MAX_TROUBLED = 15
"""Answers in a row with a server error (5xx) after which a host is left to recover: five pages, three tries each."""

_SILENCE = frozenset({FetchError.TIMEOUT, FetchError.DNS, FetchError.REFUSED})


class Hosts:
    """The state of each host."""

    def __init__(self) -> None:
        self._closed: dict[str, str] = {}
        self._silent: Counter[str] = Counter()
        self._forbidden: Counter[str] = Counter()
        self._troubled: Counter[str] = Counter()

    def check(self, host: str) -> None:
        """Return if the host may be asked.

        Raises:
            FetchFailed: it is closed for this run.
        """
        if host in self._closed:
            raise FetchFailed(FetchError.HOST_CLOSED, self._closed[host])

    def close(self, host: str, reason: str) -> None:
        """Leave a host alone from now on."""
        self._closed.setdefault(host, reason)

    def answered(self, host: str, status: int, purpose: Purpose) -> None:
        """Note an answer. A forbidden robots.txt only means that there is none (RFC 9309, 2.3.1.3)."""
        self._silent[host] = 0
        self._troubled[host] = self._troubled[host] + 1 if status >= 500 else 0
        if self._troubled[host] >= MAX_TROUBLED:
            self.close(host, f"{MAX_TROUBLED} server errors in a row, the last: HTTP {status}")
        if status != 403 or purpose is Purpose.ROBOTS:
            if purpose is not Purpose.ROBOTS:
                self._forbidden[host] = 0
            return
        self._forbidden[host] += 1
        if purpose is Purpose.LISTING or self._forbidden[host] >= MAX_FORBIDDEN:
            self.close(host, "HTTP 403")

    def failed(self, host: str, error: FetchError) -> None:
        """Note a request without an answer."""
        if error not in _SILENCE:
            return
        self._silent[host] += 1
        if self._silent[host] >= MAX_SILENT:
            self.close(host, f"{MAX_SILENT} requests in a row without an answer, the last: {error.value}")


class HostsMiddleware(Middleware):
    """Keeps requests from closed hosts, and learns from what comes back."""

    def process_request(self, request: Request) -> None:
        """Let the request pass. Raises FetchFailed if its host is closed."""
        self.session.hosts.check(host_of(request.url))

    def process_response(self, request: Request, response: Response) -> Response:
        """Note the answer; return it unchanged."""
        self.session.hosts.answered(host_of(request.url), response.status, request.meta["purpose"])
        return response

    def process_exception(self, request: Request, exception: Exception) -> None:
        """Note the failure, if the request was sent at all, and let it go on."""
        if not isinstance(exception, (FetchFailed, EndRun)):
            self.session.hosts.failed(host_of(request.url), classify(exception).error)
