"""I2, I6 and I9: what the rows say of each other."""

from collections.abc import Iterator
from typing import Any

from sqlalchemy import Select, and_, func, select

from flows.steps.doctor.model import NIGHTLY, REBUILD, Checked, Finding, Invariant, Scope
from storage.addresses import address_key
from storage.database.keys import address_id
from storage.database.loading.decide import MISSING
from storage.database.models import address, article, capture, change, feed, reading, version
from storage.database.types import now
from storage.vocabulary import CaptureState

_NO_SOURCE = frozenset(
    {
        CaptureState.REFUSED,
        CaptureState.HELD,
        CaptureState.ERROR,
        CaptureState.QUARANTINED,
        CaptureState.REJECTED,
    }
)


def _articles(scope: Scope) -> Select[Any]:
    """Return a query for the ids of the articles in scope."""
    if scope.run_id is None:
        return select(article.c.id).where(article.c.portal == scope.name)
    return select(capture.c.article_id).where(capture.c.run_id == scope.run_id, capture.c.article_id.is_not(None))


def twice(scope: Scope) -> Checked:
    """I2: an address has one row, an article no version twice in a row, a record one capture."""
    addresses = select(address.c.id, address.c.key, address.c.url).where(address.c.portal == scope.name)
    if scope.run_id is not None:
        addresses = addresses.where(address.c.id.in_(scope.of_captures(select(capture.c.address_id))))
    findings: list[Finding] = []
    count = 0
    with scope.connect() as connection:
        for row in connection.execute(addresses):
            count += 1
            if row.id != address_id(scope.name, row.url) or row.key != address_key(row.url):
                findings.append(scope.finding(row.url, f"địa chỉ có một dòng thứ hai, khóa {row.id}", REBUILD))
        first = (
            select(
                reading.c.article_id,
                reading.c.version_no,
                func.min(reading.c.id).label("id"),
            )
            .where(reading.c.article_id.in_(_articles(scope)))
            .group_by(reading.c.article_id, reading.c.version_no)
            .subquery()
        )
        hashes = connection.execute(
            select(first.c.article_id, first.c.version_no, reading.c.version_hash, address.c.url)
            .join(reading, reading.c.id == first.c.id)
            .join(article, article.c.id == first.c.article_id)
            .join(address, address.c.id == article.c.address_id)
            .order_by(first.c.article_id, first.c.version_no)
        )
        before: Any = None
        for one in hashes:
            count += 1
            same = (
                before is not None and before.article_id == one.article_id and before.version_hash == one.version_hash
            )
            if same and before.version_no + 1 == one.version_no:
                what = f"bài {one.article_id}: phiên bản {one.version_no} trùng phiên bản {before.version_no}"
                findings.append(scope.finding(one.url, what, REBUILD))
            before = one
        records = scope.of_captures(select(capture.c.record_id)).group_by(capture.c.record_id).having(func.count() > 1)
        findings += [
            scope.finding(row.record_id, "bản ghi có hai dòng", REBUILD) for row in connection.execute(records)
        ]
    return Checked(Invariant.TWICE, count, tuple(findings))


def monotone(scope: Scope) -> Checked:
    """I6: no page that a gate or a person keeps out is shown; what is gone was missing on two days."""
    shown = (
        select(article.c.id, address.c.url, capture.c.record_id, capture.c.state)
        .join(address, address.c.id == article.c.address_id)
        .join(version, and_(version.c.article_id == article.c.id, version.c.no == article.c.version_no))
        .join(reading, reading.c.id == article.c.reading_id)
        .join(capture, capture.c.record_id.in_([version.c.capture_id, reading.c.capture_id]))
        .where(article.c.merged_into.is_(None), article.c.withdrawn_at.is_(None))
        .where(article.c.id.in_(_articles(scope)))
    )
    missed = (
        select(capture.c.address_id, func.count(func.distinct(func.substr(capture.c.fetched_at, 1, 10))).label("days"))
        .where(
            capture.c.status.in_(MISSING),
            capture.c.address_id.in_(
                select(address.c.id).where(address.c.portal == scope.name, address.c.gone_at.is_not(None))
            ),
        )
        .group_by(capture.c.address_id)
        .subquery()
    )
    gone = (
        select(address.c.url, func.coalesce(missed.c.days, 0).label("days"))
        .outerjoin(missed, missed.c.address_id == address.c.id)
        .where(address.c.gone_at.is_not(None), address.c.article_id.in_(_articles(scope)))
    )
    findings: list[Finding] = []
    with scope.connect() as connection:
        count = connection.scalar(select(func.count()).select_from(_articles(scope).subquery())) or 0
        for row in connection.execute(shown.where(capture.c.state.in_([state.value for state in _NO_SOURCE]))):
            what = f"bài {row.id} hiện bản ghi {row.record_id} đang ở trạng thái {row.state}"
            findings.append(scope.finding(row.url, what, NIGHTLY))
        for url, days in connection.execute(gone):
            if days < 2:
                findings.append(scope.finding(url, f"được coi là biến mất mà chỉ vắng ở {days} ngày", REBUILD))
    return Checked(Invariant.MONOTONE, count, tuple(findings))


def clocks(scope: Scope) -> Checked:
    """I9: rows follow each other by number; the feed's number is the last; no time lies ahead."""
    placed = scope.of_captures(
        select(
            capture.c.seq,
            capture.c.record_id,
            capture.c.url,
            capture.c.segment,
            capture.c.segment_offset,
            capture.c.fetched_at,
        )
    ).order_by(capture.c.segment, capture.c.segment_offset)
    numbered = (
        select(article.c.id, article.c.version_no, func.max(version.c.no), func.count(), address.c.url)
        .join(version, version.c.article_id == article.c.id)
        .join(address, address.c.id == article.c.address_id)
        .where(article.c.id.in_(_articles(scope)))
        .group_by(article.c.id, article.c.version_no, address.c.url)
    )
    findings: list[Finding] = []
    with scope.connect() as connection:
        count = connection.scalar(scope.of_captures(select(func.count()).select_from(capture))) or 0
        findings += _in_order(scope, connection.execute(placed))
        for number, shown, last, versions, url in connection.execute(numbered):
            if shown != last or versions != last:
                what = f"bài {number}: hiện phiên bản {shown}, có {versions} phiên bản, số lớn nhất {last}"
                findings.append(scope.finding(url, what, REBUILD))
        last_given = connection.scalar(select(feed.c.last).where(feed.c.id == 1))
        last_used = connection.scalar(select(func.max(change.c.seq))) or 0
    if last_given is None or last_given < last_used:
        what = f"số thứ tự đã cấp là {last_given}, dòng cuối là {last_used}"
        findings.append(scope.finding("bảng feed", what, REBUILD))
    return Checked(Invariant.CLOCKS, count, tuple(findings))


def _in_order(scope: Scope, rows: Any) -> Iterator[Finding]:
    ahead = now()
    before: Any = None
    for row in rows:
        if before is not None and before.segment == row.segment and before.seq > row.seq:
            yield scope.finding(row.url, f"bản ghi {row.record_id} có số đứng trước bản ghi lưu trước nó", REBUILD)
        if (row.fetched_at - ahead).total_seconds() > 3600:
            what = f"bản ghi {row.record_id} có giờ tải {row.fetched_at:%d/%m/%Y %H:%M}, ở tương lai"
            yield scope.finding(row.url, what, "Kiểm tra đồng hồ của máy thu; thứ tự không phụ thuộc vào nó.")
        before = row
