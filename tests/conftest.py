"""What all tests share: a migrated database of either kind."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine
from xdist.remote import Producer
from xdist.scheduler import LoadScopeScheduling

from storage.database.engine import connect
from tests.databases import Databases, databases

# The tests start hundreds of processes: where the shell forbids bytecode, each would compile every library anew.
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)

_TOGETHER = ("tests/hostile/", "tests/e2e/prefect/")
"""Folders whose tests share what takes long to set up: all crawls of the hostile hosts, a Prefect server."""


@pytest.fixture(scope="session")
def migrated(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Databases]:
    """Both engines, started once a session (a worker of pytest-xdist has a session of its own)."""
    with databases(tmp_path_factory.mktemp("databases")) as made:
        yield made


@pytest.fixture(params=["sqlite", "postgresql"])
def engine(request: pytest.FixtureRequest, migrated: Databases, tmp_path: Path) -> Iterator[Engine]:
    """A fresh, migrated database; the test runs once on each engine."""
    with migrated.make(request.param, tmp_path) as url:
        made = connect(url)
        yield made
        made.dispose()


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_auto_num_workers(config: pytest.Config) -> int:
    """Three processes for two cores: much of a test's time is waiting for processes, servers and delays."""
    return max(2, (os.cpu_count() or 1) * 3 // 2)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> LoadScopeScheduling:
    """Keep the tests of one costly fixture in one process; pytest 9 has lost what `--dist loadgroup` rests on."""
    return _Together(config, log)


class _Together(LoadScopeScheduling):  # type: ignore[misc]
    """Deals tests out one by one, but those of some folders together."""

    def _split_scope(self, nodeid: str) -> str:
        return next((folder for folder in _TOGETHER if nodeid.startswith(folder)), nodeid)
