"""The demo's runs in Prefect's interface, in Chromium: names, verdicts, and the funnel's numbers against the database."""

import json
import os
import socket
import sqlite3
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from selenium import webdriver
from selenium.webdriver.common.by import By

from storage.settings import PROJECT_ROOT
from tests.browser.chrome import chromium

pytestmark = [pytest.mark.browser, pytest.mark.timeout(600)]
PORTALS = ("kien_giang_kien_luong", "lao_cai", "long_an_baolongan", "long_an_hcc", "tien_giang")


@pytest.fixture(scope="module")
def var(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder in which the demo has run."""
    folder = tmp_path_factory.mktemp("demo")
    command = [sys.executable, "-m", "tests.demo", "--var", str(folder), "--articles", "12"]
    done = subprocess.run(command, cwd=PROJECT_ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return folder


@pytest.fixture(scope="module")
def server(var: Path) -> Iterator[str]:
    """Prefect's server over the demo's runs, as `make ui` starts it but for the port; gives its address."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        address = f"http://127.0.0.1:{free.getsockname()[1]}"
    environment = {
        **os.environ,
        "PREFECT_HOME": str(var / "prefect"),
        "PREFECT_UI_API_URL": f"{address}/api",
        "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
        "DO_NOT_TRACK": "1",
    }
    command = [sys.executable, "-m", "prefect", "server", "start", "--port", address.rpartition(":")[2]]
    child = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        _until(lambda: _ask(f"{address}/api/health"), 90)
        yield address
    finally:
        child.terminate()
        child.wait(30)


@pytest.fixture(scope="module")
def browser() -> Iterator[webdriver.Chrome]:
    with chromium() as chrome:
        yield chrome


def test_the_runs_are_there_by_name_and_verdict(server: str, browser: webdriver.Chrome) -> None:
    browser.get(f"{server}/runs")
    shown = _until(lambda: (seen := _text(browser)).count("incremental") >= 12 and seen, 60)
    for portal in PORTALS:
        assert shown.count(f"{portal} · phần mới [incremental]") == 2
    assert shown.count("Tốt [ok]") >= 5
    assert shown.count("Yên ắng [quiet]") >= 5


@pytest.mark.parametrize("portal", PORTALS)
def test_the_funnel_shows_what_the_database_says(
    var: Path, server: str, browser: webdriver.Chrome, portal: str
) -> None:
    with sqlite3.connect(var / "congtin.db") as database:
        articles = database.execute("SELECT count(*) FROM v1_articles WHERE portal = ?", (portal,)).fetchone()[0]
        run = database.execute(
            "SELECT counts FROM v1_runs WHERE portal = ? ORDER BY started_at LIMIT 1", (portal,)
        ).fetchone()[0]
    key = f"pheu-{portal.replace('_', '-')}"
    wanted = {"artifacts": {"key": {"any_": [key]}}, "sort": "CREATED_DESC"}
    found = _ask(f"{server}/api/artifacts/filter", wanted)
    assert len(found) == 2, "one for each pass"
    browser.get(f"{server}/artifacts/artifact/{found[-1]['id']}")
    shown = _until(lambda: "Tốt [ok]" in (seen := _text(browser)) and seen, 60)
    assert f"{articles} bài mới" in shown
    rows = {" ".join(cell.split()) for cell in shown.splitlines()}
    counts = json.loads(run)
    assert articles == counts["new"] > 10
    for number in (counts["read"], counts["new"]):
        assert any(str(number) in row.split() for row in rows), (number, rows)


def _text(browser: webdriver.Chrome) -> str:
    return browser.find_element(By.TAG_NAME, "body").text


def _ask(address: str, body: dict[str, Any] | None = None) -> Any:
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(address, data, {"Content-Type": "application/json"})
    with urllib.request.urlopen(request, timeout=10) as answer:
        return json.load(answer)


def _until(found: Callable[[], Any], seconds: float) -> Any:
    deadline = time.monotonic() + seconds
    while True:
        try:
            if value := found():
                return value
        except OSError:
            pass
        assert time.monotonic() < deadline, "not seen in time"
        time.sleep(0.3)
