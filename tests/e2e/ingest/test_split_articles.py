"""Articles over several pages, from a portal to the database: whole, once, and changed only where the portal changed."""

import json
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from flows.steps.order import Mode
from storage.settings import settings
from storage.vocabulary import Verdict
from tests.e2e.crawl.site import Page, Reply, Site, listing_page, portal_file, serve
from tests.e2e.ingest.site import House
from tests.replicas import Fault
from tests.replicas import serve as replica_portals

PORTAL = "cong_nhieu_trang"
HOST = "http://nhieutrang.gov.vn"

one_engine = pytest.mark.parametrize("engine", ["sqlite"], indirect=True)


def sentences(name: str, page: int, edition: str = "") -> list[str]:
    return [
        f"Đoạn {number} ở trang {page} của bài {name}{edition}: tỉnh báo cáo kết quả thực hiện các nhiệm vụ được giao."
        for number in range(1, 4)
    ]


def title(name: str) -> str:
    return f"Hội nghị tổng kết công tác năm 2024 của {name} trên địa bàn tỉnh"


LEAD = "Sáng 10/3, Ủy ban nhân dân tỉnh tổ chức hội nghị tổng kết công tác năm và triển khai nhiệm vụ mới."


def article(name: str, texts: Sequence[str], pager: str = "", head: str = "") -> str:
    body = "".join(f"<p>{text}</p>" for text in texts)
    return (
        f"<!DOCTYPE html><html><head><title>{title(name)}</title>{head}</head><body>"
        f'<div class="detail"><h1>{title(name)}</h1><div class="date">10/03/2025 08:30</div>'
        f'<p class="sapo"><b>{LEAD}</b></p><div class="content">{body}</div>{pager}</div></body></html>'
    )


def numbers(pattern: str, count: int) -> str:
    links = " ".join(f'<a href="{pattern.format(number)}">{number}</a>' for number in range(1, count + 1))
    return f'<div class="phan-trang">Trang {links}</div>'


@pytest.fixture
def site(house: House, monkeypatch: pytest.MonkeyPatch) -> Iterator[Site]:
    """A portal with a split article of each kind, traps among them, and two of one page."""
    query = numbers("/tin/so-y-te-11.html?trang={}", 3).replace("?trang=1", "")
    suffix = "/tin/so-noi-vu-12-p{}.html"
    chained = '<a href="/tin/so-xay-dung-13.html?page={}">Xem tiếp</a>'
    pages: dict[str, Page] = {
        "/tin/so-y-te-11.html": article("Sở Y tế", sentences("y tế", 1), query),
        "/tin/so-xay-dung-13.html": article("Sở Xây dựng", sentences("xây dựng", 1), chained.format(2)),
        "/tin/so-xay-dung-13.html?page=2": article("Sở Xây dựng", sentences("xây dựng", 2), chained.format(3)),
        "/tin/so-xay-dung-13.html?page=3": article("Sở Xây dựng", sentences("xây dựng", 3)),
        "/tin/bai-don-14.html": article("một trang", sentences("một", 1)),
        # Any number gives the same page.
        "/tin/lap-lai-15.html": article("lặp lại", sentences("lặp", 1), numbers("/tin/lap-lai-15.html?trang={}", 2)),
        "/tin/lap-lai-15.html?trang=2": article(
            "lặp lại", sentences("lặp", 1), numbers("/tin/lap-lai-15.html?trang={}", 2)
        ),
    }
    for number in (2, 3):
        pages[f"/tin/so-y-te-11.html?trang={number}"] = article("Sở Y tế", sentences("y tế", number), query)
    for number in (1, 2):
        where = "/tin/so-noi-vu-12.html" if number == 1 else suffix.format(number)
        pager = numbers(suffix, 2).replace("-p1", "")
        pages[where] = article("Sở Nội vụ", sentences("nội vụ", number), pager)
    listed = [
        ("/tin/so-noi-vu-12-p2.html", title("Sở Nội vụ")),  # a later page, before the first one
        ("/tin/so-noi-vu-12.html", title("Sở Nội vụ")),
        ("/tin/so-y-te-11.html", title("Sở Y tế")),
        ("/tin/so-xay-dung-13.html", title("Sở Xây dựng")),
        ("/tin/bai-don-14.html", title("một trang")),
        ("/tin/lap-lai-15.html", title("lặp lại")),
    ]
    pages["/tin"] = listing_page([(url, name, "10/03/2025") for url, name in listed])
    site = Site(pages)
    portal_file(Path(house.environment["CONGTIN_PORTALS"]), PORTAL, {"tin": f"{HOST}/tin"})
    with serve(site):
        monkeypatch.setenv("CONGTIN_CONNECT_TO", f"nhieutrang.gov.vn:80=127.0.0.1:{site.port}")
        settings.cache_clear()
        yield site


WHOLE = {"Sở Y tế": ("y tế", 3), "Sở Nội vụ": ("nội vụ", 2), "Sở Xây dựng": ("xây dựng", 3)}


def text_of(house: House, name: str) -> str:
    (row,) = house.rows("SELECT text FROM v1_articles WHERE title = :title", title=title(name))
    return str(row.text)


def whole(word: str, count: int) -> str:
    return "\n".join(text for page in range(1, count + 1) for text in sentences(word, page))


def changes(house: House) -> list[tuple[str, str]]:
    rows = house.rows(
        "SELECT change, cause FROM v1_changes WHERE change IN ('created', 'updated', 'reread') ORDER BY seq"
    )
    return [(row.change, row.cause) for row in rows]


def check_whole(house: House) -> None:
    titles = [row.title for row in house.rows("SELECT title FROM v1_articles")]
    assert sorted(titles) == sorted(map(title, [*WHOLE, "một trang", "lặp lại"]))
    for name, (word, count) in WHOLE.items():
        assert text_of(house, name) == whole(word, count)
    assert text_of(house, "lặp lại") == whole("lặp", 1)
    assert not house.number(
        "SELECT count(*) FROM reading r JOIN article a ON a.reading_id = r.id WHERE r.flags LIKE '%missing%'"
    )
    assert house.number("SELECT count(*) FROM v1_article_versions") == len(titles)


@pytest.mark.parametrize("engine", [pytest.param("sqlite", marks=pytest.mark.soak), "postgresql"], indirect=True)
def test_joined_in_the_first_run_and_nothing_new_in_the_second(house: House, site: Site) -> None:
    first = house.ingest(PORTAL)[PORTAL]
    assert first.judgement.verdict is Verdict.OK, first.judgement.reason
    check_whole(house)
    assert ("updated", "source") not in changes(house)
    assert changes(house).count(("created", "source")) == 5, "a later page that is listed is no article"
    roles = {row.url: row.role for row in house.rows("SELECT url, role FROM v1_addresses")}
    assert {url.removeprefix(HOST) for url, role in roles.items() if role == "page"} == {
        "/tin/so-noi-vu-12-p2.html",
        *(f"/tin/so-y-te-11.html?trang={number}" for number in (2, 3)),
        *(f"/tin/so-xay-dung-13.html?page={number}" for number in (2, 3)),
    }
    assert house.number("SELECT count(*) FROM v1_version_captures") == 5 + 5, "every page of every version"
    before = changes(house)
    site.seen.clear()
    again = house.ingest(PORTAL)[PORTAL]
    assert again.judgement.verdict is Verdict.QUIET
    assert site.targets() == ["/robots.txt", "/tin"]
    full = house.ingest(PORTAL, mode=Mode.FULL)[PORTAL]
    assert full.counts.changed == 0
    assert set(site.targets()) >= {target for target in site.pages if target != "/tin/lap-lai-15.html?trang=2"}
    check_whole(house)
    assert changes(house) == before


@one_engine
def test_an_edit_on_a_later_page_is_a_version(house: House, site: Site) -> None:
    house.ingest(PORTAL)
    edited = [*sentences("xây dựng", 2, " (sửa)")]
    link = '<a href="/tin/so-xay-dung-13.html?page=3">Xem tiếp</a>'
    site.pages["/tin/so-xay-dung-13.html?page=2"] = article("Sở Xây dựng", edited, link)
    house.ingest(PORTAL, mode=Mode.FULL)
    assert changes(house)[-1] == ("updated", "source")
    assert changes(house).count(("updated", "source")) == 1
    texts = [*sentences("xây dựng", 1), *edited, *sentences("xây dựng", 3)]
    assert text_of(house, "Sở Xây dựng") == "\n".join(texts)
    captures = house.rows(
        "SELECT c.version_no, c.page, c.capture_id FROM v1_version_captures c JOIN v1_articles a USING (article_id) "
        "WHERE a.title = :title",
        title=title("Sở Xây dựng"),
    )
    assert {(row.version_no, row.page) for row in captures} == {(no, page) for no in (1, 2) for page in (1, 2, 3)}
    assert len({row.capture_id for row in captures if row.page == 2}) == 2


@pytest.mark.parametrize("engine", ["postgresql"], indirect=True)
def test_a_missing_page_comes_with_the_next_run_and_is_no_edit(house: House, site: Site) -> None:
    missing = "/tin/so-y-te-11.html?trang=2"
    there, site.pages[missing] = site.pages[missing], Reply("lỗi", 500)
    house.ingest(PORTAL)
    assert text_of(house, "Sở Y tế") == "\n".join((*sentences("y tế", 1), *sentences("y tế", 3)))
    flags = "SELECT r.flags FROM article a JOIN reading r ON r.id = a.reading_id WHERE r.title = :title"
    (row,) = house.rows(flags, title=title("Sở Y tế"))
    assert "pages_missing" in (json.loads(row.flags) if isinstance(row.flags, str) else row.flags)
    site.pages[missing] = there
    house.ingest(PORTAL)
    check_whole(house)
    assert ("updated", "source") not in changes(house)
    assert changes(house)[-1] == ("reread", "reread")


@one_engine
@pytest.mark.soak
def test_killed_while_the_pages_are_fetched(house: House, site: Site) -> None:
    with house.command("ingest", PORTAL, CONGTIN_DELAY="0.1") as process:
        deadline = time.monotonic() + 60
        while not any("trang=3" in target for target in site.targets()):
            assert time.monotonic() < deadline, "no later page was asked for within a minute"
            time.sleep(0.02)
        process.kill()
        process.wait()
    assert house.ingest(PORTAL)[PORTAL].judgement.verdict in {Verdict.OK, Verdict.QUIET}
    check_whole(house)
    assert ("updated", "source") not in changes(house)


@one_engine
def test_text_that_moves_to_another_page_is_no_edit(house: House, site: Site) -> None:
    house.ingest(PORTAL)
    pager = numbers("/tin/so-noi-vu-12-p{}.html", 2).replace("-p1", "")
    texts = [*sentences("nội vụ", 1), *sentences("nội vụ", 2)]
    site.pages["/tin/so-noi-vu-12.html"] = article("Sở Nội vụ", texts[:2], pager)
    site.pages["/tin/so-noi-vu-12-p2.html"] = article("Sở Nội vụ", texts[2:], pager)
    before = changes(house)
    house.ingest(PORTAL, mode=Mode.FULL)
    check_whole(house)
    assert changes(house) == before


@one_engine
def test_a_page_that_is_refused_later_leaves_the_whole_text(house: House, site: Site) -> None:
    house.ingest(PORTAL)
    before = changes(house)
    site.pages["/tin/so-y-te-11.html?trang=2"] = Reply("", 200)
    judgement = house.ingest(PORTAL, mode=Mode.FULL)[PORTAL].judgement
    assert judgement.verdict is Verdict.PARTIAL
    assert f"{HOST}/tin/so-y-te-11.html?trang=2" in judgement.reason
    check_whole(house)
    assert changes(house) == before


@one_engine
@pytest.mark.soak
def test_an_article_that_grows_by_a_page_waits_for_it(house: House, site: Site) -> None:
    house.ingest(PORTAL)
    before = changes(house)
    pager = numbers("/tin/so-noi-vu-12-p{}.html", 3).replace("-p1", "")
    texts = [*sentences("nội vụ", 1), *sentences("nội vụ", 2)]
    parts = {"": texts[:3], "-p2": texts[3:5], "-p3": texts[5:]}
    for suffix, part in parts.items():
        site.pages[f"/tin/so-noi-vu-12{suffix}.html"] = article("Sở Nội vụ", part, pager)
    there, site.pages["/tin/so-noi-vu-12-p3.html"] = site.pages["/tin/so-noi-vu-12-p3.html"], Reply("lỗi", 500)
    assert house.ingest(PORTAL, mode=Mode.FULL)[PORTAL].judgement.verdict is Verdict.PARTIAL
    check_whole(house)
    site.pages["/tin/so-noi-vu-12-p3.html"] = there
    house.ingest(PORTAL, mode=Mode.FULL)
    check_whole(house)
    assert changes(house) == before


@one_engine
@pytest.mark.soak
def test_split_articles_of_a_replica(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    portal, host = "long_an_baolongan", "baolongan.vn"
    with replica_portals(seed=8801, articles=12, splits=True) as replicas:
        monkeypatch.setenv("CONGTIN_CONNECT_TO", replicas.connect_to)
        monkeypatch.setenv("CONGTIN_CA_FILE", replicas.ca_file)
        settings.cache_clear()
        house.ingest(portal)
        truths = {truth.url: truth for truth in replicas.truth(portal) if truth.pages > 1}
        assert truths

        def shown() -> dict[str, str]:
            return {row.url: row.text for row in house.rows("SELECT url, text FROM v1_articles") if row.url in truths}

        assert shown() == {url: truth.text for url, truth in truths.items()}
        replicas.advance(2)
        house.ingest(portal, mode=Mode.FULL)
        before = changes(house)
        replicas.advance(3)  # the same texts, cut elsewhere
        house.ingest(portal, mode=Mode.FULL)
        assert ("updated", "source") not in changes(house)[len(before) :]
        whole_texts = shown()
        replicas.fault(host, Fault.LATER_PAGES)
        assert house.ingest(portal, mode=Mode.FULL)[portal].judgement.verdict is Verdict.PARTIAL
        assert shown() == whole_texts
