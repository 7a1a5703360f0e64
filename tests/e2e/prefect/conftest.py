"""A Prefect server of its own for these tests, and a portal served from loopback."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from prefect.settings import PREFECT_API_URL, PREFECT_HOME, temporary_settings

from storage.settings import settings
from tests.databases import Databases
from tests.e2e.crawl.site import Site, paged_listing, portal_file, serve
from tests.prefect_server import prefect_server

PORTAL = "cong_thu"


@dataclass(frozen=True, slots=True)
class Place:
    """A portal on loopback, and where its pages go."""

    site: Site
    var: Path
    database: str
    environment: dict[str, str]


@pytest.fixture(scope="session")
def prefect(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """The server of `congtin serve` with an empty database, for the session."""
    home = tmp_path_factory.mktemp("prefect")
    own = {"PREFECT_HOME": str(home), "PREFECT_SERVER_ANALYTICS_ENABLED": "false", "DO_NOT_TRACK": "1"}
    with prefect_server(own) as api, temporary_settings({PREFECT_HOME: home, PREFECT_API_URL: api}):
        yield


@pytest.fixture
def place(prefect: None, migrated: Databases, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Place]:
    """A portal of thirty articles on three listing pages, and an empty database."""
    site = Site(paged_listing("/tin-tuc", 30, 10))
    portal_file(tmp_path / "portals", PORTAL, {"tin": "http://congthu.gov.vn/tin-tuc"})
    with serve(site), migrated.make("sqlite", tmp_path) as database:
        environment = {
            "CONGTIN_VAR": str(tmp_path / "var"),
            "CONGTIN_DATABASE_URL": database,
            "CONGTIN_PORTALS": str(tmp_path / "portals"),
            "CONGTIN_CONNECT_TO": f"congthu.gov.vn:80=127.0.0.1:{site.port}",
            "CONGTIN_DELAY": "0",
            "CONGTIN_DISK_RESERVE_MB": "1",
        }
        for name, value in environment.items():
            monkeypatch.setenv(name, value)
        settings.cache_clear()
        yield Place(site, tmp_path / "var", database, environment)
        settings.cache_clear()
