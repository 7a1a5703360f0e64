"""Five portals from page to database: every article once and true, nothing new in a second pass, the news of a day."""

import json
from collections import Counter
from pathlib import Path

import pytest

from flows.steps.order import Mode
from storage.vocabulary import Verdict
from tests.e2e.ingest.site import PORTALS, House
from tests.replicas import Replicas, Special, Truth

VIEWS = ("v1_articles", "v1_addresses", "v1_article_versions", "v1_images", "v1_attachments", "v1_changes")


def _totals(house: House) -> dict[str, int]:
    return {view: house.number(f"SELECT count(*) FROM {view}") for view in VIEWS}


@pytest.mark.timeout(300)
@pytest.mark.parametrize("engine", [pytest.param("sqlite", marks=pytest.mark.soak), "postgresql"], indirect=True)
def test_five_portals_twice(house: House, replicas: Replicas) -> None:
    outcomes = house.ingest()
    reasons = {name: outcome.judgement.reason for name, outcome in outcomes.items()}
    assert {outcome.judgement.verdict for outcome in outcomes.values()} == {Verdict.OK}, reasons
    for portal in PORTALS:
        _check_articles(house, portal, replicas.truth(portal))
        _check_coverage(house, portal, replicas.truth(portal))
    _check_images(house, replicas)
    _check_attachments(house, replicas)

    before = _totals(house)
    replicas.forget()
    again = house.ingest()
    assert {outcome.judgement.verdict for outcome in again.values()} == {Verdict.QUIET}
    assert _totals(house) == before
    requests = replicas.requests
    assert len(requests) == sum(outcome.requests for outcome in again.values())
    pages = {address for portal in PORTALS for truth in replicas.truth(portal) for address in truth.addresses}
    assert not pages & {request.url for request in requests}, "no visit is due: listings only"


def _check_articles(house: House, portal: str, truths: list[Truth]) -> None:
    """Every article of the replica is stored exactly once, with the title and date that are printed."""
    rows = house.rows("SELECT * FROM v1_articles WHERE portal = :portal", portal=portal)
    assert sorted(row.title for row in rows) == sorted(truth.title for truth in truths)
    dates = {row.title: (row.published_at, row.published_missing_reason) for row in rows}
    for truth in truths:
        published_at, reason = dates[truth.title]
        assert (published_at or "")[:16] == (truth.published_at or "")[:16], truth.url
        assert (reason is None) == (published_at is not None), truth.url
    known = {row.url for row in house.rows("SELECT url FROM v1_addresses WHERE portal = :portal", portal=portal)}
    assert not [truth.url for truth in truths if truth.url not in known]


def _check_coverage(house: House, portal: str, truths: list[Truth]) -> None:
    """Every address that the portal lists counts once, in its article's month; nothing is missing, no month left out."""
    rows = house.rows("SELECT * FROM v1_coverage WHERE portal = :portal", portal=portal)
    assert {(row.held, row.refused, row.gaps) for row in rows} == {(0, 0, 0)}
    listed = {row.month: row.listed for row in rows}
    assert [row.stored for row in rows] == [row.listed for row in rows]
    dated = Counter[str]()
    for truth in truths:
        if truth.published_at is not None:
            dated[truth.published_at[:7]] += len(truth.addresses)
    assert all(listed[month] >= count for month, count in dated.items())
    assert sum(listed.values()) == sum(len(truth.addresses) for truth in truths)
    first, last = min(listed), max(listed)
    months = 12 * (int(last[:4]) - int(first[:4])) + int(last[5:]) - int(first[5:]) + 1
    assert len(listed) == months, "a month without an article has a row too"


def _check_images(house: House, replicas: Replicas) -> None:
    truths = [
        (portal, truth.title, image.url)
        for portal in PORTALS
        for truth in replicas.truth(portal)
        for image in truth.images
    ]
    rows = house.rows(
        "SELECT a.portal, a.title, i.url FROM v1_images i JOIN v1_articles a ON a.article_id = i.article_id"
    )
    assert sorted(tuple(row) for row in rows) == sorted(truths)


def _check_attachments(house: House, replicas: Replicas) -> None:
    """Every file is archived, byte for byte."""
    stored = {
        row.url: (row.sha256, row.size)
        for row in house.rows("SELECT url, sha256, size FROM v1_attachments WHERE state = 'stored'")
    }
    files = [file for portal in PORTALS for truth in replicas.truth(portal) for file in truth.attachments]
    assert files
    for file in files:
        assert stored[file.url] == (file.sha256, file.size)


@pytest.mark.timeout(300)
@pytest.mark.parametrize("engine", ["sqlite", pytest.param("postgresql", marks=pytest.mark.soak)], indirect=True)
def test_the_news_of_a_day(house: House, replicas: Replicas) -> None:
    """New articles and one added late are found without asking for what is known; a full run sees edits and moves."""
    portals = ("lao_cai", "tien_giang")
    house.ingest(*portals)
    replicas.advance(2)
    replicas.forget()
    outcomes = house.ingest(*portals)
    for portal in portals:
        truths = replicas.truth(portal)
        fresh = {truth.title for truth in truths if truth.appears == 2}
        rows = house.rows("SELECT title FROM v1_articles WHERE portal = :portal", portal=portal)
        assert fresh <= {row.title for row in rows}
        assert outcomes[portal].counts.new == len(fresh)
    house.ingest(*portals, mode=Mode.FULL)
    for portal in portals:
        truths = replicas.truth(portal)
        rows = house.rows("SELECT title, version_no FROM v1_articles WHERE portal = :portal", portal=portal)
        assert len(rows) == len(truths)
        versions = {row.title: row.version_no for row in rows}
        edited = [truth.title for truth in truths if truth.special is Special.EDITED]
        assert edited
        assert {versions[title] for title in edited} == {2}
        assert {number for title, number in versions.items() if title not in edited} == {1}


def test_a_run_leaves_its_numbers(house: House, few: Replicas) -> None:
    outcome = house.ingest("lao_cai")["lao_cai"]
    (run,) = house.rows("SELECT run_id, verdict, reason, counts FROM v1_runs")
    counts = json.loads(run.counts) if isinstance(run.counts, str) else run.counts
    assert run.run_id == outcome.run_id
    assert (run.verdict, run.reason) == (outcome.judgement.verdict.value, outcome.judgement.reason)
    assert counts["new"] == house.number("SELECT count(*) FROM v1_articles")
    assert counts["requests"] == len(few.requests)
    assert not list(Path(house.var / "runs").iterdir()), "plans and reports of ended runs are not kept"
