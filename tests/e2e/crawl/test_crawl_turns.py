"""Politeness over whole runs: whoever asks a host, and however often a run begins anew, it sees one of us at a time."""

from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise
from pathlib import Path

from crawlers.plan import CrawlReport, Target
from storage.vocabulary import FetchError, Purpose
from tests.e2e.crawl.runs import HOST, Bench
from tests.e2e.crawl.site import Reply, Request, Site, paged_listing, serve

TEXT = {"Content-Type": "text/plain"}
DELAY = 0.25
FILES = "tep.gov.vn"


def busy_once(request: Request) -> Reply | str:
    return "tệp" if request.before else Reply("bận", 503, {"Retry-After": "1"})


def file_server() -> Site:
    """What two portals' files lie on: with a delay of its own, redirects, and trouble."""
    moved = Reply(status=302, headers={"Location": "/tep/1.pdf"})
    robots = Reply(f"User-agent: *\nCrawl-delay: {2 * DELAY}\n", headers=TEXT)
    files = {f"/tep/{number}.pdf": Reply("tệp", wait=0.1) for number in range(4)}
    return Site({"/robots.txt": robots, "/chuyen.pdf": moved, "/ban.pdf": busy_once, **files})


def test_portals_that_share_a_host_take_turns(bench: Bench, tmp_path: Path) -> None:
    """Two processes at the same time, on their own hosts and on a file server of both."""
    site, shared = Site(paged_listing("/tin-tuc", 4, 2)), file_server()
    names = ["/tep/0.pdf", "/chuyen.pdf", "/ban.pdf", "/tep/2.pdf", "/tep/3.pdf"]
    files = tuple(Target(url=f"http://{FILES}{name}", purpose=Purpose.ATTACHMENT) for name in names)

    def portal(name: str) -> CrawlReport:
        one = Bench(tmp_path, name=name, host=f"{name.replace('_', '-')}.{HOST}")
        one.portal(site, extra=f'hosts=("http://{FILES}",),')
        one.map({one.host: site, FILES: shared})
        return one.crawl(one.plan(run_id=name, targets=files), environment={"CONGTIN_DELAY": str(DELAY)})

    with serve(site), serve(shared), ThreadPoolExecutor() as pool:
        reports = list(pool.map(portal, ("cong_mot", "cong_hai")))
    assert [report.failures for report in reports] == [(), ()]
    assert [report.requests[Purpose.ATTACHMENT] for report in reports] in ([7, 6], [6, 7])
    assert shared.overlaps == 0
    gaps = shared.gaps()
    assert len(gaps) == 14
    assert min(gaps) >= DELAY - 0.01
    began = sorted(seen.began for seen in shared.seen if seen.target != "/robots.txt")
    assert min(after - before for before, after in pairwise(began)) >= 2 * DELAY
    (first, *_) = [seen.ended for seen in shared.seen if seen.target == "/ban.pdf"]
    assert min(seen.began for seen in shared.seen if seen.began > first) - first >= 0.99


def test_what_a_host_asks_for_outlives_the_run(bench: Bench) -> None:
    """Crawl-delay and Retry-After hold between runs that follow each other at once; a long one leaves the host alone."""
    site = Site(paged_listing("/tin-tuc", 3, 3))
    site.pages["/robots.txt"] = Reply("User-agent: *\nCrawl-delay: 3\nDisallow: /\n", headers=TEXT)
    with serve(site):
        bench.portal(site)
        bench.crawl()
        del site.pages["/robots.txt"]
        site.pages["/tin-tuc"] = Reply("bận", 503, {"Retry-After": "86400"})
        bench.crawl()
        report = bench.crawl()
    assert site.targets() == ["/robots.txt", "/robots.txt", "/tin-tuc"]
    assert site.gaps()[0] >= 2.99
    assert [failure.error for failure in report.failures] == [FetchError.HOST_CLOSED] * 2
    assert report.failures[0].detail == "HTTP 503, Retry-After 86400 s"
