"""Finding a listing's next page by its links: what they say (›, "Trang sau", a number) and where they lead.

Nothing here knows a class name. A link only counts if it leads to the listing itself, with another page number in
it, or if it says in words that it leads on.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from urllib.parse import unquote, urlsplit

from lxml.html import HtmlElement

from crawlers.net.address import resolve
from crawlers.platforms.pager import Ask, Page, Turn
from crawlers.reading.tree import class_id, css, text_of
from storage.text import match_key

_NEXT_WORDS = frozenset(
    {"trang sau", "trang tiep", "trang tiep theo", "trang ke", "trang ke tiep", "tiep", "tiep theo", "ke tiep", "sau"}
    | {"next", "next page", "xem tiep"}
)
_NEXT_MARKS = frozenset({"›", "»", ">", ">>", "→", "⟩", "▶", "►", "&gt;", "❯", "≫", "⇒"})
_ARROWS = " ›»><→⟩▶►❯≫⇒←‹«."
_PAGER = re.compile(r"pag(?:er|ing|ination|enav)|phan[-_]?trang|page[-_]?(?:nav|num|link|list)|(?:so|chuyen)[-_]?trang")
_SCRIPT_ADDRESS = re.compile(
    r"""(?:RefreshPageTo\s*\(\s*event\s*,\s*|(?:window\.|document\.|self\.|top\.)?location(?:\.href)?\s*=\s*|"""
    r"""location\.(?:assign|replace)\s*\(\s*|window\.open\s*\(\s*)(["'])(?P<url>.*?)\1"""
)
_ESCAPE = re.compile(r"\\u([0-9a-fA-F]{4})|\\x([0-9a-fA-F]{2})|\\(.)")
_NUMBER = re.compile(r"\d{1,6}")
_PAGE_OF = re.compile(r"\b(?:trang|page)\s*\d{1,6}\s*(?:/|tren|trong|of)\s*(?:tong so\s*)?(\d{1,6})\b")


@dataclass(frozen=True, slots=True)
class Link:
    """A link of a listing page: its text in lower case without marks, where it leads, and its element."""

    text: str
    url: str
    element: HtmlElement


def links(page: Page) -> Iterator[Link]:
    """Yield the page's links, those of scripts included (`RefreshPageTo(event, "…")`, `location.href='…'`)."""
    base = next((node.get("href", "") for node in css(page.root, "base[href]")), "")
    start = resolve(page.url, base) or page.url
    for element in css(page.root, "a[href], a[onclick], link[rel=next][href], button[onclick], input[onclick]"):
        found = address_of(element)
        url = resolve(start, found) if found else ""
        if url:
            label = text_of(element) or element.get("title") or element.get("aria-label") or element.get("value") or ""
            yield Link(match_key(label), url, element)


def address_of(element: HtmlElement) -> str:
    """Return the address that an element leads to, also where a script takes it there; "" if it does not lead away."""
    href = (element.get("href") or "").strip()
    for script in (href if href.lower().startswith("javascript:") else "", element.get("onclick") or ""):
        match = _SCRIPT_ADDRESS.search(unquote(script) if "%22" in script or "%27" in script else script)
        if match:
            return _unescaped(match["url"])
    return "" if href.lower().startswith(("javascript:", "mailto:", "tel:", "#")) else href


def _unescaped(text: str) -> str:
    """Undo the escapes of a JavaScript string, such as the code point of an ampersand."""

    def plain(match: re.Match[str]) -> str:
        code = match[1] or match[2]
        return chr(int(code, 16)) if code else match[3]

    return _ESCAPE.sub(plain, text)


def says_next(link: Link) -> bool:
    """Whether a link says that it leads to the next page."""
    relation = (link.element.get("rel") or "").lower().split()
    bare = link.text.strip(_ARROWS)
    return (
        "next" in relation
        or link.text in _NEXT_MARKS
        or bare in _NEXT_WORDS
        or (not bare and bool(link.text) and set(link.text) <= set(" ›>→⟩▶►❯»≫⇒") and link.text not in {">>|", ">|"})
    )


def in_pager(element: HtmlElement) -> bool:
    """Whether an element or one of the four around it is named like a pager."""
    node: HtmlElement | None = element
    for _ in range(5):
        if node is None:
            return False
        if _PAGER.search(class_id(node)):
            return True
        node = node.getparent()
    return False


@dataclass(frozen=True, slots=True)
class Numbered:
    """The form of a listing's page addresses: one of them, cut where its page number stands."""

    before: str
    after: str

    def address(self, number: int) -> str:
        """Return the address of a page."""
        return f"{self.before}{number}{self.after}"


def numbered_form(page: Page, candidates: list[Link]) -> Numbered | None:
    """Return the form of the page addresses, learned from links whose text is the page number that their address holds.

    One of them must be a neighbour of the page: years and days are numbers too. Links in something named like a pager
    count more than others, then the form with the most links.
    """
    votes: dict[Numbered, set[int]] = {}
    named: set[Numbered] = set()
    for link in candidates:
        if not _NUMBER.fullmatch(link.text) or int(link.text) == page.number:
            continue
        for match in _NUMBER.finditer(link.url, _path_start(link.url)):
            if int(match[0]) == int(link.text):
                form = Numbered(link.url[: match.start()], link.url[match.end() :])
                votes.setdefault(form, set()).add(int(link.text))
                if in_pager(link.element):
                    named.add(form)
    neighbours = {page.number - 1, page.number + 1}
    fitting = [form for form, numbers in votes.items() if numbers & neighbours]
    return max(fitting, key=lambda form: (form in named, len(votes[form])), default=None)


def next_number(form: Numbered, page: Page, candidates: list[Link]) -> bool:
    """Whether any link of the form leads beyond the page."""
    for link in candidates:
        if link.url.startswith(form.before) and link.url.endswith(form.after):
            middle = link.url[len(form.before) : len(link.url) - len(form.after)]
            if _NUMBER.fullmatch(middle) and int(middle) > page.number:
                return True
    return False


def names_more(page: Page, candidates: list[Link]) -> bool:
    """Whether a page names a further one by its number: by a link, or in words ("Trang 1/12")."""
    if any(_NUMBER.fullmatch(link.text) and int(link.text) > page.number for link in candidates):
        return True
    return any(int(last) > page.number for last in _PAGE_OF.findall(match_key(text_of(page.root))))


def _path_start(url: str) -> int:
    return url.find("/", url.find("://") + 3)


class LinkPager:
    """Turns pages by their links: the next number, else a link that says "next", else what the listing's reader found.

    Pages can be jumped to once two links show the form of the page addresses.
    """

    def __init__(self) -> None:
        self._asked: set[str] = set()
        self._stem = ""

    def turn(self, page: Page) -> Turn:
        """Return where a page leads."""
        if not self._asked:
            self._stem = urlsplit(page.url).path.rpartition(".")[0] or urlsplit(page.url).path.rstrip("/")
        self._asked.add(page.url)
        candidates = [link for link in links(page) if self._of_listing(page, link)]
        form = self.form(page, candidates)
        jump: Callable[[int], Ask] | None = _jump(form) if form else None
        by_number = form is not None and next_number(form, page, candidates)
        more = names_more(page, candidates)
        if form is not None and by_number:
            return Turn(Ask(form.address(page.number + 1)), jump, more)
        link = self.next_link(page, candidates)
        if link is None and page.next_url and page.next_url not in self._asked:
            return Turn(Ask(page.next_url), jump, more)
        return Turn(Ask(link.url) if link else None, jump, more)

    def _of_listing(self, page: Page, link: Link) -> bool:
        """Whether a link may lead to a page of the listing: on its host, and under its path or in a pager."""
        here, there = urlsplit(page.url), urlsplit(link.url)
        if there.hostname != here.hostname or link.url in page.rows:
            return False
        under = there.path == here.path or (self._stem and there.path.startswith(self._stem))
        return bool(under) or says_next(link) or in_pager(link.element)

    def form(self, page: Page, candidates: list[Link]) -> Numbered | None:
        """Return the form of the page addresses, if the links show it."""
        return numbered_form(page, candidates)

    def next_link(self, page: Page, candidates: list[Link]) -> Link | None:
        """Return the link that says it leads on: one inside a pager, else one to the listing's own path.

        The same words at several addresses ("Xem tiếp" under each row) do not lead to the next page.
        """
        places: dict[str, set[str]] = {}
        for link in candidates:
            places.setdefault(link.text, set()).add(link.url)
        saying = [
            link
            for link in candidates
            if says_next(link) and link.url not in self._asked and (not link.text or len(places[link.text]) == 1)
        ]
        here = urlsplit(page.url).path
        for fits in (
            lambda link: in_pager(link.element),
            lambda link: urlsplit(link.url).path == here,
            lambda link: "next" in (link.element.get("rel") or ""),
        ):
            chosen = next((link for link in saying if fits(link)), None)
            if chosen:
                return chosen
        return None


def _jump(form: Numbered) -> Callable[[int], Ask]:
    return lambda number: Ask(form.address(number))


def query_form(candidates: list[Link], name: re.Pattern[str]) -> Numbered | None:
    """Return the form of page addresses whose number is the value of a query parameter that `name` matches wholly.

    The number of the link's text need not agree ("Cuối cùng →"); links that lead nowhere but to a higher page do.
    """
    for link in candidates:
        mark = link.url.find("?")
        if mark < 0:
            continue
        at = mark + 1
        for pair in link.url[mark + 1 :].split("&"):
            key, equals, value = pair.partition("=")
            if equals and name.fullmatch(unquote(key)) and _NUMBER.fullmatch(value):
                start = at + len(key) + 1
                return Numbered(link.url[:start], link.url[start + len(value) :])
            at += len(pair) + 1
    return None
