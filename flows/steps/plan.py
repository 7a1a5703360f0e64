"""The plan of a crawl: what is known, what is due, and within which bounds."""

from collections.abc import Sequence
from datetime import datetime, time, timedelta
from pathlib import Path

from crawlers.plan import CrawlReport, ListingState, Plan, Target
from crawlers.portal import Portal
from flows.steps.order import Mode, Order
from storage.database.plan import Known, Pending
from storage.records import VIETNAM

VISIT_SHARE = 0.5
"""Share of a run's requests that visits of known articles may take: what is new must not wait for ever behind them."""


def make_plan(
    portal: Portal,
    order: Order,
    known: Known,
    *,
    chosen: Sequence[Pending] = (),
    run_id: str,
    archive: Path,
    now: datetime,
) -> Plan:
    """Return the plan of a run's first crawl process.

    Articles that were listed but never fetched come first, then known ones that are due for a visit (all known ones in
    a full run), then the listings. What was fetched before is named, so that a listing does not lead to it again. A
    probe has the listings only; a run of `chosen` addresses has those only, and asks for them unconditionally.
    """
    access = portal.access
    requests = min(access.max_requests, order.limit or access.max_requests)
    room = int(requests * VISIT_SHARE)
    visits, later = known.visits[:room], known.visits[room:]
    pending = chosen if order.mode is Mode.CHOSEN else known.pending
    targets = [Target(url=one.url, item=one.item, listing=one.listing) for one in pending]
    if order.mode is not Mode.CHOSEN:
        targets += [
            Target(url=visit.url, item=visit.item, etag=visit.etag, last_modified=visit.last_modified)
            for visit in visits
        ]
    if order.mode is Mode.PROBE:
        targets = []
    window = seconds_in_window(access.night, now)
    return Plan(
        run_id=run_id,
        portal=portal.name,
        archive=archive,
        targets=tuple(targets),
        listings=tuple(
            ListingState(
                key=listing.key,
                below=known.listings[listing.key].below,
                open=known.listings[listing.key].open,
                open_pages=known.listings[listing.key].open_pages,
            )
            if listing.key in known.listings
            else ListingState(key=listing.key)
            for listing in portal.listings
            if order.mode is not Mode.CHOSEN
        ),
        fetched=known.fetched | {visit.key for visit in later},
        forgotten=known.forgotten,
        full=order.mode is Mode.FULL,
        probe=order.mode is Mode.PROBE,
        since=order.since,
        max_requests=requests,
        max_seconds=access.max_seconds if window is None else min(access.max_seconds, window),
        max_bytes=access.max_bytes,
    )


def further_plan(plan: Plan, wanted: Sequence[Target], *, spent: Sequence[CrawlReport]) -> Plan:
    """Return the plan of a run's further crawl process: what stored articles lead to, within what is left.

    Args:
        plan: of the first process.
        wanted: further pages of articles, and files that they link to.
        spent: reports of the processes so far, whose requests, seconds and bytes count against the budgets.
    """
    requests = sum(sum(report.requests.values()) for report in spent)
    seconds = int(sum((report.ended_at - report.started_at).total_seconds() for report in spent))
    return plan.model_copy(
        update={
            "segment": sum(len(report.segments) for report in spent) + 1,
            "targets": tuple(wanted),
            "listings": (),
            "max_requests": max(0, plan.max_requests - requests),
            "max_seconds": max(0, plan.max_seconds - seconds),
            "max_bytes": max(0, plan.max_bytes - sum(report.bytes for report in spent)),
        }
    )


def seconds_in_window(night: tuple[time, time] | None, now: datetime) -> int | None:
    """Return the seconds left of the window in which runs may fetch: 0 outside of it, None where there is no window.

    The window is in Vietnam time and may span midnight.
    """
    if night is None:
        return None
    start, end = night
    local = now.astimezone(VIETNAM)
    clock = local.time()
    inside = start <= clock < end if start < end else clock >= start or clock < end
    if not inside:
        return 0
    closing = local.replace(hour=end.hour, minute=end.minute, second=end.second, microsecond=0)
    if closing <= local:
        closing += timedelta(days=1)
    return int((closing - local).total_seconds())
