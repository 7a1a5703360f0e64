"""Which line is the title: by rules, by its echo in what the page and the listing say of it, by its place and setting.

A title echoes: in the listing row, in `<title>`, in `og:title`, in the address's slug. A side portlet's heading, the
section and the site's name echo too, but shorter, linked, or in the margin. Where nothing echoes, the title is the last
short line above the first paragraph.
"""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from urllib.parse import unquote, urljoin, urlsplit

from crawlers.portal import Rules
from crawlers.reading.lines import Says
from crawlers.reading.meta import Meta
from crawlers.reading.page import Kind, Line, Page, Zone
from crawlers.reading.tree import css, text_of
from storage.records import ListingItem
from storage.text import clean, match_key

_SEPARATOR = re.compile(r"\s+(?:[-–—|»›:·•]|::|<<|&raquo;)\s+|\s*[|»›]\s*")
_CUT = re.compile(r"\s*(?:\.{3,}|…)$")
_EDGES = " .,:;-–—|\"'“”‘’"
_TITLE_CLASS = re.compile(r"title|tieu-?de|headline|tieude")
_FRAME_CLASS = re.compile(
    r"portlet|widget|block-title|module|topper|box|panel|sidebar|category|chuyen-?muc|breadcrumb|web-?part|\bms-wp"
)
_SLUG_WORD = re.compile(r"[a-z0-9]+")
_LONGEST = 400
_SLUG_ECHO = 0.7
_SEVERAL = 3
_FEW = 5
"""Words up to which a line may be a section's or a box's name as well as a title."""
ECHO = 3.0
"""Score from which a line is the title by its echo alone."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """A line that may be the title, how sure, and why."""

    line: Line | None
    text: str
    score: float
    method: str
    evidence: str = ""


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
        pieces = _SEPARATOR.split(meta.page_title)
        self.segments = [piece for piece in map(key, pieces) if piece]
        self.beginnings = tuple(key(_CUT.sub("", piece)) for piece in pieces if len(piece) >= 23 and _CUT.search(piece))
        self.url = page.url
        self.page = page
        self.slug = slug_words(page.url)

    @cached_property
    def counts(self) -> Counter[str]:
        """How often each short text stands on the page."""
        return Counter(
            key(line.text) for line in self.page.lines if line.kind is Kind.TEXT and len(line.text) <= _LONGEST
        )

    @cached_property
    def foot(self) -> set[str]:
        """The short texts of the page's foot and margins."""
        last = max(len(self.page.lines) - 15, len(self.page.lines) // 2)
        return {
            key(line.text)
            for line in self.page.lines
            if line.kind is Kind.TEXT
            and len(line.text) <= _LONGEST
            and not line.linked
            and (line.index >= last or line.node.zone is Zone.MARGIN)
        }

    @cached_property
    def _forms(self) -> Counter[tuple[str, ...]]:
        return Counter(_form(line) for line in self.page.lines if line.kind is Kind.TEXT and len(line.text) <= _LONGEST)

    @cached_property
    def own_links(self) -> set[str]:
        """The texts of the page's links to its own address: lists beside an article name it as they name others."""
        here = _address(self.url, self.url)
        return {
            key(text)
            for line in self.page.lines
            for el, text in line.links
            if len(text) >= 20 and here and _address(el.get("href") or "", self.url) == here
        }

    def names_itself(self, line: Line) -> float:
        """What it says for a line as the title that a link to this very page says the same."""
        return 1.0 if not line.links and key(line.text) in self.own_links else 0.0

    def repeated(self, line: Line) -> float:
        """What a line's repetition says for it as the title: a short line that stands twice is a section's name."""
        own = key(line.text)
        if itself := self.names_itself(line):
            return itself
        few = len(line.text.split()) <= 2 * _FEW
        return -1.5 if few and line.heading != 1 and self.counts[own] > 1 else 0.0

    def recurs(self, line: Line) -> bool:
        """Whether a line is set as several others are: a row of a list, a box's heading among those of other boxes."""
        form = _form(line)
        return (bool(form[1]) or "li" in form) and self._forms[form] >= _SEVERAL

    def _add(self, text: str, weight: float, source: str) -> None:
        bare = _CUT.sub("", text)
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


def find_title(page: Page, rules: Sequence[Rules], echoes: Echoes) -> Candidate | None:
    """Return the line that echoes loudest (or that a rule names), or None if no line does.

    A claim that no line of the page repeats is no title here; `claimed` gives it.
    """
    ruled = _by_rule(page, rules)
    best: Candidate | None = None
    for line in page.lines:
        size = len(line.text)
        if line.kind is not Kind.TEXT or not 3 <= size <= _LONGEST or line.node.zone is Zone.UNSEEN:
            continue
        loud, source = echoes.of(line.text)
        if line.index in ruled:
            loud, source = loud + 5.0, f"rule {ruled[line.index]}"
        if loud < ECHO - 1.5:
            continue
        if source == "<title>" and (_CUT.search(line.text) or is_site_name(line, echoes)):
            continue  # cut off by dots it is an echo itself: the title stands whole elsewhere
        score = loud + setting(line, echoes.url) + echoes.names_itself(line)
        if score > (best.score if best else ECHO - 0.5):
            method = "rules" if line.index in ruled else "listing_echo" if source.startswith("listing") else "echo"
            best = Candidate(line, line.text, score, method, source)
    if best is None or (best.evidence == "<title>" and is_weak(best, echoes)):
        return _by_slug(page, echoes) or best
    return _without_section(page, best, echoes) if best.evidence == "<title>" else best


def _without_section(page: Page, whole: Candidate, echoes: Echoes) -> Candidate:
    """Of a line that repeats all of a `<title>` of several pieces, the line above that is its longest piece alone."""
    if key(whole.text) != echoes.page_title or len(echoes.segments) < 2 or whole.line is None:
        return whole
    longest = max(echoes.segments, key=len)
    for line in page.lines[: whole.line.index]:
        if (
            key(line.text) == longest
            and line.node.zone is Zone.MAIN
            and not line.links
            and len(line.text.split()) > _FEW
        ):
            return Candidate(line, line.text, whole.score, whole.method, whole.evidence)
    return whole


def _by_slug(page: Page, echoes: Echoes) -> Candidate | None:
    """The line that says what the address's slug says, if one does."""
    if len(echoes.slug) < 4:
        return None
    best: Candidate | None = None
    for line in page.lines:
        if line.kind is not Kind.TEXT or line.node.zone is not Zone.MAIN or not 15 <= len(line.text) <= _LONGEST:
            continue
        if line.text.count(" ") < 3 or (line.linked and not _links_to(line, echoes.url)):
            continue
        share = echoes.slug_share(line.text)
        if share >= _SLUG_ECHO:
            score = ECHO + share + setting(line, echoes.url)
            if best is None or score > best.score:
                best = Candidate(line, line.text, score, "echo", "the address's slug")
    return best


def is_site_name(line: Line, echoes: Echoes) -> bool:
    """Whether a line is the site's name: it stands in the page's foot and elsewhere."""
    own = key(line.text)
    return own in echoes.foot and echoes.counts[own] > 1


def is_weak(title: Candidate, echoes: Echoes) -> bool:
    """Whether a title echoes in `<title>` alone and is short or repeated, as a section's name is.

    What a link to this very page says is repeated because it is the title.
    """
    if title.line is None or not title.evidence.startswith("<title>") or echoes.slug_share(title.text) >= _SLUG_ECHO:
        return False
    own = key(title.text)
    return len(title.text.split()) <= 7 or (echoes.counts[own] > 1 and own not in echoes.own_links)


def is_label(title: Candidate, echoes: Echoes) -> bool:
    """Whether a weak title is the section's name, printed and linked in each row of the section's list."""
    line = title.line
    return line is not None and line.linked and is_weak(title, echoes) and echoes.counts[key(line.text)] >= _SEVERAL


def _by_rule(page: Page, rules: Sequence[Rules]) -> dict[int, str]:
    for rule in rules:
        for selector in rule.title:
            for el in css(page.root, selector):
                node = page.node_of(el)
                text = text_of(el)
                if node is None or not text:
                    continue
                for line in page.lines_of(node):
                    if line.kind is Kind.TEXT and line.text and (line.text in clean(text) or clean(text) in line.text):
                        return {line.index: selector}
    return {}


def setting(line: Line, url: str) -> float:
    """Return how much a line is set like a title: heading, class, not linked elsewhere, not in the margin."""
    score = {1: 1.5, 2: 1.0, 3: 0.6, 4: 0.3}.get(line.heading, 0.0)
    near = [node for _, node in zip(range(3), line.node.ancestors(), strict=False)]
    if any(_TITLE_CLASS.search(node.names) for node in near[:2]):
        score += 0.6
    if len(line.text.split()) <= 2 * _FEW and any(_FRAME_CLASS.search(node.names) for node in near[:2]):
        score -= 0.8  # the heading of a box is short; an article may stand in one
    if line.says is Says.FOOTER:  # the site's own name
        score -= 2.0
    if line.linked and not _links_to(line, url):
        score -= 2.0
    if line.node.zone is Zone.MARGIN:
        score -= 3.0
    if line.node.tag == "li" or line.item:
        score -= 1.5
    return score


def _is_menu(line: Line) -> bool:
    """Whether a line is several links in a row (a path, a tool bar), or a button."""
    hrefs = [el.get("href") or "" for el, _ in line.links]
    return line.link > 0.3 * len(line.text) and (
        len(hrefs) > 1 or any(href.startswith("javascript:") for href in hrefs)
    )


def _is_boxed(page: Page, line: Line, echoes: Echoes) -> bool:
    """Whether the line right above is a box's heading, set like those of other boxes."""
    above = page.lines[line.index - 1] if line.index else None
    return above is not None and above.kind is Kind.TEXT and not above.linked and echoes.recurs(above)


def _heads_nothing(page: Page, line: Line) -> bool:
    """Whether the next text says that there is nothing: a portlet's heading."""
    following = next((other for other in page.lines[line.index + 1 : line.index + 4] if other.text), None)
    return following is not None and following.says is Says.NOTHING


def _links_to(line: Line, url: str) -> bool:
    own = urlsplit(url).path.rstrip("/") if url else ""
    for el, _ in line.links:
        href = (el.get("href") or "").strip()
        if not href or href.startswith(("#", "javascript:")):
            return True
        try:
            if own and urlsplit(urljoin(url, href)).path.rstrip("/") == own:
                return True
        except ValueError:
            continue
    return False


def title_above(page: Page, first: int, echoes: Echoes, skipped: "set[int]") -> Candidate | None:
    """Return the title by place: the best-set short line in the dozen above line `first`; the nearer, the better.

    Args:
        page: the page.
        first: index of the first paragraph (or lead).
        echoes: for the slug, and for what little the claims say.
        skipped: indexes of lines that are no title: dates, a weak echo.
    """
    best: Candidate | None = None
    seen = 0
    for index in range(first - 1, max(first - 40, -1), -1):
        line = page.lines[index]
        if line.kind is not Kind.TEXT or line.node.zone is not Zone.MAIN or index in skipped:
            continue
        if len(line.text) < 8 or len(line.text) > _LONGEST or line.says is not None:
            continue
        if (
            _is_menu(line)
            or (line.linked and not _links_to(line, echoes.url))
            or line.text[-1] in ".;:,"
            or is_site_name(line, echoes)
        ):
            continue
        above = page.lines[index - 1] if index else None
        score = 1.5 - 0.25 * seen + setting(line, echoes.url) + echoes.of(line.text)[0]
        score += 4.0 * echoes.slug_share(line.text) if echoes.slug_share(line.text) >= 0.55 else 0.0
        score += 0.5 if line.strong else 0.0
        score += 0.5 if 20 <= len(line.text) <= 220 else 0.0
        score -= 0.8 if len(line.text.split()) <= _FEW else 0.0
        score -= 1.0 if line.text.isupper() and len(line.text) < 60 else 0.0
        score += echoes.repeated(line)
        score -= 1.5 if echoes.recurs(line) else 0.0
        score -= 1.0 if above is not None and above.kind is Kind.IMAGE else 0.0
        if best is None or score > best.score:
            best = Candidate(line, line.text, score, "place", "last set-off line above the first paragraph")
        seen += 1
        if seen >= 8:
            break
    return best


def outdoes(near: Candidate, weak: Candidate, echoes: Echoes) -> bool:
    """Whether the line above the text is the title, and a weak echo only the section's name above it.

    The address's slug settles it where it tells.
    """
    if near.line is None or weak.line is None or near.line.index <= weak.line.index:
        return False
    mine, other = echoes.slug_share(near.text), echoes.slug_share(weak.text)
    if max(mine, other) >= 0.55:
        return mine > other
    return len(near.text.split()) >= 4 and not near.text.endswith(".") and near.score >= 1.25


def title_alone(page: Page, echoes: Echoes, dates: Sequence[int]) -> Candidate | None:
    """Return the title of a page with no paragraph to stand above and no echo: by setting, beside a date or a counter.

    Args:
        page: the page.
        echoes: for the address of the page.
        dates: indexes of lines that are dates or counters of views.
    """
    best: Candidate | None = None
    marked = set(dates)
    for line in page.lines:
        if line.kind is not Kind.TEXT or line.node.zone is not Zone.MAIN or not 15 <= len(line.text) <= 300:
            continue
        if (
            line.text.count(" ") < 3
            or line.text[-1] in ".?"
            or line.says is not None
            or line.item
            or line.index in marked
            or echoes.recurs(line)
            or _heads_nothing(page, line)
        ):
            continue
        if _is_menu(line) or (line.links and not _links_to(line, echoes.url)) or is_site_name(line, echoes):
            continue
        gap = next((far for far in range(1, 5) if {line.index - far, line.index + far} & marked), 99)
        score = (
            setting(line, echoes.url)
            + (0.5 if line.strong else 0.0)
            - (1.0 if line.text.isupper() and len(line.text) < 60 else 0.0)
            - (0.8 if len(line.text.split()) <= _FEW else 0.0)
            + min(echoes.repeated(line), 0.0)
            - (1.5 if _is_boxed(page, line, echoes) else 0.0)
            + (2.0 if gap <= 2 else 1.0 if gap <= 4 else 0.0)
        )
        if score >= 1.0 and (best is None or score > best.score):
            best = Candidate(line, line.text, score, "place", "set off beside the date")
    return best


def claimed(meta: Meta, listing: ListingItem | None) -> Candidate | None:
    """Return the title as claimed by machines' tags or the listing row: for pages that do not print it."""
    for source, text in meta.titles:
        if len(text) >= 8:
            return Candidate(None, text, 2.0, "meta", source)
    if listing and len(listing.title) >= 8:
        return Candidate(None, listing.title, 2.0, "listing", "the row's title")
    if meta.page_title:
        first = _SEPARATOR.split(meta.page_title)[0].strip()
        return Candidate(None, first or meta.page_title, 1.0, "meta", "<title>")
    return None
