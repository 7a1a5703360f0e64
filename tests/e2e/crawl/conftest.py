"""A bench per test."""

from pathlib import Path

import pytest

from tests.e2e.crawl.runs import Bench


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    """A portal with an archive of its own."""
    return Bench(tmp_path)
