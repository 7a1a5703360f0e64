"""Hosts that misbehave: each is told by its verdict, articles stay, and no other portal waits for it."""

import pytest

from storage.vocabulary import Verdict
from tests.e2e.ingest.site import House
from tests.replicas import Fault, Replicas

pytestmark = pytest.mark.parametrize("engine", ["sqlite"], indirect=True)  # nothing here depends on the database

PORTAL, HOST = "lao_cai", "laocai.gov.vn"

CASES = {
    Fault.MAINTENANCE: Verdict.UNREACHABLE,
    Fault.SOFT_404: Verdict.TOO_LITTLE,
    Fault.NO_ROWS: Verdict.TOO_LITTLE,
    Fault.HALF_ARTICLES: Verdict.HALF,
    Fault.MOVED: Verdict.MOVED,
    Fault.GONE: Verdict.GONE,
    Fault.ERROR_500: Verdict.UNREACHABLE,
    Fault.FORBIDDEN: Verdict.BLOCKED,
    Fault.TOO_MANY: Verdict.BLOCKED,
    Fault.BLOCKED: Verdict.BLOCKED,
    Fault.COOKIE_WALL: Verdict.BLOCKED,
    Fault.ROBOTS_500: Verdict.ROBOTS,
    Fault.ROBOTS_DENY: Verdict.ROBOTS,
}


@pytest.mark.parametrize("fault", CASES)
def test_a_host_that_misbehaves(house: House, replicas: Replicas, fault: Fault) -> None:
    replicas.fault(HOST, fault)
    outcome = house.ingest(PORTAL)[PORTAL]
    assert outcome.judgement.verdict is CASES[fault], outcome.judgement.reason
    assert outcome.judgement.facts.notified
    (run,) = house.rows("SELECT verdict, reason FROM v1_runs")
    assert run.verdict == CASES[fault].value
    assert run.reason


def test_articles_are_untouched_by_a_host_in_trouble(house: House, replicas: Replicas) -> None:
    assert house.ingest(PORTAL)[PORTAL].judgement.verdict is Verdict.OK
    before = house.rows("SELECT article_id, title, text, version_no, gone_at FROM v1_articles ORDER BY article_id")
    for fault in (Fault.SOFT_404, Fault.MAINTENANCE, Fault.GONE):
        replicas.fault(HOST, fault)
        house.ingest(PORTAL)
        now = house.rows("SELECT article_id, title, text, version_no, gone_at FROM v1_articles ORDER BY article_id")
        assert now == before
    replicas.fault(HOST, None)
    assert house.ingest(PORTAL)[PORTAL].judgement.verdict is Verdict.QUIET
