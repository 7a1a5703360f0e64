"""Further pages of articles that are split over several: which are wanted, and what a capture is to be read with."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from typing import Any

from sqlalchemy import Connection, Engine, RowMapping, and_, case, delete, func, or_, select, update

from storage.database.among import among
from storage.database.attachments import answered_by
from storage.database.bulk import upsert
from storage.database.keys import address_id
from storage.database.loading.outcomes import FetchFailed, Located, NoPage, ReadResult, Whole
from storage.database.models import address, further_page, reading_page
from storage.database.models import capture as captures
from storage.database.sightings import Sighting, see_addresses
from storage.database.values import capture_of
from storage.records import Article, Capture, Refusal
from storage.vocabulary import CaptureState, Purpose

WANTED, STORED, FAILED, APART = "wanted", "stored", "failed", "apart"
"""States of a page; `apart`: it was fetched and is no page of this article."""

MAX_TRIES = 5
"""Runs that may fail to fetch a page before it is left alone."""


def wanted_pages(engine: Engine, portal: str, run_id: str, limit: int) -> list[tuple[str, str]]:
    """Return pages to fetch, as pairs of their address and that of the first page.

    They are those that were never had, and all of articles that this run has visited: an edit may be on any page. None
    that was tried in this run; those tried least come first.
    """
    visited = (
        select(captures.c.seq)
        .where(
            captures.c.address_id == further_page.c.address_id,
            or_(captures.c.run_id == run_id, captures.c.state == CaptureState.PENDING.value),
            captures.c.purpose == Purpose.ARTICLE.value,
            captures.c.status.in_([200, 304]),
        )
        .exists()
    )
    query = (
        select(further_page.c.url, address.c.url.label("first"))
        .join(address, address.c.id == further_page.c.address_id)
        .where(
            further_page.c.portal == portal,
            further_page.c.last_run.is_distinct_from(run_id),
            or_(further_page.c.state == WANTED, and_(further_page.c.state == STORED, visited)),
        )
        .order_by(further_page.c.tries, further_page.c.address_id, further_page.c.page)
        .limit(limit)
    )
    with engine.connect() as connection:
        return [(row.url, row.first) for row in connection.execute(query)]


def wholes(engine: Engine, claimed: Sequence[Located], beyond: Collection[str] = ()) -> dict[str, Whole]:
    """Return, by record id, what captures are to be read with: those of an article's pages, and of the first one.

    A first page is read with its further pages, and a further page with the first as last stored and with the others:
    new captures of pages before those stored. A capture that is not named is read by itself. What lies in segments that
    are out of reach (`beyond`) is not looked for.
    """
    with engine.connect() as connection:
        firsts = {
            one.record_id: address_id(one.portal, one.url) for one, _ in claimed if one.purpose is Purpose.ARTICLE
        }
        homes: dict[str, tuple[str, int]] = {}
        for one, _ in claimed:
            if one.purpose is Purpose.PAGE and (at := _home(connection, one)) is not None:
                homes[one.record_id] = at
        known = _rows(connection, {*firsts.values(), *(home for home, _ in homes.values())})
        fresh = _fresh(connection, known, beyond)
        for one, where in claimed:
            if one.record_id in homes and one.status == 200:
                home, number = homes[one.record_id]
                fresh[home][number] = (one, where)
        found = {}
        for one, where in claimed:
            home = firsts.get(one.record_id) or homes.get(one.record_id, ("", 0))[0]
            rows = known.get(home, ())
            first = (one, where) if one.record_id in firsts else _first(connection, home)
            if not rows or first is None:
                continue
            had = _captures(connection, {row["page"]: row["capture_id"] for row in rows if row["capture_id"]})
            new = fresh[home]
            found[one.record_id] = Whole(
                first,
                {**had, **new},
                {row["page"]: row["detail"] or "" for row in rows if row["state"] == APART},
                homes.get(one.record_id, ("", 1))[1],
                {number: one for number, one in had.items() if number in new},
                frozenset(row["page"] for row in rows if row["state"] == FAILED),
            )
        return found


def failed_pages(engine: Engine, portal: str, run_id: str) -> list[str]:
    """Return the addresses of articles' further pages that a run has tried to fetch in vain."""
    query = select(further_page.c.url).where(
        further_page.c.portal == portal,
        further_page.c.last_run == run_id,
        further_page.c.tries > 0,
        further_page.c.state != APART,
    )
    with engine.connect() as connection:
        return list(connection.scalars(query.order_by(further_page.c.url)))


def whole_of(connection: Connection, first: str, pages: Mapping[int, str]) -> Whole:
    """Return the captures of these record ids, to be read as one article."""
    row = connection.execute(select(captures).where(captures.c.record_id == first)).mappings().one()
    return Whole(capture_of(row), _captures(connection, pages), {})


def apart_ids(connection: Connection, ids: Collection[str]) -> set[str]:
    """Return those of the address ids that an article names as its further page, and that are none."""
    query = select(further_page.c.page_id).where(
        among(connection, further_page.c.page_id, ids), further_page.c.state == APART
    )
    return set(connection.scalars(query))


def see_pages(connection: Connection, portal: str, results: Sequence[ReadResult]) -> dict[str, Capture]:
    """Enter the addresses of pages that articles were read from, and of first pages that only later ones lead to.

    Returns:
        The captures of the pages, by record id.
    """
    ids = {record_id for result in results for record_id in result.pages.values()}
    query = select(captures).where(captures.c.record_id.in_(ids))
    pages = {row["record_id"]: capture_of(row)[0] for row in connection.execute(query).mappings()} if ids else {}
    seen = [Sighting(page.url, page.fetched_at, None, "") for page in pages.values()]
    for result in results:
        capture, found = result.capture, result.outcome
        if capture.purpose is Purpose.ARTICLE and isinstance(found, Article) and found.first_page:
            item = replace(capture.item, url=found.first_page) if capture.item else None
            seen.append(Sighting(found.first_page, capture.fetched_at, item, capture.listing))
    see_addresses(connection, portal, seen)
    return pages


def note_pages(connection: Connection, portal: str, results: Sequence[tuple[ReadResult, str]]) -> None:
    """Enter what was read, each with the id of its article's first address: further pages that it names, and had."""
    firsts = among(connection, further_page.c.address_id, {first for _, first in results})
    named = set(connection.scalars(select(further_page.c.address_id).where(firsts)))
    for result, first in results:
        match result.outcome:
            case Article() as found if found.continues or first in named or result.capture.purpose is Purpose.PAGE:
                _note_article(connection, portal, result, found, first)
            case Refusal() | FetchFailed() | NoPage() if result.capture.purpose is Purpose.PAGE:
                ids = answered_by(connection, result.capture)
                _failed(connection, ids, result.capture.run_id, _reason(result.outcome))
            case _:
                pass


def note_failed_pages(connection: Connection, portal: str, run_id: str, urls: Sequence[str]) -> None:
    """Count a failed try of pages that gave no response."""
    _failed(connection, [address_id(portal, url) for url in urls], run_id, "no response")


def pages_of(connection: Connection, readings: Collection[int]) -> dict[int, dict[int, str]]:
    """Return the captures that readings were made from besides the first page's: by reading and page, the record id."""
    found: dict[int, dict[int, str]] = defaultdict(dict)
    query = select(reading_page).where(among(connection, reading_page.c.reading_id, readings))
    for row in connection.execute(query):
        found[row.reading_id][row.page] = row.capture_id
    return found


def _note_article(connection: Connection, portal: str, result: ReadResult, found: Article, first: str) -> None:
    rows = [
        {
            "address_id": first,
            "page": link.page,
            "page_id": address_id(portal, link.url),
            "portal": portal,
            "url": link.url,
            "state": WANTED,
        }
        for link in found.continues
    ]
    upsert(connection, further_page, rows, update=("url", "page_id"))
    own = further_page.c.address_id == first
    named = [link.page for link in found.continues]
    unnamed = further_page.c.page.not_in(named) & (further_page.c.state != APART)
    connection.execute(delete(further_page).where(own, unnamed))
    for number, record_id in result.pages.items():
        connection.execute(
            update(further_page)
            .where(own, further_page.c.page == number, further_page.c.capture_id.is_distinct_from(record_id))
            .values(state=STORED, capture_id=record_id, tries=0, detail=None)
        )
    for number, reason in result.apart.items():
        connection.execute(
            update(further_page)
            .where(own, further_page.c.page == number)
            .values(state=APART, capture_id=None, detail=reason)
        )
        # It may be an article of its own, put by when its page named this one as the first.
        own_id = select(further_page.c.page_id).where(own, further_page.c.page == number).scalar_subquery()
        connection.execute(
            update(address).where(address.c.id == own_id, address.c.article_id.is_(None)).values(closed=False)
        )
    if result.capture.purpose is Purpose.PAGE:
        ids = answered_by(connection, result.capture)
        connection.execute(
            update(further_page).where(further_page.c.page_id.in_(ids)).values(last_run=result.capture.run_id)
        )


def _failed(connection: Connection, ids: Collection[str], run_id: str, detail: str) -> None:
    """Count a failed try, once a run. What was stored before stays."""
    tries = further_page.c.tries + 1
    wanted = further_page.c.state == WANTED
    connection.execute(
        update(further_page)
        .where(
            further_page.c.page_id.in_(ids),
            further_page.c.state.in_([WANTED, STORED]),
            further_page.c.last_run.is_distinct_from(run_id),
        )
        .values(
            last_run=run_id,
            tries=tries,
            detail=detail[:500],
            state=case((and_(wanted, tries >= MAX_TRIES), FAILED), else_=further_page.c.state),
        )
    )


def _reason(outcome: Refusal | FetchFailed | NoPage) -> str:
    match outcome:
        case Refusal(kind=kind, reason=reason):
            return f"{kind.value}: {reason}"
        case FetchFailed(error=error, detail=detail):
            return f"{error.value}: {detail}"
        case NoPage(reason=reason):
            return reason


def _home(connection: Connection, one: Capture) -> tuple[str, int] | None:
    """Return of which article, by its first address, a captured page is one, and its number."""
    rows = connection.execute(
        select(further_page.c.address_id, further_page.c.page)
        .where(further_page.c.page_id.in_(answered_by(connection, one)), further_page.c.portal == one.portal)
        .order_by(further_page.c.address_id != address_id(one.portal, one.parent), further_page.c.address_id)
    ).all()
    return (rows[0].address_id, rows[0].page) if rows else None


def _rows(connection: Connection, homes: Collection[str]) -> dict[str, list[RowMapping]]:
    found: dict[str, list[RowMapping]] = defaultdict(list)
    query = select(further_page).where(further_page.c.address_id.in_(homes)).order_by(further_page.c.page)
    for row in connection.execute(query).mappings():
        found[row["address_id"]].append(row)
    return found


def _first(connection: Connection, home: str) -> Located | None:
    """Return the last capture of an article's first page that holds it."""
    row = (
        connection.execute(
            select(captures, func.coalesce(captures.c.item, address.c.item).label("said"))
            .join(address, address.c.id == captures.c.address_id)
            .where(
                captures.c.address_id == home,
                captures.c.purpose == Purpose.ARTICLE.value,
                captures.c.status == 200,
                captures.c.state.in_([CaptureState.STORED.value, CaptureState.SAME.value]),
            )
            .order_by(captures.c.seq.desc())
            .limit(1)
        )
        .mappings()
        .first()
    )
    return None if row is None else capture_of({**row, "item": row["said"]})


def _fresh(
    connection: Connection, known: Mapping[str, Sequence[RowMapping]], beyond: Collection[str]
) -> dict[str, dict[int, Located]]:
    """Return the new captures of further pages, by first page's address and number: not read yet, the newest each."""
    at = {row["page_id"]: (home, row["page"]) for home, rows in known.items() for row in rows}
    query = (
        select(captures)
        .where(
            captures.c.address_id.in_(at),
            captures.c.purpose == Purpose.PAGE.value,
            captures.c.status == 200,
            captures.c.state == CaptureState.PENDING.value,
            captures.c.segment.not_in(beyond),
        )
        .order_by(captures.c.seq)
    )
    found: dict[str, dict[int, Located]] = defaultdict(dict)
    for row in connection.execute(query).mappings() if at else ():
        home, number = at[row["address_id"]]
        found[home][number] = capture_of(row)
    return found


def _captures(connection: Connection, ids: Mapping[int, str]) -> dict[int, Located]:
    rows: dict[str, Any] = {
        row["record_id"]: row
        for row in connection.execute(select(captures).where(captures.c.record_id.in_(ids.values()))).mappings()
    }
    return {number: capture_of(rows[record_id]) for number, record_id in ids.items()}
