"""Where on a page the values of a reading stand: found by the values alone, so that the picture cannot flatter.

The reader is not asked which lines it took. Letters and digits of the page's text, in order, are searched for those of
each value; what differs in spaces, marks of punctuation or case only is the same. A value that repeats (a title in the
breadcrumb, too) is the one nearest to the body.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field

from lxml.html import HtmlElement

from crawlers.reading.tree import INVISIBLE
from storage.records import Article

_TOO_LITTLE = 2
"""Letters of a value that cannot be told from chance."""
_ANCHORS = 8
"""Places of the longest paragraph that are tried."""


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of text of the tree: what stands in an element before its first child, or behind it (`tail`)."""

    element: HtmlElement
    tail: bool
    text: str


@dataclass(slots=True)
class Marked:
    """A page's text with the fields that its letters belong to.

    Attributes:
        pieces: the text, in document order.
        fields: of each piece, the field of each of its characters; "" for none.
        missing: fields with a value that does not stand on the page in one piece.
    """

    pieces: list[Piece]
    fields: list[list[str]]
    missing: list[str] = field(default_factory=list)


def mark_fields(root: HtmlElement, article: Article) -> Marked:
    """Return the page's visible text with the article's fields found in it."""
    pieces = list(_pieces(root))
    letters: list[str] = []
    places: list[tuple[int, int]] = []
    for number, piece in enumerate(pieces):
        for offset, char in enumerate(piece.text):
            if char.isalnum():
                letters.append(_same(char))
                places.append((number, offset))
    finder = _Finder("".join(letters))
    marked = Marked(pieces, [[""] * len(piece.text) for piece in pieces])
    finder.find_body([paragraph.text for paragraph in article.paragraphs])
    for name, values in _values(article):
        for value in values:
            if not finder.find(name, value):
                marked.missing.append(name)
    if finder.lost:
        marked.missing.append("text")
    for start, end, name in finder.found:
        _claim(marked, places[start:end], name)
    return marked


def _pieces(element: HtmlElement) -> Iterator[Piece]:
    if element.text:
        yield Piece(element, False, element.text)  # noqa: FBT003 - a record
    for child in element:
        if isinstance(child.tag, str) and child.tag not in INVISIBLE:
            yield from _pieces(child)
        if child.tail:
            yield Piece(child, True, child.tail)  # noqa: FBT003


def _values(article: Article) -> Iterator[tuple[str, list[str]]]:
    """Yield the values as printed, those nearest to the body first."""
    yield "lead", [article.lead] if article.lead else []
    yield "title", [article.title]
    yield "published_at", [article.published_raw] if article.published_raw else []
    yield "images", [image.caption for image in article.images if image.caption]
    yield "authors", [article.byline_raw] if article.byline_raw else []
    yield "source_credit", [article.source_credit] if article.source_credit else []
    yield "attachments", [file.name for file in article.attachments]
    yield "related", [link.title for link in article.related]
    told = article.provenance.get("view_count")
    yield "view_count", [told.evidence] if told and told.method == "label" else []
    yield "section", [article.section] if article.section else []


def _same(char: str) -> str:
    lower = char.casefold()
    return lower if len(lower) == 1 else char


def _key(text: str) -> str:
    return "".join(_same(char) for char in text if char.isalnum())


class _Finder:
    """Finds values in the letters of a page; no letter belongs to two of them."""

    def __init__(self, letters: str) -> None:
        self._letters = letters
        self._start = 0
        self._end = 0
        self._taken = bytearray(len(letters))
        self.found: list[tuple[int, int, str]] = []
        self.lost = 0

    def find_body(self, paragraphs: list[str]) -> None:
        """Find the paragraphs, in their order, around the place of the longest one where most of them stand."""
        keys = [_key(text) for text in paragraphs]
        if not any(keys):
            return
        longest = max(range(len(keys)), key=lambda number: len(keys[number]))
        tries = [self._around(keys, longest, place) for place in self._places(keys[longest])[:_ANCHORS]]
        best = max(tries, key=len, default=[])
        self.lost = sum(map(bool, keys)) - len(best)
        for start, end in best:
            self._take(start, end, "text")
        if best:
            self._start, self._end = best[0][0], best[-1][1]

    def _around(self, keys: list[str], anchor: int, place: int) -> list[tuple[int, int]]:
        spans = [(place, place + len(keys[anchor]))]
        for key in reversed(keys[:anchor]):
            before = self._letters.rfind(key, 0, spans[0][0]) if key else -1
            if before >= 0:
                spans.insert(0, (before, before + len(key)))
        for key in keys[anchor + 1 :]:
            after = self._letters.find(key, spans[-1][1]) if key else -1
            if after >= 0:
                spans.append((after, after + len(key)))
        return spans

    def find(self, name: str, value: str) -> bool:
        """Find a value nearest to what was found so far of the article; return whether it stands on the page."""
        key = _key(value)
        if len(key) < _TOO_LITTLE:
            return True
        free = [place for place in self._places(key) if not any(self._taken[place : place + len(key)])]
        if not free:
            return False
        place = min(free, key=lambda one: max(self._start - one, one - self._end, 0))
        self._take(place, place + len(key), name)
        if name in {"lead", "title"}:
            self._start = min(self._start, place) if self._end else place
            self._end = max(self._end, place + len(key))
        return True

    def _places(self, key: str) -> list[int]:
        places = []
        place = self._letters.find(key)
        while place >= 0:
            places.append(place)
            place = self._letters.find(key, place + 1)
        return places

    def _take(self, start: int, end: int, name: str) -> None:
        self._taken[start:end] = b"\1" * (end - start)
        self.found.append((start, end, name))


def _claim(marked: Marked, places: list[tuple[int, int]], name: str) -> None:
    """Give a field all that stands from the first of its letters to the last, and the mark that closes it."""
    (first, begin), (last, end) = places[0], places[-1]
    rest = marked.pieces[last].text[end + 1 :]
    end += 1 + next((at for at, char in enumerate(rest) if char.isalnum() or char.isspace()), len(rest))
    for number in range(first, last + 1):
        names = marked.fields[number]
        start = begin if number == first else 0
        stop = end if number == last else len(names)
        names[start:stop] = [name] * (stop - start)
