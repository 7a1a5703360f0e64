"""What portals answer besides pages: redirects, errors, cut and swollen bodies, silence."""

import gzip
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest

from crawlers.plan import Stop, Target
from storage.archive import BodyCut, BodyLate, BodyTooLarge, read
from storage.vocabulary import FetchError, Purpose
from tests.e2e.crawl.runs import HOST, Bench
from tests.e2e.crawl.site import (
    Page,
    Reply,
    Request,
    Site,
    article_page,
    articles,
    listing_page,
    paged_listing,
    rows,
    serve,
)


def url(path: str) -> str:
    return f"http://{HOST}{path}"


def targets(*paths: str) -> tuple[Target, ...]:
    return tuple(Target(url=url(path)) for path in paths)


PATHS = ("/a", "/b", "/c", "/d", "/e", "/f", "/g", "/h")


def http_date(seconds: int) -> str:
    return format_datetime(datetime.now(UTC) + timedelta(seconds=seconds), usegmt=True)


def good_after(failures: list[Reply]) -> Page:
    def page(request: Request) -> Reply | str:
        return failures[request.before] if request.before < len(failures) else article_page("Bài tốt")

    return page


def test_redirects_stay_in_scope(bench: Bench) -> None:
    site = Site(
        {
            "/cu": Reply(status=301, headers={"Location": "/moi?/a/1"}),
            "/moi?/a/1": article_page("Bài ở địa chỉ mới"),
            "/ra": Reply(status=302, headers={"Location": "http://khac.gov.vn/x"}),
            "/cong": Reply(status=302, headers={"Location": f"http://{HOST}:8081/x"}),
            "/tep": Reply(status=302, headers={"Location": "file:///etc/passwd"}),
            "/trong": Reply(status=302, headers={"Location": "http://127.0.0.1/x"}),
            "/vong": Reply(status=302, headers={"Location": "/vong2"}),
            "/vong2": Reply(status=302, headers={"Location": "/vong"}),
            "/lam-moi": Reply(article_page("x"), headers={"Refresh": "0; url=http://khac.gov.vn/"}),
            "/tin-tuc": listing_page([]),
        }
    )
    with serve(site):
        bench.portal(site)
        report = bench.crawl(targets=targets("/cu", "/moi?/a/1", "/ra", "/cong", "/tep", "/trong", "/vong", "/lam-moi"))
    failures = {failure.url.removeprefix(f"http://{HOST}"): failure for failure in report.failures}
    assert {path: failures[path].error for path in ("/ra", "/cong", "/tep", "/trong", "/vong")} == {
        "/ra": FetchError.REDIRECT,
        "/cong": FetchError.REDIRECT,
        "/tep": FetchError.REDIRECT,
        "/trong": FetchError.REDIRECT,
        "/vong": FetchError.PROTOCOL,
    }
    assert failures["/ra"].detail == "http://khac.gov.vn/x"
    assert len(failures) == 5
    assert site.targets().count("/moi?/a/1") == 1
    captures = [capture for capture, _ in bench.captures() if capture.purpose is Purpose.ARTICLE]
    assert [(capture.url, capture.status, capture.parent) for capture in captures[:2]] == [
        (url("/cu"), 301, ""),
        (url("/moi?/a/1"), 200, url("/cu")),
    ]
    assert sum(capture.url in {url("/vong"), url("/vong2")} for capture in captures) == 6


def test_a_portal_that_moved(bench: Bench) -> None:
    site = Site({"/tin-tuc": Reply(status=301, headers={"Location": "https://moi.gov.vn/tin"})})
    site.pages["/robots.txt"] = Reply(status=301, headers={"Location": "https://moi.gov.vn/robots.txt"})
    with serve(site):
        bench.portal(site)
        report = bench.crawl()
    assert report.listings[0].stop is Stop.MOVED
    assert report.moved_to == "https://moi.gov.vn/tin"
    assert [(failure.error, failure.purpose) for failure in report.failures] == [(FetchError.REDIRECT, Purpose.LISTING)]


def test_transient_errors_are_tried_again(bench: Bench) -> None:
    site = Site(
        {
            "/a": good_after([Reply("bận", 503), Reply("bận", 502)]),
            "/b": Reply("hỏng", 500),
            "/c": good_after([Reply("chờ", 429, {"Retry-After": "1"})]),
            "/d": lambda request: (
                article_page("Bài tốt") if request.before else Reply("chờ", 503, {"Retry-After": http_date(3)})
            ),
            "/e": Reply("không có", 404),
            "/f": good_after([Reply(article_page("cụt"), cut=40)]),
            "/g": good_after(
                [Reply(gzip.compress(article_page("cụt").encode())[:-9], headers={"Content-Encoding": "gzip"})]
            ),
            "/h": Reply(article_page("luôn cụt"), cut=40),
            "/tin-tuc": listing_page([]),
        }
    )
    with serve(site):
        bench.portal(site)
        report = bench.crawl(targets=targets(*PATHS))
    failures = {
        failure.url.removeprefix(f"http://{HOST}"): (failure.error, failure.detail) for failure in report.failures
    }
    assert failures["/b"] == (FetchError.HTTP, "500")
    assert failures["/e"] == (FetchError.HTTP, "404")
    assert failures["/h"][0] is FetchError.CUT
    assert failures.keys() == {"/b", "/e", "/h"}
    asked = {path: site.targets().count(path) for path in PATHS}
    assert asked == {"/a": 3, "/b": 3, "/c": 2, "/d": 2, "/e": 1, "/f": 2, "/g": 2, "/h": 3}
    waited = {path: [seen.began for seen in site.seen if seen.target == path] for path in ("/c", "/d")}
    assert waited["/c"][1] - waited["/c"][0] >= 1
    assert waited["/d"][1] - waited["/d"][0] >= 1.5
    assert report.statuses[503] == 2


def test_a_wait_beyond_the_run_closes_the_host(bench: Bench) -> None:
    site = Site({"/a": Reply("chờ", 503, {"Retry-After": "86400"}), **paged_listing("/tin-tuc", 3, 3)})
    with serve(site):
        bench.portal(site)
        report = bench.crawl(targets=targets("/a"))
    assert report.reason == "finished"
    assert [failure.error for failure in report.failures] == [FetchError.HTTP, FetchError.HOST_CLOSED]
    assert site.targets() == ["/robots.txt", "/a"]
    assert report.listings[0].stop is Stop.ERROR


def test_a_forbidden_listing_stops_the_host(bench: Bench) -> None:
    site = Site({"/tin-tuc": Reply("cấm", 403)})
    with serve(site):
        bench.portal(site)
        report = bench.crawl()
    assert site.targets() == ["/robots.txt", "/tin-tuc"]
    assert report.listings[0].stop is Stop.ERROR
    assert [(failure.error, failure.detail) for failure in report.failures] == [(FetchError.HTTP, "403")]


def test_forbidden_pages_in_a_row_stop_the_host(bench: Bench) -> None:
    forbidden: dict[str, Page] = {f"/tin-tuc/bai-viet-so-{number}": Reply("cấm", 403) for number in range(3, 9)}
    site = Site({**articles(range(1, 9)), **forbidden, "/tin-tuc": listing_page(rows(range(1, 9)))})
    with serve(site):
        bench.portal(site)
        report = bench.crawl()
    assert [target for target in site.targets() if "bai-viet" in target] == [
        f"/tin-tuc/bai-viet-so-{number}" for number in range(1, 6)
    ]
    assert [failure.error for failure in report.failures] == [FetchError.HTTP] * 3 + [FetchError.HOST_CLOSED] * 3


def test_bombs_and_endless_bodies(bench: Bench) -> None:
    bomb = gzip.compress(b"0" * (64 << 20))
    site = Site(
        {
            "/bom": Reply(bomb, headers={"Content-Encoding": "gzip"}),
            "/to": Reply(b"x" * (17 << 20)),
            "/tin-tuc": listing_page([]),
        }
    )
    with serve(site):
        bench.portal(site)
        report = bench.crawl(targets=targets("/bom", "/to"))
    assert [failure.error for failure in report.failures] == [FetchError.TOO_LARGE] * 2
    assert site.targets().count("/to") == site.targets().count("/bom") == 1
    assert report.peak_memory_mb < 250


def test_what_came_of_a_body_is_archived_as_a_part(bench: Bench) -> None:
    page = article_page("A")
    site = Site(
        {
            "/dut": Reply(page, cut=10),
            "/treo": Reply(page, cut=10, hold=1.5),
            "/to": Reply("x" * (17 << 20)),
            "/bai": page,
            "/tin-tuc": listing_page([]),
        }
    )
    with serve(site):
        bench.portal(site, extra='access=Access(timeout=1, reason="thử"),')
        report = bench.crawl(targets=targets("/dut", "/treo", "/to", "/bai"))
    assert [one.error for one in report.failures] == [FetchError.CUT, FetchError.TIMEOUT, FetchError.TOO_LARGE]
    tries = {"/dut": (3, BodyCut), "/treo": (2, BodyLate), "/to": (1, BodyTooLarge)}
    assert [target for target in site.targets() if target in tries] == [
        path for path, (count, _) in tries.items() for _ in range(count)
    ]
    for path, (count, problem) in tries.items():
        places = [place for one, place in bench.captures() if one.url == url(path)]
        assert len(places) == count
        for place in places:
            with pytest.raises(problem):
                read(bench.archive, bench.name, place)
    parts = {one.url: one.payload_size for one, _ in bench.captures()}
    assert parts[url("/treo")] == parts[url("/dut")] == len(page.encode()) - 10
    assert bench.body(url("/bai")) == page.encode()


def test_one_page_that_hangs_does_not_close_the_host_but_silence_does(bench: Bench) -> None:
    site = Site({"/a": Reply("x", wait=3), "/b": article_page("B"), "/c": Reply("x", wait=3), "/d": Reply("x", wait=3)})
    site.pages["/tin-tuc"] = listing_page([])
    with serve(site):
        bench.portal(site, extra='access=Access(timeout=0.5, reason="thử"),')
        report = bench.crawl(targets=targets("/a", "/b", "/c", "/d"))
    errors = {failure.url.removeprefix(f"http://{HOST}"): failure.error for failure in report.failures}
    assert errors == {
        "/a": FetchError.TIMEOUT,
        "/c": FetchError.TIMEOUT,
        "/d": FetchError.TIMEOUT,
        "/tin-tuc": FetchError.HOST_CLOSED,
    }
    assert url("/b") in bench.fetched()


def test_nobody_there(bench: Bench) -> None:
    bench.portal(Site())
    bench.environment["CONGTIN_CONNECT_TO"] = f"{HOST}:80=127.0.0.1:9"
    report = bench.crawl()
    robots, listing = report.failures
    assert (robots.purpose, robots.error) == (Purpose.ROBOTS, FetchError.REFUSED)
    assert (listing.purpose, listing.error) == (Purpose.LISTING, FetchError.REFUSED)
    assert report.listings[0].stop is Stop.ERROR
