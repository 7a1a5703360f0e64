"""A portal without a reading rule: its first run reads clean, its template makes no version, its blocks can be kept."""

from pathlib import Path

import pytest

from flows.steps.order import Mode
from storage.database.templates import current
from storage.settings import settings
from storage.vocabulary import Verdict
from tests.bench.furnished import furnished_pages
from tests.bench.scores import Read, Score
from tests.e2e.crawl.site import Site, listing_page, portal_file, serve
from tests.e2e.ingest.site import House

NAME = "hoa_binh"


@pytest.mark.timeout(300)
@pytest.mark.parametrize("engine", [pytest.param("sqlite", marks=pytest.mark.soak), "postgresql"], indirect=True)
def test_a_portal_without_rules_reads_clean(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    pages = furnished_pages(7, 32)["furnished boxed"]
    rows = [(page.url.split(".gov.vn")[1], page.truth.title, f"{page.truth.published_at:%d/%m/%Y}") for page in pages]
    site = Site({path: page.body.decode() for (path, _, _), page in zip(rows, pages, strict=True)})
    site.pages["/tin"] = listing_page(rows)
    portal_file(Path(house.environment["CONGTIN_PORTALS"]), NAME, {"tin": "http://hoabinh.example.gov.vn/tin"})
    with serve(site):
        monkeypatch.setenv("CONGTIN_CONNECT_TO", f"hoabinh.example.gov.vn:80=127.0.0.1:{site.port}")
        settings.cache_clear()
        outcome = house.ingest(NAME)[NAME]
        assert outcome.judgement.verdict is Verdict.OK, outcome.judgement.reason
        score = Score()
        texts = {row.title: (row.lead, row.text) for row in house.rows("SELECT title, lead, text FROM v1_articles")}
        for page in pages:
            lead, text = texts[page.truth.title]
            score.add(page.name, Read(f"{lead}\n{text}" if lead else text, page.truth.title), page.truth)
        assert score.token_f1 / score.articles >= 0.99, score.wrong
        assert score.leaked <= 0.002 * score.words, score.wrong
        used = {row.template for row in house.rows("SELECT template FROM reading")}
        stored = current(house.engine, NAME)
        assert len(used) == 1, "one template a run"

        house.ingest(NAME, mode=Mode.FULL)
        assert {row.kind for row in house.rows("SELECT kind FROM change WHERE kind <> 'reread'")} == {"created"}
        assert house.number("SELECT max(version_no) FROM article") == 1

    assert stored is not None
    code, out, _ = house.run("portal", "boilerplate", NAME)
    assert code == 0
    assert all(block["id"] in out for block in stored.blocks)
    slogan = next(block for block in stored.blocks if block["example"].startswith("Quét mã QR"))
    code, out, _ = house.run("portal", "boilerplate", NAME, "--keep", slogan["id"], "--reason", "lời mời là nội dung")
    assert (code, slogan["example"][:60] in out) == (0, True)
    code, out, _ = house.run("portal", "boilerplate", NAME)
    assert "lời mời là nội dung" in out
    after = current(house.engine, NAME)
    assert after is not None
    assert after.version != stored.version
    assert house.run("portal", "boilerplate", NAME, "--drop-keep", slogan["id"])[0] == 0
    for wrong in (("khong_co",), (NAME, "--keep", "không-có"), (NAME, "--drop-keep", slogan["id"])):
        code, _, err = house.run("portal", "boilerplate", *wrong)
        assert code == 2
        assert wrong[-1] in err
