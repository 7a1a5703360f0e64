"""Listings, pages, articles: what is fetched, what is not, and what is kept of it."""

import gzip
from datetime import datetime

from crawlers.plan import ListingState, Stop, Target
from storage.addresses import address_key
from storage.archive import read
from storage.records import VIETNAM
from storage.vocabulary import FetchError, Purpose
from tests.e2e.crawl.runs import HOST, Bench, next_state
from tests.e2e.crawl.site import Reply, Request, Site, article_page, articles, listing_page, paged_listing, rows, serve


def test_a_listing_to_its_end(bench: Bench) -> None:
    site = Site(paged_listing("/tin-tuc", 25, 10))
    site.pages["/tin-tuc/bai-viet-so-7"] = Reply(article_page("Bài viết số 7"), packed=True)
    with serve(site):
        bench.portal(site)
        report = bench.crawl()
    assert report.reason == "finished"
    (listing,) = report.listings
    assert (listing.stop, listing.pages, listing.rows, listing.first_rows) == (Stop.END, 3, 25, 10)
    assert report.requests == {Purpose.ROBOTS: 1, Purpose.LISTING: 3, Purpose.ARTICLE: 25}
    assert report.statuses == {200: 28, 404: 1}
    assert report.failures == ()
    assert report.mapped == (f"{HOST}:80=127.0.0.1:{site.port}",)
    assert site.overlaps == 0
    assert site.targets()[0] == "/robots.txt"
    agent = site.seen[0].headers["user-agent"]
    assert agent.startswith("congtin/")
    assert "(+" in agent
    captures = {capture.url: (capture, location) for capture, location in bench.captures()}
    assert len(captures) == 29
    capture, location = captures[f"http://{HOST}/tin-tuc/bai-viet-so-7"]
    assert capture.item is not None
    assert (capture.item.title, capture.listing) == ("Bài viết số 7 về phát triển kinh tế", "tin")
    assert "08/03/2024" in capture.item.published_raw
    _, decoded, coded = read(bench.archive, bench.name, location)
    assert gzip.decompress(coded) == decoded == article_page("Bài viết số 7").encode()
    pages = [
        captures[f"http://{HOST}{target}"][0].page for target in ("/tin-tuc", "/tin-tuc?page=2", "/tin-tuc?page=3")
    ]
    assert pages == [1, 2, 3]


def test_two_hundred_pages_in_five_cut_runs(bench: Bench) -> None:
    count, size = 400, 2
    site = Site(paged_listing("/tin-tuc", count, size))
    state, fetched, reports = ListingState(key="tin"), set[str](), []
    with serve(site):
        bench.portal(site)
        for _ in range(5):
            plan = bench.plan(listings=(state,), fetched=frozenset(fetched), max_requests=135)
            reports.append(bench.crawl(plan))
            state = next_state(bench, state, reports[-1])
            fetched = {address_key(url) for url in bench.fetched()}
    assert [report.listings[0].stop for report in reports] == [Stop.BUDGET] * 4 + [Stop.END]
    assert reports[0].reason == "budget"
    assert sorted(bench.fetched()) == sorted(
        f"http://{HOST}/tin-tuc/bai-viet-so-{number}" for number in range(1, count + 1)
    )
    assert sum(target.startswith("/tin-tuc?page=") for target in site.targets()) < 230


def test_a_run_with_nothing_new_costs_listing_requests_only(bench: Bench) -> None:
    site = Site(paged_listing("/tin-tuc", 60, 6))
    with serve(site):
        bench.portal(site)
        first = bench.crawl()
        known = frozenset(address_key(url) for url in bench.fetched())
        state = next_state(bench, ListingState(key="tin"), first)
        second = bench.crawl(listings=(state,), fetched=known)
    assert second.listings[0].stop is Stop.MARK
    assert second.requests == {Purpose.ROBOTS: 1, Purpose.LISTING: 3}


def test_visits_are_conditional_and_spellings_are_one(bench: Bench) -> None:
    def page(request: Request) -> Reply:
        if request.headers.get("if-none-match") == '"v1"' and "if-modified-since" in request.headers:
            return Reply(status=304, headers={"ETag": '"v1"'})
        return Reply(article_page("Bài một"), headers={"ETag": '"v1"'})

    site = Site(
        {"/a-1": page, "/tin-tuc": listing_page([("/a-1?utm_source=x", "Bài viết số một của tỉnh", "01/03/2024")])}
    )
    url = f"http://{HOST}/a-1"
    with serve(site):
        bench.portal(site)
        report = bench.crawl(
            targets=(Target(url=url, etag='"v1"', last_modified="Fri, 01 Mar 2024 00:00:00 GMT"), Target(url=url)),
        )
    assert report.statuses[304] == 1
    assert bench.fetched() == [url]


def test_full_fetches_what_is_known(bench: Bench) -> None:
    site = Site(paged_listing("/tin-tuc", 12, 6))
    with serve(site):
        bench.portal(site)
        bench.crawl()
        known = frozenset(address_key(url) for url in bench.fetched())
        report = bench.crawl(listings=(ListingState(key="tin", below=known),), fetched=known, full=True)
    assert report.listings[0].stop is Stop.END
    assert report.requests[Purpose.ARTICLE] == 12


def test_since_stops_at_older_rows(bench: Bench) -> None:
    pages = paged_listing("/tin-tuc", 12, 3)
    for number, year in enumerate((2024, 2024, 2023, 2022), 1):
        pages[f"/tin-tuc?page={number}"] = str(pages[f"/tin-tuc?page={number}"]).replace("/2024", f"/{year}")
    site = Site(pages)
    with serve(site):
        bench.portal(site)
        report = bench.crawl(since=datetime(2024, 1, 1, tzinfo=VIETNAM))
    assert report.listings[0].stop is Stop.SINCE
    assert report.listings[0].pages == 3
    assert not report.listings[0].complete


def test_a_listing_without_rows(bench: Bench) -> None:
    site = Site({"/tin-tuc": listing_page([])})
    with serve(site):
        bench.portal(site)
        report = bench.crawl()
    assert report.listings[0].stop is Stop.NO_ROWS
    assert report.reason == "finished"


def test_what_leads_out_of_the_portal_or_nowhere_is_not_asked(bench: Bench) -> None:
    odd = [
        ("http://evil.example.com/tin-tuc/bai-viet-so-91", "Bài viết ở cổng khác của kẻ xấu", "01/03/2024"),
        (f"http://{HOST}:8080/tin-tuc/bai-viet-so-92", "Bài viết ở cổng dịch vụ khác", "01/03/2024"),
        (f"https://{HOST}/tin-tuc/bai-viet-so-93", "Bài viết ở giao thức khác", "01/03/2024"),
        ("/en/en/en/en/tin-tuc/bai-viet-so-94", "Bài viết trong đường dẫn tự sinh sôi", "01/03/2024"),
    ]
    site = Site({"/tin-tuc": listing_page(rows(range(1, 6)) + odd), **articles(range(1, 6))})
    with serve(site):
        bench.portal(site)
        report = bench.crawl(
            targets=(
                *(Target(url=url) for url, _, _ in odd[:3]),
                Target(url=f"http://{HOST}/en/en/en/en/tin-tuc/bai-viet-so-94"),
                Target(url=f"http://user@{HOST}/x"),
                Target(url="file:///etc/passwd"),
                Target(url=f"http://{HOST}/login?next=/"),
            )
        )
    assert {failure.error for failure in report.failures} == {FetchError.SCOPE}
    assert len(report.failures) == 7
    assert not [target for target in site.targets() if "-9" in target or "login" in target]
    assert report.requests[Purpose.ARTICLE] == 5


def test_addresses_are_sent_as_found(bench: Bench) -> None:
    found = [
        "/chi-tiet-tin?/phat-trien-kinh-te/8812345",
        "/chi-tiet-tin?%2Fphat-trien-kinh-te%2F8812346=",
        "/chi-tiet-tin?/phat-trien-kinh-te/8812347?t=1%2f2&b=a+b&c={x|y}",
        "/trang//hai/./ba/../bon?",
        "/Pages/TinTuc.aspx?CategoryId=Ho%e1%ba%a1t+%c4%91%e1%bb%99ng&x='y'",
        "/a;jsessionid=123;b=c?q=[1]&r=^~`",
    ]
    site = Site({target: article_page("Bài") for target in found})
    with serve(site):
        bench.portal(site)
        bench.crawl(listings=(), targets=tuple(Target(url=f"http://{HOST}{target}") for target in found))
    assert site.targets() == ["/robots.txt", *found]
    assert bench.fetched() == [f"http://{HOST}{target}" for target in found]


def test_the_two_spellings_of_a_bare_query_are_one_page(bench: Bench) -> None:
    site = Site({"/chi-tiet-tin?/bai-mot/1": article_page("Bài"), "/tin-tuc": listing_page([])})
    with serve(site):
        bench.portal(site)
        bench.crawl(
            targets=(
                Target(url=f"http://{HOST}/chi-tiet-tin?/bai-mot/1"),
                Target(url=f"http://{HOST}/chi-tiet-tin?%2Fbai-mot%2F1="),
            )
        )
    assert bench.fetched() == [f"http://{HOST}/chi-tiet-tin?/bai-mot/1"]


def test_files_are_fetched_as_attachments(bench: Bench) -> None:
    site = Site(
        {
            "/documents/1/cong-van.pdf": Reply(
                b"%PDF-1.4 " + bytes(range(256)), headers={"Content-Type": "application/pdf"}
            )
        }
    )
    url = f"http://{HOST}/documents/1/cong-van.pdf"
    with serve(site):
        bench.portal(site)
        report = bench.crawl(
            listings=(), targets=(Target(url=url, purpose=Purpose.ATTACHMENT, parent=f"http://{HOST}/bai-1"),)
        )
    assert report.listings == ()
    ((capture, _),) = [pair for pair in bench.captures() if pair[0].purpose is Purpose.ATTACHMENT]
    assert (capture.url, capture.parent) == (url, f"http://{HOST}/bai-1")
    assert bench.body(url).startswith(b"%PDF-1.4 ")
