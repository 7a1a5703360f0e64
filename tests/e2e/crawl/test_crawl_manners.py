"""Robots, delays, and the ways in that stay closed."""

import datetime as dt
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import trustme

from crawlers.plan import ListingState, Stop, Target
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


@contextmanager
def serve_all(sites: dict[str, Site]) -> Iterator[None]:
    with ExitStack() as stack:
        for site in sites.values():
            stack.enter_context(serve(site))
        yield


TEXT = {"Content-Type": "text/plain"}


def with_robots(robots: Page) -> Site:
    return Site({**paged_listing("/tin-tuc", 3, 3), "/robots.txt": robots})


def test_disallowed_pages_are_not_asked(bench: Bench) -> None:
    site = with_robots(Reply("User-agent: *\nDisallow: /tin-tuc/bai-viet-so-2\nDisallow: /*?page=\n", headers=TEXT))
    with serve(site):
        bench.portal(site)
        report = bench.crawl()
    assert site.targets() == ["/robots.txt", "/tin-tuc", "/tin-tuc/bai-viet-so-1", "/tin-tuc/bai-viet-so-3"]
    assert [(failure.url, failure.error) for failure in report.failures] == [
        (f"http://{HOST}/tin-tuc/bai-viet-so-2", FetchError.ROBOTS)
    ]


def test_our_own_name_in_robots_counts_more_than_the_star(bench: Bench) -> None:
    site = with_robots(Reply("User-agent: *\nDisallow:\n\nUser-agent: congtin\nDisallow: /\n", headers=TEXT))
    with serve(site):
        bench.portal(site)
        report = bench.crawl()
    assert site.targets() == ["/robots.txt"]
    assert report.listings[0].stop is Stop.ROBOTS
    assert [failure.error for failure in report.failures] == [FetchError.ROBOTS]


def test_robots_that_cannot_be_had_disallow_all(bench: Bench) -> None:
    sites = {f"s{status}": with_robots(Reply("bận", status)) for status in (429, 500, 503)}
    with serve_all(sites):
        report = bench.many(sites)
    assert all(set(site.targets()) == {"/robots.txt"} for site in sites.values())
    assert {listing.stop for listing in report.listings} == {Stop.ROBOTS}
    assert [(failure.purpose, failure.error, failure.detail) for failure in report.failures[::2]] == [
        (Purpose.ROBOTS, FetchError.HTTP, status) for status in ("429", "500", "503")
    ]
    assert {failure.error for failure in report.failures[1::2]} == {FetchError.ROBOTS}


def test_robots_that_do_not_exist_allow_all(bench: Bench) -> None:
    page = "<!DOCTYPE html><html><body>User-agent: *\nDisallow: /\n</body></html>"
    sites = {
        "missing": with_robots(Reply("không có", 404)),
        "forbidden": with_robots(Reply("cấm", 403)),
        "page": with_robots(Reply(page)),
        "elsewhere": with_robots(Reply(status=301, headers={"Location": "http://khac.gov.vn/robots.txt"})),
        "loop": with_robots(Reply(status=302, headers={"Location": "/robots.txt"})),
    }
    with serve_all(sites):
        report = bench.many(sites)
    assert report.failures == ()
    assert {listing.key: (listing.stop, listing.rows) for listing in report.listings} == dict.fromkeys(
        sites, (Stop.END, 3)
    )
    assert report.requests[Purpose.ARTICLE] == 15


def test_a_huge_robots_is_read_to_its_size(bench: Bench) -> None:
    head = "User-agent: *\nDisallow: /tin-tuc/bai-viet-so-1\n"
    site = with_robots(Reply(head + "# x\n" * (2 << 20) + "Disallow: /\n", headers=TEXT))
    with serve(site):
        bench.portal(site)
        report = bench.crawl()
    assert [failure.url for failure in report.failures] == [f"http://{HOST}/tin-tuc/bai-viet-so-1"]
    (robots,) = [capture for capture, _ in bench.captures() if capture.purpose is Purpose.ROBOTS]
    assert robots.payload_size < 1 << 20
    assert report.peak_memory_mb < 200


def test_the_delay_lies_between_requests(bench: Bench) -> None:
    site = Site({**paged_listing("/tin-tuc", 4, 2), "/robots.txt": Reply("không có", 404)})
    site.pages["/tin-tuc/bai-viet-so-1"] = Reply(status=302, headers={"Location": "/tin-tuc/bai-viet-so-2"})
    site.pages["/tin-tuc/bai-viet-so-3"] = Reply("bận", 503, {"Retry-After": "0"})
    with serve(site):
        bench.portal(site, extra='access=Access(delay=0.3, reason="thử"),')
        bench.crawl(environment={"CONGTIN_DELAY": "0.3"})
    assert len(site.seen) >= 9
    assert site.overlaps == 0
    assert min(site.gaps()) >= 0.29


def test_crawl_delay_is_honoured(bench: Bench) -> None:
    site = with_robots(Reply("User-agent: *\nCrawl-delay: 0.5\n", headers=TEXT))
    with serve(site):
        bench.portal(site)
        bench.crawl()
    assert len(site.seen) == 5
    assert min(site.gaps()) >= 0.49


def test_a_slow_host_is_asked_less_often(bench: Bench) -> None:
    site = Site({"/tin-tuc": listing_page([]), **{f"/{n}": Reply(article_page("x"), wait=0.6) for n in range(3)}})
    with serve(site):
        bench.portal(site, extra='access=Access(delay=0.25, reason="thử"),')
        bench.crawl(
            targets=tuple(Target(url=f"http://{HOST}/{n}") for n in range(3)),
            listings=(),
            environment={"CONGTIN_DELAY": None},
        )
    assert len(site.seen) == 4
    assert min(site.gaps()[1:]) >= 0.55


def test_names_that_lead_inside_are_refused(bench: Bench) -> None:
    """`localhost` stands for any name whose resolver answers a private address."""
    site = Site(paged_listing("/tin-tuc", 3, 3))
    bench.host = "localhost"
    with serve(site):
        bench.portal(site, f":{site.port}/tin-tuc")
        bench.environment["CONGTIN_CONNECT_TO"] = f"{HOST}:80=127.0.0.1:{site.port}"
        report = bench.crawl()
        assert site.seen == []
        assert [failure.error for failure in report.failures] == [FetchError.SCOPE] * 2
        assert "not a public address" in report.failures[0].detail
        bench.environment["CONGTIN_CONNECT_TO"] = f"localhost:{site.port}=127.0.0.1:{site.port}"
        report = bench.crawl()
    assert report.failures == ()
    assert report.requests[Purpose.ARTICLE] == 3


def test_spellings_of_private_addresses_are_refused(bench: Bench) -> None:
    hosts = ("2130706433", "0x7f.0.0.1", "127.1", "[::1]", "[::ffff:127.0.0.1]", "0.0.0.0", "169.254.169.254")
    site = Site(paged_listing("/tin-tuc", 3, 3))
    with serve(site):
        bench.write({f"l{number}": f"http://{host}:{site.port}/tin-tuc" for number, host in enumerate(hosts)})
        report = bench.crawl(listings=tuple(ListingState(key=f"l{number}") for number in range(len(hosts))))
    assert site.seen == []
    assert len(report.failures) == 2 * len(hosts)
    assert {failure.error for failure in report.failures} <= {FetchError.SCOPE, FetchError.DNS}


def test_no_proxy_from_the_environment(bench: Bench) -> None:
    site, proxy = Site(paged_listing("/tin-tuc", 3, 3)), Site()
    with serve(site), serve(proxy):
        bench.portal(site)
        report = bench.crawl(
            environment={"http_proxy": f"http://127.0.0.1:{proxy.port}", "HTTP_PROXY": f"http://127.0.0.1:{proxy.port}"}
        )
    assert proxy.seen == []
    assert report.requests[Purpose.ARTICLE] == 3


def authority(folder: Path) -> tuple[trustme.CA, str]:
    made = trustme.CA()
    file = folder / "ca.pem"
    made.cert_pem.write_to_path(str(file))
    return made, str(file)


def test_tls_with_an_authority_of_our_own(bench: Bench) -> None:
    made, file = authority(bench.folder)
    site = Site(paged_listing("/tin-tuc", 3, 3))
    with serve(site, certificate=made.issue_cert(HOST)):
        bench.portal(site, scheme="https")
        report = bench.crawl(environment={"CONGTIN_CA_FILE": file})
        assert report.failures == ()
        assert report.requests[Purpose.ARTICLE] == 3
        assert site.seen[0].headers["host"] == HOST
        seen = len(site.seen)
        report = bench.crawl()
    assert len(site.seen) == seen
    assert {failure.error for failure in report.failures} == {FetchError.TLS}
    assert report.listings[0].stop is Stop.ERROR


def test_bad_certificates_are_refused(bench: Bench) -> None:
    made, file = authority(bench.folder)
    past = dt.datetime(2020, 1, 1, tzinfo=dt.UTC)
    certificates = {
        "other_name": made.issue_cert("khac.gov.vn"),
        "expired": made.issue_cert(f"expired.{HOST}", not_before=past, not_after=past + dt.timedelta(days=1)),
        "no_tls": None,
    }
    sites = {key: Site(paged_listing("/tin-tuc", 3, 3)) for key in certificates}
    with ExitStack() as stack:
        for key, site in sites.items():
            stack.enter_context(serve(site, certificate=certificates[key]))
        report = bench.many(sites, scheme="https", environment={"CONGTIN_CA_FILE": file})
    assert not any(site.seen for site in sites.values())
    assert [failure.error for failure in report.failures] == [FetchError.TLS] * 6


def test_cookies_only_where_the_portal_says_so(bench: Bench) -> None:
    site = Site(
        {
            **articles(range(1, 3)),
            "/tin-tuc": Reply(listing_page(rows(range(1, 3))), headers={"Set-Cookie": "a=1; Path=/"}),
        }
    )
    with serve(site):
        bench.portal(site)
        bench.crawl()
        assert not any("cookie" in seen.headers for seen in site.seen)
        bench.portal(site, extra='access=Access(cookies=True, reason="thử"),')
        bench.crawl()
    assert site.seen[-1].headers["cookie"] == "a=1"
    assert not any("referer" in seen.headers for seen in site.seen)


def test_a_cookie_stays_with_its_host(bench: Bench) -> None:
    """Whether a response sets it or a bounce asks for it: a redirect takes it to no other host of the portal."""
    bounce = '<script>document.cookie="D1N=2a";location.reload()</script>'

    def first(request: Request) -> Reply | str:
        if "D1N" not in request.headers.get("cookie", ""):
            return bounce
        return Reply(status=302, headers={"Location": "http://khac.gov.vn/bai", "Set-Cookie": "a=1; Path=/"})

    for cookies in ("False", "True"):
        sites = {
            HOST: Site({"/bai": first, "/hai": article_page("x")}),
            "khac.gov.vn": Site({"/bai": article_page("y")}),
        }
        with serve_all(sites):
            bench.write(
                {"tin": f"http://{HOST}/tin-tuc"},
                extra=f'hosts=("http://khac.gov.vn",), access=Access(cookies={cookies}, cookie_bounce=True, reason="thử"),',
            )
            bench.map(sites)
            targets = tuple(Target(url=f"http://{HOST}/{path}") for path in ("bai", "hai"))
            report = bench.crawl(targets=targets, listings=())
        assert report.failures == ()
        assert [seen.headers.get("cookie") for seen in sites["khac.gov.vn"].seen] == [None, None]
        assert sites[HOST].seen[-1].headers["cookie"] == ("D1N=2a" if cookies == "False" else "D1N=2a; a=1")
