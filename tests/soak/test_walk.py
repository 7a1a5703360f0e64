"""An operator's walk over the five replicas under `congtin serve`, with what people are sent."""

import json
import os
import signal
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from flows.operate.reconcile import LATE
from tests.operation import Operation, miss, operated, until
from tests.replicas import Fault, Replicas, serve

pytestmark = [pytest.mark.soak, pytest.mark.timeout(1500)]
PORTALS = ("kien_giang_kien_luong", "lao_cai", "long_an_baolongan", "long_an_hcc", "tien_giang")
SOFT, LED, QUIET = "lao_cai", "tien_giang", "long_an_hcc"
HOSTS = {SOFT: "laocai.gov.vn", LED: "tiengiang.gov.vn", QUIET: "hcc.longan.gov.vn"}
SAVE = """
from pydantic import SecretStr
from flows.notify import Notification
Notification(url=SecretStr("{}"), allow_private_urls=True).save("ops", overwrite=True)
"""


@pytest.fixture(scope="module")
def inbox() -> Iterator[tuple[str, list[tuple[str, str]]]]:
    """The address of an inbox, and the messages that came as title and text; the morning's digest is left out."""
    came: list[tuple[str, str]] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            values = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            if not values["title"].startswith("Congtin, sáng"):
                came.append((values["title"], values["message"]))
            self.send_response(200)
            self.end_headers()

        def log_message(self, *arguments: object) -> None:
            """Be silent."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"json://127.0.0.1:{server.server_address[1]}/", came
        server.shutdown()


@pytest.fixture(scope="module")
def replicas() -> Iterator[Replicas]:
    with serve(seed=7, articles=14) as made:
        yield made


@pytest.fixture(scope="module")
def here(
    replicas: Replicas, inbox: tuple[str, list[tuple[str, str]]], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Operation]:
    environment = {
        "CONGTIN_CONNECT_TO": replicas.connect_to,
        "CONGTIN_CA_FILE": str(replicas.ca_file),
        "CONGTIN_DELAY": "0.1",
        "CONGTIN_DISK_RESERVE_MB": "1",
        "CONGTIN_NOTIFY": "congtin-notification/ops",
    }
    with operated(tmp_path_factory.mktemp("walk") / "var", environment) as made:
        made.start()
        saving = [sys.executable, "-c", SAVE.format(inbox[0])]
        subprocess.run(saving, env={**made.settings, "PREFECT_API_URL": f"{made.site}/api"}, check=True)
        code, _, err = made.command("deploy")
        assert (code, err) == (0, ""), err
        yield made


def articles(here: Operation) -> Any:
    return here.rows("SELECT portal, url, title, version_no, gone_at FROM v1_articles ORDER BY portal, url")


def look(here: Operation) -> None:
    run = here.trigger("truc", flow="watch")
    assert here.ended(run) == ("COMPLETED", "Đã xem [watch]")


def fall_silent(here: Operation, portal: str) -> None:
    """Let a portal's articles be of following days, the last one of two months ago."""
    with closing(sqlite3.connect(here.var / "congtin.db")) as database, database:
        rows = database.execute("SELECT id FROM article WHERE portal = ?", (portal,)).fetchall()
        for number, (article,) in enumerate(rows):
            day = datetime.now(UTC).date() - timedelta(days=60 + number)
            database.execute("UPDATE article SET sort_date = ? WHERE id = ?", (day.isoformat(), article))


def kill(pids: list[int]) -> None:
    assert pids
    for pid in pids:
        os.kill(pid, signal.SIGKILL)


def sound(here: Operation) -> None:
    code, out, err = here.command("doctor")
    assert code == 0, out + err


def test_one_portal_twice_and_the_first_cancelled(here: Operation, replicas: Replicas) -> None:
    replicas.fault(HOSTS[SOFT], Fault.SLOW, "3")
    first = here.trigger(SOFT)
    until(here.crawls, 180, "the first run's crawl")
    second = here.trigger(SOFT)
    assert here.ended(second) == ("CANCELLED", "Bỏ qua: đang chạy [skipped]")
    assert len(here.crawls()) == 1
    here.ask(f"/flow_runs/{first}/set_state", {"state": {"type": "CANCELLING"}, "force": True})
    assert here.ended(first) == ("CANCELLED", "Đã hủy [cancelled]")
    assert here.crawls() == here.processes("prefect.engine") == []
    replicas.fault(HOSTS[SOFT], None)
    # What was archived and not loaded by then the next run loads.
    assert here.ended(here.trigger(SOFT), 400) == ("COMPLETED", "Tốt [ok]")
    sound(here)


def test_three_portals_in_trouble_three_verdicts_a_message_each(
    here: Operation, replicas: Replicas, inbox: tuple[str, list[tuple[str, str]]]
) -> None:
    for run in [here.trigger(portal) for portal in PORTALS]:
        assert here.ended(run, 400)[0] == "COMPLETED"
    before = articles(here)
    assert {row[0] for row in before} == set(PORTALS)
    fall_silent(here, QUIET)
    look(here)
    quiet = [text for title, text in inbox[1] if title == f"Sự cố: {QUIET}"]
    assert len(quiet) == 1
    assert "không có bài mới từ" in quiet[0]
    inbox[1].clear()

    replicas.fault(HOSTS[SOFT], Fault.SOFT_404)
    replicas.fault(HOSTS[LED], Fault.MOVED)
    states = {portal: here.ended(here.trigger(portal), 400) for portal in (SOFT, LED, QUIET)}
    assert states == {
        SOFT: ("FAILED", "Thu quá ít [too_little]"),
        LED: ("FAILED", "Chuyển hướng lạ [redirected]"),
        QUIET: ("COMPLETED", "Yên ắng [quiet]"),
    }
    # The automation calls the watch; nobody has to.
    until(lambda: len(inbox[1]) >= 2, 240, "two messages")
    for _ in range(2):
        look(here)
    assert sorted(title for title, _ in inbox[1]) == [f"Sự cố: {SOFT}", f"Sự cố: {LED}"]
    assert any("cong-moi.gov.vn" in text for _, text in inbox[1])
    assert articles(here) == before
    sound(here)

    inbox[1].clear()
    for host in HOSTS.values():
        replicas.fault(host, None)
    for portal in (SOFT, LED):
        assert here.ended(here.trigger(portal), 400) == ("COMPLETED", "Yên ắng [quiet]")
    look(here)
    over = sorted(title for title, text in inbox[1] if text.startswith(f"Đã hết: {title.rpartition(' ')[2]}: "))
    assert over == [f"Đã ổn: {SOFT}", f"Đã ổn: {LED}"]
    assert len(inbox[1]) == 2
    assert articles(here) == before


def test_all_killed_in_mid_run_and_back_after_two_ticks(here: Operation, replicas: Replicas) -> None:
    replicas.fault(HOSTS[LED], Fault.SLOW, "3")
    run = here.trigger(LED, mode="full")
    until(lambda: here.processes("crawlers.crawl"), 180, "a crawl")
    kill(here.processes("congtin", "serve") + here.processes("flows.operate") + here.processes("prefect.engine"))
    until(lambda: not here.processes(), 90, "the end of all processes")
    replicas.fault(HOSTS[LED], None)
    # Due after all that has run so far: whatever began later has made up for a tick.
    miss(here, LED, [datetime.now(UTC) + timedelta(seconds=seconds) for seconds in (1, 2)])
    time.sleep(LATE.total_seconds() + 5)
    here.start()
    assert here.ended(run) == ("CRASHED", "Đứt giữa chừng [crashed]")
    deployment = here.deployment(LED)["id"]

    def scheduled() -> list[str]:
        of = {"flow_runs": {"deployment_id": {"any_": [deployment]}}, "limit": 200}
        every = here.ask("/flow_runs/filter", of)
        return sorted(
            one["state"]["name"]
            for one in every
            if one["auto_scheduled"] and one["state"]["type"] not in {"SCHEDULED", "PENDING", "RUNNING"}
        )

    until(lambda: len(scheduled()) == 2, 300, "the two ticks")
    assert scheduled()[0] == "Bỏ qua: lỡ lịch [missed]"
    assert scheduled()[1] in {"Yên ắng [quiet]", "Tốt [ok]"}
    sound(here)


def test_a_long_silence_of_processes_leaves_nothing(here: Operation) -> None:
    assert here.stop() == 0
    assert here.processes() == []
    assert not list(Path(here.var / "archive").rglob("*.open"))
