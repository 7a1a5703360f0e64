"""Two texts compared exactly: the same, near-duplicates, one inside the other, editions of a serial notice, or nothing.

Likeness is that of the sets of three-word shingles: `similarity` their Jaccard index, `containment` the share of the
smaller set that is in the larger. Thresholds are measured (docs/benchmarks.md): administrative prose repeats its
phrases, so two reports on one subject reach 0.33 and 0.58, and texts of some sixty words more.
"""

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from storage.similar.serial import Worded, only_slots_differ, slot_changes
from storage.similar.signature import shingles
from storage.similar.words import Hashes, distinct, shared, spelled
from storage.vocabulary import LinkKind

MIN_WORDS = 50
"""Least words of a text that is compared: shorter ones recur by chance (as within a portal: `SAME_TEXT_WORDS`)."""

_SHINGLE = 3
_LONGER = 1.4
"""How many times as long a text is at least that counts as the extended one."""
_SMALL = 80.0
"""Shingles below which two texts must be much more alike."""
_SAME_SLOTS = 0.4
"""Share of names and figures that differ, between words that do not, from which two texts tell of different things."""

_FIGURES, _OTHER_FIGURES = 3, 0.7
"""Figures, and their share, that are others from which a text with hardly another word is another edition."""

_HARDLY_ANY, _FEW, _SOME = 0.03, 0.1, 0.3
"""Shares of words, names and figures aside, that the shorter text has and the longer has not."""

_OF_A_TITLE = 0.25
"""Share of a title's words that may be others where its figures differ: two offices' notices of one kind."""


@dataclass(frozen=True, slots=True)
class Likeness:
    """How two texts are alike: kind, Jaccard index and containment of their shingles, both from 0 to 1."""

    kind: LinkKind
    similarity: float
    containment: float


class Prepared:
    """A title and a full text, made ready to be compared with many."""

    def __init__(self, title: str, text: str) -> None:
        self.title = Worded(title)
        self.body = Worded(text)

    @property
    def words(self) -> Hashes:
        """The words of the full text."""
        return self.body.words

    @cached_property
    def shingles(self) -> Hashes:
        """The set of three-word shingles, sorted."""
        return distinct(shingles(spelled(self.words), _SHINGLE))


def compare(one: Prepared, other: Prepared, *, credited: bool = False) -> Likeness | None:
    """Return how two texts are alike, or None if they are not, or one of them is too short to tell.

    Args:
        one: a text.
        other: another one.
        credited: one is known to be a reprint of the other's day and title: what differs is a correction, not another
            edition.
    """
    if min(len(one.words), len(other.words)) < MIN_WORDS:
        return None
    if np.array_equal(spelled(one.words), spelled(other.words)):
        same = LinkKind.SERIAL if only_slots_differ(one.title, other.title) else LinkKind.EXACT
        return Likeness(same, 1.0, 1.0)
    common = shared(one.shingles, other.shingles)
    small, large = sorted((len(one.shingles), len(other.shingles)))
    similarity, containment = common / (small + large - common), common / small
    kind = _kind(one, other, similarity, containment, credited=credited)
    return None if kind is None else Likeness(kind, similarity, containment)


def _kind(one: Prepared, other: Prepared, similarity: float, containment: float, *, credited: bool) -> LinkKind | None:
    small, large = sorted((len(one.shingles), len(other.shingles)))
    short = (_SMALL / small) ** 2
    longer = large >= _LONGER * small and containment >= min(0.72 + 0.3 * short, 0.93)
    alike = longer or similarity >= min(0.4 + 0.4 * short, 0.8)
    unshared = _unshared(one.body, other.body)
    if not alike and unshared > _FEW:
        return None
    if not credited:
        found = slot_changes(one.body, other.body)
        slots, another = found.slots, found.changed >= _SAME_SLOTS * found.slots
        if unshared == 0 and only_slots_differ(one.body, other.body):
            return LinkKind.SERIAL
        if unshared <= _SOME and only_slots_differ(one.title, other.title, besides=_OF_A_TITLE):
            return LinkKind.SERIAL
        if unshared <= _FEW and another and slots >= (1 if unshared <= _HARDLY_ANY else 3):
            return LinkKind.SERIAL
        if unshared <= _FEW and found.figures_changed >= max(_FIGURES, _OTHER_FIGURES * found.figures):
            return LinkKind.SERIAL
        if another and slots >= 3:
            return None  # one pattern of phrases, filled with two matters
    if not alike:
        return None
    return LinkKind.EXTENDED if longer else LinkKind.NEAR


def _unshared(one: Worded, other: Worded) -> float:
    """Return the share of the shorter text's content that the longer has not; 1 if their lengths are too different."""
    small, large = sorted((len(one.content), len(other.content)))
    if small < (1 - _SOME) * large:
        return 1.0
    return 1.0 - shared(one.content, other.content) / small if small else 0.0
