"""Fixtures of the database's tests."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine

from storage.database.engine import connect
from tests.databases import Databases


@pytest.fixture
def migrated_postgres(migrated: Databases, tmp_path: Path) -> Iterator[Engine]:
    """A fresh, migrated PostgreSQL database, for what only it does."""
    with migrated.make("postgresql", tmp_path) as url:
        made = connect(url)
        yield made
        made.dispose()
