"""The state behind the middlewares: hosts, pace, budget, Retry-After, what errors mean, the report."""

import json
import logging
import sys
from datetime import UTC, datetime, time
from pathlib import Path

import pytest
from OpenSSL import SSL
from scrapy.exceptions import (
    CannotResolveHostError,
    DownloadCancelledError,
    DownloadConnectionRefusedError,
    DownloadFailedError,
    DownloadTimeoutError,
    ResponseDataLossError,
)
from twisted.internet.error import ConnectionLost
from twisted.python.failure import Failure
from twisted.web.client import ResponseFailed

from crawlers.net import pace as pace_module
from crawlers.net.budget import Budget, inside
from crawlers.net.errors import AddressRefusedError, EndRun, FetchFailed, classify
from crawlers.net.hosts import Hosts
from crawlers.net.log import JsonFormatter
from crawlers.net.pace import Pace
from crawlers.net.recorder import MAX_FAILURES, MAX_URL, Recorder, memory_mb, write_report
from crawlers.net.retry_after import seconds_of
from crawlers.net.robots import MAX_SIZE, robots_text
from crawlers.plan import CrawlReport, Plan, Stop
from storage.vocabulary import FetchError, Purpose

HOST = "laocai.gov.vn"


def plan(folder: Path, **changes: object) -> Plan:
    facts = {"run_id": "r", "portal": "p", "archive": folder, "max_requests": 3, "max_seconds": 10, "max_bytes": 100}
    return Plan.model_validate(facts | changes)


class Clock:
    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


def test_three_silent_requests_close_a_host() -> None:
    hosts = Hosts()
    for error in (FetchError.TIMEOUT, FetchError.DNS):
        hosts.failed(HOST, error)
    hosts.check(HOST)
    hosts.failed(HOST, FetchError.REFUSED)
    with pytest.raises(FetchFailed) as raised:
        hosts.check(HOST)
    assert raised.value.error is FetchError.HOST_CLOSED
    hosts.check("khac.gov.vn")


def test_an_answer_between_them_opens_it_again() -> None:
    hosts = Hosts()
    for _ in range(5):
        hosts.failed(HOST, FetchError.TIMEOUT)
        hosts.failed(HOST, FetchError.CONNECTION)
        hosts.failed(HOST, FetchError.TIMEOUT)
        hosts.answered(HOST, 500, Purpose.ARTICLE)
    hosts.check(HOST)


@pytest.mark.parametrize(
    ("answers", "closed"),
    [
        ([(403, Purpose.LISTING)], True),
        ([(403, Purpose.ROBOTS)] * 5, False),
        ([(403, Purpose.ARTICLE)] * 2, False),
        ([(403, Purpose.ARTICLE)] * 3, True),
        ([(403, Purpose.ARTICLE), (200, Purpose.ARTICLE)] * 4, False),
        ([(403, Purpose.ARTICLE), (200, Purpose.ROBOTS)] * 3, True),
        ([(404, Purpose.ARTICLE)] * 9, False),
    ],
)
def test_forbidden(answers: list[tuple[int, Purpose]], closed: bool) -> None:
    hosts = Hosts()
    for status, purpose in answers:
        hosts.answered(HOST, status, purpose)
    if closed:
        with pytest.raises(FetchFailed, match="403"):
            hosts.check(HOST)
    else:
        hosts.check(HOST)


def test_server_errors_in_a_row_let_a_host_recover() -> None:
    hosts = Hosts()
    for status in [500] * 14 + [200] + [503] * 14:
        hosts.answered(HOST, status, Purpose.ARTICLE)
    hosts.check(HOST)
    hosts.answered(HOST, 502, Purpose.ARTICLE)
    with pytest.raises(FetchFailed, match="15 server errors in a row, the last: HTTP 502"):
        hosts.check(HOST)


def test_retry_after_holds_the_host() -> None:
    pace = Pace(1, {HOST: 0.0})
    pace.hold(HOST, 60)
    pace.ended(HOST, latency=None, ok=True)
    assert 59 < pace.seconds_until_free(HOST) <= 60


def test_pace_waits_from_the_end(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = Clock()
    monkeypatch.setattr(pace_module, "monotonic", clock)
    pace = Pace(1.0, {})
    assert pace.seconds_until_free(HOST) == 1, "another process may just have asked"
    clock.now += 1
    assert pace.seconds_until_free(HOST) == 0
    pace.ended(HOST, latency=0.1, ok=True)
    assert pace.seconds_until_free(HOST) == 1
    assert pace.seconds_until_free("khac.gov.vn") == 0
    clock.now += 0.75
    assert pace.seconds_until_free(HOST) == 0.25
    pace.set_crawl_delay(HOST, 3)
    assert pace.seconds_until_free(HOST) == 2.25
    pace.ended(HOST, latency=None, ok=False)
    assert pace.seconds_until_free(HOST) == 3
    pace.set_crawl_delay(HOST, 86_400)
    assert pace.delay(HOST) == 60


def test_pace_adapts_to_latency() -> None:
    pace = Pace(1.0, {})
    pace.ended(HOST, latency=4.0, ok=True)
    assert pace.delay(HOST) == 4
    pace.ended(HOST, latency=2.0, ok=False)
    assert pace.delay(HOST) == 4
    pace.ended(HOST, latency=2.0, ok=True)
    assert pace.delay(HOST) == 3
    for _ in range(9):
        pace.ended(HOST, latency=0.01, ok=True)
    assert pace.delay(HOST) == 1
    pace.ended(HOST, latency=500, ok=True)
    assert pace.delay(HOST) == 30


def test_an_override_holds_for_its_host_only() -> None:
    pace = Pace(1.0, {HOST: 0.0})
    pace.ended(HOST, latency=4.0, ok=True)
    assert (pace.delay(HOST), pace.scale(HOST)) == (0, 0)
    assert (pace.delay("khac.gov.vn"), pace.scale("khac.gov.vn")) == (1, 1)
    pace.set_crawl_delay(HOST, 2)
    assert pace.delay(HOST) == 2


@pytest.mark.parametrize(
    ("window", "now", "expected"),
    [
        ((time(22), time(5)), time(23), True),
        ((time(22), time(5)), time(4, 59), True),
        ((time(22), time(5)), time(5), False),
        ((time(1), time(5)), time(3), True),
        ((time(1), time(5)), time(12), False),
    ],
)
def test_night_window(window: tuple[time, time], now: time, expected: bool) -> None:
    assert inside(window, now) is expected


def test_budgets(tmp_path: Path) -> None:
    clock = Clock()
    budget = Budget(plan(tmp_path / "new"), None, 0, clock)
    budget.check()
    budget.check_wait(9.9)
    with pytest.raises(EndRun):
        budget.check_wait(10)
    budget.spend(requests=3)
    with pytest.raises(EndRun, match="3 requests"):
        budget.check()
    budget = Budget(plan(tmp_path), None, 0, clock)
    budget.spend(size=100)
    with pytest.raises(EndRun, match="budget: 100 bytes"):
        budget.check()
    budget = Budget(plan(tmp_path), None, 0, clock)
    budget.stop_asked = True
    with pytest.raises(EndRun, match="shutdown"):
        budget.check()
    budget = Budget(plan(tmp_path), None, 0, clock)
    clock.now += 10
    with pytest.raises(EndRun, match="10 seconds"):
        budget.check()
    with pytest.raises(EndRun) as raised:
        Budget(plan(tmp_path), None, 1 << 40, clock).check()
    assert raised.value.reason == "disk"


NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ("120", 120),
        (" 0 ", 0),
        ("Tue, 24 Nov 2026 12:00:30 GMT", 30),
        ("Tuesday, 24-Nov-26 12:01:00 GMT", 60),
        ("Tue Nov 24 12:00:05 2026", 5),
        ("Tue, 24 Nov 2026 11:00:00 GMT", None),
        ("-5", None),
        ("1.5", 1.5),
        ("1.5.5", None),
        ("1e3", None),
        ("soon", None),
        ("", None),
        ("٣", None),
        ("Mon, 01 Jan 99999999999999999999 00:00:00 GMT", None),
        ("Mon, 01 Jan 2001 00:00:00 +9999", None),
        ("99999999999999999999", 999_999_999),
    ],
)
def test_retry_after(value: str, seconds: float | None) -> None:
    assert seconds_of(value, NOW) == seconds


def failed(*reasons: Exception) -> DownloadFailedError:
    error = DownloadFailedError("x")
    error.__cause__ = ResponseFailed([Failure(reason) for reason in reasons])  # type: ignore[no-untyped-call]
    return error


@pytest.mark.parametrize(
    ("exception", "error"),
    [
        (DownloadTimeoutError("x"), FetchError.TIMEOUT),
        (CannotResolveHostError("x"), FetchError.DNS),
        (DownloadConnectionRefusedError("x"), FetchError.REFUSED),
        (DownloadCancelledError("too much"), FetchError.TOO_LARGE),
        (ResponseDataLossError("x"), FetchError.CUT),
        (AddressRefusedError("x"), FetchError.SCOPE),
        (failed(SSL.Error([("SSL", "", "certificate verify failed")])), FetchError.TLS),
        (failed(ConnectionLost()), FetchError.CONNECTION),
        (failed(ValueError("bad status line")), FetchError.PROTOCOL),
        (KeyError("x"), FetchError.PROTOCOL),
    ],
)
def test_what_errors_mean(exception: Exception, error: FetchError) -> None:
    assert classify(exception).error is error


def test_details_are_short() -> None:
    assert len(str(FetchFailed(FetchError.REDIRECT, "http://x/" + "y" * 5000))) < 400
    assert len(classify(ValueError("x\n" * 5000)).detail) <= 300
    assert "\n" not in classify(ValueError("x\ny")).detail


def test_report(tmp_path: Path) -> None:
    recorder = Recorder(plan(tmp_path))
    for number in range(MAX_FAILURES + 5):
        recorder.failure(f"https://{HOST}/{number}", Purpose.ARTICLE, FetchError.HTTP, "500")
    recorder.requests[Purpose.ARTICLE] += 7
    report = recorder.report("shutdown", "", ("a.warc.gz",))
    file = tmp_path / "report.json"
    write_report(report, file)
    assert CrawlReport.model_validate_json(file.read_bytes()) == report
    assert [path.name for path in tmp_path.iterdir()] == ["report.json"]
    assert (len(report.failures), report.requests) == (MAX_FAILURES, {Purpose.ARTICLE: 7})
    assert report.listings == ()
    assert Stop.SHUTDOWN.value == "shutdown"


def test_addresses_in_a_report_are_bounded(tmp_path: Path) -> None:
    recorder = Recorder(plan(tmp_path))
    recorder.failure("http://x/" + "y" * 100_000, Purpose.ARTICLE, FetchError.SCOPE)
    assert len(recorder.failures[0].url) == MAX_URL


LINE = "Disallow: /tin\n"


@pytest.mark.parametrize(
    ("body", "text"),
    [
        (LINE.encode(), LINE),
        (b"\xef\xbb\xbf" + LINE.encode(), LINE),
        (LINE.encode("utf-16"), LINE),
        (b"\xfe\xff" + LINE.encode("utf-16-be"), LINE),
        (b"\xff" + LINE.encode(), LINE),
        (b"#" * (MAX_SIZE - 16) + b"\n" + LINE.encode() + b"Disallow: /", "#" * (MAX_SIZE - 16) + "\n" + LINE),
        (b"#" * (MAX_SIZE - 5) + b"\nDisallow: /", "#" * (MAX_SIZE - 5) + "\n"),
    ],
)
def test_the_text_of_robots(body: bytes, text: str) -> None:
    assert robots_text(body) == text


def test_memory_is_this_process_s_own() -> None:
    assert 5 < memory_mb("VmRSS") <= memory_mb("VmHWM") < 100_000
    assert memory_mb("VmNothing") == 0


def test_log_lines_cannot_be_forged() -> None:
    try:
        int("bad\nvalue")
    except ValueError:
        record = logging.LogRecord(
            "x",
            logging.WARNING,
            __file__,
            1,
            "tin %s",
            ('\r\n{"level": "INFO"}\x1b[2J\u2028' + "x" * 9000,),
            sys.exc_info(),
        )
    line = JsonFormatter().format(record)
    assert line.isascii()
    assert "\n" not in line
    parsed = json.loads(line)
    assert parsed["level"] == "WARNING"
    assert len(parsed["message"]) == 4000
    assert "ValueError" in parsed["error"]
