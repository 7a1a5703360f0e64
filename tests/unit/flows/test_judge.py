"""Each verdict, their precedence, and the table that they come from."""

from dataclasses import replace
from datetime import datetime

import pytest

from crawlers.plan import CrawlReport, Failure, ListingReport, Stop
from crawlers.portal import Expect, Level, Lifecycle, Listing, Portal, Sureness, Unit
from flows.steps.judge import SAMPLE, Findings, judge, seen_before
from flows.steps.order import Counts
from storage.records import VIETNAM
from storage.vocabulary import VERDICTS, FetchError, PrefectState, Purpose, RefusalKind, Verdict

START = datetime(2025, 3, 1, 5, 0, tzinfo=VIETNAM)


def _portal(**changes: object) -> Portal:
    facts: dict[str, object] = {
        "name": "thu_nghiem",
        "title": "Cổng thử nghiệm",
        "unit": Unit(level=Level.PROVINCE, name="Tỉnh Lào Cai", province="10"),
        "platform": "generic",
        "listings": tuple(
            Listing(key=key, url=f"https://thu.example/{key}", sureness=Sureness.SEEN, evidence="bản thử")
            for key in ("a", "b")
        ),
        "lifecycle": Lifecycle.ACTIVE,
        "lifecycle_note": "bản thử",
        "expect": Expect(rows=8, fill={"lead": 0.8}, refused=0.3),
    }
    return Portal.model_validate(facts | changes)


def _listing(key: str, stop: Stop = Stop.MARK, *, rows: int = 10, detail: str = "") -> ListingReport:
    return ListingReport(key=key, pages=1 if rows else 0, rows=rows, first_rows=rows, stop=stop, detail=detail)


def _report(*listings: ListingReport, reason: str = "finished", **changes: object) -> CrawlReport:
    values: dict[str, object] = {
        "run_id": "r1",
        "portal": "thu_nghiem",
        "started_at": START,
        "ended_at": START,
        "reason": reason,
        "listings": listings or (_listing("a"), _listing("b")),
    }
    return CrawlReport.model_validate(values | changes)


def _failure(error: FetchError, detail: str = "", purpose: Purpose = Purpose.LISTING) -> Failure:
    return Failure(url="https://thu.example/a", purpose=purpose, error=error, detail=detail)


GOOD = Findings(_portal(), Counts(read=20, articles=20, new=5, filled={"lead": 20}), _report())
NOT_FOUND = _failure(FetchError.HTTP, "404")
NO_NAME = _failure(FetchError.DNS, "Name or service not known")
DEAD = (_listing("a", Stop.ERROR, rows=0), _listing("b", Stop.ERROR, rows=0))


def _dead(*failures: Failure, moved_to: str = "") -> Findings:
    return replace(GOOD, report=_report(*DEAD, failures=failures, moved_to=moved_to))


CASES: dict[str, tuple[Findings, Verdict]] = {
    "ok": (GOOD, Verdict.OK),
    "a changed article is news too": (replace(GOOD, counts=replace(GOOD.counts, new=0, changed=1)), Verdict.OK),
    "quiet": (replace(GOOD, counts=Counts()), Verdict.QUIET),
    "frozen": (replace(GOOD, portal=_portal(lifecycle=Lifecycle.FROZEN), report=None), Verdict.FROZEN),
    "cancelled": (replace(GOOD, cancelled=True), Verdict.CANCELLED),
    "disk": (replace(GOOD, report=_report(reason="disk")), Verdict.DEGRADED),
    "database": (replace(GOOD, database="connection refused"), Verdict.DEGRADED),
    "crashed": (replace(GOOD, report=None, lost="bị tín hiệu SIGKILL kết thúc"), Verdict.CRASHED),
    "failed": (replace(GOOD, report=_report(reason="failed")), Verdict.FAILED),
    "moved": (
        replace(
            _dead(_failure(FetchError.REDIRECT, "https://khac.example/"), moved_to="https://khac.example"),
            seen_moved=True,
        ),
        Verdict.MOVED,
    ),
    "moved, told by the stop alone": (
        replace(
            GOOD,
            report=_report(_listing("a", Stop.MOVED, rows=0), _listing("b", Stop.MOVED, rows=0)),
            seen_moved=True,
        ),
        Verdict.MOVED,
    ),
    "led elsewhere for the first time": (
        _dead(_failure(FetchError.REDIRECT, "https://khac.example/"), moved_to="https://khac.example"),
        Verdict.REDIRECTED,
    ),
    "pages of this run are held": (
        replace(GOOD, counts=replace(GOOD.counts, held=3), drift="lead 99% → 0%", waiting=3),
        Verdict.DRIFTED,
    ),
    "pages of earlier runs wait": (replace(GOOD, counts=Counts(), waiting=1), Verdict.DRIFTED),
    "403 on the listings": (_dead(_failure(FetchError.HTTP, "403")), Verdict.BLOCKED),
    "429 on robots.txt": (_dead(_failure(FetchError.HTTP, "429", Purpose.ROBOTS)), Verdict.BLOCKED),
    "block page with status 200": (
        replace(
            GOOD,
            report=_report(_listing("a", Stop.NO_ROWS, rows=0), _listing("b", Stop.NO_ROWS, rows=0)),
            front={"a": RefusalKind.BLOCK},
        ),
        Verdict.BLOCKED,
    ),
    "403 in mid-run": (
        replace(GOOD, report=_report(failures=(_failure(FetchError.HOST_CLOSED, "HTTP 403", Purpose.ARTICLE),))),
        Verdict.BLOCKED,
    ),
    "one page that is forbidden is no wall": (
        replace(GOOD, report=_report(failures=(_failure(FetchError.HTTP, "403", Purpose.ARTICLE),))),
        Verdict.OK,
    ),
    "403 on a later listing page": (
        replace(
            GOOD,
            report=_report(_listing("a"), _listing("b", Stop.ERROR), failures=(_failure(FetchError.HTTP, "403"),)),
        ),
        Verdict.BLOCKED,
    ),
    "every listing breaks off after its first page": (
        replace(
            GOOD,
            report=_report(
                _listing("a", Stop.ERROR), _listing("b", Stop.ERROR), failures=(_failure(FetchError.HTTP, "500"),)
            ),
        ),
        Verdict.HALF,
    ),
    "most pages are challenges": (
        replace(GOOD, counts=Counts(read=20, articles=5, new=5, refused={RefusalKind.CHALLENGE: 15})),
        Verdict.BLOCKED,
    ),
    "robots.txt forbids": (
        replace(GOOD, report=_report(_listing("a", Stop.ROBOTS, rows=0), _listing("b", Stop.ROBOTS, rows=0))),
        Verdict.ROBOTS,
    ),
    "robots.txt answers 503": (
        replace(
            GOOD,
            report=_report(
                _listing("a", Stop.ROBOTS, rows=0),
                _listing("b", Stop.ROBOTS, rows=0),
                failures=(_failure(FetchError.HTTP, "503", Purpose.ROBOTS),),
            ),
        ),
        Verdict.ROBOTS,
    ),
    "robots.txt cannot be fetched from a dead host": (
        replace(
            GOOD,
            report=_report(
                _listing("a", Stop.ROBOTS, rows=0),
                _listing("b", Stop.ROBOTS, rows=0),
                failures=(_failure(FetchError.REFUSED, "", Purpose.ROBOTS),),
            ),
        ),
        Verdict.UNREACHABLE,
    ),
    "404 on all listings": (_dead(NOT_FOUND), Verdict.UNREACHABLE),
    "404 on all listings, as on another day": (replace(_dead(NOT_FOUND), seen_gone=True), Verdict.GONE),
    "the name is gone": (_dead(NO_NAME), Verdict.UNREACHABLE),
    "the name is gone, as on another day": (replace(_dead(NO_NAME), seen_gone=True), Verdict.GONE),
    "a host that asked to be left alone": (
        _dead(_failure(FetchError.HOST_CLOSED, "HTTP 503, Retry-After 86400 s")),
        Verdict.UNREACHABLE,
    ),
    "a host that asked us to be slower": (
        _dead(_failure(FetchError.HOST_CLOSED, "HTTP 429, Retry-After 86400 s")),
        Verdict.BLOCKED,
    ),
    "a host that had to be left alone in mid-run": (
        replace(GOOD, report=_report(failures=(_failure(FetchError.HOST_CLOSED, "HTTP 503", Purpose.ARTICLE),))),
        Verdict.PARTIAL,
    ),
    "our resolver fails": (
        _dead(_failure(FetchError.DNS, "Temporary failure in name resolution")),
        Verdict.UNREACHABLE,
    ),
    "one listing 404, the other times out": (
        _dead(_failure(FetchError.HTTP, "404"), _failure(FetchError.TIMEOUT)),
        Verdict.UNREACHABLE,
    ),
    "timeout": (_dead(_failure(FetchError.TIMEOUT)), Verdict.UNREACHABLE),
    "certificate": (_dead(_failure(FetchError.TLS, "expired")), Verdict.UNREACHABLE),
    "500": (_dead(_failure(FetchError.HTTP, "500")), Verdict.UNREACHABLE),
    "maintenance page with status 200": (
        replace(
            GOOD,
            report=_report(_listing("a", Stop.NO_ROWS, rows=0), _listing("b", Stop.NO_ROWS, rows=0)),
            front={"a": RefusalKind.MAINTENANCE, "b": RefusalKind.MAINTENANCE},
        ),
        Verdict.UNREACHABLE,
    ),
    "one listing of two": (replace(GOOD, report=_report(_listing("a"), DEAD[1])), Verdict.HALF),
    "many articles fail": (
        replace(
            GOOD,
            report=_report(failures=tuple(_failure(FetchError.TIMEOUT, "", Purpose.ARTICLE) for _ in range(6))),
        ),
        Verdict.HALF,
    ),
    "a few articles fail": (
        replace(
            GOOD,
            report=_report(
                failures=tuple(_failure(FetchError.TIMEOUT, "", Purpose.ARTICLE) for _ in range(SAMPLE - 1))
            ),
        ),
        Verdict.OK,
    ),
    "articles that are gone are no failures": (
        replace(
            GOOD,
            report=_report(failures=tuple(_failure(FetchError.HTTP, "404", Purpose.ARTICLE) for _ in range(9))),
        ),
        Verdict.OK,
    ),
    "what the budget left out is no failure": (
        replace(
            GOOD,
            report=_report(failures=tuple(_failure(FetchError.BUDGET, "", Purpose.ARTICLE) for _ in range(9))),
        ),
        Verdict.OK,
    ),
    "too few rows": (
        replace(GOOD, report=_report(_listing("a", rows=3), _listing("b", rows=4))),
        Verdict.TOO_LITTLE,
    ),
    "soft 404 everywhere": (
        replace(
            GOOD,
            report=_report(_listing("a", Stop.NO_ROWS, rows=0), _listing("b", Stop.NO_ROWS, rows=0)),
            front={"a": RefusalKind.ERROR, "b": RefusalKind.ERROR},
        ),
        Verdict.TOO_LITTLE,
    ),
    "a budget that ended before a listing is no collapse": (
        replace(GOOD, report=_report(_listing("a", rows=3), _listing("b", Stop.BUDGET, rows=0), reason="budget")),
        Verdict.PARTIAL,
    ),
    "many refused": (
        replace(GOOD, counts=Counts(read=20, articles=13, new=13, refused={RefusalKind.ERROR: 7}, filled={"lead": 13})),
        Verdict.MANY_REFUSED,
    ),
    "as many refused as the portal allows": (
        replace(GOOD, counts=Counts(read=20, articles=14, new=14, refused={RefusalKind.ERROR: 6}, filled={"lead": 14})),
        Verdict.OK,
    ),
    "three pages are no sample": (
        replace(GOOD, counts=Counts(read=3, articles=0, new=1, refused={RefusalKind.ERROR: 3})),
        Verdict.OK,
    ),
    "refused before, and nothing new": (replace(GOOD, counts=Counts(), standing=(46, 0)), Verdict.MANY_REFUSED),
    "few refused before": (replace(GOOD, counts=Counts(), standing=(6, 40)), Verdict.QUIET),
    "drift": (replace(GOOD, counts=replace(GOOD.counts, filled={"lead": 15})), Verdict.DRIFTED),
    "budget": (
        replace(GOOD, report=_report(_listing("a"), _listing("b", Stop.BUDGET), reason="budget")),
        Verdict.PARTIAL,
    ),
    "night window": (replace(GOOD, report=None, closed="Ngoài khung giờ."), Verdict.PARTIAL),
}


@pytest.mark.parametrize("case", CASES)
def test_verdict(case: str) -> None:
    findings, verdict = CASES[case]
    judgement = judge(findings)
    assert judgement.verdict is verdict
    assert judgement.reason


ORDER = [
    (replace(GOOD, portal=_portal(lifecycle=Lifecycle.FROZEN), report=None), Verdict.FROZEN),
    (replace(GOOD, cancelled=True, database="gone"), Verdict.CANCELLED),
    (replace(GOOD, database="gone", lost="bị giết"), Verdict.DEGRADED),
    (_dead(_failure(FetchError.HTTP, "403"), moved_to="https://khac.example"), Verdict.REDIRECTED),
    (_dead(_failure(FetchError.HTTP, "404"), _failure(FetchError.HTTP, "403")), Verdict.BLOCKED),
    (replace(GOOD, report=_report(_listing("a", rows=2), DEAD[1])), Verdict.HALF),
    (
        replace(
            GOOD,
            report=_report(_listing("a", rows=1), _listing("b", rows=1)),
            counts=Counts(read=20, articles=20, refused={RefusalKind.ERROR: 19}),
        ),
        Verdict.TOO_LITTLE,
    ),
    (
        replace(GOOD, counts=Counts(read=30, articles=20, new=20, refused={RefusalKind.ERROR: 10})),
        Verdict.MANY_REFUSED,
    ),
    (
        replace(
            GOOD,
            counts=replace(GOOD.counts, filled={}),
            report=_report(_listing("a"), _listing("b", Stop.BUDGET), reason="budget"),
        ),
        Verdict.DRIFTED,
    ),
    (
        replace(GOOD, counts=Counts(), report=_report(_listing("a"), _listing("b", Stop.SINCE))),
        Verdict.PARTIAL,
    ),
]


@pytest.mark.parametrize(("findings", "verdict"), ORDER, ids=[verdict.value for _, verdict in ORDER])
def test_the_first_cause_wins(findings: Findings, verdict: Verdict) -> None:
    assert judge(findings).verdict is verdict


def test_a_reason_names_its_evidence() -> None:
    judgement = judge(_dead(_failure(FetchError.HTTP, "403 Forbidden")))
    assert "https://thu.example/a" in judgement.reason
    assert "403 Forbidden" in judgement.reason
    assert judgement.evidence["failures"] == 1


def test_every_verdict_has_its_facts() -> None:
    assert set(VERDICTS) == set(Verdict)


@pytest.mark.parametrize("verdict", Verdict)
def test_who_needs_a_person_never_completes(verdict: Verdict) -> None:
    facts = VERDICTS[verdict]
    if facts.notified:
        assert facts.prefect_state is not PrefectState.COMPLETED
        assert facts.exit_code != 0
        assert facts.todo
    assert facts.label
    assert (facts.exit_code == 0) == (facts.prefect_state is PrefectState.COMPLETED)


DAYS: dict[str, tuple[list[tuple[Verdict, CrawlReport | None]], Verdict | None]] = {
    "nothing is known": ([], None),
    "all was well": ([(Verdict.OK, GOOD.report)], None),
    "led elsewhere": ([(Verdict.REDIRECTED, None)], Verdict.REDIRECTED),
    "not found": ([(Verdict.UNREACHABLE, _dead(NOT_FOUND).report)], Verdict.GONE),
    "not found, with the host down in between": (
        [
            (Verdict.UNREACHABLE, _dead(_failure(FetchError.TIMEOUT)).report),
            (Verdict.UNREACHABLE, _dead(NOT_FOUND).report),
        ],
        Verdict.GONE,
    ),
    "not found, and back since": (
        [(Verdict.QUIET, GOOD.report), (Verdict.UNREACHABLE, _dead(NOT_FOUND).report)],
        None,
    ),
    "only down": ([(Verdict.UNREACHABLE, _dead(_failure(FetchError.TIMEOUT)).report)], None),
    "a run without a report": ([(Verdict.UNREACHABLE, None)], None),
}


@pytest.mark.parametrize("case", DAYS)
def test_what_earlier_days_saw(case: str) -> None:
    earlier, seen = DAYS[case]
    assert seen_before(GOOD.portal, earlier) is seen
