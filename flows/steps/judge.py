"""The verdict on a run: a pure function of the crawl's report, the load's counts and what the portal file expects.

The checks stand in order of precedence; the first that holds is the verdict. A person can do something about the first
cause only, so the causes that explain the others come first: a portal that moved also shows too few rows.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from crawlers.plan import CrawlReport, Failure, ListingReport, Stop
from crawlers.portal import Lifecycle, Portal
from crawlers.private_sections import PrivateSection
from flows.steps.order import Counts, Judgement, Mode
from storage.vocabulary import REFUSAL_LABELS, FetchError, Purpose, RefusalKind, Verdict

SAMPLE = 5
"""Pages below which a share says nothing."""
FAILED_SHARE = 0.2
"""Share of article requests without a usable response above which a run is called half; Expect has no field for it."""

_CUT = frozenset({Stop.BUDGET, Stop.MAX_PAGES, Stop.SINCE, Stop.SHUTDOWN})
_BAD = frozenset({Stop.NO_ROWS, Stop.LOOP, Stop.ERROR, Stop.ROBOTS, Stop.MOVED})
_NO_FAULT = frozenset({FetchError.BUDGET, FetchError.SCOPE, FetchError.PRIVATE})
_NAMED = frozenset({Mode.PROBE, Mode.CHOSEN})
_BY_CHOICE = frozenset({kind.refusal for kind in PrivateSection})
"""Refusals that are our choice, and say nothing of the portal's health."""
_FORBIDDING = frozenset({401, 403, 429, 451})
_FRONT: dict[RefusalKind, Verdict] = {
    RefusalKind.BLOCK: Verdict.BLOCKED,
    RefusalKind.CHALLENGE: Verdict.BLOCKED,
    RefusalKind.MAINTENANCE: Verdict.UNREACHABLE,
}
_STATUS = re.compile(r"\b([1-5]\d\d)\b")


@dataclass(frozen=True, slots=True)
class Findings:
    """All that a verdict rests on.

    Attributes:
        portal: the portal, with its lifecycle and what it expects.
        counts: what was read and loaded.
        report: of the crawl of listings and articles; None where none was written.
        front: listings without a row whose first page reads as a refusal, by key.
        cancelled: whether the operator asked the run to stop.
        lost: how a crawl process ended without a report, or "".
        database: what the database answered last while it was down, or "".
        closed: why nothing was fetched although nothing is wrong (night window), or "".
        standing: of the rows that the run's listings showed, those asked so far without and with an article.
        drift: why pages of this run were held, or "".
        waiting: pages held, in this run or before, that wait for a person.
        mode: of the run. A few pages say nothing of a portal, but all of what was asked for by name or as a sample.
        seen_moved, seen_gone: whether the last run of an earlier day that reached the portal was led to another host
            too, or found nothing there either.
        failed_pages: further pages of articles that could not be had.
    """

    portal: Portal
    counts: Counts
    report: CrawlReport | None = None
    front: dict[str, RefusalKind] = field(default_factory=dict)
    cancelled: bool = False
    lost: str = ""
    database: str = ""
    closed: str = ""
    standing: tuple[int, int] = (0, 0)
    drift: str = ""
    waiting: int = 0
    mode: Mode = Mode.INCREMENTAL
    seen_moved: bool = False
    seen_gone: bool = False
    failed_pages: Sequence[str] = ()

    @property
    def listings(self) -> tuple[ListingReport, ...]:
        """The listings that the crawl reports on."""
        return self.report.listings if self.report else ()

    @property
    def failures(self) -> tuple[Failure, ...]:
        """The failures that the crawl reports."""
        return self.report.failures if self.report else ()

    @property
    def bad(self) -> tuple[ListingReport, ...]:
        """The listings that could not be read."""
        return tuple(listing for listing in self.listings if listing.stop in _BAD)

    @property
    def dead(self) -> bool:
        """Whether no listing could be read at all, not even its first page."""
        return bool(self.listings) and all(listing.stop in _BAD and not listing.first_rows for listing in self.listings)


def judge(findings: Findings) -> Judgement:
    """Return the verdict, its reason in Vietnamese, and the numbers it rests on."""
    for check in _CHECKS:
        found = check(findings)
        if found is not None:
            verdict, reason = found
            break
    else:
        verdict, reason = Verdict.OK, f"{findings.counts.new} bài mới, {findings.counts.changed} bài thay đổi."
    return Judgement(verdict, reason, _evidence(findings))


_Check = Callable[[Findings], tuple[Verdict, str] | None]


def _frozen(findings: Findings) -> tuple[Verdict, str] | None:
    portal = findings.portal
    if portal.lifecycle is Lifecycle.ACTIVE or findings.report is not None:
        return None
    successor = f"; nay là {portal.successor}" if portal.successor else ""
    return Verdict.FROZEN, f"Vòng đời của cổng: {portal.lifecycle.value} ({portal.lifecycle_note}{successor})."


def _cancelled(findings: Findings) -> tuple[Verdict, str] | None:
    if not findings.cancelled:
        return None
    return Verdict.CANCELLED, f"Đã dừng theo yêu cầu sau {findings.counts.read} trang."


def _degraded(findings: Findings) -> tuple[Verdict, str] | None:
    if findings.database:
        return Verdict.DEGRADED, f"Cơ sở dữ liệu không trả lời: {findings.database}"
    if findings.report and findings.report.reason == "disk":
        return Verdict.DEGRADED, "Đĩa gần đầy: đã ngừng tải, phần đã tải nằm trong kho lưu."
    return None


def _crashed(findings: Findings) -> tuple[Verdict, str] | None:
    return (Verdict.CRASHED, f"Tiến trình thu thập {findings.lost}.") if findings.lost else None


def _failed(findings: Findings) -> tuple[Verdict, str] | None:
    if findings.report and findings.report.reason == "failed":
        return Verdict.FAILED, "Tiến trình thu thập báo lỗi; xem nhật ký."
    return None


def _dead(findings: Findings) -> tuple[Verdict, str] | None:
    """No listing showed a row: say which cause, the surest first."""
    if not findings.dead:
        return None
    causes = _causes(findings)
    moved_to = findings.report.moved_to if findings.report else ""
    if moved_to or Verdict.MOVED in causes:
        where = f"Danh sách chuyển hướng tới {moved_to or 'máy chủ khác'}."
        if findings.seen_moved:
            return Verdict.MOVED, where
        return Verdict.REDIRECTED, f"{where} Lần đầu thấy; ngày khác thấy lại thì coi là đã chuyển."
    for verdict in (Verdict.BLOCKED, Verdict.UNREACHABLE, Verdict.ROBOTS):
        if verdict in causes:
            return verdict, causes[verdict]
    if Verdict.GONE not in causes:
        return None
    if findings.seen_gone:
        return Verdict.GONE, causes[Verdict.GONE]
    return Verdict.UNREACHABLE, f"{causes[Verdict.GONE]} Lần đầu thấy; ngày khác thấy lại thì coi là không còn."


def seen_before(portal: Portal, earlier: Sequence[tuple[Verdict, CrawlReport | None]]) -> Verdict | None:
    """Return REDIRECTED or GONE if that is what the last run of an earlier day saw that reached the portal.

    Args:
        portal: the portal.
        earlier: verdicts and reports of runs of earlier days, the last one first.
    """
    for verdict, report in earlier:
        if verdict in {Verdict.REDIRECTED, Verdict.MOVED}:
            return Verdict.REDIRECTED
        dead = _dead(Findings(portal, Counts(), report, seen_gone=True))
        if dead is not None and dead[0] is Verdict.GONE:
            return Verdict.GONE
        if verdict is not Verdict.UNREACHABLE:
            return None
    return None


def _half_listings(findings: Findings) -> tuple[Verdict, str] | None:
    if not findings.bad or findings.dead:
        return None
    named = "; ".join(f"{listing.key} [{listing.stop.value}] {listing.detail}".strip() for listing in findings.bad)
    return Verdict.HALF, f"{len(findings.bad)}/{len(findings.listings)} danh sách không đọc được: {named}"


def _too_little(findings: Findings) -> tuple[Verdict, str] | None:
    read = [listing for listing in findings.listings if listing.pages or listing.stop not in _CUT]
    if not findings.listings or len(read) < len(findings.listings):
        return None
    rows = sum(listing.first_rows for listing in read)
    floor = findings.portal.expect.rows
    if rows >= floor and not findings.bad:
        return None
    shown = "".join(f"; {key}: {REFUSAL_LABELS[kind]} [{kind.value}]" for key, kind in sorted(findings.front.items()))
    return Verdict.TOO_LITTLE, f"Trang đầu các danh sách có {rows} dòng, mức sàn là {floor}{shown}."


def _blocked_midway(findings: Findings) -> tuple[Verdict, str] | None:
    for failure in findings.failures:
        closed = failure.error is FetchError.HOST_CLOSED or failure.purpose is Purpose.LISTING
        if closed and _status(failure) in _FORBIDDING:
            return Verdict.BLOCKED, f"Cổng trả lời {_status(failure)}, đã ngừng gửi yêu cầu tại {failure.url}."
    walls = sum(findings.counts.refused.get(kind, 0) for kind in (RefusalKind.BLOCK, RefusalKind.CHALLENGE))
    if findings.counts.read >= SAMPLE and walls * 2 > findings.counts.read:
        return Verdict.BLOCKED, f"{walls}/{findings.counts.read} trang là trang chặn hoặc kiểm tra trình duyệt."
    return None


def _unfetched_by_name(findings: Findings) -> tuple[Verdict, str] | None:
    """Whoever names an address is told of each that could not be fetched, whatever the reason."""
    failures = [failure for failure in findings.failures if failure.purpose is Purpose.ARTICLE]
    if findings.mode is not Mode.CHOSEN or not failures:
        return None
    named = "; ".join(f"{one.url}: {one.error.value} {one.detail}".rstrip() for one in failures[:SAMPLE])
    return Verdict.HALF, f"{len(failures)} địa chỉ nêu tên không tải được: {named}"


def _half_failures(findings: Findings) -> tuple[Verdict, str] | None:
    failures = [
        failure
        for failure in findings.failures
        if failure.purpose is Purpose.ARTICLE and failure.error not in _NO_FAULT and _status(failure) not in {404, 410}
    ]
    asked = findings.counts.read + len(failures)
    few = len(failures) < SAMPLE and not (findings.mode is Mode.PROBE and failures)
    if few or len(failures) <= FAILED_SHARE * asked:
        return None
    return Verdict.HALF, f"{len(failures)}/{asked} bài không tải được ({_kinds(failures)})."


def _many_refused(findings: Findings) -> tuple[Verdict, str] | None:
    counts, allowed = findings.counts, findings.portal.expect.refused
    refusals = sum(count for kind, count in counts.refused.items() if kind not in _BY_CHOICE)
    if findings.mode in _NAMED and counts.read and not counts.articles:
        allowed = 0.0
    elif counts.read < SAMPLE or refusals <= allowed * counts.read:
        return None
    kinds = ", ".join(
        f"{REFUSAL_LABELS[kind]} [{kind.value}] {count}"
        for kind, count in sorted(counts.refused.items(), key=lambda entry: -entry[1])
    )
    return Verdict.MANY_REFUSED, f"{counts.refusals}/{counts.read} trang bị từ chối (mức {allowed:.0%}): {kinds}."


def _still_refused(findings: Findings) -> tuple[Verdict, str] | None:
    """A run that finds nothing new does not turn a portal green whose pages were refused before."""
    without, having = findings.standing
    if without < SAMPLE or without <= findings.portal.expect.refused * (without + having):
        return None
    return Verdict.MANY_REFUSED, f"{without}/{without + having} dòng của danh sách đã được tải mà chưa cho bài nào."


def _held(findings: Findings) -> tuple[Verdict, str] | None:
    """Pages that wait for a person keep the portal from turning green."""
    if not findings.counts.held and not findings.waiting:
        return None
    said = f"{findings.counts.held} trang của lần chạy này bị giữ lại, {findings.waiting} trang chờ người xem"
    return Verdict.DRIFTED, f"{said}: {findings.drift}." if findings.drift else f"{said}."


def _drifted(findings: Findings) -> tuple[Verdict, str] | None:
    if findings.counts.articles < SAMPLE:
        return None
    low = [
        f"{name} {share:.0%} < {floor:.0%}"
        for name, (share, floor) in fill_shares(findings.portal, findings.counts).items()
        if share < floor
    ]
    return (Verdict.DRIFTED, f"Tỷ lệ có giá trị dưới mức: {', '.join(low)}.") if low else None


def _partial(findings: Findings) -> tuple[Verdict, str] | None:
    if findings.closed:
        return Verdict.PARTIAL, findings.closed
    if findings.mode is Mode.PROBE:
        rows, counts = sum(listing.first_rows for listing in findings.listings), findings.counts
        return Verdict.PARTIAL, f"Chỉ dò thử: thấy {rows} dòng danh sách, {counts.articles}/{counts.read} trang là bài."
    cut = [f"{listing.key} [{listing.stop.value}]" for listing in findings.listings if listing.stop in _CUT]
    if cut:
        return Verdict.PARTIAL, f"Danh sách chưa đọc hết: {', '.join(cut)}."
    left = next((one for one in findings.failures if one.error is FetchError.HOST_CLOSED), None)
    if left is not None:
        return Verdict.PARTIAL, f"Đã để yên máy chủ từ {left.url}: {left.detail}."
    if findings.report and findings.report.reason != "finished":
        return Verdict.PARTIAL, f"Dừng trước khi hết việc [{findings.report.reason}]."
    if findings.failed_pages:
        named = ", ".join(findings.failed_pages[:SAMPLE])
        return Verdict.PARTIAL, f"{len(findings.failed_pages)} trang tiếp của bài nhiều trang không tải được: {named}."
    return None


def _quiet(findings: Findings) -> tuple[Verdict, str] | None:
    if findings.counts.new or findings.counts.changed:
        return None
    if findings.mode is Mode.CHOSEN:
        return Verdict.QUIET, f"Đã tải lại {findings.counts.read} địa chỉ nêu tên, không có bài mới hay thay đổi."
    rows = sum(listing.rows for listing in findings.listings)
    return Verdict.QUIET, f"Đã xem {rows} dòng danh sách, không có bài mới hay thay đổi."


_CHECKS: tuple[_Check, ...] = (
    _frozen,
    _cancelled,
    _degraded,
    _crashed,
    _failed,
    _dead,
    _blocked_midway,
    _half_listings,
    _too_little,
    _unfetched_by_name,
    _half_failures,
    _many_refused,
    _still_refused,
    _held,
    _drifted,
    _partial,
    _quiet,
)


def fill_shares(portal: Portal, counts: Counts) -> dict[str, tuple[float, float]]:
    """Return, by field of `Expect.fill`, the share of the run's articles that have a value, and the floor."""
    return {
        name: (counts.filled.get(name, 0) / counts.articles if counts.articles else 1.0, floor)
        for name, floor in portal.expect.fill.items()
    }


def _causes(findings: Findings) -> dict[Verdict, str]:
    """Return the verdicts that the failed listings point at, each with its evidence; GONE only if nothing else is."""
    causes: dict[Verdict, str] = {}
    for failure in findings.failures:
        verdict = _cause(failure)
        if verdict is not None:
            detail = f" {failure.detail}" if failure.detail else ""
            causes.setdefault(verdict, f"{failure.url}: {failure.error.value}{detail}.")
    for key, kind in findings.front.items():
        if kind in _FRONT:
            causes.setdefault(_FRONT[kind], f"Danh sách {key} là {REFUSAL_LABELS[kind]} [{kind.value}].")
    robots_unread = any(failure.purpose is Purpose.ROBOTS for failure in findings.failures)
    for listing in findings.bad:
        if listing.stop is Stop.ROBOTS and not robots_unread:
            causes.setdefault(Verdict.ROBOTS, f"robots.txt cấm danh sách {listing.key}. {listing.detail}".strip())
        elif listing.stop is Stop.MOVED:
            causes.setdefault(Verdict.MOVED, listing.detail)
    return causes


def _cause(failure: Failure) -> Verdict | None:
    """Return the verdict that a failed robots.txt or listing request points at; None if it says nothing alone."""
    if failure.purpose not in {Purpose.ROBOTS, Purpose.LISTING}:
        return None
    match failure.error:
        case FetchError.DNS:
            # getaddrinfo's EAI_AGAIN is our own resolver's trouble, not the end of a name.
            return Verdict.UNREACHABLE if "emporary" in failure.detail else Verdict.GONE
        case FetchError.HTTP:
            return _cause_of_status(_status(failure), failure.purpose)
        case FetchError.REDIRECT:
            return Verdict.MOVED if failure.purpose is Purpose.LISTING else None
        case FetchError.ROBOTS:
            return Verdict.ROBOTS
        case FetchError.HOST_CLOSED:
            return _cause_of_status(_status(failure), Purpose.LISTING)
        case FetchError.SCOPE | FetchError.PRIVATE | FetchError.BUDGET:
            return None
        case _:
            return Verdict.UNREACHABLE


def _cause_of_status(status: int, purpose: Purpose) -> Verdict | None:
    if status in _FORBIDDING:
        return Verdict.BLOCKED
    if purpose is Purpose.ROBOTS:
        return Verdict.ROBOTS if status >= 500 else None
    if status in {404, 410}:
        return Verdict.GONE
    return Verdict.UNREACHABLE if status >= 500 else None


def _status(failure: Failure) -> int:
    """Return the HTTP status that a failure's detail begins with or names; 0 if there is none."""
    if failure.error not in {FetchError.HTTP, FetchError.HOST_CLOSED}:
        return 0
    match = _STATUS.search(failure.detail)
    return int(match[1]) if match else 0


def _kinds(failures: Sequence[Failure]) -> str:
    counted: dict[str, int] = {}
    for failure in failures:
        counted[failure.error.value] = counted.get(failure.error.value, 0) + 1
    return ", ".join(f"{kind} {count}" for kind, count in sorted(counted.items(), key=lambda entry: -entry[1]))


def _evidence(findings: Findings) -> dict[str, Any]:
    """Return the numbers a verdict rests on, ready for JSON."""
    return {
        "listings": [listing.model_dump(mode="json") for listing in findings.listings],
        "front": {key: kind.value for key, kind in findings.front.items()},
        "fill": {
            name: {"share": round(share, 4), "floor": floor}
            for name, (share, floor) in fill_shares(findings.portal, findings.counts).items()
        },
        "failures": len(findings.failures),
    }
