"""`congtin serve` when its parts die: no page is lost, and the screen shows of each run what became of it."""

import os
import signal
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.e2e.crawl.site import Reply, Site, paged_listing, portal_file, serve
from tests.operation import Operation, miss, operated, until

pytestmark = [pytest.mark.soak, pytest.mark.timeout(1200)]
PORTAL, HOST = "cong_thu", "congthu.gov.vn"
OK = ("COMPLETED", "Tốt [ok]")


@pytest.fixture
def here(tmp_path: Path) -> Iterator[Operation]:
    site = Site(paged_listing("/tin-tuc", 30, 10))
    site.pages |= {
        target: Reply(page, wait=0.7)
        for target, page in site.pages.items()
        if "bai-viet" in target and isinstance(page, str)
    }
    portal_file(tmp_path / "portals", PORTAL, {"tin": f"http://{HOST}/tin-tuc"}, extra="cadence=Cadence.DAILY,")
    with serve(site):
        environment = {
            "CONGTIN_PORTALS": str(tmp_path / "portals"),
            "CONGTIN_CONNECT_TO": f"{HOST}:80=127.0.0.1:{site.port}",
            "CONGTIN_DELAY": "0",
            "CONGTIN_DISK_RESERVE_MB": "1",
        }
        with operated(tmp_path / "var", environment) as made:
            made.start()
            yield made


def kill(pids: list[int]) -> None:
    assert pids
    for pid in pids:
        os.kill(pid, signal.SIGKILL)


def whole(here: Operation, *runs: str) -> None:
    """All articles are there once, and every invariant holds."""
    assert here.rows("SELECT count(*), count(DISTINCT url) FROM v1_articles") == [(30, 30)]
    assert here.rows("SELECT verdict FROM v1_runs ORDER BY run_id") == [(verdict,) for verdict in runs]
    code, out, err = here.command("doctor", "--full")
    assert code == 0, out + err


def begun(here: Operation) -> str:
    run = here.trigger(PORTAL)
    until(lambda: bool(here.crawls() and [*(here.var / "archive" / PORTAL).glob("*")]), 180, "a crawl process")
    return run


def test_a_run_outlives_server_and_worker(here: Operation) -> None:
    run = begun(here)
    kill(here.processes("flows.operate.server"))
    kill(here.processes("flows.operate.worker"))
    assert here.ended(run) == OK
    whole(here, "ok")


def test_a_killed_run_is_shown_as_crashed_and_the_next_goes_on(here: Operation) -> None:
    run = begun(here)
    kill(here.processes("prefect.engine"))
    assert here.ended(run) == ("CRASHED", "Đứt giữa chừng [crashed]")
    until(lambda: not here.crawls(), 60, "the end of the crawl process")
    assert here.ended(here.trigger(PORTAL)) == OK
    whole(here, "crashed", "ok")


def test_a_stop_in_mid_run_leaves_no_process_and_a_true_state(here: Operation) -> None:
    run = begun(here)
    assert here.stop(signal.SIGINT) == 0
    assert here.processes() == []
    here.start()
    assert here.ended(run) == ("CANCELLED", "Đã hủy [cancelled]")
    assert here.ended(here.trigger(PORTAL)) == OK
    whole(here, "cancelled", "ok")


def test_after_everything_was_killed_and_ticks_were_missed_one_run_makes_up_for_all(here: Operation) -> None:
    run = begun(here)
    kill(here.processes("congtin", "serve") + here.processes("flows.operate") + here.processes("prefect.engine"))
    until(lambda: not here.processes(), 60, "the end of all processes")
    miss(here, PORTAL, [datetime.now(UTC) - timedelta(days=days) for days in (2, 1)])
    here.start()
    assert here.ended(run) == ("CRASHED", "Đứt giữa chừng [crashed]")

    def made_up() -> bool:
        waiting = here.ask("/flow_runs/filter", {"flow_runs": {"state": {"type": {"any_": ["COMPLETED"]}}}})
        return bool(waiting)

    until(made_up, 240, "the run that makes up for the missed ticks")
    names = [
        one["state"]["name"]
        for one in here.ask("/flow_runs/filter", {"limit": 200})
        if one["auto_scheduled"] and one["state"]["type"] != "SCHEDULED"
    ]
    assert sorted(names) == ["Bỏ qua: lỡ lịch [missed]", "Tốt [ok]"]
    whole(here, "crashed", "partial", "ok")  # unverified: the scheduled run starts as a probe
