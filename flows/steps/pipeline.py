"""The run of a portal: recover, plan, crawl beside batches, attachments, marks, verdict.

Free of Prefect: a `Stages` value wraps each stage, and what wraps it is the caller's affair.
"""

import asyncio
import logging
import shutil
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Collection, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime
from functools import cached_property, partial
from pathlib import Path
from typing import Protocol, TypeVar

from sqlalchemy.exc import ProgrammingError

from crawlers.net.manners import missing_contact
from crawlers.plan import CrawlReport, Plan, Stop, Target
from crawlers.portal import Lifecycle, Portal
from flows.steps.batch import Batches
from flows.steps.crawl import CrawlLostError, Log, crawl, read_report, report_of
from flows.steps.doctor import Ended, Scope, examine, secrets_of
from flows.steps.doctor.verdict import proved
from flows.steps.house import House, Watcher
from flows.steps.judge import Findings, judge, seen_before
from flows.steps.links import follow_feed
from flows.steps.locks import (
    PortalBusyError,
    crawl_lock,
    file_hosts,
    host_locks,
    page_hosts,
    portal_lease,
    portal_lock,
)
from flows.steps.order import Counts, Judgement, Mode, Order, Outcome
from flows.steps.outage import DATABASE_DOWN, says
from flows.steps.persist import to_the_end
from flows.steps.plan import further_plan, make_plan
from storage import archive as warc
from storage.crash import Point, sync_point
from storage.database import runs
from storage.database.attachments import wanted_attachments
from storage.database.decisions import kept_back
from storage.database.engine import RunTakenOverError, fenced
from storage.database.failures import Unfetched, note_failures
from storage.database.forget import complete
from storage.database.further_pages import failed_pages, wanted_pages
from storage.database.marks import ListingOutcome, finish_listings
from storage.database.plan import chosen, known, standing
from storage.database.sharing import share
from storage.database.unfinished import carry_out
from storage.records import VIETNAM, Capture, Location, Refusal
from storage.vocabulary import CaptureState, Purpose, RefusalKind, Verdict

T = TypeVar("T")

HEARTBEAT = 15.0
"""Seconds between two signs of life in the run's row, and two looks whether its lock still holds."""
SHARE = 30.0
"""Seconds between two looks for sealed segments that can go to the store."""
TAKEN_OVER = "Mất khóa của cổng khi cơ sở dữ liệu ngắt kết nối; một lần chạy khác đã nhận cổng này."
MAX_FURTHER = 500
"""Files fetched in one run at most, and pages of articles at a time; the next one goes on."""


class Stages(Protocol):
    """What wraps a stage of a run: nothing at all, or a Prefect task."""

    async def __call__(self, name: str, stage: Callable[[], Awaitable[T]]) -> T:
        """Run a stage under a Vietnamese name and give its result; raise what it raises."""
        ...


async def directly(name: str, stage: Callable[[], Awaitable[T]]) -> T:  # noqa: ARG001 - the protocol's
    """Run a stage as it is."""
    return await stage()


async def ingest_portal(
    portal: Portal, order: Order, house: House, watcher: Watcher, *, stages: Stages = directly, log: Log | None = None
) -> Outcome:
    """Run a portal from plan to verdict.

    Raises:
        asyncio.CancelledError: the caller was cancelled. The crawl process has ended and the run is closed by then.
    """
    log = log or logging.getLogger(f"flows.{portal.name}")
    run = _Run(portal, order, house, watcher, stages, log)
    locks = house.locks
    hosts = page_hosts(portal) if run.asks else ()
    try:
        async with (
            portal_lock(locks, portal.name, house.leases),
            crawl_lock(locks, portal.name) as own,
            host_locks(locks, portal.name, hosts, house.leases) as shared,
        ):
            run.locks = (own, *shared)
            outcome = await run.whole()
    except PortalBusyError as error:
        outcome = run.outcome(Judgement(Verdict.SKIPPED, str(error)))
        log.info("%s", error)
    except DATABASE_DOWN as error:  # before the run had begun
        outcome = run.outcome(judge(replace(run.findings(), database=says(error))))
    watcher.ended(outcome)
    return outcome


@dataclass
class _Run:
    """The state of one run."""

    portal: Portal
    order: Order
    house: House
    watcher: Watcher
    stages: Stages
    log: Log
    locks: Sequence[int] = ()
    run_id: str = ""
    started: float = field(default_factory=time.monotonic)
    counts: Counts = field(default_factory=Counts)
    reports: list[CrawlReport] = field(default_factory=list)
    lost: str = ""
    closed: str = ""
    settled: bool = False
    taken_over: bool = False

    @property
    def asks(self) -> bool:
        """Whether the run sends requests: a portal that is no longer active is only probed."""
        return self.portal.lifecycle is Lifecycle.ACTIVE or self.order.mode is Mode.PROBE

    async def whole(self) -> Outcome:
        """Run every stage and close the run, whatever happens in between."""
        try:
            async with self._heartbeat(), self._sharing():
                stale = await self._begin()
                judgement = await self._stages(stale)
        except asyncio.CancelledError:
            self._take_report()
            if self.taken_over:
                if (task := asyncio.current_task()) is not None:
                    task.uncancel()
                return await self._close(Judgement(Verdict.DEGRADED, TAKEN_OVER))
            self.watcher.ended(await to_the_end(self._close(judge(replace(self.findings(), cancelled=True)))))
            raise
        except DATABASE_DOWN as error:
            judgement = judge(replace(self.findings(), database=says(error)))
        except RunTakenOverError:
            judgement = Judgement(Verdict.DEGRADED, TAKEN_OVER)
        except Exception as error:
            self.log.exception("run %s of %s failed", self.run_id, self.portal.name)
            judgement = Judgement(Verdict.FAILED, f"{type(error).__name__}: {error}")
        self.log.info("verdict %s: %s", judgement.verdict, judgement.reason)
        return await self._close(judgement)

    def outcome(self, judgement: Judgement) -> Outcome:
        """Return the run's end as its caller sees it."""
        return Outcome(
            self.portal.name,
            self.run_id,
            judgement,
            self.counts,
            sum(listing.rows for report in self.reports for listing in report.listings),
            sum(sum(report.requests.values()) for report in self.reports),
            time.monotonic() - self.started,
        )

    # --- stages

    async def _begin(self) -> list[str]:
        """Close the runs that died, cut their torn segments, and begin this one; return the dead ones' ids."""
        stale = await asyncio.to_thread(runs.close_stale, self.house.engine, self.portal.name)
        for segment in await asyncio.to_thread(warc.recover, self._archive, self.portal.name):
            self.log.warning("segment %s was left open by a run that died: sealed", segment)
        await self._share()
        try:
            await asyncio.to_thread(complete, self.house.engine, self._archive, self.portal.name)
        except ProgrammingError as error:  # the loader may not delete: its owner has to
            self.log.error("not all is forgotten, run `congtin forget --again`: %s", error.orig)  # noqa: TRY400
        except warc.StoreError as error:
            self.log.warning("not all is forgotten in the store, the next run does the rest: %s", error)
        self.run_id = await asyncio.to_thread(
            runs.start_run, self.house.engine, portal=self.portal.name, mode=self.order.mode.value
        )
        self.watcher.begun(self.portal.name, self.run_id)
        self.house = replace(self.house, engine=fenced(self.house.engine, self.run_id))
        sync_point(Point.BEGUN)
        return stale

    async def _stages(self, stale: Sequence[str]) -> Judgement:
        engine, name = self.house.engine, self.portal.name
        if left := await asyncio.to_thread(carry_out, engine, self._archive, name):
            self.log.warning("%s pages were decided on by a command that died: carried out", left)
        await self._batches.take_up_held()
        await self._stage("xử lý phần còn lại", self._batches.drain)
        self._batches.reopen()
        for segment in sorted(self._batches.beyond):
            self.log.warning("segment %s is in another machine's archive: what waits there is fetched again", segment)
        for run_id in stale:
            await self._settle(run_id, read_report(self._folder(run_id) / "report-1.json"))
            shutil.rmtree(self._folder(run_id), ignore_errors=True)
        if self.asks:
            if why := missing_contact(self.portal):
                return Judgement(Verdict.FAILED, f"Chưa được gửi yêu cầu nào: {why}.")
            await self._fetch()
            await self._stage("đọc và nạp", self._batches.drain)
        await self._link()
        await self._share()
        findings = self.findings(await self._front())
        before = seen_before(self.portal, await self._earlier())
        judgement = judge(
            replace(
                findings,
                standing=await asyncio.to_thread(standing, engine, name, self.run_id),
                failed_pages=await asyncio.to_thread(failed_pages, engine, name, self.run_id),
                waiting=len(await asyncio.to_thread(kept_back, engine, name, {CaptureState.HELD})),
                seen_moved=before is Verdict.REDIRECTED,
                seen_gone=before is Verdict.GONE,
            )
        )
        return await self._stage("kiểm tra bất biến", lambda: self._proved(judgement))

    async def _earlier(self) -> list[tuple[Verdict, CrawlReport | None]]:
        """Return how runs of earlier days ended, the last one first; only a portal that shows nothing needs them."""
        if not self.findings().dead:
            return []
        today = datetime.now(VIETNAM).date()
        found = await asyncio.to_thread(runs.earlier_runs, self.house.engine, self.portal.name, today)
        return [(verdict, report_of(report)) for verdict, report in found]

    async def _proved(self, judgement: Judgement) -> Judgement:
        """Return the judgement with what the doctor finds of this run."""
        sync_point(Point.EXAMINE)
        checked = await examine(
            Scope(
                self.house.engine,
                self._archive,
                self.house.settings.var,
                self.portal.name,
                self.portal,
                self.run_id,
                Ended(judgement.verdict, asdict(self.counts), self._report),
                live=True,
                secrets=secrets_of(self.house.settings),
            ),
            self.house.readers,
        )
        for one in checked:
            for finding in one.findings:
                self.log.error(
                    "invariant %s broken: %s: %s: %s", one.invariant, finding.subject, finding.what, finding.todo
                )
        return proved(judgement, checked)

    async def _fetch(self) -> None:
        plan = await self._stage("lập kế hoạch", self._plan)
        sync_point(Point.PLANNED)
        if plan.max_seconds <= 0:
            self.closed = "Ngoài khung giờ được phép thu thập của cổng; không gửi yêu cầu nào."
            return
        await self._crawl_beside(plan)
        await self._stage("đọc và nạp", partial(self._batches.drain, but_split=True))
        await self._settle(self.run_id, self._report)
        self.settled = True
        with suppress(*DATABASE_DOWN):  # the next run learns
            await self._batches.learn()
        if self._report is not None and self._report.reason == "finished":
            await self._fetch_further(plan)

    async def _link(self) -> None:
        """Link near-duplicates. What fails here the next run does, or `congtin links follow`: no page is lost by it."""
        try:
            await self._stage("tìm bài trùng", lambda: follow_feed(self.house.engine))
        except (*DATABASE_DOWN, RunTakenOverError):
            raise
        except Exception:
            self.log.exception("near-duplicates could not be followed to the end")

    async def _plan(self) -> Plan:
        now = datetime.now(VIETNAM)
        what_is_known = await asyncio.to_thread(
            known,
            self.house.engine,
            self.portal.name,
            now,
            self.portal.access.revisit_days,
            full=self.order.mode is Mode.FULL,
            beyond=self._batches.beyond,
        )
        asked = await asyncio.to_thread(
            chosen, self.house.memory, self.portal.name, self.order.urls, self.order.refused_by
        )
        return make_plan(
            self.portal,
            self.order,
            what_is_known,
            chosen=asked,
            run_id=self.run_id,
            archive=self._archive,
            now=now,
        )

    async def _crawl_beside(self, plan: Plan) -> None:
        """Crawl, and meanwhile read and load what has been archived so far.

        A database that does not answer does not stop the crawl: the archive grows, and later batches catch up. The
        pauses between batches grow with the run, so that a long run has some dozens of stages and not thousands.
        """
        crawling = asyncio.create_task(self._stage("tải trang", lambda: self._crawl(plan)))
        started = time.monotonic()
        try:
            while not crawling.done():
                await asyncio.wait({crawling}, timeout=max(1.0, (time.monotonic() - started) / 10))
                if crawling.done():
                    break
                try:
                    await self._stage("đọc và nạp", lambda: self._batches.drain(more=True, but_split=True))
                except DATABASE_DOWN as error:
                    self.log.warning("the database does not answer, the crawl goes on: %s", says(error))
        finally:
            crawling.cancel()
            with suppress(asyncio.CancelledError):
                await crawling

    async def _crawl(self, plan: Plan) -> None:
        try:
            report = await crawl(plan, self._folder(self.run_id), self.log, locks=self.locks)
        except CrawlLostError as error:
            self.lost = str(error)
            self.log.error("the crawl process was lost: %s", error)  # noqa: TRY400 - no traceback of ours says more
            return
        self.reports.append(report)

    async def _fetch_further(self, plan: Plan) -> None:
        """Fetch further pages of stored articles and files that they link to, in a crawl process of their own.

        Portals that share a file server take turns at it; one that waits too long leaves its files to the next run.
        """
        if not await self._wanted(()):
            return
        folder, own = self.house.settings.var / "locks", self.locks
        try:
            async with host_locks(folder, self.portal.name, file_hosts(self.portal), self.house.leases) as shared:
                self.locks = (*own, *shared)
                await self._fetch_wanted(plan)
        except PortalBusyError as error:
            self.log.warning("files are left to the next run: %s", error)
        finally:
            self.locks = own

    async def _fetch_wanted(self, plan: Plan) -> None:
        """Fetch what is wanted, until nothing is. A page may name the next one only: another process fetches that."""
        asked: set[str] = set()
        while wanted := [target for target in await self._wanted(asked) if target.url not in asked]:
            further = further_plan(plan, wanted, spent=self.reports)
            done = len(self.reports)
            if not further.max_requests or not further.max_seconds:
                return
            await self._stage("tải trang tiếp và tệp đính kèm", partial(self._crawl, further))
            await self._stage("đọc và nạp", self._batches.drain)
            asked |= {target.url for target in wanted}
            if len(self.reports) == done:
                return
            await self._note_failures(self.run_id, self.reports[-1])
            if self.reports[-1].reason != "finished":
                return

    async def _wanted(self, asked: Collection[str]) -> list[Target]:
        """Return what stored articles lead to and this run has not tried; files, as many as a run may still ask for."""
        engine, name = self.house.engine, self.portal.name
        pages = await asyncio.to_thread(wanted_pages, engine, name, self.run_id, MAX_FURTHER)
        files = await asyncio.to_thread(wanted_attachments, engine, name, self.run_id, max(0, MAX_FURTHER - len(asked)))
        return [
            *(Target(url=url, purpose=Purpose.PAGE, parent=first) for url, first in pages),
            *(Target(url=url, purpose=Purpose.ATTACHMENT, parent=parent) for url, parent in files),
        ]

    async def _settle(self, run_id: str, report: CrawlReport | None) -> None:
        """Move the marks of the listings as far as a run came, and count what it could not fetch."""
        outcomes = [
            ListingOutcome(listing.key, listing.pages, complete=listing.complete, joined=listing.joined)
            for listing in (report.listings if report else ())
            if listing.rows
        ]
        await asyncio.to_thread(finish_listings, self.house.engine, self.portal.name, run_id, outcomes)
        if report:
            await self._note_failures(run_id, report)

    async def _note_failures(self, run_id: str, report: CrawlReport) -> None:
        unfetched = [Unfetched(failure.url, failure.purpose, failure.error) for failure in report.failures]
        await asyncio.to_thread(note_failures, self.house.engine, self.portal.name, run_id, unfetched)

    # --- means

    async def _stage(self, name: str, stage: Callable[[], Awaitable[T]]) -> T:
        self.watcher.progress(self.portal.name, name, self.counts)
        return await self.stages(name, stage)

    @asynccontextmanager
    async def _heartbeat(self) -> AsyncIterator[None]:
        whole = asyncio.current_task()

        async def beat() -> None:
            while True:
                await asyncio.sleep(HEARTBEAT)
                with suppress(*DATABASE_DOWN, TimeoutError):
                    if not await self._still_ours():
                        self.taken_over = True
                        self.log.error(TAKEN_OVER)
                        if whole is not None:
                            whole.cancel()
                        return

        beating = asyncio.create_task(beat())
        try:
            yield
        finally:
            beating.cancel()

    @asynccontextmanager
    async def _sharing(self) -> AsyncIterator[None]:
        """Bring what is sealed into the store as the run goes on."""

        async def keep_sharing() -> None:
            while True:
                await asyncio.sleep(SHARE)
                await self._share(notes=False)

        sharing = asyncio.create_task(keep_sharing())
        try:
            yield
        finally:
            sharing.cancel()

    async def _share(self, *, notes: bool = True) -> None:
        """Bring into the store what is sealed, and what people have noted; what does not go now goes later."""
        try:
            if notes:
                await asyncio.to_thread(share, self.house.engine, self._archive, self.portal.name)
            else:
                await asyncio.to_thread(warc.push, self._archive, self.portal.name)
        except (*DATABASE_DOWN, warc.StoreError, OSError) as error:
            waiting = len(warc.waiting(self._archive, self.portal.name))
            self.log.warning("%s segments wait for the store: %s", waiting, error)

    async def _still_ours(self) -> bool:
        """Give a sign of life; return whether the portal's lock and the run are still this process's."""
        if portal_lease(self.portal.name) in await asyncio.to_thread(self.house.leases.lost):
            return False
        try:
            if self.run_id:
                await asyncio.to_thread(runs.heartbeat, self.house.engine, self.run_id)
        except RunTakenOverError:
            return False
        return True

    async def _front(self) -> dict[str, RefusalKind]:
        """Return what the first pages of listings without a row read as, where that is a refusal."""
        report = self._report
        empty = {listing.key for listing in report.listings if listing.stop is Stop.NO_ROWS} if report else set()
        if not report or not empty:
            return {}
        pages = await asyncio.to_thread(_first_pages, self._archive, report, empty)
        results = await self.house.readers.read(self.portal, pages)
        return {
            result.capture.listing: result.outcome.kind for result in results if isinstance(result.outcome, Refusal)
        }

    def findings(self, front: dict[str, RefusalKind] | None = None) -> Findings:
        """Return what the verdict rests on so far."""
        return Findings(
            self.portal,
            self.counts,
            self._report,
            front or {},
            lost=self.lost,
            closed=self.closed,
            mode=self.order.mode,
            drift=self._batches.evidence if self.run_id else "",
        )

    def _take_report(self) -> None:
        """Take up the report that a crawl process which we stopped may have left."""
        if not self.reports and (report := read_report(self._folder(self.run_id) / "report-1.json")):
            self.reports.append(report)

    async def _close(self, judgement: Judgement) -> Outcome:
        """Write the run's end. Where the database does not answer the run stays open, and the next one closes it."""
        outcome = self.outcome(judgement)
        if not self.run_id:
            return outcome
        sync_point(Point.CLOSE)
        try:
            if not self.settled:
                await self._settle_late()
            await asyncio.to_thread(
                runs.finish_run,
                self.house.engine,
                self.run_id,
                judgement.verdict,
                judgement.reason,
                asdict(self.counts)
                | {
                    "rows": outcome.rows,
                    "requests": outcome.requests,
                    "seconds": round(outcome.seconds, 1),
                },
                self._report.model_dump(mode="json") if self._report else None,
            )
        except DATABASE_DOWN as error:
            self.log.warning("the database does not answer, the run stays open: %s", says(error))
        except RunTakenOverError:  # who has taken over has closed it
            shutil.rmtree(self._folder(self.run_id), ignore_errors=True)
        else:
            sync_point(Point.CLOSED)
            shutil.rmtree(self._folder(self.run_id), ignore_errors=True)
        return outcome

    async def _settle_late(self) -> None:
        """Settle a run that was cut before it came to that. What fails here the next run does from the archive."""
        try:
            await self._batches.index()
            await self._settle(self.run_id, self._report)
        except (*DATABASE_DOWN, RunTakenOverError):
            raise
        except Exception:
            self.log.exception("run %s could not be settled", self.run_id)

    def _folder(self, run_id: str) -> Path:
        return self.house.settings.var / "runs" / run_id

    @cached_property
    def _batches(self) -> Batches:
        return Batches(
            self.house.engine,
            self._archive,
            self.portal,
            self.run_id,
            self.house.readers,
            self.house.settings.batch_size,
            lambda counts: self.watcher.progress(self.portal.name, "đọc và nạp", counts),
            self.counts,
        )

    @property
    def _archive(self) -> Path:
        return self.house.settings.archive

    @property
    def _report(self) -> CrawlReport | None:
        """The report on listings and articles."""
        return self.reports[0] if self.reports else None


def _first_pages(archive: Path, report: CrawlReport, listings: Collection[str]) -> list[tuple[Capture, Location]]:
    """Return the archived first pages of listings that a crawl read."""
    return [
        (capture, location)
        for segment in report.segments
        for capture, location in warc.scan(archive, report.portal, segment)
        if capture.purpose is Purpose.LISTING and capture.page == 1 and capture.listing in listings
    ]
