"""SIGTERM ends a run within thirty seconds, whatever it waits for: a stalled host, a page, another's lock."""

import os
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, closing, contextmanager, suppress

import pytest

from storage.vocabulary import VERDICTS, Verdict
from tests.e2e.crawl.site import Reply, Request, Site, article_page
from tests.e2e.ingest.conftest import house, paged
from tests.e2e.ingest.site import House
from tests.invariants import broken
from tests.soak.processes import processes_of

__all__ = ["house", "paged"]

PORTAL = "cong_thu"

Trouble = Callable[[House, Site], AbstractContextManager[Callable[[], None]]]

pytestmark = [pytest.mark.soak, pytest.mark.timeout(600)]


@contextmanager
def stalled_host(house: House, paged: Site) -> Iterator[Callable[[], None]]:
    """A page that does not come."""
    stalled = "/tin-tuc/bai-viet-so-15"
    page = paged.pages[stalled]

    def hold(request: Request) -> Reply | str:
        return Reply(article_page("chậm"), wait=50) if request.before == 0 else str(page)

    paged.pages[stalled] = hold

    def wait() -> None:
        while not any("so-14" in target for target in paged.targets()):
            time.sleep(0.05)
        time.sleep(1)

    yield wait


@contextmanager
def hanging_reader(house: House, paged: Site) -> Iterator[Callable[[], None]]:
    """Reading processes that stand still."""
    stopped: list[int] = []

    def wait() -> None:
        while not house.number("SELECT count(*) FROM capture WHERE purpose = 'article'"):
            time.sleep(0.05)
        for number, kind in processes_of(house.var).items():
            if kind == "helper":
                os.kill(number, signal.SIGSTOP)
                stopped.append(number)
        time.sleep(2)

    yield wait
    for number in stopped:
        with suppress(ProcessLookupError):
            os.kill(number, signal.SIGKILL)


@contextmanager
def locked_database(house: House, paged: Site) -> Iterator[Callable[[], None]]:
    """Another program holds what every load has to write to."""
    on_sqlite = house.engine.dialect.name == "sqlite"
    with closing(house.engine.raw_connection()) as other:

        def wait() -> None:
            while not house.number("SELECT count(*) FROM capture WHERE purpose = 'article'"):
                time.sleep(0.05)
            other.cursor().execute("BEGIN IMMEDIATE" if on_sqlite else "LOCK TABLE capture IN ACCESS EXCLUSIVE MODE")
            time.sleep(3)

        yield wait
        other.rollback()


@pytest.mark.parametrize("trouble", [stalled_host, hanging_reader, locked_database])
def test_sigterm_ends_a_run(house: House, paged: Site, trouble: Trouble) -> None:
    with house.command("ingest", PORTAL, CONGTIN_DELAY="0.1") as process:
        with trouble(house, paged) as wait:
            wait()
            process.terminate()
            code = process.wait(30)
        assert code == VERDICTS[Verdict.CANCELLED].exit_code
    assert not house.crawls()
    assert not list((house.var / "archive" / PORTAL).glob("*.open"))
    code, out, err = house.run("ingest", PORTAL)
    assert code == 0, (out, err)
    assert house.number("SELECT count(*) FROM v1_articles") == 60
    assert not broken(house.engine, house.var)
