"""A portal that publishes, and a run that dies at a named point: what the tests of deaths share.

Two kinds of run: the real command with all its processes, which takes seconds, and a fork of the test's own process, in
which a few lines fetch in place of Scrapy and pages are read without processes of their own: archive, index, load,
marks and recovery are the real ones.
"""

import asyncio
import logging
import os
import signal
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import cast

import pytest
from sqlalchemy import Engine

from crawlers.net.recorder import Recorder, write_report
from crawlers.plan import CrawlReport, ListingReport, Plan, Stop
from crawlers.portal import Portal
from crawlers.portals import load
from crawlers.reading import Seen, Template
from crawlers.reading.listing import read_listing
from flows.steps import house as houses
from flows.steps import pipeline, reading
from flows.steps.order import Order, Outcome
from flows.steps.reading import Readers, listing_rows, observe_capture, read_capture, whole_result
from storage import crash
from storage.addresses import address_key
from storage.archive import Exchange, SegmentWriter
from storage.crash import Point
from storage.database.engine import connect
from storage.database.leases import Leases
from storage.database.load import Located, ReadResult, Reread, Whole
from storage.records import VIETNAM, Capture, ListingItem
from storage.settings import settings
from storage.vocabulary import VERDICTS, Purpose, Verdict
from tests.e2e.crawl.site import Page, Site, article_page, listing_page
from tests.e2e.ingest.site import House, Silent

PORTAL = "cong_thu"
BASE = "http://congthu.gov.vn"
PER_PAGE = 4

Run = Callable[[House, Site, str], int]
"""Runs the portal with a value of `CONGTIN_CRASH_AT`; gives the exit code, a signal as a negative number."""


def title(number: int) -> str:
    return f"Bài viết số {number} về phát triển kinh tế"


def publish(site: Site, count: int) -> None:
    """Let the site show articles 1 to `count`, the last one first, a few on each page of its listing."""
    pages: dict[str, Page] = {
        f"/tin-tuc/bai-viet-so-{number}": article_page(title(number)) for number in range(1, count + 1)
    }
    numbers = list(range(count, 0, -1))
    last = -(-count // PER_PAGE)
    for page in range(1, last + 1):
        shown = [
            (f"/tin-tuc/bai-viet-so-{number}", title(number), "05/03/2024")
            for number in numbers[(page - 1) * PER_PAGE : page * PER_PAGE]
        ]
        pager = f'<ul class="pagination"><li><a href="/tin-tuc?page={page + 1}">{page + 1}</a></li></ul>'
        pages[f"/tin-tuc?page={page}"] = listing_page(shown, pager if page < last else "")
    pages["/tin-tuc"] = pages["/tin-tuc?page=1"]
    site.pages = pages


def go_through(house: House, site: Site, points: Sequence[Point], run: Run) -> None:
    """Die at each point in turn, something new being published before each; then run to the end and look at all.

    Raises:
        AssertionError: a point was not passed, an article is missing or there twice.
    """
    count = 0
    died = {-signal.SIGKILL, VERDICTS[Verdict.CRASHED].exit_code}
    for point in points:
        count += PER_PAGE + 1
        publish(site, count)
        if point is Point.RECOVERY:  # passed where a crawl has left a torn segment
            assert run(house, site, f"{Point.WRITTEN.value}:3") in died
        times = 3 if point in {Point.WRITTEN, Point.ANSWERED, Point.ARCHIVED} else 1
        # A crawl process that dies after its report costs nothing: its run goes on to the end.
        ends = died | {0} if point is Point.REPORTED else died
        assert run(house, site, f"{point.value}:{times}") in ends, f"{point.value} was not passed"
    assert run(house, site, "") == 0
    titles = [row.title for row in house.rows("SELECT title FROM v1_articles")]
    assert sorted(titles) == sorted(title(number) for number in range(1, count + 1))


def by_command(house: House, site: Site, at: str) -> int:
    """Run the real command."""
    del site
    code, _, _ = house.run("ingest", PORTAL, CONGTIN_CRASH_AT=at)
    return code


def by_fork(house: House, site: Site, at: str) -> int:
    """Run in a fork of this process, which is killed if it takes a minute."""
    child = os.fork()
    if child == 0:
        signal.alarm(60)
        code = 99
        try:
            code = _run_here(house.engine, site, at)
        finally:
            os._exit(code)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def _run_here(inherited: Engine, site: Site, at: str) -> int:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("CONGTIN_CRASH_AT", at)
        settings.cache_clear()
        crash._fuse.cache_clear()
        patch.setattr(pipeline, "crawl", _crawl_of(site))
        engine = connect(inherited.url.render_as_string(hide_password=False))  # no connection is shared with the parent
        portal = load(PORTAL)
        readers = cast("Readers", _DirectReaders(settings().archive))
        outcome = asyncio.run(
            _ingest(portal, houses.House(settings(), engine, readers, Leases(engine), settings().var / "locks", engine))
        )
        return outcome.judgement.facts.exit_code


async def _ingest(portal: Portal, house: houses.House) -> Outcome:
    logging.disable(logging.CRITICAL)
    return await pipeline.ingest_portal(portal, Order(portal.name), house, Silent())


class _DirectReaders:
    """Reads without processes."""

    def __init__(self, archive: Path) -> None:
        self._archive = archive

    async def read(
        self,
        portal: Portal,
        captures: Sequence[Located],
        template: Template | None,
        wholes: Mapping[str, Whole],
        released: object = None,
        shown: object = None,
    ) -> list[ReadResult]:
        company = [located for whole in wholes.values() for located in (whole.first, *whole.pages.values())]
        outcomes = self._outcomes(portal, [*company, *captures], template)
        return [whole_result(one, at, outcomes, wholes.get(one.record_id)) for one, at in captures]

    async def observe(self, portal: Portal, captures: Sequence[Located]) -> list[Seen | None]:
        return [observe_capture(self._archive, portal, one, at) for one, at in captures]

    def reread(self, portal: Portal, template: Template | None = None) -> Reread:
        return lambda whole: whole_result(
            *whole.first, self._outcomes(portal, [whole.first, *whole.pages.values()], template), whole
        )

    def _outcomes(
        self, portal: Portal, located: Sequence[Located], template: Template | None
    ) -> dict[str, reading.Outcome]:
        return {one.record_id: read_capture(self._archive, portal, one, at, template) for one, at in located}

    def rows(self, portal: Portal) -> Callable[[Capture, bytes], Sequence[ListingItem]]:
        return lambda capture, body: listing_rows(portal, capture, body)


def _crawl_of(site: Site) -> Callable[..., object]:
    async def crawl(plan: Plan, folder: Path, log: object, *, locks: object) -> CrawlReport:
        del log, locks
        folder.mkdir(parents=True, exist_ok=True)  # noqa: ASYNC240 - nothing else runs here
        listings = []
        with SegmentWriter(plan.archive, plan.portal, plan.run_id, plan.segment) as writer:
            for target in plan.targets:
                _archive(writer, plan, site, target.url, purpose=target.purpose, item=target.item)
            if plan.listings:
                listings.append(_walk(writer, plan, site))
        recorder = Recorder(plan)
        report = recorder.report("finished", "", writer.segments).model_copy(update={"listings": tuple(listings)})
        write_report(report, folder / f"report-{plan.segment}.json")
        crash.sync_point(Point.REPORTED)
        return report

    return crawl


def _walk(writer: SegmentWriter, plan: Plan, site: Site) -> ListingReport:
    """Fetch all pages of the listing, and what each shows that is not known."""
    portal, done, rows = load(PORTAL), set(plan.fetched), 0
    pages = list(_listing_pages(site))
    for number, url in enumerate(pages, 1):
        _archive(writer, plan, site, url, purpose=Purpose.LISTING, page=number)
        items = read_listing(str(site.pages[url.removeprefix(BASE)]).encode(), url=url, headers={}, portal=portal).items
        rows += len(items)
        for item in items:
            if address_key(item.url) not in done:
                done.add(address_key(item.url))
                _archive(writer, plan, site, item.url, purpose=Purpose.ARTICLE, item=item)
    return ListingReport(key="tin", pages=len(pages), joined=True, rows=rows, first_rows=PER_PAGE, stop=Stop.END)


def _listing_pages(site: Site) -> Iterator[str]:
    yield f"{BASE}/tin-tuc"
    number = 2
    while f"/tin-tuc?page={number}" in site.pages:
        yield f"{BASE}/tin-tuc?page={number}"
        number += 1


def _archive(
    writer: SegmentWriter,
    plan: Plan,
    site: Site,
    url: str,
    *,
    purpose: Purpose,
    item: ListingItem | None = None,
    page: int = 0,
) -> None:
    crash.sync_point(Point.ANSWERED)
    body = str(site.pages[url.removeprefix(BASE)]).encode()
    writer.append(
        Exchange(
            run_id=plan.run_id,
            portal=plan.portal,
            purpose=purpose,
            url=url,
            fetched_at=datetime.now(VIETNAM),
            status=200,
            reason="OK",
            headers=[("Content-Type", "text/html; charset=utf-8")],
            body=body,
            listing="tin",
            page=page,
            item=item,
        )
    )
