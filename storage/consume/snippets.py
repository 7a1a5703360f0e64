"""Snippets: the part of an original text that shows best why it was found."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from storage.words import Word, folded, words

LENGTH = 160
"""Code points of a snippet, about: two lines of a terminal."""

_SCANNED = 200_000
"""Code points of a text in which places are looked for."""


@dataclass(frozen=True, slots=True)
class Cut:
    """A part of an original text, with the spans (start, end) in it that were asked for; "…" where it was cut."""

    text: str
    spans: tuple[tuple[int, int], ...]


class Highlighter:
    """Finds the terms of a query in original texts, marks and all."""

    def __init__(self, terms: Sequence[tuple[tuple[str, ...], bool]]) -> None:
        """Take each term as its folded words, and whether the last one is only the beginning of a word."""
        self._terms = list(dict.fromkeys(terms))

    def whole(self, text: str) -> Cut:
        """Return the whole text with the places that match."""
        return Cut(text, tuple(self._spans(list(words(text[:_SCANNED])))))

    def snippet(self, text: str) -> Cut:
        """Return the stretch of some `LENGTH` code points with the most different terms, and then the most matches."""
        every = list(words(text[:_SCANNED]))
        found = sorted(self._matches(every))
        start, end = 0, min(len(text), LENGTH)
        if found:
            first, last = _best(found)
            spare = max(0, LENGTH - (found[last][1] - found[first][0]))
            start = max(0, found[first][0] - spare // 3)
            start = next((one.start for one in every if one.start >= start), start)
            end = max(start + LENGTH, found[last][1])
        inside = [one.end for one in every if start < one.end <= end]
        if end < len(text) and inside:
            end = inside[-1]
        cut = " ".join(text[start:end].split("\n"))
        before, after = "… " if start else "", " …" if end < len(text) else ""
        shift = len(before) - start
        spans = [(a + shift, b + shift) for a, b, _ in found if a >= start and b <= end]
        return Cut(f"{before}{cut}{after}", _joined(spans))

    def _spans(self, every: Sequence[Word]) -> tuple[tuple[int, int], ...]:
        return _joined([(start, end) for start, end, _ in sorted(self._matches(every))])

    def _matches(self, every: Sequence[Word]) -> Iterator[tuple[int, int, int]]:
        """Yield start, end and number of the term of every place that matches."""
        keys = [folded(one.text) for one in every]
        places: dict[str, list[int]] = {}
        for place, key in enumerate(keys):
            places.setdefault(key, []).append(place)
        for number, (term, prefix) in enumerate(self._terms):
            length = len(term)
            if prefix and length == 1:
                starts = [place for key, at in places.items() if key.startswith(term[0]) for place in at]
            else:
                starts = places.get(term[0], [])
            for place in starts:
                if place + length > len(keys):
                    continue
                *middle, last = keys[place : place + length]
                fits = last.startswith(term[-1]) if prefix else last == term[-1]
                if fits and tuple(middle) == term[:-1]:
                    yield every[place].start, every[place + length - 1].end, number


def _best(found: Sequence[tuple[int, int, int]]) -> tuple[int, int]:
    """Return the first and last match of the stretch with the most different terms, then the most matches."""
    best, choice, first = (0, 0), (0, 0), 0
    inside: dict[int, int] = {}
    for last, (_, end, number) in enumerate(found):
        inside[number] = inside.get(number, 0) + 1
        while first < last and end - found[first][0] > LENGTH:
            gone = found[first][2]
            inside[gone] -= 1
            if not inside[gone]:
                del inside[gone]
            first += 1
        if (len(inside), last - first) > best:
            best, choice = (len(inside), last - first), (first, last)
    return choice


def _joined(spans: Sequence[tuple[int, int]]) -> tuple[tuple[int, int], ...]:
    """Return sorted spans with those that overlap made one."""
    made: list[tuple[int, int]] = []
    for start, end in spans:
        if made and start <= made[-1][1]:
            made[-1] = (made[-1][0], max(end, made[-1][1]))
        else:
            made.append((start, end))
    return tuple(made)
