"""Two machines with a folder each and one PostgreSQL: one dies or stands still, the other takes over."""

import os
import signal
import time
from pathlib import Path

import pytest
from sqlalchemy import text

from storage.vocabulary import VERDICTS, Verdict
from tests.e2e.crawl.site import Site
from tests.e2e.ingest.conftest import house, paged
from tests.e2e.ingest.site import House
from tests.soak.processes import processes_of
from tests.unit.database.makers import dump

__all__ = ["house", "paged"]

PORTAL = "cong_thu"
SLOW = {"CONGTIN_DELAY": "0.1"}

pytestmark = [
    pytest.mark.soak,
    pytest.mark.timeout(600),
    pytest.mark.parametrize("engine", ["postgresql"], indirect=True),
]


def _cut_off(house: House) -> None:
    """End the connections of all processes but ours to the database, as a server does with a machine that is gone."""
    with house.engine.begin() as connection:
        connection.execute(
            text(
                "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity "
                "WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )
        )


def _wait_for_articles(house: House, count: int) -> None:
    """Wait until so many article responses are entered."""
    deadline = time.monotonic() + 60
    while house.number("SELECT count(*) FROM capture WHERE purpose = 'article'") < count:
        assert time.monotonic() < deadline, "the run does not get on"
        time.sleep(0.05)


def test_a_machine_that_wakes_late_writes_nothing(house: House, paged: Site, tmp_path: Path) -> None:
    with house.command("ingest", PORTAL, **SLOW) as late:
        _wait_for_articles(house, 10)
        stopped = list(processes_of(house.var))
        for number in stopped:
            os.kill(number, signal.SIGSTOP)
        try:
            _cut_off(house)
            code, _, err = house.run("ingest", PORTAL, CONGTIN_VAR=str(tmp_path / "elsewhere"))
            before = dump(house.engine)
        finally:
            for number in stopped:
                os.kill(number, signal.SIGCONT)
        late.communicate(timeout=120)
    assert code == 0, err
    assert late.returncode == VERDICTS[Verdict.DEGRADED].exit_code
    assert dump(house.engine) == before
    assert house.number("SELECT count(*) FROM v1_articles") == 60


def test_a_machine_that_died_and_comes_back(house: House, paged: Site, tmp_path: Path) -> None:
    """What it had archived and not read is fetched by the other one; when it is back, it takes nothing back."""
    with house.command("ingest", PORTAL, **SLOW):
        _wait_for_articles(house, 10)
        for number in processes_of(house.var):
            os.kill(number, signal.SIGKILL)
    waiting = house.rows("SELECT url FROM capture WHERE state = 'pending'")
    assert waiting
    for number in range(1, 61):
        at = f"/tin-tuc/bai-viet-so-{number}"
        paged.pages[at] = str(paged.pages[at]).replace("công việc của tỉnh", "công việc của xã")
    code, _, err = house.run("ingest", PORTAL, CONGTIN_VAR=str(tmp_path / "elsewhere"))
    assert code == 0, err
    assert house.number("SELECT count(*) FROM v1_articles") == 60
    shown = house.rows("SELECT article_id, text FROM v1_articles ORDER BY article_id")
    code, _, err = house.run("ingest", PORTAL)
    assert code == 0, err
    assert house.rows("SELECT article_id, text FROM v1_articles ORDER BY article_id") == shown
    assert house.number("SELECT count(*) FROM v1_changes WHERE change = 'updated'") == 0
    assert house.number("SELECT count(*) FROM capture WHERE state = 'pending'") == 0
