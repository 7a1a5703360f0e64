"""What an operator may ask of a run besides what is new: a probe, addresses by name, refused pages again, a rehearsal."""

import hashlib
from collections.abc import Iterator
from pathlib import Path

import pytest

from flows.steps.order import Mode
from storage.vocabulary import Purpose, Verdict
from tests.e2e.crawl.site import Site, article_page
from tests.e2e.ingest.site import House

pytestmark = pytest.mark.parametrize("engine", ["sqlite"], indirect=True)  # nothing here depends on the database
PORTAL, HOST = "cong_thu", "http://congthu.gov.vn"
LOGIN = "<html><head><title>Đăng nhập</title></head><body><form><input type=password></form></body></html>"


def bai(number: int) -> str:
    return f"/tin-tuc/bai-viet-so-{number}"


def asked(site: Site) -> list[str]:
    found = [request.target for request in site.seen]
    site.seen.clear()
    return found


def test_a_probe_asks_for_little_and_the_next_run_for_the_rest(house: House, paged: Site) -> None:
    outcome = house.ingest(PORTAL, mode=Mode.PROBE)[PORTAL]
    assert outcome.judgement.verdict is Verdict.PARTIAL, outcome.judgement.reason
    assert "10 dòng danh sách, 3/3 trang là bài" in outcome.judgement.reason
    assert asked(paged) == ["/robots.txt", "/tin-tuc", bai(1), bai(2), bai(3)]
    assert house.ingest(PORTAL)[PORTAL].judgement.verdict is Verdict.OK
    assert house.number("SELECT count(*) FROM v1_articles") == 60
    assert house.rows("SELECT mode FROM v1_runs ORDER BY run_id") == [("probe",), ("incremental",)]


def test_a_probe_of_pages_that_are_no_articles_says_so(house: House, paged: Site) -> None:
    paged.pages |= {bai(number): LOGIN for number in range(1, 61)}
    assert house.ingest(PORTAL, mode=Mode.PROBE)[PORTAL].judgement.verdict is Verdict.MANY_REFUSED


def test_addresses_by_name_are_fetched_again_and_nothing_else(house: House, paged: Site) -> None:
    house.ingest(PORTAL)
    asked(paged)
    paged.pages[bai(7)] = article_page("Bài viết số 7 đã đính chính")
    again = (f"{HOST}{bai(7)}", f"{HOST}{bai(8)}")
    outcome = house.ingest(PORTAL, mode=Mode.CHOSEN, urls=again)[PORTAL]
    assert (outcome.judgement.verdict, outcome.counts.changed, outcome.counts.same) == (Verdict.OK, 1, 1)
    assert asked(paged) == ["/robots.txt", bai(7), bai(8)]
    assert house.ingest(PORTAL, mode=Mode.CHOSEN, urls=(f"{HOST}{bai(99)}",))[PORTAL].counts.read == 0
    outcome = house.ingest(PORTAL, mode=Mode.CHOSEN, urls=("http://xa.example/bai",))[PORTAL]
    assert house.number("SELECT count(*) FROM v1_articles") == 60
    assert "xa.example" in outcome.judgement.reason


def test_refused_pages_of_a_run_again(house: House, paged: Site) -> None:
    good = {bai(number): paged.pages[bai(number)] for number in range(1, 5)}
    paged.pages |= dict.fromkeys(good, LOGIN)
    first = house.ingest(PORTAL)[PORTAL]
    assert first.counts.refusals == 4
    paged.pages |= good
    asked(paged)
    outcome = house.ingest(PORTAL, mode=Mode.CHOSEN, refused_by=first.run_id)[PORTAL]
    assert (outcome.judgement.verdict, outcome.counts.new) == (Verdict.OK, 4), outcome.judgement.reason
    assert asked(paged) == ["/robots.txt", *good]
    dates = house.rows("SELECT count(*) FROM v1_articles WHERE published_at IS NOT NULL")
    assert dates == [(60,)], "the listing rows' dates came along"


def _digests(folder: Path) -> Iterator[tuple[str, str]]:
    for file in sorted(folder.rglob("*")):
        if file.is_file():
            yield str(file), hashlib.sha256(file.read_bytes()).hexdigest()


def test_a_rehearsal_says_what_would_be_stored_and_stores_nothing(house: House, paged: Site) -> None:
    house.ingest(PORTAL)
    paged.pages[bai(2)] = article_page("Bài viết số 2 đã đính chính")
    paged.pages[bai(3)] = LOGIN
    paged.pages["/tin-tuc"] = str(paged.pages["/tin-tuc"]).replace(bai(1) + '"', bai(61) + '"')
    paged.pages[bai(61)] = article_page("Bài viết số 61 mới đăng")
    archive = dict(_digests(house.var / "archive"))
    stored = house.rows("SELECT * FROM v1_articles"), house.rows("SELECT * FROM v1_runs")
    asked(paged)
    code, out, err = house.run("ingest", PORTAL, "--dry-run", "8")
    assert code == 0, err
    assert len(asked(paged)) == 8
    shown = [line.strip() for line in out.splitlines() if "[" in line]
    for label in ("sẽ thêm bài [created]", "sẽ thêm phiên bản [updated]", "sẽ từ chối [refused]", "như cũ [same]"):
        assert any(line.startswith(label) for line in shown), out
    assert "Bài viết số 61 mới đăng" in out
    assert dict(_digests(house.var / "archive")) == archive
    assert (house.rows("SELECT * FROM v1_articles"), house.rows("SELECT * FROM v1_runs")) == stored
    assert not list((house.var / "tmp").iterdir())


@pytest.mark.parametrize(
    "arguments",
    [
        ["--full", "--probe"],
        ["--all", "--dry-run", "3"],
        ["a", "b", "--url", f"{HOST}/x"],
        [PORTAL, "--probe", "--retry", "x"],
    ],
)
def test_orders_that_contradict(house: House, arguments: list[str]) -> None:
    code, _, err = house.run("ingest", *arguments)
    assert (code, err.startswith("congtin: ")) == (2, True)


def test_commands_for_all_of_it(house: House, paged: Site) -> None:
    assert house.run("ingest", PORTAL, "--probe")[0] == 0
    assert house.run("ingest", PORTAL, "--url", f"{HOST}{bai(9)}")[0] == 0
    assert house.number("SELECT count(*) FROM capture WHERE purpose = :it", it=Purpose.ARTICLE.value) == 4
