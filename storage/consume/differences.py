"""What the publisher changed between two versions: paragraph by paragraph, and word by word within a paragraph."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from difflib import SequenceMatcher
from enum import StrEnum
from typing import Any

_PIECES = re.compile(r"\s+|\w+|[^\w\s]")


class Part(StrEnum):
    """What a stretch of text is: in both versions, in the old one alone, in the new one alone."""

    SAME = "same"
    OLD = "old"
    NEW = "new"


@dataclass(frozen=True, slots=True)
class Difference:
    """A paragraph that differs: its field (`title`, `lead`, `text`) and its stretches in order."""

    field: str
    parts: tuple[tuple[Part, str], ...]


def differences(old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[Difference]:
    """Yield what differs between two rows of `v1_article_versions`, in the order of the page."""
    for field in ("title", "lead", "text"):
        before, after = ((row[field] or "").split("\n") if row[field] else [] for row in (old, new))
        for kind, a, b, c, d in SequenceMatcher(None, before, after, autojunk=False).get_opcodes():
            if kind != "equal":
                yield from _paragraphs(field, before[a:b], after[c:d])


def _paragraphs(field: str, before: list[str], after: list[str]) -> Iterator[Difference]:
    """Yield differing paragraphs: those that are as many on both sides in pairs, others whole."""
    if len(before) == len(after):
        for one, two in zip(before, after, strict=True):
            yield Difference(field, tuple(_words(one, two)))
        return
    for one in before:
        yield Difference(field, ((Part.OLD, one),))
    for two in after:
        yield Difference(field, ((Part.NEW, two),))


def _words(before: str, after: str) -> Iterator[tuple[Part, str]]:
    one, two = _PIECES.findall(before), _PIECES.findall(after)
    for kind, a, b, c, d in SequenceMatcher(None, one, two, autojunk=False).get_opcodes():
        if kind == "equal":
            yield Part.SAME, "".join(one[a:b])
            continue
        if a < b:
            yield Part.OLD, "".join(one[a:b])
        if c < d:
            yield Part.NEW, "".join(two[c:d])
