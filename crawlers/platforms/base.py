"""The drive of a crawl: first the targets, then each listing from its first page down, one request at a time.

A listing page's articles are fetched before its next page: whenever the run ends, what was listed was also fetched. The
spider waits for each response itself (`download_async`), so that never two requests are under way and an order to stop
takes effect at once; Scrapy's middlewares do the rest.
"""

import errno
import uuid
from collections.abc import AsyncIterator
from datetime import datetime
from pathlib import Path
from typing import Any, ClassVar, Self
from urllib.parse import urlencode

from scrapy import Request, Spider
from scrapy.crawler import Crawler
from scrapy.http import Response
from scrapy.settings import BaseSettings

from crawlers.net.address import sendable
from crawlers.net.decoding import lower_headers
from crawlers.net.errors import MAX_DETAIL, EndRun, FetchFailed
from crawlers.net.recorder import MAX_URL, write_report
from crawlers.net.session import Session
from crawlers.plan import PROBED, ListingReport, ListingState, Plan, Stop, Target
from crawlers.platforms.pager import Ask, Page, Pager, Turn
from crawlers.platforms.walk import Halt, Read, Walk
from crawlers.portal import Listing, Portal
from crawlers.private_sections import private_section
from crawlers.reading.dates import read_date
from crawlers.reading.decode import decode
from crawlers.reading.listing import read_listing
from crawlers.reading.tree import TooComplex, parse
from storage.addresses import address_digest, address_key, looks_like_trap
from storage.archive import ArchiveError
from storage.crash import Point, sync_point
from storage.records import VIETNAM, ListingItem
from storage.settings import settings as project_settings
from storage.vocabulary import FetchError, Purpose

_DISK_FULL = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})


class PortalSpider(Spider):
    """The spider of one portal. A platform's class names its pager, the portal's class its facts."""

    portal: ClassVar[Portal]
    pager: ClassVar[type[Pager]]

    def __init__(self, plan: Plan | None = None, report_file: Path | None = None, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.session = Session(plan or plan_by_hand(self.portal), self.portal, report_file)
        self._plan = self.session.plan
        self._asked: set[str] = set()
        self._end: EndRun | None = None
        self._finished = False

    @classmethod
    def update_settings(cls, settings: BaseSettings) -> None:
        """Set what the portal's file may change."""
        super().update_settings(settings)
        access = cls.portal.access
        settings.set("DOWNLOAD_TIMEOUT", access.timeout, priority="spider")
        settings.set("COOKIES_ENABLED", access.cookies, priority="spider")

    @classmethod
    def from_crawler(cls, crawler: Crawler, *args: Any, **kwargs: Any) -> Self:
        """Make the spider, and with it the crawl's session. Raises ValueError where the connect-to map is wrong."""
        return super().from_crawler(crawler, *args, **kwargs)

    async def start(self) -> AsyncIterator[Request]:
        """Do the whole crawl; nothing is left for Scrapy to schedule."""
        try:
            await self._drive()
            self._finished = True
        except EndRun as end:
            self._end = end
        except (OSError, ArchiveError) as error:
            if isinstance(error, OSError) and error.errno not in _DISK_FULL:
                raise
            self._end = EndRun("disk", str(error))
        for _ in ():
            yield _

    def closed(self, reason: str) -> None:
        """Seal the archive and write the report; Scrapy calls it when the spider closes, however it came to that."""
        outcome, detail = self._outcome(reason)
        try:
            segments = self.session.journal.close()
        except OSError as error:
            outcome, detail, segments = "disk", str(error), ()
        report = self.session.recorder.report(outcome, detail, segments)
        if self.session.report_file is not None:
            write_report(report, self.session.report_file)
            sync_point(Point.REPORTED)
        self.logger.info(
            "crawl ended: %s %s; %d requests, %d failures",
            report.reason,
            detail,
            sum(report.requests.values()),
            len(report.failures),
        )

    def _outcome(self, reason: str) -> tuple[str, str]:
        if self._end is not None:
            return self._end.reason, self._end.detail
        if self._finished:
            return ("probe" if self._plan.probe else "finished"), ""
        return ("shutdown", "asked to stop") if reason == "shutdown" else ("failed", reason)

    async def _drive(self) -> None:
        states = {state.key: state for state in self._plan.listings}
        for target in self._plan.targets:
            await self._fetch_target(target)
        for listing in self.portal.listings:
            if listing.key in states:
                await self._read_listing(listing, states[listing.key])

    # --- Articles and files ---

    async def _fetch_target(self, target: Target) -> None:
        validators = {"If-None-Match": target.etag, "If-Modified-Since": target.last_modified}
        await self._fetch_page(
            target.url,
            {"purpose": target.purpose, "item": target.item, "listing": target.listing, "parent": target.parent},
            {name: value for name, value in validators.items() if value},
        )

    async def fetch_items(self, items: tuple[ListingItem, ...], listing: str, page_url: str) -> None:
        """Fetch the articles that a listing page shows, but for those known. Raises EndRun, OSError."""
        for item in items[:PROBED] if self._plan.probe else items:
            if self._plan.full or self._plan.probe or address_key(item.url) not in self._plan.fetched:
                await self._fetch_page(
                    item.url, {"purpose": Purpose.ARTICLE, "item": item, "listing": listing, "parent": page_url}, {}
                )

    async def _fetch_page(self, url: str, meta: dict[str, Any], headers: dict[str, str]) -> None:
        """Fetch an article or a file into the archive, once a run whatever its spelling; its bytes are not read."""
        key = address_key(url)
        if key in self._asked or address_digest(self.portal.name, key) in self._plan.forgotten:
            return
        self._asked.add(key)
        if self._is_private(url, meta["purpose"]):
            return
        trap = looks_like_trap(url)
        if trap:
            self.session.recorder.failure(url, meta["purpose"], FetchError.SCOPE, f"trap: {trap}")
            return
        sent = sendable(url)
        if self.out_of_scope(sent, meta["purpose"]):
            return
        response = await self.get(Request(sent, headers=headers, meta={**meta, "verbatim_url": True}))
        if response is not None:
            self._asked.add(address_key(response.url))

    def _is_private(self, url: str, purpose: Purpose) -> bool:
        """Whether an article lies in a section that holds private persons' affairs; the report then says so."""
        kind = private_section(url, None, self.portal.opens) if purpose is Purpose.ARTICLE else None
        if kind is not None:
            self.session.recorder.failure(url, purpose, FetchError.PRIVATE, kind)
        return kind is not None

    def out_of_scope(self, url: str, purpose: Purpose) -> FetchFailed | None:
        """Return why an address may not be asked for, which the report then says; None if it may.

        To be called before a request is made: Scrapy makes none of what is no address at all, and raises.
        """
        try:
            self.session.check_scope(url)
        except FetchFailed as failed:
            self.session.recorder.failure(url, purpose, failed.error, failed.detail)
            return failed
        return None

    async def get(self, request: Request) -> Response | None:
        """Return the response to a request; None if it failed, which the report then says. Raises EndRun, OSError."""
        purpose = request.meta["purpose"]
        try:
            response = await self.crawler.engine.download_async(request)
        except FetchFailed as failed:
            problem = failed
        except (EndRun, OSError, ArchiveError):
            raise
        except Exception as error:  # one answer that nothing here foresees must not end the run
            self.logger.exception("%s", request.url[:MAX_URL])
            problem = FetchFailed(FetchError.PROTOCOL, f"{type(error).__name__}: {error}")
        else:
            if response.status < 400:
                return response
            problem = FetchFailed(FetchError.HTTP, str(response.status))
        self.session.recorder.failure(request.url, purpose, problem.error, problem.detail)
        raise_if_over(self.session)
        request.meta["failed"] = problem
        return None

    # --- Listings ---

    async def _read_listing(self, listing: Listing, state: ListingState) -> None:
        pages = 1 if self._plan.probe else listing.max_pages
        walk = Walk(state, overlap=listing.overlap, max_pages=pages, full=self._plan.full)
        reading = _Reading(self, listing, walk)
        self.session.recorder.listings.append(reading.report)
        await reading.run()


class _Reading:
    """The reading of one listing: asks for the pages that its walk names, and fetches their articles."""

    def __init__(self, spider: PortalSpider, listing: Listing, walk: Walk) -> None:
        self._spider = spider
        self._listing = listing
        self._walk = walk
        self._pager = spider.pager()
        self._turns: dict[int, Turn] = {}
        self._failed: tuple[Stop, str] | None = None

    def report(self, otherwise: Stop, detail: str) -> ListingReport:
        """Return how far the listing was read; the arguments say why it stopped, if nothing of its own did."""
        return self._walk.report(*(self._failed or (otherwise, detail)))

    async def run(self) -> None:
        """Read the listing to its stop. Raises EndRun, OSError."""
        step: Read | Halt = Read(1)
        while isinstance(step, Read):
            ask = self._ask(step.page)
            if ask is None:
                self._failed = (Stop.ERROR, f"no way to page {step.page}")
                return
            response = await self._fetch(ask, step.page)
            if response is None:
                return
            try:
                page, items = self._rows(response, step.page)
                turn = self._turns[step.page] = self._pager.turn(page)
            except TooComplex as error:
                self._failed = (Stop.ERROR, f"page {step.page}: {error}")
                return
            except Exception as error:  # a page that cannot be read ends its listing, not the run
                self._spider.logger.exception("listing %s page %d", self._listing.key, step.page)
                self._failed = (Stop.ERROR, f"page {step.page}: {type(error).__name__}: {error}"[:MAX_DETAIL])
                return
            number = step.page
            step = self._walk.feed(
                number,
                [address_key(item.url) for item in items],
                has_next=turn.next is not None,
                can_jump=turn.jump is not None,
                more=turn.more,
                old=is_old(items, self._spider.session.plan.since),
            )
            self._spider.logger.info(
                "listing %s page %d: %d rows, then %s", self._listing.key, number, len(items), step
            )
            await self._spider.fetch_items(items, self._listing.key, page.url)

    def _ask(self, number: int) -> Ask | None:
        if number == 1:
            return Ask(self._listing.url)
        before = self._turns.get(number - 1)
        if before is not None and before.next is not None:
            return before.next
        jump = next((turn.jump for turn in reversed(self._turns.values()) if turn.jump), None)
        return jump(number) if jump else None

    async def _fetch(self, ask: Ask, number: int) -> Response | None:
        meta = {
            "purpose": Purpose.LISTING,
            "listing": self._listing.key,
            "page": number,
            "parent": self._listing.url if ask.form else "",
            "verbatim_url": True,
        }
        url = sendable(ask.url)
        if refused := self._spider.out_of_scope(url, Purpose.LISTING):
            self._failed = self._why(refused, number)
            return None
        request = Request(
            url,
            method="POST" if ask.form else "GET",
            headers={**ask.headers, **({"Content-Type": FORM} if ask.form else {})},
            body=urlencode(ask.form) if ask.form else None,
            meta=meta,
        )
        response = await self._spider.get(request)
        if response is None:
            self._failed = self._why(request.meta["failed"], number)
        return response

    def _why(self, failed: FetchFailed, number: int) -> tuple[Stop, str]:
        where = f"page {number}: {failed}"
        if failed.error is FetchError.ROBOTS:
            return Stop.ROBOTS, where
        if failed.error is FetchError.REDIRECT and number == 1:
            self._spider.session.recorder.moved_to = failed.detail
            return Stop.MOVED, failed.detail
        return Stop.ERROR, where

    def _rows(self, response: Response, number: int) -> tuple[Page, tuple[ListingItem, ...]]:
        """Return the page and its rows. Links of a fragment are relative to the listing that it becomes a part of."""
        posted = response.request is not None and response.request.method == "POST"
        base = self._listing.url if posted else response.url
        headers = lower_headers(response)
        listing = read_listing(response.body, url=base, headers=headers, portal=self._spider.portal)
        root = parse(decode(response.body, headers).text, base)
        rows = frozenset(sendable(item.url) for item in listing.items)
        return Page(number, base, root, rows, sendable(listing.next_url or "")), listing.items


FORM = "application/x-www-form-urlencoded; charset=UTF-8"


def is_old(items: tuple[ListingItem, ...], since: datetime | None) -> bool:
    """Whether all dated rows of a page are older than `since`; a page without dates is not."""
    if since is None:
        return False
    dates = [date.value for item in items if (date := read_date(item.published_raw)) and date.value]
    return bool(dates) and all(date < since for date in dates)


def raise_if_over(session: Session) -> None:
    """Raise EndRun if the run's time is over: then a time-out is the run's end, not the host's fault."""
    if session.budget.seconds_left <= 0:
        session.budget.check()


def plan_by_hand(portal: Portal) -> Plan:
    """Return the plan of `scrapy crawl NAME`: nothing is known, and the portal's budgets hold."""
    now = datetime.now(VIETNAM)
    return Plan(
        run_id=f"{now:%Y%m%dT%H%M%S}-{uuid.uuid4().hex[:8]}",
        portal=portal.name,
        archive=project_settings().archive,
        listings=tuple(ListingState(key=listing.key) for listing in portal.listings),
        max_requests=portal.access.max_requests,
        max_seconds=portal.access.max_seconds,
        max_bytes=portal.access.max_bytes,
    )
