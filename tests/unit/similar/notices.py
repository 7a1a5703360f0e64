"""Notices that come again and again: `serial.txt` and `patterns.txt` hold patterns, each with fillings in the lines below."""

from itertools import combinations
from pathlib import Path


def _pairs(file: str) -> list[tuple[str, str]]:
    """Return all pairs of texts that are one pattern, filled in two ways."""
    text = Path(__file__).with_name(file).read_text(encoding="utf-8").strip()
    pairs: list[tuple[str, str]] = []
    for block in text.split("\n\n"):
        pattern, *fillings = block.split("\n")
        pairs += combinations([pattern.format(*filling.split(" | ")) for filling in fillings], 2)
    return pairs


SERIAL = _pairs("serial.txt")
"""Editions of one notice: they differ in numbers, periods, dates or figures."""
HARD = _pairs("patterns.txt")
"""One pattern, another person or commune."""
