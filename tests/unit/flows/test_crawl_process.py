"""A crawl process is stopped by one SIGTERM, or killed; its log lines are passed on; its report is trusted only whole."""

import asyncio
import logging
import sys
from datetime import datetime
from pathlib import Path

import pytest

from crawlers.plan import CrawlReport
from flows.steps import crawl as module
from flows.steps.crawl import read_report, stop
from storage.records import VIETNAM

TALKS = """
import json, signal, sys, time
ends = []
def end(number, frame):
    ends.append(number)
signal.signal(signal.SIGTERM, end)
print(json.dumps({"level": "WARNING", "logger": "thu", "message": "đang tải"}), file=sys.stderr, flush=True)
while not ends:
    time.sleep(0.01)
print(json.dumps({"level": "INFO", "logger": "thu", "message": f"signals {len(ends)}"}), file=sys.stderr, flush=True)
"""
DEAF = """
import signal, sys, time
signal.signal(signal.SIGTERM, signal.SIG_IGN)
print("not json", file=sys.stderr, flush=True)
time.sleep(60)
"""
LOG = logging.getLogger("test.crawl")


async def _start_and_stop(code: str) -> int:
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-c", code, stderr=asyncio.subprocess.PIPE, start_new_session=True
    )
    assert process.stderr is not None
    first = await process.stderr.readline()
    module._log_line(first, LOG)
    await stop(process, LOG)
    assert process.returncode is not None
    return process.returncode


def test_one_signal_ends_it_and_its_last_words_are_logged(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO):
        code = asyncio.run(_start_and_stop(TALKS))
    assert code == 0
    assert [(record.levelname, record.getMessage()) for record in caplog.records] == [
        ("WARNING", "[thu] đang tải"),
        ("INFO", "[thu] signals 1"),
    ]


def test_one_that_does_not_end_is_killed(caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "GRACE", 0.2)
    with caplog.at_level(logging.INFO):
        code = asyncio.run(_start_and_stop(DEAF))
    assert code == -9
    assert [record.levelname for record in caplog.records] == ["ERROR", "WARNING"]


def test_a_report_is_taken_whole_or_not_at_all(tmp_path: Path) -> None:
    moment = datetime(2025, 3, 1, tzinfo=VIETNAM)
    report = CrawlReport(run_id="r1", portal="lao_cai", started_at=moment, ended_at=moment, reason="finished")
    file = tmp_path / "report-1.json"
    assert read_report(file) is None
    text = report.model_dump_json()
    file.write_text(text[:-5], encoding="utf-8")
    assert read_report(file) is None
    file.write_text(text, encoding="utf-8")
    assert read_report(file) == report
