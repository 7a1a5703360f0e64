"""The process: how it ends, and what it leaves behind."""

import json
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from crawlers.plan import Stop
from storage.archive import recover
from storage.vocabulary import Purpose
from tests.e2e.crawl.runs import HOST, ROOT, Bench, Crawl
from tests.e2e.crawl.site import Reply, Site, article_page, paged_listing, portal_file, serve


def wait_for(site: Site, requests: int, seconds: float = 30) -> None:
    deadline = time.monotonic() + seconds
    while len(site.seen) < requests:
        assert time.monotonic() < deadline, "the crawl does not get on"
        time.sleep(0.01)


def close_stdin(crawl: Crawl) -> None:
    assert crawl.process.stdin is not None
    crawl.process.stdin.close()


@pytest.mark.parametrize("end", [Crawl.terminate, close_stdin])
def test_an_order_to_end_is_obeyed_at_once(bench: Bench, end: object) -> None:
    site = Site(paged_listing("/tin-tuc", 40, 10))
    site.pages["/tin-tuc/bai-viet-so-14"] = Reply(article_page("chậm"), wait=8)
    with serve(site):
        bench.portal(site)
        crawl = bench.start(bench.plan())
        wait_for(site, 15)
        time.sleep(0.2)
        began = time.monotonic()
        end(crawl)  # type: ignore[operator]
        report = crawl.report()
    assert time.monotonic() - began < 5
    assert report.reason == "shutdown"
    assert (report.listings[0].stop, report.listings[0].pages) == (Stop.SHUTDOWN, 2)
    assert len(bench.fetched()) == 13
    assert report.segments == (f"{bench.name}-run1-00001.warc.gz",)
    assert not list(bench.archive.rglob("*.open"))


def test_signals_after_the_first_change_nothing(bench: Bench) -> None:
    site = Site(paged_listing("/tin-tuc", 40, 10))
    with serve(site):
        bench.portal(site)
        crawl = bench.start(bench.plan())
        wait_for(site, 5)
        for _ in range(3):
            crawl.terminate()
        close_stdin(crawl)
        report = crawl.report()
    assert report.reason == "shutdown"


def test_an_order_before_the_first_request(bench: Bench) -> None:
    site = Site(paged_listing("/tin-tuc", 40, 10))
    with serve(site):
        bench.portal(site)
        crawl = bench.start(bench.plan())
        close_stdin(crawl)
        report = crawl.report()
    assert report.reason == "shutdown"
    assert len(site.seen) <= 1


def test_a_killed_crawl_leaves_whole_records(bench: Bench) -> None:
    site = Site(paged_listing("/tin-tuc", 40, 10))
    with serve(site):
        bench.portal(site)
        crawl = bench.start(bench.plan())
        wait_for(site, 12)
        crawl.kill()
    assert not crawl.file.exists()
    archived = [capture.url for capture, _ in bench.captures()]
    assert len(archived) >= 11
    assert recover(bench.archive, bench.name) == [f"{bench.name}-run1-00001.warc.gz"]
    assert [capture.url for capture, _ in bench.captures()] == archived


@pytest.mark.parametrize(
    ("limits", "environment", "reason"),
    [
        ({"max_requests": 6}, {}, "budget"),
        ({"max_requests": 0}, {}, "budget"),
        ({"max_bytes": 4000}, {}, "budget"),
        ({"max_seconds": 1}, {"CONGTIN_DELAY": "0.3"}, "budget"),
        ({}, {"CONGTIN_DISK_RESERVE_MB": str(1 << 40)}, "disk"),
    ],
)
def test_budgets_end_a_run(bench: Bench, limits: dict[str, int], environment: dict[str, str], reason: str) -> None:
    site = Site(paged_listing("/tin-tuc", 40, 10))
    with serve(site):
        bench.portal(site)
        report = bench.crawl(bench.plan(**limits), environment=environment)
    assert report.reason == reason
    assert sum(report.requests.values()) == len(site.seen) <= 6
    assert [listing.stop for listing in report.listings] == [Stop.BUDGET]
    assert len(bench.captures()) == len(site.seen)


def test_a_night_window_that_is_closed(bench: Bench) -> None:
    site = Site(paged_listing("/tin-tuc", 4, 2))
    hour = (time.gmtime().tm_hour + 7 + 6) % 23
    with serve(site):
        bench.portal(site, extra=f'access=Access(night=(time({hour}, 0), time({hour}, 1)), reason="thử"),')
        report = bench.crawl()
    assert (report.reason, site.seen) == ("budget", [])


def test_a_full_disk_ends_a_run(bench: Bench) -> None:
    """A file-size limit stands for the disk: the write fails in the middle of a record in the same way."""
    site = Site(paged_listing("/tin-tuc", 40, 10))
    with serve(site):
        bench.portal(site)
        plan = bench.plan()
        limited = bench.start(plan, file_limit=12_000)
        report = limited.report()
    assert report.reason == "disk"
    assert 2 <= len(bench.captures()) < 40


def test_the_log_is_json_lines(bench: Bench) -> None:
    site = Site(paged_listing("/tin-tuc", 4, 2))
    with serve(site):
        bench.portal(site)
        crawl = bench.start(bench.plan())
        crawl.report()
    lines = [json.loads(line) for line in crawl.log.splitlines()]
    assert lines
    assert all(line.keys() >= {"time", "level", "logger", "message"} for line in lines)
    assert {line["level"] for line in lines} == {"INFO"}


def test_a_wrong_map_is_said(bench: Bench) -> None:
    bench.portal(Site())
    crawl = bench.start(bench.plan(), environment={"CONGTIN_CONNECT_TO": "laocai.gov.vn=127.0.0.1"})
    _, error = crawl.process.communicate()
    assert crawl.process.returncode == 1
    assert b"CONGTIN_CONNECT_TO" in error


def scrapy(bench: Bench, *arguments: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [sys.executable, "-m", "scrapy", *arguments],
        cwd=ROOT,
        env={
            **os.environ,
            "CONGTIN_PORTALS": str(bench.folder / "portals"),
            "CONGTIN_VAR": str(bench.folder / "var"),
            "CONGTIN_DELAY": "0",
            **bench.environment,
        },
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def test_nobody_is_asked_without_a_contact(bench: Bench) -> None:
    site = Site(paged_listing("/tin-tuc", 4, 2))
    with serve(site):
        bench.portal(site, extra='hosts=("http://khac.gov.vn",),')
        crawl = bench.start(bench.plan(), environment={"CONGTIN_CONTACT": ""})
        _, error = crawl.process.communicate()
        bench.environment["CONGTIN_CONTACT"] = ""
        by_hand = scrapy(bench, "crawl", bench.name)
    assert site.seen == []
    assert crawl.process.returncode == 1
    (line,) = [json.loads(line) for line in error.decode().splitlines()]
    assert line["level"] == "ERROR"
    assert by_hand.returncode != 0
    for text in (line["message"], by_hand.stderr):
        assert "CONGTIN_CONTACT is not set" in text
        assert "http://khac.gov.vn:80" in text
        assert "Traceback" not in text


def test_a_broken_portal_file_stops_only_itself(bench: Bench) -> None:
    bench.portal(Site())
    (bench.folder / "portals" / "hong.py").write_text('"""x"""\nportal = Portal(\n', encoding="utf-8")
    portal_file(bench.folder / "portals", "la", {"tin": f"http://{HOST}/"}, platform="khong_co")
    listed = scrapy(bench, "list")
    assert listed.returncode == 0
    names = listed.stdout.split()
    assert {bench.name, "lao_cai", "la"} <= set(names)
    assert "hong" not in names
    assert "hong.py" in listed.stderr
    crawled = scrapy(bench, "crawl", "la")
    assert crawled.returncode != 0
    assert "khong_co" in crawled.stderr + crawled.stdout


def test_scrapy_crawl_by_name(bench: Bench) -> None:
    site = Site(paged_listing("/tin-tuc", 4, 2))
    with serve(site):
        bench.portal(site)
        ended = scrapy(bench, "crawl", bench.name)
    assert ended.returncode == 0, ended.stderr
    assert len(site.targets()) == 7
    segments = list(Path(bench.folder, "var", "archive", bench.name).iterdir())
    assert [segment.suffix for segment in segments] == [".gz"]
    bench.folder = bench.folder / "var"
    assert len(bench.fetched(Purpose.ARTICLE)) == 4
