"""The pager of a listing page: the next page's address, how many pages there are, and where the pager stands."""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from urllib.parse import parse_qsl, urlsplit

from lxml.html import HtmlElement

from crawlers.reading.listing_links import bare_host, is_paging, resolve
from crawlers.reading.tree import class_id, css, text_of, text_up_to
from storage.addresses import address_key

_NEXT = re.compile(
    r"^\W*(?:trang (?:sau|tiếp(?: theo)?|kế(?: tiếp)?)|tiếp(?: theo)?|kế tiếp|sau|next(?: page)?|older(?: posts)?)\W*$",
    re.IGNORECASE,
)
_SURELY_NEXT = re.compile(r"^\W*(?:trang (?:sau|tiếp|kế)|next page)", re.IGNORECASE)
_ARROW = ("›", ">", "→", "❯", "⟩", "»", ">>", "››")
"""Signs of a next link; the doubled ones mean the last page where a single one stands beside them."""
_LAST = re.compile(r"^\W*(?:(?:trang )?cuối(?: cùng)?|last(?: page)?)\W*$|^(?:»\||>\||>>\||»»)$", re.IGNORECASE)
_TELLS = re.compile(
    r"\b(?:trang|page)\s*:?\s*(\d{1,5})\s*(?:/|trong(?: số)?|trên|of)\s*(?:tổng số\s*)?(\d{1,5})\b(?!\s*[/.-]\s*\d)",
    re.IGNORECASE,
)
_SHOWN = re.compile(
    r"(?:hiển thị|showing)\D{0,12}(\d{1,6})\s*(?:-|–|đến|to)\s*(\d{1,6})\D{1,12}?(\d{1,7})\s*"
    r"(?:kết quả|results|bản ghi|mục|tin|bài)",
    re.IGNORECASE,
)
_SCRIPTED_COUNT = re.compile(r"\b(?:maxPage|totalPages?|pageCount)\s*[=:]\s*(?:parseInt\()?[\"']?(\d{1,6})\b")
_CALENDAR = re.compile(r"calend|lich|datepicker|month|thang|year|\bnam\b", re.IGNORECASE)
_SLIDER = re.compile(r"carousel|slider|slick|swiper|owl|gallery", re.IGNORECASE)
_NAMED_PAGE = re.compile(r"(?:page|trang|cur|pg|paged|[?&]p)[=/_-]?(\d+)", re.IGNORECASE)
_PAGER_LENGTH = 600  # a list of 100 page numbers
_NUMBER = re.compile(r"\d+")


@dataclass(frozen=True, slots=True)
class Pager:
    """What a page says about its sequel: the next page, the number of pages if told, and the pager's element."""

    next_url: str | None
    page_count: int | None
    element: HtmlElement | None


def read_pager(
    root: HtmlElement,
    page_links: Sequence[tuple[HtmlElement, str]],
    base: str,
    url: str,
    text: str,
    next_selectors: tuple[str, ...],
    articles: frozenset[str],
) -> Pager:
    """Read the pager of a page at `url`; `text` is its source, `articles` are addresses that rows lead to.

    A calendar's next month, a slider's arrow and the next article are no next page.
    """
    links = [
        _Link(element, target, _label(element))
        for element, target in page_links
        if target not in articles and _same_site(target, url)
    ]
    numbers = _numbers(links)
    current = _current(numbers, url)
    named = frozenset(element for selector in next_selectors for element in css(root, selector))
    following = _declared(root, base, url) or _next(links, numbers, current, named, url)
    element = following.element if following is not None else next((link.element for link in numbers), None)
    next_url = following.url if following is not None else None
    if next_url is not None and address_key(next_url) == address_key(url):
        next_url = None
    return Pager(next_url, _count(text, links, numbers, current, element, more=next_url is not None), element)


@dataclass(frozen=True, slots=True)
class _Link:
    element: HtmlElement
    url: str
    label: str


def _label(link: HtmlElement) -> str:
    text = text_of(link)
    if re.search(r"\w|[<>«»‹›→]", text):
        return text
    for name in ("aria-label", "title"):
        if value := link.get(name):
            return " ".join(value.split())
    for image in link.iter("img"):
        return " ".join((image.get("alt") or image.get("title") or "").split())
    names = f"{class_id(link)} {' '.join(class_id(child) for child in link)}"
    return "next" if re.search(r"(?<![a-z])next(?![a-z])|(?:angle|chevron|arrow)-right", names) else text


def _same_site(target: str, url: str) -> bool:
    return bare_host(urlsplit(target).hostname) == bare_host(urlsplit(url).hostname)


def _numbers(links: list[_Link]) -> list[_Link]:
    """Return the numbered links of the page's largest pager: in one list, to addresses of one form."""
    places: dict[HtmlElement, list[_Link]] = {}
    for link in links:
        if link.label.isdecimal() and len(link.label) < 6 and not _framed(link.element, _CALENDAR):
            parent = link.element.getparent()
            while (
                parent is not None
                and parent.tag in {"li", "span", "td", "b", "strong", "div"}
                and len(text_up_to(parent, 10)) <= len(link.label) + 2
            ):
                parent = parent.getparent()
            if parent is not None:
                places.setdefault(parent, []).append(link)
    fitting = [found for found in places.values() if all(_differs_by_number(link, found[0]) for link in found)]
    return max(fitting, key=len, default=[])


def _differs_by_number(link: _Link, other: _Link) -> bool:
    return (
        is_paging(link.url)
        or _NUMBER.sub("", link.url) == _NUMBER.sub("", other.url)
        or link.url in other.url
        or other.url in link.url
    )


def _framed(element: HtmlElement, *words: re.Pattern[str]) -> bool:
    """Whether the element or one close above it is named by such a word."""
    return any(word.search(class_id(near)) for near in _close(element) for word in words)


def _close(element: HtmlElement) -> Iterator[HtmlElement]:
    yield element
    for depth, ancestor in enumerate(element.iterancestors()):
        if depth > 3 or ancestor.tag in {"body", "form"}:
            return
        yield ancestor


def _current(numbers: list[_Link], url: str) -> int:
    """Return the number of this page by the pager; 1 without one.

    It is the linked number that leads here, or whose place in the addresses this page's own address fills, or the
    number that is no link.
    """
    here = address_key(url)
    for link in numbers:
        if address_key(link.url) == here:
            return int(link.label)
    if not numbers:
        return 1
    own = dict(_parameters(url))
    for name in {name for name, _ in _parameters(numbers[-1].url)}:
        values = {dict(_parameters(link.url)).get(name): int(link.label) for link in numbers}
        if name in own and (len(values) > 1 or values == {numbers[0].label: int(numbers[0].label)}):
            if own[name] in values:
                return values[own[name]]
            if all(value == str(label) for value, label in values.items()) and (own[name] or "").isdecimal():
                return int(own[name] or 0)
    return _unlinked(numbers) or 1


def _parameters(url: str) -> list[tuple[str, str]]:
    return parse_qsl(urlsplit(url).query, keep_blank_values=True)


def _unlinked(numbers: list[_Link]) -> int | None:
    """Return the number that stands among the pager's links without being one."""
    parent = numbers[0].element.getparent()
    while parent is not None and any(parent not in set(link.element.iterancestors()) for link in numbers):
        parent = parent.getparent()
    if parent is not None and len(numbers) == 1 and parent.tag in {"li", "span", "td"}:
        parent = parent.getparent()
    if parent is None:
        return None
    linked = {link.label for link in numbers}
    for element in parent.iter("span", "strong", "b", "em", "li", "a", "font", "td", "div"):
        text = text_up_to(element, 6)
        if text.isdecimal() and len(text) < 6 and text not in linked:
            return int(text)
    words = [word.strip("[]()") for piece in parent.xpath("text()") for word in str(piece).split()]
    return next((int(word) for word in words if word.isdecimal() and len(word) < 6 and word not in linked), None)


def _next(
    links: list[_Link], numbers: list[_Link], current: int, named: frozenset[HtmlElement], url: str
) -> _Link | None:
    """Return the link to the next page by the first witness that has one.

    A rule's selector with an arrow; "Trang sau" anywhere; "Tiếp" beside the pager or to a page number; the number after
    this page's; an arrow beside the pager.
    """
    around = {element for link in numbers for element in _close(link.element)}

    def beside(link: _Link) -> bool:
        return is_paging(link.url) or any(near in around for near in _close(link.element))

    witnesses: tuple[Callable[[_Link], bool], ...] = (
        lambda link: link.element in named and any(sign in link.label for sign in _ARROW),
        lambda link: _SURELY_NEXT.match(link.label) is not None,
        lambda link: _NEXT.match(link.label) is not None and beside(link),
        lambda link: link in numbers and int(link.label) == current + 1,
        *(partial(_is_arrow, sign=sign, current=current, beside=beside) for sign in _ARROW),
    )
    here = address_key(url)
    for witness in witnesses:
        for link in filter(witness, links):
            if address_key(link.url) != here and not _framed(link.element, _CALENDAR, _SLIDER):
                return link
    return None


def _is_arrow(link: _Link, *, sign: str, current: int, beside: Callable[[_Link], bool]) -> bool:
    return link.label == sign and beside(link) and _forward(link, current)


def _declared(root: HtmlElement, base: str, url: str) -> _Link | None:
    """Return the link that the page itself declares as `rel="next"`."""
    for element in root.iter("link", "a"):
        if "next" in (element.get("rel") or "").lower().split():
            target = resolve(base, element.get("href") or "")
            if target and _same_site(target, url) and not _CALENDAR.search(urlsplit(target).query):
                return _Link(element, target, "next")
    return None


def _forward(link: _Link, current: int) -> bool:
    """Whether an arrow leads to a later page, as far as its address tells."""
    found = _NAMED_PAGE.findall(link.url)
    return not found or int(found[-1]) >= current


def _beside(element: HtmlElement) -> str:
    """Return the text around the pager, as far as it is short: "Trang 2/14", "Hiển thị 1 - 10 of 243 kết quả"."""
    words = ""
    for ancestor in element.iterancestors():
        text = text_of(ancestor)
        if len(text) > _PAGER_LENGTH or ancestor.tag in {"body", "form"}:
            break
        words = text
    return words


def _count(
    text: str, links: list[_Link], numbers: list[_Link], current: int, element: HtmlElement | None, *, more: bool
) -> int | None:
    if match := _SCRIPTED_COUNT.search(text):
        return int(match[1]) or None
    for link in links:
        if _LAST.match(link.label) and (found := _page_of(link, numbers)):
            return found
    plain = _beside(element) if element is not None else ""
    if match := _TELLS.search(plain):
        return int(match[2]) or None
    if match := _SHOWN.search(plain):
        first, last, total = (int(value) for value in match.groups())
        if 0 < first <= last < total:  # on the last page the size of a full page does not show
            return -(-total // (last - first + 1))
    if numbers and not more:
        return max(current, *(int(link.label) for link in numbers))
    return None


def _page_of(link: _Link, numbers: list[_Link]) -> int | None:
    """Return the page number in the last page's address.

    It is the number whose distance from the printed one is the same in all addresses of the pager (some count from 0).
    """
    known = next((other for other in numbers if other.url == link.url), None)
    if known is not None:
        return int(known.label)
    target = _NUMBER.findall(link.url)
    values = [(int(other.label), _NUMBER.findall(other.url)) for other in numbers]
    if not values:
        found = _NAMED_PAGE.findall(link.url)
        return int(found[-1]) if found else None
    if any(len(found) != len(target) for _, found in values):
        return None
    for index, value in reversed(list(enumerate(target))):
        distances = {label - int(found[index]) for label, found in values}
        if len(distances) == 1 and any(found[index] != value for _, found in values):
            return int(value) + distances.pop()
    return None
