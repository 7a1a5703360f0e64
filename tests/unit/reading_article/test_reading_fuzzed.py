"""A fixed sample of the mutated pages of `make soak`: read or refused, and by no failure of the reader."""

import pytest

from tests import fuzzing


@pytest.mark.parametrize("part", range(4))
def test_mutated_pages(part: int) -> None:
    for number in range(part * 5, part * 5 + 5):
        result = fuzzing.read(number)
        assert not result.kind.startswith("reader_failed"), f"page {number}: {result.kind}"
