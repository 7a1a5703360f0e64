"""The marks of listings: what was once read without a gap, and how far readings that were cut have come."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Engine, and_, func, or_, select, update

from storage.database.engine import lock_portal, transact
from storage.database.models import capture, listing, listing_entry, run
from storage.database.types import now
from storage.database.upserts import upsert
from storage.vocabulary import CaptureState, Purpose


@dataclass(frozen=True, slots=True)
class ListingOutcome:
    """How far a run read a listing, as its report says.

    Attributes:
        key: the listing's key.
        pages: deepest page down to which it has been read without a gap, jumps over open pages counted.
        complete: whether all between the first page and the mark, or the end, was read.
    """

    key: str
    pages: int
    complete: bool


def finish_listings(engine: Engine, portal: str, run_id: str, reports: Sequence[ListingOutcome]) -> None:
    """Move the marks after a run whose listing pages are indexed.

    A complete reading puts every entry of its listing below the mark. A cut one leaves the mark alone and adds what it
    saw to the open entries. A listing that the reports do not name was read by a process that was killed: how far it
    came is told by the captures. A page that could not be read is a gap, whatever a report says.
    """

    def work(connection: Connection) -> None:
        lock_portal(connection, portal)
        _settle(connection, portal, run_id, {report.key: report for report in reports})

    transact(engine, work)


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
        if report is not None and not here.unreadable:
            depth, complete = report.pages, report.complete
        else:
            depth, complete = _depth(connection, portal, run_id, key, here), False
            if report is not None:
                depth = min(depth, report.pages)
        if complete:
            _complete(connection, portal, run_id, key)
        elif depth:
            _cut(connection, portal, run_id, key, depth)
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
        if page > depth + 1 and not (depth and _shows_open(connection, portal, run_id, key, (page, page))):
            break
        depth = page
    return depth


def _shows_open(connection: Connection, portal: str, run_id: str, key: str, between: tuple[int, int]) -> bool:
    entry = listing_entry.c
    return (
        connection.scalar(
            select(entry.address_id)
            .where(_of(portal, key), entry.last_run == run_id, entry.last_page.between(*between), entry.open.is_(True))
            .limit(1)
        )
        is not None
    )


def _complete(connection: Connection, portal: str, run_id: str, key: str) -> None:
    entry = listing_entry.c
    connection.execute(
        update(listing_entry)
        .where(_of(portal, key), or_(entry.below.is_(False), entry.open.is_(True)))
        .values(below=True, open=False)
    )
    row = {"portal": portal, "key": key, "open_pages": 0, "complete_at": now(), "complete_run": run_id}
    upsert(connection, listing, [row], update=("open_pages", "complete_at", "complete_run"))


def _cut(connection: Connection, portal: str, run_id: str, key: str, depth: int) -> None:
    before = connection.scalar(select(listing.c.open_pages).where(listing.c.portal == portal, listing.c.key == key))
    # Where the reading met what was open before, the open pages reach at least as deep as before: rows only slide down.
    met = before and _shows_open(connection, portal, run_id, key, (1, depth))
    pages = max(depth, before or 0) if met else depth
    entry = listing_entry.c
    connection.execute(
        update(listing_entry)
        .where(_of(portal, key), entry.last_run == run_id, entry.last_page <= depth, entry.below.is_(False))
        .values(open=True)
    )
    upsert(connection, listing, [{"portal": portal, "key": key, "open_pages": pages}], update=("open_pages",))


def _of(portal: str, key: str) -> Any:
    return and_(listing_entry.c.portal == portal, listing_entry.c.listing == key)
