"""A page that a person has rejected goes out of the views, and what stood before it comes back."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, Engine, insert, or_, select, update

from storage.crash import DeskPoint, sync_point
from storage.database.decisions import Decided
from storage.database.engine import lock_portal, transact
from storage.database.feed import number_changes
from storage.database.keys import address_id
from storage.database.models import address, article, capture, reading, version
from storage.database.types import now
from storage.records import Capture
from storage.vocabulary import CaptureState, Cause, Change


def reject(engine: Engine, page: Capture, decided: Decided) -> Change | None:
    """Put a rejection into force on what was stored already; return the change that it made, or None.

    The rejected page, and every other of its address that showed the same, gets the state `rejected`. Where one of them
    is the source of the version that is shown, the last version that is not rejected is shown again as a version of its
    own; without one the article is withdrawn.
    """

    def work(connection: Connection) -> Change | None:
        lock_portal(connection, page.portal)
        key = address_id(page.portal, page.url)
        same = [capture.c.payload_sha256 == decided.payload_sha256]
        if decided.content_hash is not None:
            read_so = select(reading.c.capture_id).where(reading.c.version_hash == decided.content_hash)
            same.append(capture.c.record_id.in_(read_so))
        connection.execute(
            update(capture)
            .where(capture.c.address_id == key, or_(*same), capture.c.status == 200)
            .values(
                state=CaptureState.REJECTED.value,
                state_reason=decided.by,
                detail=decided.reason,
                effect=None,
                loaded_by=run_id_of(decided),
            )
        )
        known = connection.execute(
            select(article)
            .join(address, address.c.article_id == article.c.id)
            .where(address.c.id == key, article.c.withdrawn_at.is_(None))
        ).one_or_none()
        made = None if known is None else _take_out(connection, known, decided, page)
        sync_point(DeskPoint.REJECT)
        return made

    return transact(engine, work)


def run_id_of(decided: Decided) -> str:
    """Return what stands in place of a run where a person's decision has changed something."""
    return f"decision-{decided.number}"


def _take_out(connection: Connection, known: Any, decided: Decided, page: Capture) -> Change | None:
    versions = connection.execute(
        select(version, capture.c.state, reading.c.version_hash, reading.c.lead, reading.c.text)
        .join(capture, capture.c.record_id == version.c.capture_id)
        .join(reading, reading.c.id == version.c.reading_id)
        .where(version.c.article_id == known.id)
        .order_by(version.c.no.desc())
    ).all()
    if not versions or versions[0].state != CaptureState.REJECTED.value:
        return None
    good = next((one for one in versions if one.state != CaptureState.REJECTED.value), None)
    if good is None:
        kind, number, fields = Change.WITHDRAWN, known.version_no, ["withdrawn_at"]
        values: dict[str, Any] = {"withdrawn_at": now()}
    else:
        kind, number, fields = Change.UPDATED, known.version_no + 1, ["title", "lead", "text"]
        row = {name: getattr(good, name) for name in ("article_id", "capture_id", "address_id", "reading_id")}
        connection.execute(insert(version).values(**row, no=number, seen_at=now()))
        words = len(f"{good.lead or ''} {good.text}".split())
        values = {"version_no": number, "version_hash": good.version_hash, "words": words}
        values["reading_id"] = good.reading_id
    connection.execute(update(article).where(article.c.id == known.id).values(**values))
    number_changes(connection, [_told(known, kind, number, fields, decided, page)])
    return kind


def _told(
    known: Any, kind: Change, number: int, fields: Sequence[str], decided: Decided, page: Capture
) -> dict[str, Any]:
    return {
        "at": now(),
        "kind": kind.value,
        "cause": Cause.CORRECTION.value,
        "portal": known.portal,
        "article_id": known.id,
        "version_no": number,
        "changed_fields": list(fields),
        "other_article_id": None,
        "capture_id": page.record_id,
        "run_id": run_id_of(decided),
    }
