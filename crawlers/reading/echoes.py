"""What a page, its listing row and its address claim the title to be, ready to compare with the page's lines."""

import re
from collections import Counter
from functools import cached_property, lru_cache
from urllib.parse import unquote, urljoin, urlsplit

from crawlers.reading.meta import Meta
from crawlers.reading.page import Kind, Line, Page, Zone
from storage.records import ListingItem
from storage.text import match_key

SEPARATOR = re.compile(r"\s+(?:[-–—|»›:·•]|::|<<|&raquo;)\s+|\s*[|»›]\s*")
"""Between the pieces of a `<title>`."""
CUT = re.compile(r"\s*(?:\.{3,}|…)$")
"""The end of a claim that was cut short."""
LONGEST = 400
"""Letters of a title at most."""
SEVERAL = 3
FEW = 5
"""Words up to which a line may be a section's or a box's name as well as a title."""
ECHO = 3.0
"""Score from which a line is the title by its echo alone."""
_EDGES = " .,:;-–—|\"'“”‘’"
_SLUG_WORD = re.compile(r"[a-z0-9]+")


@lru_cache(maxsize=8192)
def key(text: str) -> str:
    """Return the form in which a title and its echo are compared: lower case, no edge punctuation."""
    return text.casefold().strip(_EDGES)


class Echoes:
    """What the page, the listing and the address claim the title to be, ready to compare with lines."""

    def __init__(self, page: Page, meta: Meta, listing: ListingItem | None) -> None:
        self.exact: dict[str, tuple[float, str]] = {}
        self.cut: list[tuple[str, float, str]] = []
        if listing and listing.title:
            self._add(listing.title, 6.0, "listing")
        for source, text in meta.titles:
            self._add(text, 4.0, source)
        self.page_title = key(meta.page_title)
        pieces = SEPARATOR.split(meta.page_title)
        self.segments = [piece for piece in map(key, pieces) if piece]
        self.beginnings = tuple(key(CUT.sub("", piece)) for piece in pieces if len(piece) >= 23 and CUT.search(piece))
        self.url = page.url
        self.page = page
        self.slug = slug_words(page.url)

    @cached_property
    def counts(self) -> Counter[str]:
        """How often each short text stands on the page."""
        return Counter(
            key(line.text) for line in self.page.lines if line.kind is Kind.TEXT and len(line.text) <= LONGEST
        )

    @cached_property
    def foot(self) -> set[str]:
        """The short texts of the page's foot and margins."""
        last = max(len(self.page.lines) - 15, len(self.page.lines) // 2)
        return {
            key(line.text)
            for line in self.page.lines
            if line.kind is Kind.TEXT
            and len(line.text) <= LONGEST
            and not line.linked
            and (line.index >= last or line.node.zone is Zone.MARGIN)
        }

    @cached_property
    def _forms(self) -> Counter[tuple[str, ...]]:
        return Counter(_form(line) for line in self.page.lines if line.kind is Kind.TEXT and len(line.text) <= LONGEST)

    @cached_property
    def own_links(self) -> set[str]:
        """The texts of the page's links to its own address: lists beside an article name it as they name others."""
        here = _address(self.url, self.url)
        if not here:
            return set()
        last = here.partition("?")[0].rpartition("/")[2]
        return {
            key(text)
            for line in self.page.lines
            for el, text in line.links
            if len(text) >= 20
            and (href := (el.get("href") or "").strip())
            and (last in href or href[0] in "?.")  # to resolve every address of a page takes long
            and _address(href, self.url) == here
        }

    def names_itself(self, line: Line) -> float:
        """What it says for a line as the title that a link to this very page says the same."""
        return 1.0 if not line.links and key(line.text) in self.own_links else 0.0

    def repeated(self, line: Line) -> float:
        """What a line's repetition says for it as the title: a short line that stands twice is a section's name."""
        own = key(line.text)
        if itself := self.names_itself(line):
            return itself
        few = len(line.text.split()) <= 2 * FEW
        return -1.5 if few and line.heading != 1 and self.counts[own] > 1 else 0.0

    def recurs(self, line: Line) -> bool:
        """Whether a line is set as several others are: a row of a list, a box's heading among those of other boxes."""
        form = _form(line)
        return (bool(form[1]) or "li" in form) and self._forms[form] >= SEVERAL

    def _add(self, text: str, weight: float, source: str) -> None:
        bare = CUT.sub("", text)
        if bare != text and len(bare) >= 20:
            self.cut.append((key(bare), weight - 1, source))
        elif len(text) >= 3:
            known = self.exact.get(key(text), (0.0, source))
            self.exact[key(text)] = (max(known[0], weight), known[1])

    def of(self, text: str) -> tuple[float, str]:
        """Return how loudly a line's text is echoed, and by whom."""
        own = key(text)
        score, source = self.exact.get(own, (0.0, ""))
        for start, weight, name in self.cut:
            if own.startswith(start) and weight > score:
                score, source = weight, f"{name}, cut"
        if score < ECHO + 1 and len(own) >= 3:
            loud = self._page_title(own)
            if loud > score:
                score, source = loud, "<title>"
        return score, source

    def _page_title(self, own: str) -> float:
        title = self.page_title
        if not title:
            return 0.0
        size = min(len(own) / 60, 1.0) * 1.5
        if title.startswith(own) and (len(title) == len(own) or not title[len(own)].isalnum()):
            return 3.0 + size
        if own in self.segments or (len(own) >= 25 and own in title):
            return 1.0 + size * 1.5
        return 2.5 + size if own.startswith(self.beginnings) else 0.0

    def slug_share(self, text: str) -> float:
        """Return how much of the address's slug the text says; letters that slug makers drop (đ) are forgiven."""
        if len(self.slug) < 3:
            return 0.0
        words = _SLUG_WORD.findall(match_key(text))
        if len(words) < 3:
            return 0.0
        known = set(words) | {word.replace("d", "") for word in words}
        return sum(word in known for word in self.slug) / max(len(self.slug), len(words) * 0.6)


def _address(href: str, base: str) -> str:
    """An address's path and query, as a link on the page at `base` leads to; "" for a link that leads nowhere."""
    if not href or href.startswith(("#", "javascript:", "mailto:", "tel:")):
        return ""
    try:
        parts = urlsplit(urljoin(base, href))
    except ValueError:
        return ""
    return f"{parts.path.rstrip('/')}?{parts.query}"


def _form(line: Line) -> tuple[str, ...]:
    node = line.node
    around = node.parent
    return node.tag, node.names, around.tag if around is not None else ""


def slug_words(url: str) -> list[str]:
    """Return the words of the longest hyphenated piece of an address's path or bare query."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return []
    pieces = re.split(r"[/?&=]", unquote(f"{parts.path}?{parts.query}"))
    best = max((piece for piece in pieces if piece.count("-") >= 2), key=len, default="")
    return [
        word for word in _SLUG_WORD.findall(match_key(best.rsplit(".", 1)[0])) if not word.isdigit() or len(word) < 5
    ]
