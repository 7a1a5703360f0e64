"""A real PostgreSQL that is stopped and started in mid-run, and one whose answers to COMMIT are lost on the way."""

from collections.abc import Callable, Iterator
from typing import cast

import pytest

from storage.database.engine import connect, transact
from storage.database.migrate import upgrade
from storage.settings import settings
from storage.vocabulary import Verdict
from tests.databases import Server, postgres
from tests.e2e.crawl.site import Request, Site
from tests.e2e.ingest.conftest import house, paged
from tests.e2e.ingest.site import House
from tests.e2e.ingest.test_outages import SOCKET
from tests.invariants import broken
from tests.soak.wire import losing_answers

__all__ = ["house", "paged"]

PORTAL = "cong_thu"
PAGES = {f"/tin-tuc/bai-viet-so-{number}" for number in range(1, 61)}

pytestmark = [
    pytest.mark.soak,
    pytest.mark.timeout(900),
    pytest.mark.parametrize("engine", ["sqlite"], indirect=True),  # replaced by a server of its own
]


@pytest.fixture
def server() -> Iterator[Server]:
    with postgres() as made:
        made.execute("CREATE DATABASE way")
        engine = connect(made.url("way"))
        upgrade(engine)
        engine.dispose()
        yield made


def _on(house: House, server: Server) -> House:
    return House(connect(server.url("way")), {**house.environment, "CONGTIN_DATABASE_URL": server.url("way")})


def _at(site: Site, target: str, work: Callable[[], None]) -> None:
    """Have something done when a page is asked for first."""
    page = str(site.pages[target])

    def answer(request: Request) -> str:
        if request.before == 0:
            work()
        return page

    site.pages[target] = answer


def _whole_once(here: House) -> None:
    for what in ("v1_articles", "v1_article_versions", "v1_changes"):
        assert here.number(f"SELECT count(*) FROM {what}") == 60, what
    assert not broken(here.engine, here.var)


def test_stopped_and_started_in_mid_run_it_is_loaded_by_the_same_run(house: House, paged: Site, server: Server) -> None:
    here = _on(house, server)
    _at(paged, "/tin-tuc?page=2", server.stop)
    _at(paged, "/tin-tuc/bai-viet-so-45", server.start_again)
    code, out, err = here.run("ingest", PORTAL)
    assert code == 0, (out, err)
    _whole_once(here)
    here.engine.dispose()


def test_stopped_for_the_rest_of_the_run_it_is_loaded_by_the_next(
    house: House, paged: Site, server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(cast("dict[str, object]", transact.__kwdefaults__), "seconds", 1)
    monkeypatch.setenv("CONGTIN_DATABASE_URL", server.url("way"))
    settings.cache_clear()
    here = _on(house, server)
    _at(paged, "/tin-tuc?page=2", server.stop)
    assert here.ingest(PORTAL)[PORTAL].judgement.verdict is Verdict.DEGRADED
    assert set(paged.targets()) >= PAGES, "the crawl went on into the archive"
    asked = len(paged.seen)
    server.start_again()
    assert here.ingest(PORTAL)[PORTAL].judgement.verdict is Verdict.OK
    assert not PAGES & set(paged.targets()[asked:]), "what is archived is not fetched again"
    _whole_once(here)
    here.engine.dispose()


@pytest.mark.parametrize("every", [1000, 7, 2])
def test_a_lost_answer_to_commit_doubles_nothing(
    house: House, paged: Site, server: Server, every: int, capsys: pytest.CaptureFixture[str]
) -> None:
    with losing_answers(server.folder / SOCKET, every) as proxy:
        here = _on(house, server)
        url = f"postgresql+psycopg://postgres@127.0.0.1:{proxy.port}/way?sslmode=disable&gssencmode=disable"
        code, out, err = here.run("ingest", PORTAL, CONGTIN_DATABASE_URL=url, CONGTIN_BATCH_SIZE="4")
        assert code == 0, (out, err)
        assert (proxy.lost > 3) == (every < 1000), proxy.lost
        _whole_once(here)
        here.engine.dispose()
    with capsys.disabled():
        print(f"\n{proxy.lost} of {proxy.commits} answers to COMMIT lost: 60 articles, none twice")
