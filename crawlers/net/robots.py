"""robots.txt (RFC 9309): read before anything else of an origin, archived, and obeyed.

Scrapy's own middleware lets the third and later waiting request through, and takes a server error for a permission.
"""

import asyncio
import logging
from dataclasses import dataclass
from weakref import WeakKeyDictionary

from protego import Protego
from scrapy import Request, signals
from scrapy.crawler import Crawler
from scrapy.exceptions import StopDownload
from scrapy.http import Response

from crawlers.net.address import host_of
from crawlers.net.errors import FetchFailed
from crawlers.net.middleware import Middleware
from crawlers.net.redirect import TOO_MANY_HOPS
from crawlers.net.session import Session
from storage.vocabulary import FetchError, Purpose

PRODUCT_TOKEN = "congtin"  # noqa: S105 - RFC 9309's word for a crawler's name
MAX_SIZE = 512 * 1024
"""Bytes of a robots.txt that are read; RFC 9309, 2.5 asks for at least 500 KiB."""

_OUT_OF_REACH = frozenset(
    {FetchError.DNS, FetchError.REFUSED, FetchError.CONNECTION, FetchError.TLS, FetchError.TIMEOUT}
    | {FetchError.HOST_CLOSED, FetchError.SCOPE}
)
"""What says more about the host than about its robots.txt: requests to it fail for that reason."""

_UTF16_MARKS = (b"\xff\xfe", b"\xfe\xff")

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class _Rules:
    """What an origin's robots.txt means for this run: its rules, or why nothing may be asked."""

    parsed: Protego | None = None
    refused: tuple[FetchError, str] | None = None


class RobotsMiddleware(Middleware):
    """Holds each request until the robots.txt of its origin is known."""

    def __init__(self, session: Session, crawler: Crawler) -> None:
        super().__init__(session, crawler)
        self._rules: dict[str, _Rules] = {}
        self._locks: dict[str, asyncio.Lock] = {}
        self._received: WeakKeyDictionary[Request, int] = WeakKeyDictionary()
        crawler.signals.connect(self._stop_at_size, signals.bytes_received)

    async def process_request(self, request: Request) -> None:
        """Let the request pass.

        Raises:
            FetchFailed: ROBOTS where it is disallowed or robots.txt cannot be had; else what is wrong with the host.
        """
        origin = self.session.check_scope(request.url)
        if request.meta["purpose"] is Purpose.ROBOTS:
            return
        async with self._locks.setdefault(origin, asyncio.Lock()):
            if origin not in self._rules:
                self._rules[origin] = await self._read(origin)
        rules = self._rules[origin]
        if rules.refused is not None:
            raise FetchFailed(*rules.refused)
        if rules.parsed is not None and not rules.parsed.can_fetch(request.url, PRODUCT_TOKEN):
            raise FetchFailed(FetchError.ROBOTS, "disallowed by robots.txt")

    async def _read(self, origin: str) -> _Rules:
        url = f"{origin}/robots.txt"
        request = Request(
            url,
            # The size is watched here: beyond it the file is cut, not refused.
            meta={"purpose": Purpose.ROBOTS, "verbatim_url": True, "download_maxsize": 0},
            dont_filter=True,
        )
        try:
            response = await self.crawler.engine.download_async(request)
        except FetchFailed as failed:
            return self._unread(url, failed)
        if response.status == 429 or response.status >= 500:
            self.session.recorder.failure(url, Purpose.ROBOTS, FetchError.HTTP, str(response.status))
            return _Rules(refused=(FetchError.ROBOTS, f"robots.txt answers {response.status}"))
        if response.status != 200:
            return _Rules()
        return self._parse(origin, response)

    def _unread(self, url: str, failed: FetchFailed) -> _Rules:
        """Judge a robots.txt that gave no response: one that is redirected away, or round and round, does not exist."""
        if failed.error is FetchError.REDIRECT or failed.detail == TOO_MANY_HOPS:
            logger.info("robots.txt is redirected away, taken as absent: %s", failed.detail)
            return _Rules()
        self.session.recorder.failure(url, Purpose.ROBOTS, failed.error, failed.detail)
        error = failed.error if failed.error in _OUT_OF_REACH else FetchError.ROBOTS
        return _Rules(refused=(error, f"robots.txt: {failed}"))

    def _parse(self, origin: str, response: Response) -> _Rules:
        text = robots_text(response.body)
        if text.lstrip().startswith("<"):
            logger.info("robots.txt of %s is a page, taken as absent", origin)
            return _Rules()
        parsed = Protego.parse(text)
        delay = parsed.crawl_delay(PRODUCT_TOKEN)
        if delay:
            # Of the host that was asked, wherever its robots.txt was redirected to.
            host = host_of(origin)
            self.session.pace.set_crawl_delay(host, float(delay))
            self.session.turns.of(host).prolong(self.session.pace.seconds_until_free(host))
        return _Rules(parsed=parsed)

    def _stop_at_size(self, data: bytes, request: Request) -> None:
        """Cut a robots.txt at its size."""
        if request.meta.get("purpose") is not Purpose.ROBOTS:
            return
        self._received[request] = self._received.get(request, 0) + len(data)
        if self._received[request] > MAX_SIZE:
            raise StopDownload(fail=False)


def robots_text(body: bytes) -> str:
    """Return the text of a robots.txt: its first 512 KiB, without the line that this cuts.

    UTF-8 (RFC 9309, 2.3), or UTF-16 where its byte order mark says so, as some editors of Windows save it.
    """
    encoding = "utf-16" if body.startswith(_UTF16_MARKS) else "utf-8-sig"
    text = body[:MAX_SIZE].decode(encoding, "ignore")
    return text[: text.rfind("\n") + 1] if len(body) > MAX_SIZE else text
