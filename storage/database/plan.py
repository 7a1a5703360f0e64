"""What is known of a portal before a run: what to fetch, what to visit again, where listings may end."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Engine, Row, distinct, func, select

from storage.database.engine import transact
from storage.database.failures import MAX_TRIES, RETRY_AFTER
from storage.database.keys import address_id
from storage.database.marks import settle_ended_runs
from storage.database.models import address, article, capture, forgotten, listing, listing_entry
from storage.database.values import item_of
from storage.records import VIETNAM, ListingItem
from storage.vocabulary import CaptureState, Purpose, RefusalKind


@dataclass(frozen=True, slots=True)
class Visit:
    """A known article's address that is due for a visit, with what makes the request conditional."""

    url: str
    key: str
    item: ListingItem | None
    etag: str | None
    last_modified: str | None


@dataclass(frozen=True, slots=True)
class Pending:
    """An address that was listed and gave no article yet, and may be asked for again."""

    url: str
    item: ListingItem | None
    listing: str


@dataclass(frozen=True, slots=True)
class ListingKnowledge:
    """What is known of a listing: as the crawl's `ListingState`.

    Attributes:
        below: address keys below the mark: seen in a reading without a gap.
        open: address keys seen in readings that were cut before the mark, contiguous from a first page.
        open_pages: how many pages such readings have come down; 0 if there is none.
    """

    below: frozenset[str] = frozenset()
    open: frozenset[str] = frozenset()
    open_pages: int = 0


@dataclass(frozen=True, slots=True)
class Known:
    """What is known of a portal.

    Attributes:
        fetched: address keys that need no request now.
        visits: known addresses that are due, those longest unvisited first, an article's own address before others.
        pending: listed addresses without an article that may be tried, oldest first.
        listings: by listing key.
        forgotten: digests of addresses that are never asked for again.
    """

    fetched: frozenset[str] = frozenset()
    forgotten: frozenset[str] = frozenset()
    visits: list[Visit] = field(default_factory=list)
    pending: list[Pending] = field(default_factory=list)
    listings: dict[str, ListingKnowledge] = field(default_factory=dict)


def known(
    engine: Engine,
    portal: str,
    now: datetime,
    revisit_days: Sequence[int],
    *,
    full: bool = False,
    beyond: Collection[str] = (),
) -> Known:
    """Return what is known of a portal.

    Runs that died before their listings were settled are settled first, from what the archive's index holds of them;
    call `captures.index` before.

    Args:
        engine: the database.
        portal: the portal's name.
        now: the time of the run.
        revisit_days: ages in days at which an article is visited again; the last step repeats.
        full: all known articles are due.
        beyond: segments that cannot be read here (`captures.elsewhere`): what waits in them is asked for again.
    """

    def work(connection: Connection) -> Known:
        settle_ended_runs(connection, portal)
        rows = connection.execute(_addresses(portal)).all()
        waiting = set(
            connection.scalars(
                select(capture.c.address_id).where(
                    capture.c.portal == portal,
                    capture.c.state == CaptureState.PENDING.value,
                    capture.c.segment.not_in(beyond),
                )
            )
        )
        visits = _visits(rows, waiting, now, revisit_days, full=full)
        pending = [row for row in rows if row.article_id is None and row.id not in waiting and _may_try(row, now)]
        asked = {row.id for row in (*visits, *pending)}
        return Known(
            fetched=frozenset(row.key for row in rows if row.id not in asked),
            visits=[Visit(row.url, row.key, item_of(row.item), row.etag, row.last_modified) for row in visits],
            pending=[
                Pending(row.url, item_of(row.item), row.listing)
                for row in sorted(pending, key=lambda row: (row.first_seen_at, row.id))
            ],
            listings=_listings(connection, portal),
            forgotten=frozenset(connection.scalars(select(forgotten.c.address_id).where(forgotten.c.portal == portal))),
        )

    return transact(engine, work)


def chosen(engine: Engine, portal: str, urls: Sequence[str], refused_by: str | None = None) -> list[Pending]:
    """Return addresses that an operator asks for, with what their listing rows said: those named, then those refused.

    Args:
        engine: the database.
        portal: the portal's name.
        urls: addresses, known or not, in any spelling.
        refused_by: a run whose refused article pages are asked for again.
    """
    named = {address_id(portal, url): Pending(url, None, "") for url in urls}
    columns = (address.c.id, address.c.url, address.c.item, address.c.listing)
    refused = (
        select(*columns, capture.c.seq)
        .join(capture, capture.c.address_id == address.c.id)
        .where(
            capture.c.portal == portal,
            capture.c.loaded_by == refused_by,
            capture.c.state == CaptureState.REFUSED.value,
            capture.c.purpose == Purpose.ARTICLE.value,
        )
        .order_by(capture.c.seq)
    )
    with engine.connect() as connection:
        rows = connection.execute(select(*columns).where(address.c.id.in_(named))).all()
        found = {row.id: Pending(named[row.id].url, item_of(row.item), row.listing) for row in rows}
        again = {row.id: Pending(row.url, item_of(row.item), row.listing) for row in connection.execute(refused)}
    return list((again | named | found).values())


def is_due(first_seen: datetime, last_visit: datetime, now: datetime, revisit_days: Sequence[int]) -> bool:
    """Whether an article first seen and last visited at these times is due for a visit.

    Counted in calendar days of Vietnam: daily runs do not start at the same second. Visits that were missed are made
    up for by one.
    """
    first, last, today = (moment.astimezone(VIETNAM).date() for moment in (first_seen, last_visit, now))
    point = _last_point((today - first).days, revisit_days)
    return point is not None and last < _plus(first, point)


def _last_point(age: int, revisit_days: Sequence[int]) -> int | None:
    """Return the last age on the schedule that is reached; past its end the last step repeats."""
    end = revisit_days[-1]
    if age >= end:
        step = end - revisit_days[-2] if len(revisit_days) > 1 else end
        return end + (age - end) // step * step
    return max((point for point in revisit_days if point <= age), default=None)


def _plus(day: date, days: int) -> date:
    return day + timedelta(days=days)


def _addresses(portal: str) -> Any:
    return (
        select(
            address.c.id,
            address.c.key,
            address.c.url,
            address.c.item,
            address.c.listing,
            address.c.article_id,
            address.c.role,
            address.c.first_seen_at,
            address.c.etag,
            address.c.last_modified,
            address.c.tries,
            address.c.retry_at,
            address.c.closed,
            article.c.first_seen_at.label("article_seen_at"),
            article.c.last_visit_at,
        )
        .outerjoin(article, article.c.id == address.c.article_id)
        .where(address.c.portal == portal)
    )


def _may_try(row: Row[Any], now: datetime) -> bool:
    return not row.closed and row.tries < MAX_TRIES and (row.retry_at is None or _is_over(row.retry_at, now))


def _is_over(wait_until: datetime, now: datetime) -> bool:
    """Whether a wait is over; one that is longer than any was written by a clock that ran ahead."""
    return wait_until <= now or wait_until > now + RETRY_AFTER


def _visits(
    rows: Iterable[Row[Any]], waiting: set[str], now: datetime, revisit_days: Sequence[int], *, full: bool
) -> list[Row[Any]]:
    due = [
        row
        for row in rows
        if row.article_id is not None
        and row.role not in {"redirect", "page"}
        and row.id not in waiting
        and (
            full
            or (
                _is_over(row.retry_at, now)
                if row.retry_at is not None
                else is_due(row.article_seen_at, row.last_visit_at, now, revisit_days)
            )
        )
    ]
    return sorted(due, key=lambda row: (row.last_visit_at, row.article_id, row.role != "primary", row.id))


def _listings(connection: Connection, portal: str) -> dict[str, ListingKnowledge]:
    pages = {
        row.key: row.open_pages
        for row in connection.execute(select(listing.c.key, listing.c.open_pages).where(listing.c.portal == portal))
    }
    below: dict[str, set[str]] = {}
    opened: dict[str, set[str]] = {}
    entries = connection.execute(
        select(listing_entry.c.listing, listing_entry.c.below, listing_entry.c.open, address.c.key)
        .join(address, address.c.id == listing_entry.c.address_id)
        .where(listing_entry.c.portal == portal)
    )
    for row in entries:
        if row.below:
            below.setdefault(row.listing, set()).add(row.key)
        elif row.open:
            opened.setdefault(row.listing, set()).add(row.key)
    return {
        key: ListingKnowledge(frozenset(below.get(key, ())), frozenset(opened.get(key, ())), pages.get(key, 0))
        for key in pages.keys() | below.keys() | opened.keys()
    }


def standing(engine: Engine, portal: str, run_id: str) -> tuple[int, int]:
    """Return how many of the rows that a run's listings showed were asked without an article to show for, and with one.

    Rows of earlier runs do not count: what a sick listing once showed says nothing of the portal today. Nor do pages
    that a person has decided to keep out, or that wait for one, or that are of a private section.
    """
    kept = (
        select(capture.c.seq)
        .where(
            capture.c.address_id == address.c.id,
            capture.c.state.in_([CaptureState.REJECTED.value, CaptureState.HELD.value])
            | capture.c.state_reason.in_([RefusalKind.CITIZEN_QA.value, RefusalKind.DIRECTORY.value]),
        )
        .exists()
    )
    shown = (
        select(func.count(distinct(address.c.id)))
        .join(listing_entry, listing_entry.c.address_id == address.c.id)
        .where(listing_entry.c.portal == portal, listing_entry.c.last_run == run_id)
    )
    with engine.connect() as connection:
        without = connection.scalar(shown.where(address.c.article_id.is_(None), address.c.tries > 0, ~kept))
        having = connection.scalar(shown.where(address.c.article_id.is_not(None)))
    return without or 0, having or 0
