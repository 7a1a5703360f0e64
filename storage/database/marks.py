"""The marks of listings: what was once read without a gap, and how far readings that were cut have come."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Engine, and_, func, or_, select, update

from storage.crash import Point, sync_point
from storage.database.bulk import upsert
from storage.database.engine import lock_portal, transact
from storage.database.models import capture, listing, listing_entry, run
from storage.database.types import now
from storage.vocabulary import CaptureState, Purpose


@dataclass(frozen=True, slots=True)
class ListingOutcome:
    """How far a run read a listing, as its report says.

    Attributes:
        key: the listing's key.
        pages: deepest page down to which it has been read without a gap, jumps over open pages counted.
        complete: whether all between the first page and the mark, or the end, was read.
        joined: whether it came down to the entries that were open before (true where there were none).
    """

    key: str
    pages: int
    complete: bool
    joined: bool = True


def finish_listings(engine: Engine, portal: str, run_id: str, reports: Sequence[ListingOutcome]) -> None:
    """Move the marks after a run whose listing pages are indexed.

    A complete reading puts every entry of its listing below the mark. A cut one leaves the mark alone and adds what it
    saw to the open entries. A listing that the reports do not name was read by a process that was killed: how far it
    came is told by the captures. A page that could not be read is a gap, whatever a report says.
    """

    def work(connection: Connection) -> None:
        lock_portal(connection, portal)
        _settle(connection, portal, run_id, {report.key: report for report in reports})
        sync_point(Point.MARK)

    transact(engine, work)
    sync_point(Point.MARKED)


def settle_ended_runs(connection: Connection, portal: str) -> None:
    """Settle, from their captures alone, the listings of runs that ended without `finish_listings`."""
    still_open = select(run.c.id).where(run.c.id == capture.c.run_id, run.c.verdict.is_(None)).exists()
    runs = connection.scalars(
        select(capture.c.run_id)
        .where(
            capture.c.portal == portal,
            capture.c.purpose == Purpose.LISTING.value,
            capture.c.settled.is_(False),
            ~still_open,
        )
        .group_by(capture.c.run_id)
        .order_by(func.min(capture.c.seq))
    ).all()
    if runs:
        lock_portal(connection, portal)
    for run_id in runs:
        _settle(connection, portal, run_id, {})


def _settle(connection: Connection, portal: str, run_id: str, reports: dict[str, ListingOutcome]) -> None:
    pages = _Pages.of(connection, portal, run_id)
    for key in sorted(reports.keys() | pages.keys()):
        here = pages.get(key, _Pages(frozenset(), frozenset()))
        report = reports.get(key)
        if report is None or here.unreadable:
            report = _from_captures(connection, portal, run_id, key, here, report)
        if report.complete:
            _complete(connection, portal, run_id, key)
        elif report.pages:
            _cut(connection, portal, run_id, report)
    connection.execute(
        update(capture)
        .where(capture.c.portal == portal, capture.c.run_id == run_id, capture.c.purpose == Purpose.LISTING.value)
        .values(settled=True)
    )


@dataclass(frozen=True, slots=True)
class _Pages:
    """Pages of a listing that a run archived: those whose rows were read, and those that came but could not be read."""

    read: frozenset[int]
    unreadable: frozenset[int]

    @staticmethod
    def of(connection: Connection, portal: str, run_id: str) -> "dict[str, _Pages]":
        rows = connection.execute(
            select(capture.c.listing, capture.c.page, capture.c.state).where(
                capture.c.portal == portal,
                capture.c.run_id == run_id,
                capture.c.purpose == Purpose.LISTING.value,
                capture.c.status.between(200, 299),
            )
        ).all()
        result: dict[str, _Pages] = {}
        for key in {row.listing for row in rows}:
            read = {row.page for row in rows if row.listing == key and row.state == CaptureState.NOTED.value}
            came = {row.page for row in rows if row.listing == key}
            result[key] = _Pages(frozenset(read), frozenset(came - read))
        return result


def _depth(connection: Connection, portal: str, run_id: str, key: str, pages: _Pages) -> int:
    """Return the page down to which a run without a report read a listing without a gap.

    A jump is no gap where the page after it shows an entry that was open before: what lies between is open too.
    """
    depth = 0
    for page in sorted(pages.read):
        if page > depth + 1 and not (depth and _shows_open(connection, portal, run_id, key, page)):
            break
        depth = page
    return depth


def _from_captures(
    connection: Connection, portal: str, run_id: str, key: str, pages: _Pages, report: ListingOutcome | None
) -> ListingOutcome:
    """Return how far the captures show that a cut reading came, never further than its report says."""
    depth = _depth(connection, portal, run_id, key, pages)
    if report is not None:
        depth = min(depth, report.pages)
    before = connection.scalar(select(listing.c.open_pages).where(listing.c.portal == portal, listing.c.key == key))
    # One open entry proves nothing, for it may be pinned; a whole page of what is known hangs together with what was
    # open before, and then the open pages reach at least as deep as they did: rows only slide down.
    joined = not before or any(_is_known(connection, portal, run_id, key, page) for page in pages.read if page <= depth)
    return ListingOutcome(key, max(depth, before or 0) if depth and joined else depth, complete=False, joined=joined)


def _is_known(connection: Connection, portal: str, run_id: str, key: str, page: int) -> bool:
    """Whether a page that a run read shows entries that were open before it, and none that was unknown."""
    entry = listing_entry.c
    shown = and_(_of(portal, key), entry.last_run == run_id, entry.last_page == page)
    unknown = select(entry.address_id).where(shown, entry.open.is_(False), entry.below.is_(False)).limit(1)
    return _shows_open(connection, portal, run_id, key, page) and connection.scalar(unknown) is None


def _shows_open(connection: Connection, portal: str, run_id: str, key: str, page: int) -> bool:
    entry = listing_entry.c
    shown = and_(_of(portal, key), entry.last_run == run_id, entry.last_page == page)
    return connection.scalar(select(entry.address_id).where(shown, entry.open.is_(True)).limit(1)) is not None


def _complete(connection: Connection, portal: str, run_id: str, key: str) -> None:
    entry = listing_entry.c
    connection.execute(
        update(listing_entry)
        .where(_of(portal, key), or_(entry.below.is_(False), entry.open.is_(True)))
        .values(below=True, open=False)
    )
    row = {"portal": portal, "key": key, "open_pages": 0, "complete_at": now(), "complete_run": run_id}
    upsert(connection, listing, [row], update=("open_pages", "complete_at", "complete_run"))


def _cut(connection: Connection, portal: str, run_id: str, report: ListingOutcome) -> None:
    entry = listing_entry.c
    mine = and_(_of(portal, report.key), entry.last_run == run_id, entry.last_page <= report.pages)
    if not report.joined:  # a gap lies between what this run read and what was open: that is as good as never read
        connection.execute(
            update(listing_entry).where(_of(portal, report.key), entry.open.is_(True), ~mine).values(open=False)
        )
    connection.execute(update(listing_entry).where(mine, entry.below.is_(False)).values(open=True))
    row = {"portal": portal, "key": report.key, "open_pages": report.pages}
    upsert(connection, listing, [row], update=("open_pages",))


def _of(portal: str, key: str) -> Any:
    return and_(listing_entry.c.portal == portal, listing_entry.c.listing == key)
