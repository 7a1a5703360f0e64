"""A Prefect server of its own for these tests, and a portal served from loopback."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from prefect.testing.utilities import prefect_test_harness

from storage.settings import settings
from tests.databases import Databases
from tests.e2e.crawl.site import Site, paged_listing, portal_file, serve

PORTAL = "cong_thu"


@dataclass(frozen=True, slots=True)
class Place:
    """A portal on loopback, and where its pages go."""

    site: Site
    var: Path
    database: str
    environment: dict[str, str]


@pytest.fixture(scope="session")
def prefect() -> Iterator[None]:
    """A server with an empty database, for the session."""
    with prefect_test_harness(server_startup_timeout=60):
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
