"""What tells the editions of a serial notice, and fillings of one pattern, from versions of one piece.

A near-duplicate keeps its names and figures and changes words; an edition of a weekly notice keeps the words and
changes the figures; a report on another commune keeps the pattern and changes the names. *Slots* are the runs of
figures, periods and names in a text.
"""

from collections import Counter
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from storage.similar.words import Hashes, Kind, kinds, names_of, numbered, shared, spelled, word_hashes

_AROUND = 2
"""Words on either side by which a slot of one text is found in the other."""
_FACTOR = np.uint64(0x9E3779B97F4A7C15)
_SLOT = np.uint64(0x2545F4914F6CDD1D)


@dataclass(frozen=True)
class Worded:
    """A text and its words."""

    text: str

    @cached_property
    def words(self) -> Hashes:
        """The words in their order."""
        return word_hashes(self.text)

    @cached_property
    def _kinds(self) -> NDArray[np.uint8]:
        return kinds(self.words).astype(np.uint8)

    @cached_property
    def _sorted(self) -> tuple[Hashes, Hashes]:
        """The words, sorted and numbered, and the kind of each."""
        ordered = numbered(np.sort(self.words))
        return ordered, kinds(ordered)

    @cached_property
    def content(self) -> Hashes:
        """The words that are no figure, period or name, sorted; what recurs is told apart."""
        return self._of_kinds(Kind.CONTENT)

    @cached_property
    def figures(self) -> Hashes:
        """The words that are figures or periods, likewise."""
        return self._of_kinds(Kind.FIGURE, Kind.PERIOD)

    @cached_property
    def names(self) -> Hashes:
        """The words that are names, likewise."""
        return self._of_kinds(Kind.NAME)

    def _of_kinds(self, *wanted: Kind) -> Hashes:
        ordered, kind = self._sorted
        of_them = kind == wanted[0]
        for other in wanted[1:]:
            of_them |= kind == other
        found: Hashes = ordered[of_them]
        return found

    @cached_property
    def slots(self) -> tuple[Hashes, Hashes, NDArray[np.bool]]:
        """Of each slot hashes of the words around it and of what it holds, and whether that is a figure.

        Places that recur are left out.
        """
        exact, in_slot = spelled(self.words), self._kinds != Kind.CONTENT
        starts = np.flatnonzero(in_slot & ~np.concatenate(([False], in_slot[:-1])))
        if not len(starts):
            return np.empty(0, dtype=np.uint64), np.empty(0, dtype=np.uint64), np.empty(0, dtype=np.bool)
        kept = ~in_slot
        kept[starts] = True
        outline = np.where(in_slot, _SLOT, exact)[kept]
        edge = np.zeros(_AROUND, dtype=np.uint64)
        outline = np.concatenate((edge, outline, edge))
        place = np.cumsum(kept)[starts] - 1 + _AROUND
        around = np.zeros(len(starts), dtype=np.uint64)
        for offset in (-2, -1, 1, 2):
            around = around * _FACTOR + outline[place + offset]
        held = np.add.reduceat(exact * in_slot, starts)
        figured = np.add.reduceat(self._kinds == Kind.FIGURE, starts) > 0
        order = np.argsort(around)
        around, held, figured = around[order], held[order], figured[order]
        same = around[1:] == around[:-1]
        once = ~(np.concatenate(([False], same)) | np.concatenate((same, [False])))
        return around[once], held[once], figured[once]


def only_slots_differ(one: Worded, other: Worded, *, besides: float = 0.0) -> bool:
    """Whether two texts have the same words, with other figures, periods or names in their places.

    What only one of them has in addition does not count, nor a name that was only misspelt.

    Args:
        one: a text.
        other: another one.
        besides: share of the shorter text's words that may be others, where figures or periods differ.
    """
    fewer = min(len(one.content), len(other.content))
    missing = fewer - shared(one.content, other.content)
    if missing > besides * fewer:
        return False
    if _substituted(one.figures, other.figures):
        return True
    if missing or not _substituted(one.names, other.names):
        return False
    mine, theirs = (Counter(names_of(text.text)) for text in (one, other))
    return _are_others(mine - theirs, theirs - mine)


@dataclass(frozen=True, slots=True)
class SlotChanges:
    """How many slots of two texts stand between the same words in both, and in how many of these they differ.

    `figures` and `figures_changed` are those that hold a figure.
    """

    slots: int
    changed: int
    figures: int
    figures_changed: int


def slot_changes(one: Worded, other: Worded) -> SlotChanges:
    """Return how the slots of two texts differ."""
    (places, values, figured), (other_places, other_values, _) = one.slots, other.slots
    if not len(places) or not len(other_places):
        return SlotChanges(0, 0, 0, 0)
    theirs = np.minimum(other_places.searchsorted(places), len(other_places) - 1)
    mine = other_places[theirs] == places
    differ = (values != other_values[theirs]) & mine
    return SlotChanges(*(int(np.count_nonzero(some)) for some in (mine, differ, mine & figured, differ & figured)))


def _substituted(one: Hashes, other: Hashes) -> bool:
    """Whether each of two lists holds something that the other does not."""
    return shared(one, other) < min(len(one), len(other))


def _are_others(mine: Counter[str], theirs: Counter[str]) -> bool:
    """Whether names that only one text has stand for names that only the other has, and are no misspellings of them."""
    left, right = list(mine.elements()), list(theirs.elements())
    for name in list(left):
        match = next((one for one in right if _is_misspelt(name, one)), None)
        if match is not None:
            left.remove(name)
            right.remove(match)
    return bool(left and right)


def _is_misspelt(one: str, other: str) -> bool:
    """Whether two names of three letters or more differ by one letter, or by the order of letters."""
    if min(len(one), len(other)) < 3 or abs(len(one) - len(other)) > 1:
        return False
    if len(one) == len(other):
        return sorted(one) == sorted(other) or sum(a != b for a, b in zip(one, other, strict=True)) == 1
    short, long = sorted((one, other), key=len)
    return any(long[:place] + long[place + 1 :] == short for place in range(len(long)))
