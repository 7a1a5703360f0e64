"""What a run did, as plain data: the funnel, the changes, the refusals, the fill rates. Artifacts show it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from statistics import median
from typing import Any

from sqlalchemy import Connection, Engine, func, select

from crawlers.portal import Portal
from flows.steps.judge import fill_shares
from flows.steps.order import Mode, Outcome, mode_label
from storage.database.models import address, article, capture, change, reading, run
from storage.vocabulary import (
    HELD_LABELS,
    REFUSAL_LABELS,
    VERDICTS,
    CaptureState,
    Change,
    HeldReason,
    Purpose,
    RefusalKind,
    Verdict,
)

_HISTORY = 14
"""Runs shown beside this one: two weeks of daily ones."""

CHANGE_LABELS: dict[Change, str] = {
    Change.CREATED: "bài mới",
    Change.UPDATED: "bài thay đổi",
    Change.REREAD: "đọc lại",
    Change.RELINKED: "đổi địa chỉ",
    Change.GONE: "bài biến mất",
    Change.RESTORED: "bài trở lại",
    Change.WITHDRAWN: "bài bị rút",
}


@dataclass(frozen=True, slots=True)
class Step:
    """A step of the funnel: its Vietnamese label, its code, how many came through."""

    label: str
    code: str
    count: int


@dataclass(frozen=True, slots=True)
class ChangedArticle:
    """An article that the run changed, as it is now."""

    label: str
    code: str
    title: str
    url: str
    published_on: date | None


@dataclass(frozen=True, slots=True)
class RefusedPage:
    """A page that the run refused."""

    label: str
    code: str
    url: str
    reason: str


@dataclass(frozen=True, slots=True)
class HeldPage:
    """A page that the run kept back for a person: why, and what speaks for it."""

    label: str
    code: str
    url: str
    evidence: str


@dataclass(frozen=True, slots=True)
class PastRun:
    """A run of the portal that has ended, this one included."""

    started_at: datetime
    mode: str
    verdict: str
    new: int
    changed: int
    refused: int
    seconds: float


@dataclass(frozen=True, slots=True)
class Summary:
    """What a run did.

    Attributes:
        portal, title: the portal's name and title.
        run_id: the run's id.
        verdict: label and code.
        reason, todo: why, and what the operator does ("" if nothing).
        funnel: how many came how far.
        changes, refusals, held: what became of pages.
        fill: share and floor by field of the portal's `Expect.fill`.
        listings: names and addresses of the portal's listings.
        history: the last runs, newest first.
    """

    portal: str
    title: str
    run_id: str
    verdict: str
    reason: str
    todo: str
    funnel: tuple[Step, ...]
    changes: tuple[ChangedArticle, ...]
    refusals: tuple[RefusedPage, ...]
    held: tuple[HeldPage, ...]
    fill: Mapping[str, tuple[float, float]]
    listings: tuple[tuple[str, str], ...]
    history: tuple[PastRun, ...]


def summarise(engine: Engine, portal: Portal, outcome: Outcome) -> Summary:
    """Return what a run did, from its counts and the rows that it wrote."""
    with engine.connect() as connection:
        fetched = _fetched(connection, outcome.run_id)
        changes = _changes(connection, outcome.run_id)
        refusals = _refusals(connection, outcome.run_id)
        held = _held(connection, outcome.run_id)
        history = _history(connection, portal.name)
    facts = outcome.judgement.facts
    return Summary(
        portal=portal.name,
        title=portal.title,
        run_id=outcome.run_id,
        verdict=f"{facts.label} [{outcome.judgement.verdict.value}]",
        reason=outcome.judgement.reason,
        todo=facts.todo,
        funnel=_funnel(outcome, fetched),
        changes=changes,
        refusals=refusals,
        held=held,
        fill=fill_shares(portal, outcome.counts),
        listings=tuple((listing.section or listing.key, listing.url) for listing in portal.listings),
        history=history,
    )


def usual_pages(engine: Engine, portal: str, mode: Mode) -> int:
    """Return how many pages the portal's last runs of a mode read, their median; 0 if there was none."""
    query = select(run.c.counts).where(run.c.portal == portal, run.c.mode == mode.value, run.c.counts.is_not(None))
    with engine.connect() as connection:
        counts = connection.scalars(query.order_by(run.c.id.desc()).limit(5)).all()
    return int(median(one.get("read", 0) for one in counts)) if counts else 0


def _funnel(outcome: Outcome, fetched: Mapping[str, int]) -> tuple[Step, ...]:
    counts = outcome.counts
    steps = (
        Step("dòng danh sách đã thấy", "listed", outcome.rows),
        Step("trang bài đã tải", "fetched", fetched.get(Purpose.ARTICLE.value, 0)),
        Step("trang đã đọc", "read", counts.read),
        Step("bài mới", "new", counts.new + counts.split),
        Step("bài thay đổi", "changed", counts.changed),
        Step("như cũ", "same", counts.same),
        Step("thêm địa chỉ của bài đã biết", "joined", counts.joined),
        Step("từ chối", "refused", counts.refusals),
        Step("giữ lại chờ người xem", "held", counts.held),
        Step("người vận hành bác", "rejected", counts.rejected),
        Step("không có gì để đọc", "errors", counts.errors),
        Step("không lưu được", "quarantined", counts.quarantined),
        Step("bài biến mất", "gone", counts.gone),
        Step("tệp đính kèm đã tải", "attachments", fetched.get(Purpose.ATTACHMENT.value, 0)),
        Step("yêu cầu đã gửi", "requests", outcome.requests),
    )
    always = {"listed", "fetched", "read", "new", "changed", "same", "refused", "requests"}
    return tuple(step for step in steps if step.count or step.code in always)


def _fetched(connection: Connection, run_id: str) -> dict[str, int]:
    """Return how many whole responses the run archived, by purpose."""
    rows = connection.execute(
        select(capture.c.purpose, func.count().label("number"))
        .where(capture.c.run_id == run_id, capture.c.status == 200)
        .group_by(capture.c.purpose)
    )
    return {row.purpose: row.number for row in rows}


def _changes(connection: Connection, run_id: str) -> tuple[ChangedArticle, ...]:
    rows = connection.execute(
        select(change.c.kind, reading.c.title, address.c.url, reading.c.published_at)
        .join(article, article.c.id == change.c.article_id)
        .join(reading, reading.c.id == article.c.reading_id)
        .join(address, address.c.id == article.c.address_id)
        .where(change.c.run_id == run_id)
        .order_by(change.c.seq)
    )
    return tuple(
        ChangedArticle(
            CHANGE_LABELS[Change(row.kind)],
            row.kind,
            row.title,
            row.url,
            row.published_at.date() if row.published_at else None,
        )
        for row in rows
    )


def _held(connection: Connection, run_id: str) -> tuple[HeldPage, ...]:
    rows = connection.execute(
        select(capture.c.url, capture.c.state_reason, capture.c.detail)
        .where(capture.c.loaded_by == run_id, capture.c.state == CaptureState.HELD.value)
        .order_by(capture.c.seq)
    )
    return tuple(
        HeldPage(HELD_LABELS[HeldReason(row.state_reason)], row.state_reason, row.url, row.detail or "") for row in rows
    )


def _history(connection: Connection, portal: str) -> tuple[PastRun, ...]:
    rows = connection.execute(
        select(run.c.started_at, run.c.mode, run.c.verdict, run.c.counts)
        .where(run.c.portal == portal, run.c.verdict.is_not(None))
        .order_by(run.c.id.desc())
        .limit(_HISTORY)
    )
    return tuple(_past(row.started_at, row.mode, Verdict(row.verdict), row.counts or {}) for row in rows)


def _past(started_at: datetime, mode: str, verdict: Verdict, counts: Mapping[str, Any]) -> PastRun:
    return PastRun(
        started_at,
        mode_label(Mode(mode)) if mode in set(Mode) else mode,
        f"{VERDICTS[verdict].label} [{verdict.value}]",
        counts.get("new", 0) + counts.get("split", 0),
        counts.get("changed", 0),
        sum(counts.get("refused", {}).values()),
        counts.get("seconds", 0.0),
    )


def _refusals(connection: Connection, run_id: str) -> tuple[RefusedPage, ...]:
    rows = connection.execute(
        select(capture.c.url, capture.c.state_reason, capture.c.detail)
        .where(capture.c.loaded_by == run_id, capture.c.state == CaptureState.REFUSED.value)
        .order_by(capture.c.state_reason, capture.c.seq)
    )
    return tuple(
        RefusedPage(REFUSAL_LABELS[RefusalKind(row.state_reason)], row.state_reason, row.url, row.detail or "")
        for row in rows
    )
