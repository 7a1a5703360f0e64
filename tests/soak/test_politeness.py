"""`ingest --all` over all five replicas, counted at their server: what each host sees, with a hanging one among them."""

import signal
import time
from collections import defaultdict
from itertools import pairwise

import pytest

from storage.vocabulary import VERDICTS, Verdict
from tests.e2e.ingest.conftest import few, house
from tests.e2e.ingest.site import PORTALS, House
from tests.replicas import Fault, Logged, Replicas

__all__ = ["few", "house"]

pytestmark = [pytest.mark.soak, pytest.mark.timeout(900), pytest.mark.parametrize("engine", ["sqlite"], indirect=True)]

DELAY = 0.1


def _by_host(requests: list[Logged]) -> dict[str, list[Logged]]:
    found: dict[str, list[Logged]] = defaultdict(list)
    for one in requests:
        found[one.host].append(one)
    return found


def test_no_host_sees_two_at_once_or_faster_than_its_delay(
    house: House, few: Replicas, capsys: pytest.CaptureFixture[str]
) -> None:
    code, out, err = house.run("ingest", "--all", CONGTIN_DELAY=str(DELAY))
    assert code == 0, (out, err)
    assert house.number("SELECT count(DISTINCT portal) FROM v1_articles") == len(PORTALS)
    hosts = _by_host(few.requests)
    assert len(hosts) >= len(PORTALS)
    closest = {}
    for host, seen in hosts.items():
        ordered = sorted(seen, key=lambda one: one.time)
        assert all(one.ended for one in ordered), host
        pauses = [after.time - before.ended for before, after in pairwise(ordered)]
        closest[host] = min(pauses, default=DELAY)
        assert closest[host] >= DELAY - 0.005, f"{host}: {closest[host]:.3f} s after an answer"
    assert sum(map(len, hosts.values())) > 80
    beside = sorted((one for seen in hosts.values() for one in seen), key=lambda one: one.time)
    assert any(before.host != after.host for before, after in pairwise(beside)), "portals are crawled beside each other"
    with capsys.disabled():
        print(f"\n{len(beside)} requests to {len(hosts)} hosts, none closer than {min(closest.values()):.3f} s")


def test_a_hanging_host_changes_nothing_for_another_portal(house: House, few: Replicas) -> None:
    """The other asks for the very same, in the same order, as when it runs alone, and is done first."""
    alone = {
        "CONGTIN_VAR": str(house.var.with_name("alone")),
        "CONGTIN_DATABASE_URL": f"sqlite:///{house.var.with_name('alone.db')}",
    }
    assert house.run("db", "upgrade", **alone)[0] == 0
    assert house.run("ingest", "tien_giang", **alone)[0] == 0
    wanted = [one.target for one in few.requests if "tiengiang" in one.host]
    few.forget()
    few.fault("laocai.gov.vn", Fault.QUIET)
    with house.command("ingest", "lao_cai", "tien_giang") as process:
        deadline = time.monotonic() + 300
        while not house.rows("SELECT 1 FROM v1_runs WHERE portal = 'tien_giang' AND verdict IS NOT NULL"):
            assert time.monotonic() < deadline, "the other portal is held up"
            assert process.poll() is None
            time.sleep(0.2)
        assert not house.rows("SELECT 1 FROM v1_runs WHERE portal = 'lao_cai' AND verdict IS NOT NULL")
        seen = few.requests
        process.send_signal(signal.SIGTERM)
        assert process.wait(60) == VERDICTS[Verdict.CANCELLED].exit_code
    assert [one.target for one in seen if "tiengiang" in one.host] == wanted
    assert [one.host for one in seen].count("laocai.gov.vn") >= 1
