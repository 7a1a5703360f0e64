"""Signatures: what makes two texts candidates for a comparison.

A text's *keys* are the smallest hashes of its shingles of eight words, figures left out of account (a bottom-k sketch,
Broder 1997). Two texts of which the shorter makes up the share c of the longer have the smallest hash of the longer in
common with probability c, and so on for each: unlike bands of a MinHash signature this finds a text inside a longer
one, and eight words running are rare enough that a shared key means something. Further keys hold shingles with their
figures, which tell the editions of a serial notice apart, and one is of the whole text.
"""

from dataclasses import dataclass

import numpy as np

from storage.similar.words import Hashes, Kind, distinct, kinds, masked, spelled

SHINGLE = 8
PLAIN_KEYS = 20
FIGURE_KEYS = 6

_FACTORS = np.array([0xBF58476D1CE4E5B9, 0x94D049BB133111EB, 0xD6E8FEB86659FD93, 0xA0761D6478BD642F], dtype=np.uint64)
_SHIFT = np.uint64(31)


@dataclass(frozen=True, slots=True)
class Signature:
    """The keys of a text: `plain` of shingles without figures, `figured` with them, `whole` of all its words."""

    plain: Hashes
    figured: Hashes
    whole: Hashes

    @property
    def keys(self) -> Hashes:
        """All keys, none twice."""
        return distinct(np.concatenate([self.plain, self.figured, self.whole]))


def mix(hashes: Hashes) -> Hashes:
    """Return hashes scattered over all 64 bits (the finaliser of SplitMix64)."""
    hashes = (hashes ^ (hashes >> np.uint64(30))) * _FACTORS[0]
    hashes = (hashes ^ (hashes >> np.uint64(27))) * _FACTORS[1]
    return hashes ^ (hashes >> _SHIFT)


def shingles(words: Hashes, size: int) -> Hashes:
    """Return a hash of each run of `size` words, in their order; `size` is 2, 3, 4 or 8."""
    if len(words) < size:
        return np.empty(0, dtype=np.uint64)
    if size == 3:
        return mix(words[:-2] * _FACTORS[0] + words[1:-1] * _FACTORS[1] + words[2:])
    step = 1
    while step < size:
        words = words[:-step] * _FACTORS[step.bit_length()] + words[step:]
        step *= 2
    return mix(words)


def sign(words: Hashes) -> Signature:
    """Return the signature of a text's words; one of fewer than eight words has only the key of the whole."""
    plain = _smallest(shingles(masked(words), SHINGLE), PLAIN_KEYS)
    exact = spelled(words)
    runs = shingles(exact, SHINGLE)
    figures = np.concatenate(([0], np.cumsum(kinds(words) == Kind.FIGURE)))
    figured = _smallest(runs[figures[SHINGLE:] > figures[:-SHINGLE]], FIGURE_KEYS)
    odd = np.arange(1, 2 * len(words), 2, dtype=np.uint64) * _FACTORS[1]
    whole = mix(np.array([np.sum((exact ^ (exact >> _SHIFT)) * odd, dtype=np.uint64)], dtype=np.uint64))
    return Signature(plain, figured, whole)


def _smallest(hashes: Hashes, count: int) -> Hashes:
    """Return the smallest different hashes, sorted; fewer where a text repeats itself."""
    if len(hashes) > 4 * count:
        hashes = np.partition(hashes, 2 * count)[: 2 * count]
    return distinct(hashes)[:count]
