"""Hosts that misbehave: each is told by its verdict, articles stay, and no other portal waits for it."""

import pytest

from storage.vocabulary import Verdict
from tests.e2e.ingest.site import House
from tests.replicas import Fault, Replicas

pytestmark = pytest.mark.parametrize("engine", ["sqlite"], indirect=True)  # nothing here depends on the database

PORTAL, HOST = "lao_cai", "laocai.gov.vn"
HOSTS = {
    "kien_giang_kien_luong": "kienluong.kiengiang.gov.vn",
    "lao_cai": HOST,
    "long_an_baolongan": "baolongan.vn",
    "long_an_hcc": "hcc.longan.gov.vn",
    "tien_giang": "tiengiang.gov.vn",
}
# Several hosts in trouble at a time: a verdict is about one portal alone.
TROUBLES: list[dict[str, tuple[Fault | None, Verdict]]] = [
    {
        "kien_giang_kien_luong": (Fault.MAINTENANCE, Verdict.UNREACHABLE),
        "lao_cai": (Fault.SOFT_404, Verdict.TOO_LITTLE),
        "long_an_baolongan": (Fault.HALF_ARTICLES, Verdict.HALF),
        "long_an_hcc": (Fault.MOVED, Verdict.REDIRECTED),
        "tien_giang": (None, Verdict.OK),
    },
    {
        "kien_giang_kien_luong": (Fault.GONE, Verdict.UNREACHABLE),  # gone needs two days
        "lao_cai": (Fault.NO_ROWS, Verdict.TOO_LITTLE),
        "long_an_baolongan": (Fault.FORBIDDEN, Verdict.BLOCKED),
        "long_an_hcc": (Fault.TOO_MANY, Verdict.BLOCKED),
        "tien_giang": (Fault.BLOCKED, Verdict.BLOCKED),
    },
    {
        "kien_giang_kien_luong": (Fault.ROBOTS_500, Verdict.ROBOTS),
        "lao_cai": (Fault.ROBOTS_DENY, Verdict.ROBOTS),
        "long_an_baolongan": (Fault.COOKIE_WALL, Verdict.BLOCKED),
        "long_an_hcc": (Fault.ERROR_500, Verdict.UNREACHABLE),
        "tien_giang": (Fault.MAINTENANCE, Verdict.UNREACHABLE),
    },
]


@pytest.mark.parametrize("troubles", TROUBLES, ids=["first", "second", "third"])
def test_hosts_that_misbehave(house: House, few: Replicas, troubles: dict[str, tuple[Fault | None, Verdict]]) -> None:
    for portal, (fault, _) in troubles.items():
        few.fault(HOSTS[portal], fault)
    outcomes = house.ingest()
    found = {portal: outcome.judgement.verdict for portal, outcome in outcomes.items()}
    reasons = {portal: outcome.judgement.reason for portal, outcome in outcomes.items()}
    assert found == {portal: verdict for portal, (_, verdict) in troubles.items()}, reasons
    stored = {
        row.portal: (row.verdict, row.reason) for row in house.rows("SELECT portal, verdict, reason FROM v1_runs")
    }
    assert stored == {portal: (verdict.value, reasons[portal]) for portal, verdict in found.items()}


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
