"""A rehearsal: a whole run into a temporary archive and database, and what it would have stored in the real ones.

The real database is only read, the real archive not touched. Locks are the real ones: a rehearsal asks the same hosts.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum
from pathlib import Path
from tempfile import TemporaryDirectory

from sqlalchemy import Engine, select

from crawlers.portal import Portal
from flows.steps.crawl import Log
from flows.steps.house import Watcher, open_house
from flows.steps.order import Order, Outcome
from flows.steps.pipeline import Stages, directly, ingest_portal
from storage.database import migrate
from storage.database.engine import connect
from storage.database.models import address, article, capture, reading
from storage.settings import Settings
from storage.vocabulary import HELD_LABELS, REFUSAL_LABELS, CaptureState, HeldReason, Purpose, RefusalKind


class Would(StrEnum):
    """What a real run would have done with a page."""

    CREATE = "created"
    UPDATE = "updated"
    KEEP = "same"
    REFUSE = "refused"
    HOLD = "held"


WOULD_LABELS: dict[Would, str] = {
    Would.CREATE: "sẽ thêm bài",
    Would.UPDATE: "sẽ thêm phiên bản",
    Would.KEEP: "như cũ",
    Would.REFUSE: "sẽ từ chối",
    Would.HOLD: "sẽ giữ lại chờ người xem",
}


@dataclass(frozen=True, slots=True)
class Rehearsed:
    """A page of a rehearsal. `detail` is why it would be refused or held, else the start of its text."""

    would: Would
    url: str
    title: str = ""
    published_on: date | None = None
    words: int = 0
    detail: str = ""


async def rehearse(
    portal: Portal,
    order: Order,
    pages: int,
    settings: Settings,
    engine: Engine | None,
    watcher: Watcher,
    *,
    stages: Stages = directly,
    log: Log | None = None,
) -> tuple[Outcome, list[Rehearsed]]:
    """Run a portal without a trace and return the run's end, and what became of each page.

    Args:
        portal: the portal.
        order: what is asked of the run.
        pages: requests that it may send at most.
        settings: of the real run.
        engine: the real database, which is only read; None if there is none yet.
        watcher: is told how it goes on.
        stages: what wraps a stage.
        log: receives what the run logs.
    """
    (settings.var / "tmp").mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory(prefix="thu-", dir=settings.var / "tmp") as name:
        here = settings.model_copy(update={"var": Path(name)})
        own = connect(f"sqlite:///{name}/congtin.db")
        try:
            migrate.upgrade(own)
            with open_house(here, own, [portal], locks=settings.var / "locks", real=engine) as house:
                limited = replace(order, limit=min(pages, order.limit or pages))
                outcome = await ingest_portal(portal, limited, house, watcher, stages=stages, log=log)
            return outcome, [*_articles(own, engine), *_kept_out(own)]
        finally:
            own.dispose()


def _articles(own: Engine, real: Engine | None) -> Iterable[Rehearsed]:
    """Give the articles that the rehearsal stored, beside what the real database shows at their addresses."""
    query = (
        select(
            address.c.id,
            address.c.url,
            article.c.version_hash,
            article.c.words,
            reading.c.title,
            reading.c.text,
            reading.c.published_at,
        )
        .join(article, article.c.address_id == address.c.id)
        .join(reading, reading.c.id == article.c.reading_id)
        .order_by(article.c.id)
    )
    with own.connect() as connection:
        rows = connection.execute(query).all()
    shown = _shown(real, [row.id for row in rows]) if real is not None else {}
    for row in rows:
        before = shown.get(row.id)
        would = Would.CREATE if before is None else Would.KEEP if before == row.version_hash else Would.UPDATE
        published = row.published_at.date() if row.published_at else None
        yield Rehearsed(would, row.url, row.title, published, row.words, row.text[:200])


def _shown(real: Engine, addresses: list[str]) -> dict[str, str]:
    query = (
        select(address.c.id, article.c.version_hash)
        .join(article, article.c.id == address.c.article_id)
        .where(address.c.id.in_(addresses))
    )
    with real.connect() as connection:
        return {row.id: row.version_hash for row in connection.execute(query)}


def _kept_out(own: Engine) -> Iterable[Rehearsed]:
    states = {CaptureState.REFUSED.value: Would.REFUSE, CaptureState.HELD.value: Would.HOLD}
    query = (
        select(capture.c.url, capture.c.state, capture.c.state_reason, capture.c.detail)
        .where(capture.c.state.in_(states), capture.c.purpose == Purpose.ARTICLE.value)
        .order_by(capture.c.seq)
    )
    with own.connect() as connection:
        for row in connection.execute(query):
            would, code = states[row.state], row.state_reason
            label = REFUSAL_LABELS[RefusalKind(code)] if would is Would.REFUSE else HELD_LABELS[HeldReason(code)]
            yield Rehearsed(would, row.url, detail=f"{label} [{code}] {row.detail or ''}".rstrip())
