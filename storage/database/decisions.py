"""What people decided of pages: recorded beside the archive and in the database, and put into force by loading.

A decision is about one address and what it showed: the very bytes, or the same title and full text. What the address
shows later that is neither is judged anew.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, RowMapping, and_, func, insert, or_, select, update

from storage.archive.decisions import append_decision, read_decisions
from storage.crash import DeskPoint, sync_point
from storage.database.among import among
from storage.database.engine import transact
from storage.database.keys import address_id
from storage.database.models import address, article, capture, decision, figure, portal, reading
from storage.database.types import now
from storage.database.values import capture_of
from storage.records import Capture, Location
from storage.vocabulary import CaptureState, Decision, Purpose

_VALUES = ("portal", "url", "capture_id", "payload_sha256", "content_hash", "kind", "reason", "decided_by")


@dataclass(frozen=True, slots=True)
class Decided:
    """A decision: of what, by whom, when, why. `content_hash` is None where the page gave no article."""

    number: int
    kind: Decision
    payload_sha256: str
    content_hash: str | None
    reason: str
    by: str
    at: datetime


def decide(
    engine: Engine, archive: Path, page: Capture, kind: Decision, *, content_hash: str | None, reason: str, by: str
) -> Decided:
    """Record a decision on an archived page and return it. Raises OSError, sqlalchemy.exc.DBAPIError."""
    values = dict(
        zip(
            _VALUES,
            (page.portal, page.url, page.record_id, page.payload_sha256, content_hash, kind.value, reason, by),
            strict=True,
        )
    )
    at = now().replace(microsecond=0)
    append_decision(archive, page.portal, {**values, "decided_at": at.isoformat()})
    sync_point(DeskPoint.WRITTEN)
    number = transact(engine, lambda connection: _enter(connection, values, at))
    sync_point(DeskPoint.ENTERED)
    return Decided(number, kind, page.payload_sha256, content_hash, reason, by, at)


def as_kept(row: RowMapping) -> dict[str, Any]:
    """Return a decision's row as it is kept beside the archive."""
    return {**{name: row[name] for name in _VALUES}, "decided_at": row["decided_at"].isoformat()}


def restore(engine: Engine, archive: Path, portal_name: str) -> int:
    """Enter the decisions that are kept beside the archive and not in the database; return how many those are."""

    def work(connection: Connection) -> int:
        rows = connection.execute(select(decision).where(decision.c.portal == portal_name)).mappings()
        known = {tuple(row[name] for name in (*_VALUES, "decided_at")) for row in rows}
        count = 0
        for kept in read_decisions(archive, portal_name):
            at = datetime.fromisoformat(kept.pop("decided_at"))
            if (*(kept[name] for name in _VALUES), at) not in known:
                _enter(connection, kept, at)
                count += 1
        return count

    return transact(engine, work)


def _enter(connection: Connection, values: Mapping[str, Any], at: datetime) -> int:
    same = and_(*(decision.c[name].is_not_distinct_from(values[name]) for name in _VALUES), decision.c.decided_at == at)
    number: int | None = connection.scalar(select(decision.c.id).where(same))
    if number is None:  # else only the answer to COMMIT was lost
        row = {**values, "address_id": address_id(values["portal"], values["url"]), "decided_at": at}
        number = connection.scalar(insert(decision).values(row).returning(decision.c.id))
    if number is None:
        raise LookupError("table decision gives no number")
    return number


def decisions_on(connection: Connection, addresses: Collection[str]) -> dict[str, list[Decided]]:
    """Return the decisions on addresses, by address id, the last one first."""
    rows = connection.execute(
        select(decision).where(among(connection, decision.c.address_id, addresses)).order_by(decision.c.id.desc())
    ).mappings()
    found: dict[str, list[Decided]] = {}
    for row in rows:
        found.setdefault(row["address_id"], []).append(
            Decided(
                row["id"],
                Decision(row["kind"]),
                row["payload_sha256"],
                row["content_hash"],
                row["reason"],
                row["decided_by"],
                row["decided_at"],
            )
        )
    return found


def in_force(decisions: Iterable[Decided], payload_sha256: str, content_hash: str | None) -> Decided | None:
    """Return the last decision (they come last first) on these very bytes or on this title and text; or None."""
    for one in decisions:
        if one.payload_sha256 == payload_sha256 or (content_hash is not None and one.content_hash == content_hash):
            return one
    return None


def released(engine: Engine, pages: Sequence[Capture]) -> dict[str, frozenset[str]]:
    """Return, by record id, digests of what was released at the page's address: of bytes, and of title and text."""
    keys = {page.record_id: address_id(page.portal, page.url) for page in pages}
    with engine.connect() as connection:
        made = decisions_on(connection, set(keys.values()))
    found = {}
    for record_id, key in keys.items():
        digests = {
            digest
            for one in made.get(key, ())
            if one.kind is Decision.RELEASED
            for digest in (one.payload_sha256, one.content_hash)
            if digest is not None
        }
        if digests:
            found[record_id] = frozenset(digests)
    return found


@dataclass(frozen=True, slots=True)
class KeptBack:
    """A page that waits for a person, or of which one has decided."""

    record_id: str
    portal: str
    url: str
    fetched_at: datetime
    state: CaptureState
    reason: str
    detail: str
    published: bool


def kept_back(engine: Engine, portal_name: str | None, states: Collection[CaptureState]) -> list[KeptBack]:
    """Return pages in these states, oldest first; without those that a later page of their address has replaced."""
    later = capture.alias("later")
    superseded = (
        select(later.c.seq)
        .where(
            later.c.address_id == capture.c.address_id,
            later.c.seq > capture.c.seq,
            later.c.state.in_([CaptureState.STORED.value, CaptureState.SAME.value, *(state.value for state in states)]),
        )
        .exists()
    )
    query = (
        select(capture, article.c.id.label("published"))
        .outerjoin(address, address.c.id == capture.c.address_id)
        .outerjoin(article, and_(article.c.id == address.c.article_id, article.c.withdrawn_at.is_(None)))
        .where(
            capture.c.state.in_([state.value for state in states]),
            capture.c.purpose == Purpose.ARTICLE.value,
            ~superseded,
        )
        .order_by(capture.c.portal, capture.c.seq)
    )
    if portal_name is not None:
        query = query.where(capture.c.portal == portal_name)
    with engine.connect() as connection:
        return [
            KeptBack(
                row["record_id"],
                row["portal"],
                row["url"],
                row["fetched_at"],
                CaptureState(row["state"]),
                row["state_reason"] or "",
                row["detail"] or "",
                row["published"] is not None,
            )
            for row in connection.execute(query).mappings()
        ]


@dataclass(frozen=True, slots=True)
class Page:
    """An archived page and what became of it. `replaced`: a later page of its address was stored since."""

    capture: Capture
    location: Location
    state: CaptureState
    content_hash: str | None
    replaced: bool


def find_pages(engine: Engine, ref: str) -> list[Page]:
    """Return the pages that a record id or an address names: of an address the last one that came whole, a portal."""
    record_id = ref if ref.startswith("urn:uuid:") else f"urn:uuid:{ref}"
    with engine.connect() as connection:
        names = connection.scalars(select(portal.c.name)).all()
        keys = [address_id(name, ref) for name in names]
        last = (
            select(func.max(capture.c.seq))
            .where(
                capture.c.address_id.in_(keys),
                capture.c.purpose == Purpose.ARTICLE.value,
                capture.c.status == 200,
            )
            .group_by(capture.c.address_id)
        )
        hashes = (
            select(reading.c.version_hash)
            .where(reading.c.capture_id == capture.c.record_id)
            .order_by(reading.c.id.desc())
            .limit(1)
            .scalar_subquery()
        )
        later = capture.alias("later")
        replaced = (
            select(later.c.seq)
            .where(
                later.c.address_id == capture.c.address_id,
                later.c.seq > capture.c.seq,
                later.c.state.in_([CaptureState.STORED.value, CaptureState.SAME.value]),
            )
            .exists()
        )
        rows = connection.execute(
            select(
                capture,
                func.coalesce(hashes, figure.c.content_hash).label("read_as"),
                replaced.label("replaced"),
            )
            .outerjoin(figure, figure.c.capture_id == capture.c.record_id)
            .where(or_(capture.c.record_id == record_id, capture.c.seq.in_(last)))
            .order_by(capture.c.seq)
        ).mappings()
        return [
            Page(*capture_of(row), CaptureState(row["state"]), row["read_as"], bool(row["replaced"])) for row in rows
        ]


def reopen(engine: Engine, record_ids: Collection[str]) -> None:
    """Let pages that were kept back be read again."""
    values = {"state": CaptureState.PENDING.value, "state_reason": None, "detail": None, "claimed_by": None}
    transact(
        engine,
        lambda connection: connection.execute(
            update(capture).where(capture.c.record_id.in_(record_ids)).values(**values)
        ),
    )
