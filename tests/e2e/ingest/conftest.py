"""Fixtures of the whole way."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from sqlalchemy import Engine

from storage.settings import settings
from tests.e2e.crawl.site import Site, paged_listing, portal_file
from tests.e2e.crawl.site import serve as serve_site
from tests.e2e.ingest.site import House
from tests.replicas import Replicas, serve


@pytest.fixture
def house(engine: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[House]:
    """An empty folder and an empty database of either kind; nothing is served yet."""
    environment = {
        "CONGTIN_VAR": str(tmp_path / "var"),
        "CONGTIN_DATABASE_URL": engine.url.render_as_string(hide_password=False),
        "CONGTIN_PORTALS": str(tmp_path / "portals"),
        "CONGTIN_DELAY": "0",
        "CONGTIN_DISK_RESERVE_MB": "1",
    }
    (tmp_path / "portals").mkdir()
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    settings.cache_clear()
    yield House(engine, environment)
    settings.cache_clear()


@pytest.fixture
def replicas(house: House, monkeypatch: pytest.MonkeyPatch) -> Iterator[Replicas]:
    """Fresh replicas of the five portals, on the map of the house."""
    with _served(monkeypatch, 45) as served:
        yield served


@pytest.fixture
def few(house: House, monkeypatch: pytest.MonkeyPatch) -> Iterator[Replicas]:
    """The same, small: for what the number of articles does not matter to."""
    with _served(monkeypatch, 12) as served:
        yield served


@contextmanager
def _served(monkeypatch: pytest.MonkeyPatch, articles: int) -> Iterator[Replicas]:
    with serve(seed=11, articles=articles) as served:
        monkeypatch.setenv("CONGTIN_CONNECT_TO", served.connect_to)
        monkeypatch.setenv("CONGTIN_CA_FILE", str(served.ca_file))
        settings.cache_clear()
        yield served


@pytest.fixture
def paged(house: House, monkeypatch: pytest.MonkeyPatch) -> Iterator[Site]:
    """A portal `cong_thu` of sixty articles on six listing pages, on the map of the house."""
    site = Site(paged_listing("/tin-tuc", 60, 10))
    portal_file(Path(house.environment["CONGTIN_PORTALS"]), "cong_thu", {"tin": "http://congthu.gov.vn/tin-tuc"})
    with serve_site(site):
        monkeypatch.setenv("CONGTIN_CONNECT_TO", f"congthu.gov.vn:80=127.0.0.1:{site.port}")
        settings.cache_clear()
        yield site
