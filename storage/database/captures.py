"""Captures: entered from the archive, with the rows of listing pages, files and redirects; claimed for reading."""

import logging
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import partial
from itertools import islice
from pathlib import Path
from typing import Any
from urllib.parse import urljoin

from sqlalchemy import Connection, Engine, or_, select, update

from storage.addresses import looks_like_trap
from storage.archive import BodyError, SegmentDamaged, StoreError, read, scan, sizes, unreachable
from storage.crash import Point, sync_point
from storage.database.among import among
from storage.database.attachments import not_a_file, note_files
from storage.database.bulk import insert_rows, upsert
from storage.database.engine import lock_portal, transact
from storage.database.failures import note_tries
from storage.database.file_changes import tell_files
from storage.database.forgotten import among_forgotten, came_again, sync_tombstones
from storage.database.keys import address_id
from storage.database.models import address, further_page, run
from storage.database.models import capture as captures
from storage.database.models import segment as segment_table
from storage.database.redirects import note_redirects
from storage.database.sightings import Sighting, see_addresses, see_entries
from storage.database.values import capture_of, item_value, storable, unstorable
from storage.records import Capture, ListingItem, Location
from storage.vocabulary import CaptureState, Purpose, RefusalKind

_LOG = logging.getLogger(__name__)

Rows = Callable[[Capture, bytes], Iterable[ListingItem]]
"""Reads a listing page: the capture and its decoded body to its rows."""

UNSTORABLE = "unstorable"
"""Reason of a quarantined record that holds what no database takes."""

READ = frozenset({Purpose.ARTICLE, Purpose.PAGE})
"""Purposes of the responses that are read; pages of an article are read together."""

CHUNK = 200
"""Captures entered in one transaction; the lock is held for some hundredths of a second."""


@dataclass(frozen=True, slots=True)
class Indexed:
    """A capture on its way into the database: where it lies, what state it enters in, the rows of a listing page."""

    capture: Capture
    location: Location
    state: CaptureState
    reason: str | None = None
    detail: str | None = None
    items: tuple[ListingItem, ...] = ()


def index(engine: Engine, archive: Path, portal: str, *, rows: Rows, only: Sequence[str] = ()) -> int:
    """Enter what the portal's segments hold beyond what was entered before; return the number of new captures.

    Goes on after the last whole record that was entered, also in a segment that is still being written. Article
    responses come to wait for reading (state `pending`). `only` names the segments to look at; empty means all.

    Raises:
        sqlalchemy.exc.DBAPIError: the database does not answer.
        ArchiveError, OSError: a segment cannot be read.
    """
    sync_tombstones(engine, archive, portal)
    count = 0
    there = sizes(archive, portal)
    with engine.connect() as connection:
        query = select(segment_table.c.name, segment_table.c.indexed_to).where(segment_table.c.portal == portal)
        ends = {row.name: row.indexed_to for row in connection.execute(query)}
    for name in only or there:
        if ends.get(name) == there.get(name):
            continue
        found = _whole(scan(archive, portal, name, ends.get(name, 0)))
        while chunk := [_examine(archive, one, location, rows) for one, location in islice(found, CHUNK)]:
            count += transact(engine, partial(enter, portal=portal, chunk=chunk))
            sync_point(Point.INDEXED)
    return count


def _whole(found: Iterator[tuple[Capture, Location]]) -> Iterator[tuple[Capture, Location]]:
    """Yield what is whole; damage in one segment must not keep the others from being indexed."""
    try:
        yield from found
    except SegmentDamaged as error:
        _LOG.error("damaged segment: %s", error)
    except StoreError as error:
        _LOG.warning("a segment is left for later: %s", error)


def elsewhere(engine: Engine, archive: Path, portal: str) -> frozenset[str]:
    """Return the segments that hold responses which wait for reading, and that are out of reach.

    They are on another machine, which died or was cut off before it had read them, or the store does not answer. Those
    in the store are brought here.
    """
    query = select(captures.c.segment).where(
        captures.c.portal == portal, captures.c.state == CaptureState.PENDING.value
    )
    with engine.connect() as connection:
        waiting = set(connection.scalars(query.distinct()))
    return frozenset(unreachable(archive, portal, waiting))


def claim(
    engine: Engine, portal: str, run_id: str, limit: int, *, beyond: Collection[str] = (), but_split: bool = False
) -> list[tuple[Capture, Location]]:
    """Return up to `limit` article responses that wait for reading, oldest first, and keep other workers off them.

    What was claimed by a run that has ended is free again. A capture that came without a listing row gets what listings
    have said of its address. Those in segments that are out of reach (`beyond`, see `elsewhere`) are left alone.

    With `but_split`, first pages stay whose further pages this run is yet to fetch again: read with the old ones, a
    sentence that has moved from page to page would look lost.
    """
    open_run = select(run.c.id).where(run.c.id == captures.c.claimed_by, run.c.verdict.is_(None)).exists()
    free = or_(captures.c.claimed_by.is_(None), (captures.c.claimed_by != run_id) & ~open_run)
    stale = (
        select(further_page.c.page)
        .where(
            further_page.c.address_id == captures.c.address_id,
            further_page.c.capture_id.is_not(None),
            further_page.c.last_run.is_distinct_from(run_id),
        )
        .exists()
    )
    waiting = (
        select(captures.c.seq)
        .where(
            captures.c.portal == portal,
            captures.c.state == CaptureState.PENDING.value,
            captures.c.segment.not_in(beyond),
            free,
            *([~(stale & (captures.c.purpose == Purpose.ARTICLE.value))] if but_split else ()),
        )
        .order_by(captures.c.seq)
        .limit(limit)
        .with_for_update(skip_locked=True)
    )

    tried: list[int] = []

    def work(connection: Connection) -> list[tuple[Capture, Location]]:
        # Where only the answer to COMMIT was lost they are ours already, and no other claim would find them.
        ours = among(connection, captures.c.seq, tried), captures.c.claimed_by == run_id
        chosen = connection.scalars(select(captures.c.seq).where(*ours)).all() if tried else []
        chosen = chosen or connection.scalars(waiting).all()
        if not chosen:
            return []
        tried[:] = chosen
        connection.execute(update(captures).where(captures.c.seq.in_(chosen)).values(claimed_by=run_id))
        rows = connection.execute(
            select(captures, address.c.item.label("said"))
            .outerjoin(address, address.c.id == captures.c.address_id)
            .where(captures.c.seq.in_(chosen))
            .order_by(captures.c.seq)
        ).mappings()
        return [capture_of({**row, "item": row["item"] or row["said"]}) for row in rows]

    claimed = transact(engine, work)
    sync_point(Point.CLAIMED)
    return claimed


def pending(engine: Engine, portal: str, limit: int, *, beyond: Collection[str] = ()) -> list[tuple[Capture, Location]]:
    """Return up to `limit` article responses that wait for reading, as `claim`, without claiming them."""
    query = (
        select(captures, address.c.item.label("said"))
        .outerjoin(address, address.c.id == captures.c.address_id)
        .where(
            captures.c.portal == portal,
            captures.c.state == CaptureState.PENDING.value,
            captures.c.segment.not_in(beyond),
        )
        .order_by(captures.c.seq)
        .limit(limit)
    )
    with engine.connect() as connection:
        rows = connection.execute(query).mappings().all()
    return [capture_of({**row, "item": row["item"] or row["said"]}) for row in rows]


def enter(connection: Connection, portal: str, chunk: Sequence[Indexed], *, reached: bool = True) -> int:
    """Enter captures of one portal within a transaction; return how many were not known.

    Args:
        connection: within a transaction.
        portal: the portal's name.
        chunk: captures, in the order of their segment.
        reached: whether the segment is indexed down to them.
    """
    lock_portal(connection, portal)
    whole, chunk = chunk, _without_forgotten(connection, portal, chunk)
    ids = [one.capture.record_id for one in chunk]
    known = set(connection.scalars(select(captures.c.record_id).where(among(connection, captures.c.record_id, ids))))
    new = list({one.capture.record_id: one for one in chunk if one.capture.record_id not in known}.values())
    changed: set[str] = set()
    files = [one for one in new if one.capture.purpose is Purpose.ATTACHMENT]
    if new:
        see_addresses(connection, portal, list(_sightings(new)))
        see_entries(connection, portal, [(one.capture, one.items) for one in new if one.items])
        insert_rows(connection, captures, [_row(one) for one in new])
        changed = note_files(connection, [(one.capture, one.detail or one.reason) for one in files])
        articles = [one for one in new if one.capture.purpose is Purpose.ARTICLE]
        note_redirects(connection, portal, [one.capture for one in articles if is_redirect(one.capture)])
        poisoned = [one.capture for one in articles if one.state is CaptureState.QUARANTINED]
        tried = [(address_id(portal, one.url), one.run_id, one.fetched_at) for one in poisoned]
        note_tries(connection, tried, wait=True)
    if reached:
        ends = {one.location.segment: one.location.offset + one.location.length for one in whole}
        upsert(
            connection,
            segment_table,
            [{"portal": portal, "name": name, "indexed_to": end} for name, end in ends.items()],
            update=("indexed_to",),
        )
    if changed:
        tell_files(connection, changed, files[-1].capture.run_id)
    sync_point(Point.INDEX)
    return len(new)


def _without_forgotten(connection: Connection, portal: str, chunk: Sequence[Indexed]) -> list[Indexed]:
    """Return the captures without those of forgotten addresses, nor listing rows that lead there."""
    keys = {one.location: {address_id(portal, one.capture.url)} | _redirected(one.capture) for one in chunk}
    rows = {item.url: address_id(portal, item.url) for one in chunk for item in one.items}
    gone = among_forgotten(connection, {*rows.values(), *(key for of in keys.values() for key in of)})
    if not gone:
        return list(chunk)
    came_again(connection, [(key, place.segment) for place, of in keys.items() for key in sorted(of & gone)])
    return [
        replace(one, items=tuple(item for item in one.items if rows[item.url] not in gone))
        for one in chunk
        if not keys[one.location] & gone
    ]


def _redirected(capture: Capture) -> set[str]:
    target = redirect_target(capture) if is_redirect(capture) else None
    return {address_id(capture.portal, target)} if target else set()


def unread(capture: Capture, location: Location) -> Indexed:
    """Return how a capture enters without a look at its body."""
    if reason := unstorable([capture.url, capture.parent, capture.headers, item_value(capture.item)]):
        return Indexed(_made_storable(capture), location, CaptureState.QUARANTINED, UNSTORABLE, reason)
    waits = capture.purpose in READ and not is_redirect(capture)
    return Indexed(capture, location, CaptureState.PENDING if waits else CaptureState.NOTED)


def _examine(archive: Path, capture: Capture, location: Location, rows: Rows) -> Indexed:
    """Return what state a capture enters in; reads the rows of a listing page."""
    entered = unread(capture, location)
    if entered.state is CaptureState.QUARANTINED or capture.purpose in READ:
        return entered
    if capture.status >= 400:
        return Indexed(capture, location, CaptureState.ERROR, str(capture.status))
    if capture.purpose is Purpose.ROBOTS or capture.status >= 300:
        return Indexed(capture, location, CaptureState.NOTED)
    try:
        _, body, _ = read(archive, capture.portal, location)
    except BodyError as error:
        return Indexed(capture, location, CaptureState.ERROR, error.means, str(error))
    if capture.purpose is Purpose.LISTING:
        return _read_listing(capture, location, body, rows)
    problem = not_a_file(capture, body)
    state = CaptureState.ERROR if problem else CaptureState.NOTED
    return Indexed(capture, location, state, RefusalKind.ERROR if problem else None, problem)


def _read_listing(capture: Capture, location: Location, body: bytes, rows: Rows) -> Indexed:
    try:
        items = tuple(rows(capture, body))
    except Exception as error:  # noqa: BLE001 - one page that breaks the reader must not stop the index for ever
        return Indexed(capture, location, CaptureState.QUARANTINED, RefusalKind.READER_FAILED, storable(repr(error)))
    usable = tuple(_storable_item(item) for item in items if not looks_like_trap(item.url) and not unstorable(item.url))
    return Indexed(capture, location, CaptureState.NOTED, items=usable)


def _sightings(chunk: Sequence[Indexed]) -> Iterator[Sighting]:
    for one in chunk:
        capture = one.capture
        for item in one.items:
            yield Sighting(item.url, capture.fetched_at, item, capture.listing)
        if capture.purpose is Purpose.ARTICLE:
            yield Sighting(capture.url, capture.fetched_at, capture.item, capture.listing)


def is_redirect(capture: Capture) -> bool:
    """Whether the response sends the client to another address."""
    return 300 <= capture.status < 400 and capture.status != 304


def redirect_target(capture: Capture) -> str | None:
    """Return the absolute address that a redirect names, or None."""
    location = capture.headers.get("location")
    if not location:
        return None
    with suppress(UnicodeError):
        # Header text is Latin-1; old servers put raw UTF-8 into it.
        location = location.encode("latin-1").decode("utf-8")
    try:
        return urljoin(capture.url, location)
    except ValueError:
        return None


def _made_storable(capture: Capture) -> Capture:
    item = capture.item
    return replace(
        capture,
        url=storable(capture.url),
        parent=storable(capture.parent),
        headers={storable(name): storable(value) for name, value in capture.headers.items()},
        item=None if item is None else _storable_item(item),
    )


def _storable_item(item: ListingItem) -> ListingItem:
    return ListingItem(storable(item.url), storable(item.title), storable(item.published_raw), storable(item.lead))


def _row(one: Indexed) -> dict[str, Any]:
    capture, location = one.capture, one.location
    keyed = capture.purpose in {*READ, Purpose.ATTACHMENT}
    target = redirect_target(capture) if keyed and is_redirect(capture) else None
    return {
        "record_id": capture.record_id,
        "run_id": capture.run_id,
        "portal": capture.portal,
        "purpose": capture.purpose.value,
        "url": capture.url,
        "address_id": address_id(capture.portal, capture.url) if keyed else None,
        "fetched_at": capture.fetched_at,
        "status": capture.status,
        "headers": dict(capture.headers),
        "payload_sha256": capture.payload_sha256,
        "payload_size": capture.payload_size,
        "listing": capture.listing,
        "page": capture.page,
        "item": item_value(capture.item),
        "parent": capture.parent,
        "redirect_to": address_id(capture.portal, target) if target else None,
        "segment": location.segment,
        "segment_offset": location.offset,
        "segment_length": location.length,
        "state": one.state.value,
        "state_reason": one.reason,
        "detail": one.detail,
    }
