"""Pages for a person who looks at a portal: fetched by a crawl process like any other, its archive thrown away.

Robots, scope, pace and bounds are those of every crawl; nothing here talks to the network itself.
"""

import asyncio
import logging
import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory

from crawlers.net.manners import missing_contact
from crawlers.plan import CrawlReport, ListingState, Plan, Target
from crawlers.portal import Portal
from flows.steps.crawl import CrawlLostError, Log, crawl
from flows.steps.portals.tried import RawPage
from storage import archive
from storage.records import VIETNAM, Capture
from storage.settings import Settings
from storage.vocabulary import FetchError, Purpose

MAX_REQUESTS = 200
"""Requests of one look at a portal, robots.txt included."""
MAX_SECONDS = 900
MAX_BYTES = 100_000_000


class NotFetchedError(Exception):
    """Nothing could be fetched; the message says why, in Vietnamese."""


@dataclass(frozen=True, slots=True)
class Answer:
    """An archived response with its body, content coding removed."""

    capture: Capture
    body: bytes

    def page(self) -> RawPage:
        """Return it as a page to try."""
        capture = self.capture
        return RawPage(capture.url, self.body, capture.fetched_at, capture.headers, capture.item)


@dataclass(frozen=True, slots=True)
class Fetched:
    """What a look brought: the answers in the order they came, and the crawl's report."""

    answers: tuple[Answer, ...]
    report: CrawlReport

    def of(self, purpose: Purpose) -> list[Answer]:
        """Return the good answers (status 200) of a purpose."""
        return [one for one in self.answers if one.capture.purpose is purpose and one.capture.status == 200]

    @property
    def why_nothing(self) -> str:
        """The first failure in words, for a look that brought nothing."""
        if not self.report.failures:
            return "không có trang nào"
        first = self.report.failures[0]
        return f"{first.url}: {first.error.value} {first.detail}".rstrip()

    @property
    def led_to(self) -> str:
        """The origin that a redirect out of the portal's scope led to; "" if none did."""
        return next(
            (one.detail for one in self.report.failures if one.error is FetchError.REDIRECT), self.report.moved_to
        )


def look(
    portal: Portal,
    settings: Settings,
    log: Log,
    *,
    targets: Sequence[Target] = (),
    listings: Iterable[str] = (),
    portals: Path | None = None,
) -> Fetched:
    """Fetch targets, then the first page of each listing named with its first few articles.

    Args:
        portal: whose file says where requests may go.
        settings: where to work.
        log: receives what the crawl logs.
        targets: addresses to fetch.
        listings: keys of listings.
        portals: folder that holds the portal's file, where the settings do not name it.

    Raises:
        NotFetchedError: the crawl could not be run.
        ValueError: the connect-to map is wrong.
    """
    if refusal := missing_contact(portal):
        raise NotFetchedError(refusal)
    (settings.var / "tmp").mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory(prefix="xem-", dir=settings.var / "tmp") as name:
        plan = Plan(
            run_id=f"{datetime.now(VIETNAM):%Y%m%dT%H%M%S}-{uuid.uuid4().hex[:8]}",
            portal=portal.name,
            archive=Path(name) / "archive",
            targets=tuple(targets),
            listings=tuple(ListingState(key=key) for key in listings),
            probe=True,
            max_requests=MAX_REQUESTS,
            max_seconds=MAX_SECONDS,
            max_bytes=MAX_BYTES,
        )
        environment = {} if portals is None else {"CONGTIN_PORTALS": str(portals)}
        try:
            report = asyncio.run(crawl(plan, Path(name), log, locks=(), environment=environment))
        except CrawlLostError as error:
            raise NotFetchedError(f"tiến trình thu thập {error}") from error
        return Fetched(tuple(_answers(plan)), report)


def _answers(plan: Plan) -> Iterable[Answer]:
    for segment in archive.segments(plan.archive, plan.portal):
        for capture, location in archive.scan(plan.archive, plan.portal, segment):
            try:
                _, body, _ = archive.read(plan.archive, plan.portal, location)
            except archive.BodyError:
                logging.getLogger(__name__).warning("%s: %s", capture.url, "the body is not whole")
                continue
            yield Answer(capture, body)
