"""What all tests share: a migrated database of either kind."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine

from storage.database.engine import connect
from tests.databases import Databases, databases

# The tests start hundreds of processes: where the shell forbids bytecode, each would compile every library anew.
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)


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
