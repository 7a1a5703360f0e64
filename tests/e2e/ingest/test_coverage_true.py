"""`v1_coverage` counts what a portal is known to have listed, whatever became of it; every export carries it."""

import json
from pathlib import Path
from typing import Any

import pytest

from storage.consume.export import export
from storage.vocabulary import ExportFormat
from tests.e2e.crawl.site import Page, Reply, Site, article_page, listing_page
from tests.e2e.ingest.site import House

pytestmark = pytest.mark.parametrize("engine", ["sqlite"], indirect=True)

BUILDING = "<html><head><title>Bảo trì</title></head><body><h1>Hệ thống đang bảo trì</h1></body></html>"
FATES: dict[str, Page] = {
    "gone": Reply(status=404),
    "broken": Reply(status=500),
    "sick": BUILDING,
    "to-gap": "%PDF-1.4 tờ gấp",
}
DATES = {"11/2023": 4, "01/2024": 5, "02/2024": 7}
"""Months with the number of their articles; December shows none."""
TRUE = {  # listed, stored, refused, gaps
    "2023-11": (5, 4, 1, 0),
    "2023-12": (0, 0, 0, 0),
    "2024-01": (7, 5, 0, 2),
    "2024-02": (9, 7, 1, 1),
}


@pytest.fixture
def portal(paged: Site) -> Site:
    """Two listing pages: a leaflet in November, a page that is gone and a broken one in January, and so on."""
    paged.pages.clear()
    rows = []
    for month, fates in (
        ("02/2024", ("sick", "hoi-dap/cau")),
        ("01/2024", ("gone", "broken")),
        ("11/2023", ("to-gap",)),
    ):
        for number in range(DATES[month]):
            path = f"/tin-tuc/bai-{month.replace('/', '-')}-{number}"
            rows.append((path, f"Thông tin tháng {month} về công việc số {number} của tỉnh", f"05/{month}"))
            paged.pages[path] = article_page(rows[-1][1])
        for fate in fates:
            rows.append((f"/{fate}", f"Thông tin tháng {month} về {fate} của tỉnh nhà", f"05/{month}"))
            paged.pages[f"/{fate}"] = FATES.get(fate, "")
    pager = '<div class="pager"><a href="/tin-tuc">1</a> <a href="/tin-tuc?page=2">2</a></div>'
    paged.pages["/tin-tuc"] = listing_page(rows[:11], pager)
    paged.pages["/tin-tuc?page=2"] = listing_page(rows[11:], pager)
    return paged


def covered(house: House) -> dict[str, tuple[Any, ...]]:
    rows = house.rows("SELECT month, listed, stored, refused, gaps, held FROM v1_coverage WHERE month < '2024-03'")
    assert {row.held for row in rows} == {0}
    return {row.month: (row.listed, row.stored, row.refused, row.gaps) for row in rows}


def test_numbers_are_those_of_the_portal(house: House, portal: Site, tmp_path: Path) -> None:
    house.ingest("cong_thu", limit=6)
    cut = covered(house)
    assert {gaps for *_, gaps in cut.values()} == {None}, "what was never listed cannot be counted"
    assert cut["2024-02"][0] == 9
    assert "2023-11" not in cut
    house.ingest("cong_thu")
    assert covered(house) == TRUE
    manifest = export(house.engine, tmp_path / "ra", ExportFormat.JSONL)
    told = manifest.coverage["cong_thu"]
    assert told == {
        "listed": 21, "stored": 16, "held": 0, "refused": 2, "gaps": 3, "unknown": 0,
    }  # fmt: skip
    lines = (tmp_path / "ra" / "coverage" / "coverage.jsonl").read_text(encoding="utf-8").splitlines()
    assert len([one for one in map(json.loads, lines) if one["month"] < "2024-03"]) == len(TRUE)
