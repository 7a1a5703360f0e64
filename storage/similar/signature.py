"""Signatures: what makes two texts candidates for a comparison.

A text's *keys* are the smallest hashes of its shingles of eight words (a bottom-k sketch, Broder 1997). Two texts of
which the shorter makes up the share c of the longer have the smallest hash of the longer in common with probability c,
and so on for each: unlike bands of a MinHash signature this finds a text inside a longer one, and eight words running
are rare enough that a shared key means something.

Most keys are of shingles that hold a figure: administrative prose repeats its phrases, but not with the same figures.
Some are of shingles with all figures left out of account, so that editions of a notice find each other; a text with
few figures has more of these. One is of the whole text.

No two keys are of neighbouring places: of shingles that overlap for the most part only the smallest counts. So two keys
in common are two passages in common, not one phrase of a dozen words.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from storage.similar.words import FIGURE_HASH, Hashes, Kind, distinct, kinds, spelled

SHINGLE = 8
FIGURED, PLAIN = 18, 8
"""Keys of a text: shingles with figures at most, without at least; as many as both together, if it has them."""
_APART = 5
"""Places on either side of a key's within which no shingle of its sort has a smaller hash; less than `SHINGLE`.
Measured: docs/benchmarks.md."""

_FACTORS = np.array([0xBF58476D1CE4E5B9, 0x94D049BB133111EB, 0xD6E8FEB86659FD93, 0xA0761D6478BD642F], dtype=np.uint64)
_SHIFT = np.uint64(31)

Numbers = NDArray[np.int64]


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


def keys_of(texts: Sequence[Hashes]) -> list[Hashes]:
    """Return the keys of each of the texts, given as their words; sorted, none twice; a text without words has none.

    Many texts at a time: one call of NumPy works on all of them, which takes a third of the time of one text's each.
    """
    filled = [words for words in texts if len(words)]
    if not filled:
        return [np.empty(0, dtype=np.uint64) for _ in texts]
    words = np.concatenate(filled)
    lengths = np.array([len(one) for one in filled])
    starts = np.concatenate(([0], np.cumsum(lengths)[:-1]))
    text = np.repeat(np.arange(len(filled)), lengths)
    exact, figure = spelled(words), kinds(words) == Kind.FIGURE
    kept = ~figure
    kept[1:] |= ~figure[:-1]
    kept[starts] = True  # a run of figures counts as one
    plain = _by_text(shingles(np.where(figure, FIGURE_HASH, exact)[kept], SHINGLE), text[kept], len(filled))
    figures = np.concatenate(([0], np.cumsum(figure)))
    figured = _by_text(shingles(exact, SHINGLE), text, len(filled), only=figures[SHINGLE:] > figures[:-SHINGLE])
    odd = (2 * (np.arange(len(words)) - np.repeat(starts, lengths)) + 1).astype(np.uint64) * _FACTORS[1]
    whole = mix(np.add.reduceat((exact ^ (exact >> _SHIFT)) * odd, starts))
    keys = map(_chosen, plain, figured, whole)
    return [next(keys) if len(one) else one for one in texts]


def _chosen(plain: Hashes, figured: Hashes, whole: np.uint64) -> Hashes:
    with_figures = _smallest(figured, FIGURED)
    without = _smallest(plain, FIGURED + PLAIN - len(with_figures))
    return distinct(np.concatenate((with_figures, without, [whole])))


def _by_text(hashes: Hashes, text: Numbers, count: int, *, only: NDArray[np.bool] | None = None) -> list[Hashes]:
    """Return the hashes of shingles text by text, neighbours and what reaches into the next left out."""
    within = text[: len(hashes)] == text[len(text) - len(hashes) :]
    if only is not None:
        within &= only
    within = _least_around(hashes, within)
    bounds = np.searchsorted(text[: len(hashes)][within], np.arange(count + 1))
    kept = hashes[within]
    return [kept[bounds[place] : bounds[place + 1]] for place in range(count)]


def _least_around(hashes: Hashes, among: NDArray[np.bool]) -> NDArray[np.bool]:
    """Return which of the hashes chosen are smaller than all others of these within `_APART` places, in their order.

    No text sees another: the shingles that reach from one into the next lie between them, and are not chosen.
    """
    seen = np.where(among, hashes, np.iinfo(np.uint64).max)
    least = among.copy()
    for distance in range(1, _APART + 1):
        least[distance:] &= seen[distance:] < seen[:-distance]
        least[:-distance] &= seen[:-distance] <= seen[distance:]
    return least


def _smallest(hashes: Hashes, count: int) -> Hashes:
    """Return the smallest different hashes, sorted; fewer where a text repeats itself."""
    if len(hashes) > 4 * count:
        hashes = np.partition(hashes, 2 * count)[: 2 * count]
    return distinct(hashes)[:count]
