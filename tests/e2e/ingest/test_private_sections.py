"""Citizens' questions and directories are not read unless the portal's file opens the section."""

import json
from pathlib import Path

import pytest

from flows.steps.order import Mode
from storage.vocabulary import Verdict
from tests.e2e.crawl.site import Reply, Site, article_page, listing_page, portal_file
from tests.e2e.ingest.site import House

pytestmark = pytest.mark.parametrize("engine", ["sqlite"], indirect=True)  # no database has a part in it

NEWS = ("/tin-tuc/mot", "/tin-tuc/hoi-dap-ve-bao-hiem-y-te")
PRIVATE = ("/hoi-dap/12/ba-tam-hoi-ve-dat-dai", "/danh-ba-can-bo/xa-mot")
ODD = "/chuyen-tiep"
STEP = "/bai/77"
OPENED = "opens=(PrivateSection.CITIZEN_QA, PrivateSection.DIRECTORY), opens_reason='công văn 5'"


def title(url: str) -> str:
    return f"Thông tin của tỉnh về việc {url.rsplit('/', 1)[1].replace('-', ' ')}"


@pytest.fixture
def portal(paged: Site) -> Site:
    """A listing that shows news, rows of private sections, a redirect into one, and one whose path alone says so."""
    pages = {url: article_page(title(url)) for url in (*NEWS, *PRIVATE, STEP)}
    path = '<ul class="breadcrumb"><li><a href="/">Trang chủ</a></li><li><a href="/h">Hỏi đáp</a></li><li><a href="/y">Y tế</a></li></ul>'
    paged.pages.clear()
    paged.pages |= pages
    paged.pages[STEP] = pages[STEP].replace("<h1>", f"{path}<h1>")
    paged.pages[ODD] = Reply(status=302, headers={"Location": PRIVATE[0]})
    rows = [(url, title(url), "01/03/2024") for url in (*NEWS, *PRIVATE, ODD, STEP)]
    paged.pages["/tin-tuc"] = listing_page(rows)
    return paged


def stored(house: House) -> set[str]:
    return {row.url.removeprefix("http://congthu.gov.vn") for row in house.rows("SELECT url FROM v1_articles")}


def test_off_by_default_and_on_by_the_portals_file(house: House, portal: Site) -> None:
    outcome = house.ingest("cong_thu")["cong_thu"]
    assert outcome.judgement.verdict is Verdict.OK, outcome.judgement.reason
    assert stored(house) == set(NEWS)
    assert not set(PRIVATE) & set(portal.targets()), "never asked for"
    (refused,) = house.rows("SELECT url, reason, detail FROM v1_refusals WHERE state = 'refused'")
    assert (refused.url[-6:], refused.reason) == ("bai/77", "citizen_qa")
    assert "Hỏi đáp" in refused.detail
    (report,) = house.rows("SELECT report FROM run")
    report = report.report if isinstance(report.report, dict) else json.loads(report.report)
    told = {one["url"].removeprefix("http://congthu.gov.vn"): one["detail"] for one in report["failures"]}
    assert told == {PRIVATE[0]: "citizen_qa", PRIVATE[1]: "directory", ODD: "redirects to citizen_qa"}
    (coverage,) = house.rows("SELECT listed, stored, refused, gaps FROM v1_coverage WHERE listed > 0")
    assert tuple(coverage) == (6, 2, 4, 0), "nothing that was left out on purpose is a gap"

    folder = Path(house.environment["CONGTIN_PORTALS"])
    portal_file(folder, "cong_thu", {"tin": "http://congthu.gov.vn/tin-tuc"}, extra=OPENED)
    house.ingest("cong_thu", mode=Mode.FULL)
    assert stored(house) == {*NEWS, *PRIVATE, STEP}
