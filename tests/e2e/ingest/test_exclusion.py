"""Two portals on one host are never crawled at once; a run whose lock another machine has taken ends itself."""

import fcntl
import threading
from itertools import pairwise
from pathlib import Path

import pytest
from sqlalchemy import text

from flows.steps import locks, pipeline
from flows.steps.locks import portal_lease
from storage.database.engine import connect
from storage.database.leases import Leases
from storage.vocabulary import VERDICTS, Verdict
from tests.e2e.crawl.site import Request, Site, articles, paged_listing, portal_file
from tests.e2e.ingest.site import House

OTHER = "cong_khac"


@pytest.fixture
def shared(house: House, paged: Site) -> Site:
    """A second portal, `cong_khac`, on the host of the first."""
    paged.pages = paged_listing("/tin-tuc", 10, 5) | paged_listing("/khac", 10, 5, "/khac/bai")
    portal_file(Path(house.environment["CONGTIN_PORTALS"]), OTHER, {"tin": "http://congthu.gov.vn/khac"})
    return paged


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
def test_the_second_portal_of_a_host_waits(house: House, shared: Site) -> None:
    outcomes = house.ingest("cong_thu", OTHER)
    assert {one.judgement.verdict for one in outcomes.values()} == {Verdict.OK}
    assert shared.overlaps == 0
    kinds = ["khac" if target.startswith("/khac") else "tin" for target in shared.targets() if "robots" not in target]
    assert sum(one != other for one, other in pairwise(kinds)) == 1, "one after the other"


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
def test_the_second_portal_is_skipped_where_the_first_takes_long(
    house: House, shared: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(locks, "HOST_WAIT", 0.0)
    folder = house.var / "locks"
    folder.mkdir(parents=True)
    with (folder / "host-congthu.gov.vn.lock").open("w") as other:
        fcntl.flock(other, fcntl.LOCK_EX)
        other.write("cong_thu")
        other.flush()
        judgement = house.ingest(OTHER)[OTHER].judgement
    assert judgement.verdict is Verdict.SKIPPED
    assert judgement.reason == "Máy chủ congthu.gov.vn đang được cổng cong_thu thu thập."
    assert not shared.seen
    assert house.ingest(OTHER)[OTHER].judgement.verdict is Verdict.OK


@pytest.mark.parametrize("engine", ["postgresql"], indirect=True)
def test_a_run_that_lost_its_lock_ends_itself(house: House, paged: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pipeline, "HEARTBEAT", 0.1)
    engine = connect(house.engine.url.render_as_string(hide_password=False))
    theirs = Leases(engine)
    second = str(paged.pages["/tin-tuc?page=2"])
    slower = threading.Lock()
    lost = Leases.lost

    def lost_later(leases: Leases) -> frozenset[str]:
        with slower:  # else the run may get its own lock back first, and rightly goes on
            return lost(leases)

    monkeypatch.setattr(Leases, "lost", lost_later)

    def take_over(request: Request) -> str:
        """Break every connection, and be quicker with the portal's lock."""
        with slower:
            if request.before:
                return second
            name = portal_lease("cong_thu")
            theirs.take("something")  # so that the connection stands
            with house.engine.begin() as connection:
                connection.execute(
                    text(
                        "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE datname = current_database() "
                        "AND application_name LIKE 'congtin % %' AND application_name <> :us"
                    ),
                    {"us": theirs._name},
                )
            assert theirs.take(name) is None
        return second

    paged.pages |= articles(range(1, 61)) | {"/tin-tuc?page=2": take_over}
    monkeypatch.setenv("CONGTIN_DELAY", "0.3")
    outcome = house.ingest("cong_thu")["cong_thu"]
    assert outcome.judgement.verdict is Verdict.DEGRADED
    assert outcome.judgement.reason == pipeline.TAKEN_OVER
    assert not list(house.var.rglob("*.open")), "the crawl ended cleanly"
    assert not house.crawls()
    assert house.ingest("cong_thu")["cong_thu"].judgement.facts is VERDICTS[Verdict.SKIPPED]
    theirs.close()
    engine.dispose()
    assert house.ingest("cong_thu")["cong_thu"].judgement.verdict is Verdict.OK
    assert house.number("SELECT count(*) FROM v1_articles") == 60
