"""A database that goes away does not stop a crawl; a host that hangs does not delay another portal."""

import os
import signal
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import cast

import pytest

from storage.database import patience
from storage.database.engine import connect, transact
from storage.database.migrate import upgrade
from storage.settings import settings
from storage.vocabulary import VERDICTS, Verdict
from tests.databases import Server, postgres
from tests.e2e.crawl.site import Request, Site
from tests.e2e.ingest.site import House
from tests.replicas import Fault, Replicas

PORTAL = "cong_thu"


SOCKET = ".s.PGSQL.5432"


def _take_away(server: Server) -> None:
    """Make a PostgreSQL server unreachable: its socket moves elsewhere, its connections are ended."""
    elsewhere = server.folder / "elsewhere"
    elsewhere.mkdir()
    (server.folder / SOCKET).rename(elsewhere / SOCKET)
    Server(elsewhere, server.process, server.start).execute(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = 'way'"
    )


def _bring_back(server: Server) -> None:
    (server.folder / "elsewhere" / SOCKET).rename(server.folder / SOCKET)


@pytest.fixture
def own_server() -> Iterator[Server]:
    """A PostgreSQL of this test's own, which may go away."""
    with postgres() as server:
        server.execute("CREATE DATABASE way")
        made = connect(server.url("way"))
        upgrade(made)
        made.dispose()
        yield server


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)  # replaced by a server of its own
def test_the_database_goes_away(house: House, paged: Site, own_server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(cast("dict[str, object]", transact.__kwdefaults__), "seconds", 1)
    monkeypatch.setenv("CONGTIN_DATABASE_URL", own_server.url("way"))
    settings.cache_clear()
    here = House(connect(own_server.url("way")), house.environment)
    second = str(paged.pages["/tin-tuc?page=2"])

    def vanish(request: Request) -> str:
        if request.before == 0:
            _take_away(own_server)
        return second

    paged.pages["/tin-tuc?page=2"] = vanish
    outcome = here.ingest(PORTAL)[PORTAL]
    assert outcome.judgement.verdict is Verdict.DEGRADED
    pages = {f"/tin-tuc/bai-viet-so-{number}" for number in range(1, 61)}
    assert pages <= set(paged.targets()), "the crawl went on"

    _bring_back(own_server)
    asked = len(paged.seen)
    assert here.ingest(PORTAL)[PORTAL].judgement.verdict is Verdict.OK
    assert here.number("SELECT count(*) FROM v1_articles") == 60
    assert not pages & set(paged.targets()[asked:]), "what is archived is not fetched again"
    here.engine.dispose()


def _processes_of(server: Server) -> list[int]:
    """Return the server's main process and those that it has started."""
    found = [server.process.pid]
    for entry in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError):
            if int(entry.read_text(encoding="utf-8").rpartition(")")[2].split()[1]) == server.process.pid:
                found.append(int(entry.parent.name))
    return found


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
@pytest.mark.soak
def test_the_database_hangs(house: House, paged: Site, own_server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    """All its processes stand still: connections stay open, nothing is refused, no answer ever comes."""
    monkeypatch.setattr(patience, "PATIENCE", 1.0)
    monkeypatch.setattr(patience, "PROBE_SECONDS", 2)
    monkeypatch.setitem(cast("dict[str, object]", transact.__kwdefaults__), "seconds", 1)
    url = own_server.url("way") + "&connect_timeout=2"
    monkeypatch.setenv("CONGTIN_DATABASE_URL", url)
    settings.cache_clear()
    here = House(connect(url), house.environment)
    second, stopped = str(paged.pages["/tin-tuc?page=2"]), list[int]()

    def hang(request: Request) -> str:
        if request.before == 0:
            stopped.extend(_processes_of(own_server))
            for number in stopped:
                os.kill(number, signal.SIGSTOP)
        return second

    paged.pages["/tin-tuc?page=2"] = hang
    try:
        outcome = here.ingest(PORTAL)[PORTAL]
    finally:
        for number in stopped:
            with suppress(ProcessLookupError):
                os.kill(number, signal.SIGCONT)
    assert len(stopped) > 2
    assert outcome.judgement.verdict is Verdict.DEGRADED, outcome.judgement
    assert {f"/tin-tuc/bai-viet-so-{number}" for number in range(1, 61)} <= set(paged.targets()), "the crawl went on"
    assert here.ingest(PORTAL)[PORTAL].judgement.verdict is Verdict.OK
    assert here.number("SELECT count(*) FROM v1_articles") == 60
    here.engine.dispose()


def test_without_a_database_nothing_begins(house: House, paged: Site) -> None:
    code, out, err = house.run(
        "ingest", PORTAL, CONGTIN_DATABASE_URL="postgresql+psycopg://x@127.0.0.1:9/x?connect_timeout=1"
    )
    assert code == VERDICTS[Verdict.DEGRADED].exit_code, out
    assert "cơ sở dữ liệu" in err
    assert "Traceback" not in err
    assert not paged.seen


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
def test_a_host_that_hangs_delays_no_other_portal(house: House, few: Replicas) -> None:
    few.fault("laocai.gov.vn", Fault.QUIET)
    with house.command("ingest", "lao_cai", "tien_giang") as process:
        deadline = time.monotonic() + 60
        while not house.rows("SELECT 1 FROM v1_runs WHERE portal = 'tien_giang' AND verdict = 'ok'"):
            assert time.monotonic() < deadline, "the other portal is held up"
            assert process.poll() is None
            time.sleep(0.2)
        assert not house.rows("SELECT 1 FROM v1_runs WHERE portal = 'lao_cai' AND verdict IS NOT NULL")
        process.send_signal(signal.SIGTERM)
        assert process.wait(40) == VERDICTS[Verdict.CANCELLED].exit_code
    assert not house.crawls()
