"""I5, I7 and I8: what runs were asked, what they left behind, what they say of themselves."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from sqlalchemy import case, func, select, text

from crawlers.plan import CrawlReport
from flows.steps.crawl import report_of
from flows.steps.doctor.left import leases_left, left_behind
from flows.steps.doctor.model import AGAIN, NIGHTLY, Checked, Ended, Finding, Invariant, Scope
from storage.addresses import address_key
from storage.database.models import address, capture, listing_entry, run
from storage.database.types import now
from storage.vocabulary import CaptureState, Verdict

SILENT = timedelta(minutes=10)
"""Without a sign of life for so long a run has died; it gives one every half minute."""
LATE_SECONDS = 90
"""Seconds that a crawl may last beyond its budget: requests under way, sealing."""
LATE_BYTES = 32 * 2**20
"""Bytes beyond a budget: bodies under way when it is reached."""
_MAX_FAILURES = 2000
_CUT = frozenset({"budget", "disk", "shutdown", "failed", "probe"})
"""Reasons for which a crawl ends before it has asked for all that it saw."""
_UNTOLD = frozenset({Verdict.CRASHED, Verdict.CANCELLED, Verdict.DEGRADED, Verdict.FAILED})
"""Verdicts of runs that need not have counted all that they did."""


def ended_run(scope: Scope) -> Ended | None:
    """Return how the run in scope ended, from its row; None while it goes on, or if there is none."""
    with scope.connect() as connection:
        row = connection.execute(
            select(run.c.verdict, run.c.counts, run.c.report).where(run.c.id == scope.run_id)
        ).one_or_none()
    if row is None or row.verdict is None:
        return None
    return Ended(Verdict(row.verdict), row.counts or {}, report_of(row.report))


def frontier(scope: Scope) -> Checked:
    """I5: whatever a listing showed was fetched, or it is told why not."""
    shown = (
        select(address.c.id, address.c.url, listing_entry.c.last_run)
        .join(listing_entry, listing_entry.c.address_id == address.c.id)
        .where(listing_entry.c.portal == scope.name)
    )
    if scope.run_id is not None:
        shown = shown.where(listing_entry.c.last_run == scope.run_id)
    unasked = shown.where(
        address.c.article_id.is_(None),
        address.c.tries == 0,
        address.c.closed.is_(False),
        ~select(capture.c.seq).where(capture.c.address_id == address.c.id).exists(),
    )
    with scope.connect() as connection:
        count = connection.scalar(select(func.count()).select_from(shown.subquery())) or 0
        rows = connection.execute(unasked.distinct()).all()
        reports: dict[str, CrawlReport | None] = {
            row.id: report_of(row.report)
            for row in connection.execute(
                select(run.c.id, run.c.report).where(run.c.id.in_({row.last_run for row in rows}))
            )
        }
    if scope.live and scope.run_id is not None:
        reports[scope.run_id] = scope.ended.report if scope.ended else None
    excused = {run_id: _excused(report) for run_id, report in reports.items()}
    findings = [
        scope.finding(row.url, f"được liệt kê trong lần chạy {row.last_run}, chưa tải, không có lý do", AGAIN)
        for row in rows
        if (known := excused.get(row.last_run)) is not None and address_key(row.url) not in known
    ]
    return Checked(Invariant.FRONTIER, count, tuple(findings))


def _excused(report: CrawlReport | None) -> set[str] | None:
    """Return the keys of addresses that a crawl says why it did not fetch; None where it could not finish its list."""
    if report is None or report.reason in _CUT or len(report.failures) >= _MAX_FAILURES:
        return None
    return {address_key(failure.url) for failure in report.failures}


def bounded(scope: Scope) -> Checked:
    """I7: budgets were kept; no segment, lock, process, run or transaction is left behind."""
    count, findings = left_behind(scope)
    findings += _over_budget(scope)
    with scope.connect() as connection:
        going_on = connection.execute(
            select(run.c.id, run.c.host, run.c.heartbeat_at).where(
                run.c.portal == scope.name,
                run.c.verdict.is_(None),
                run.c.id != (scope.run_id if scope.live else ""),
            )
        ).all()
        if connection.dialect.name == "postgresql":
            findings += _open_transactions(scope, connection)
            findings += leases_left(scope, connection)
    for row in going_on:
        if scope.live or (now() - row.heartbeat_at) > SILENT:
            what = f"lần chạy {row.id} trên máy {row.host} im lặng từ {row.heartbeat_at:%d/%m/%Y %H:%M}, chưa đóng"
            findings.append(scope.finding(row.id, what, AGAIN))
    return Checked(Invariant.BOUNDED, count + 1, tuple(findings))


def _over_budget(scope: Scope) -> Iterator[Finding]:
    report = scope.ended.report if scope.ended else None
    if report is None or scope.portal is None:
        return
    access = scope.portal.access
    spent = {
        "yêu cầu": (sum(report.requests.values()), access.max_requests),
        "giây": (int((report.ended_at - report.started_at).total_seconds()), access.max_seconds + LATE_SECONDS),
        "byte": (report.bytes, access.max_bytes + LATE_BYTES),
    }
    for name, (used, allowed) in spent.items():
        if used > allowed:
            what = f"lần chạy {report.run_id} dùng {used} {name}, hạn mức {allowed}"
            yield scope.finding(report.run_id, what, NIGHTLY)


def _open_transactions(scope: Scope, connection: Any) -> list[Finding]:
    query = (
        "SELECT pid, xact_start FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid() "
        "AND application_name = 'congtin' AND state LIKE 'idle in transaction%' "
        "AND xact_start < now() - interval '2 minutes'"
    )
    return [
        scope.finding(
            f"tiến trình PostgreSQL {row.pid}",
            f"giao dịch mở từ {row.xact_start:%d/%m/%Y %H:%M}",
            f"Tìm chương trình giữ nó; nếu đã chết: SELECT pg_terminate_backend({row.pid}).",
        )
        for row in connection.execute(text(query))
    ]


_COUNTED = {
    "new": capture.c.effect == "new",
    "changed": capture.c.effect == "changed",
    "held": capture.c.state == CaptureState.HELD.value,
    "errors": (capture.c.state == CaptureState.ERROR.value) & capture.c.loaded_by.is_not(None),
    "quarantined": (capture.c.state == CaptureState.QUARANTINED.value) & capture.c.loaded_by.is_not(None),
}


def honest(scope: Scope) -> Checked:
    """I8: the verdict agrees with the counts, and the counts with the rows.

    Rows may be fewer than the counts say: a person or a later run may have read the page anew since.
    """
    if scope.ended is None or scope.run_id is None:
        return _verdicts(scope)
    verdict, counts = scope.ended.verdict, scope.ended.counts
    findings = list(_plain(scope, scope.run_id, verdict, counts))
    if verdict not in _UNTOLD:
        sums = [func.sum(case((condition, 1), else_=0)).label(name) for name, condition in _COUNTED.items()]
        with scope.connect() as connection:
            found = connection.execute(select(*sums).where(capture.c.loaded_by == scope.run_id)).mappings().one()
        for name in _COUNTED:
            loaded, said = int(found[name] or 0), int(counts.get(name, 0))
            if loaded > said or (scope.live and loaded != said):
                what = f"lần chạy đếm {name} = {said}, cơ sở dữ liệu có {loaded}"
                findings.append(scope.finding(scope.run_id, what, NIGHTLY))
    return Checked(Invariant.HONEST, 1 + len(_COUNTED), tuple(findings))


def _verdicts(scope: Scope) -> Checked:
    with scope.connect() as connection:
        rows = connection.execute(
            select(run.c.id, run.c.verdict, run.c.counts).where(run.c.portal == scope.name, run.c.verdict.is_not(None))
        ).all()
    findings = [found for row in rows for found in _plain(scope, row.id, Verdict(row.verdict), row.counts or {})]
    return Checked(Invariant.HONEST, len(rows), tuple(findings))


def _plain(scope: Scope, run_id: str, verdict: Verdict, counts: Any) -> Iterator[Finding]:
    news = int(counts.get("new", 0)) + int(counts.get("changed", 0))
    held = int(counts.get("held", 0))
    if verdict is Verdict.QUIET and news:
        yield scope.finding(run_id, f"kết cục «yên ắng» mà có {news} bài mới hoặc thay đổi", NIGHTLY)
    if verdict in {Verdict.OK, Verdict.QUIET} and held:
        yield scope.finding(run_id, f"kết cục tốt mà {held} trang bị giữ lại", NIGHTLY)
