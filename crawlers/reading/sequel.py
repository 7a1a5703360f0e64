"""The pages that an article goes on over: told by a pager under its text, or by `rel=next`.

A pager of comments, related links, pictures or days stands under many articles too. So a link counts only if it stands
between the text and what follows it (related links, comments), and if its address is this page's own with a page number
put in or changed. Whether the page behind it really goes on is seen when it is read (`joining`).
"""

import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from itertools import takewhile
from urllib.parse import parse_qsl

from lxml.html import HtmlElement

from crawlers.reading.ends import is_headline
from crawlers.reading.lines import Says
from crawlers.reading.listing_links import resolve
from crawlers.reading.media import attachment_links
from crawlers.reading.page import Line, Page
from crawlers.reading.tree import class_id
from storage.addresses import address_key
from storage.records import Continuation

MAX_PAGES = 20
"""Pages of an article at most: what pages on beyond that is no article, or a pager without end."""

_AFTER = 40
"""Lines below the text in which a pager is looked for."""
_FAR = frozenset({Says.RELATED, Says.COMMENTS, Says.STATISTICS, Says.LOGIN, Says.FOOTER})
"""What begins other things: a pager after it is theirs."""
_LABEL = re.compile(
    r"\W*(?:(?:trang|phần|page|part)\s*)?\d{1,2}\W*"
    r"|\W*(?:xem|đọc)?\s*(?:trang |phần |bài )?(?:sau|tiếp|tiếp theo|kế|kế tiếp|trước|đầu|cuối)(?: trang sau)?\W*"
    r"|\W*(?:next|previous|prev|first|last)(?: page)?\W*|[›>→❯⟩»‹<←«]{1,2}",
    re.IGNORECASE,
)
"""What a link of a pager says."""
_OTHERS = re.compile(
    r"comment|binh-?luan|phan-?hoi|y-?kien|gallery|album|slide|carousel|swiper|slick|owl|calend|(?<![a-z])lich(?![a-z])|"
    r"related|lien-?quan|tin-?khac|other|cung-?chuyen-?muc",
    re.IGNORECASE,
)
"""Class names around the pagers of other things."""
_WORDS = r"(?:trang|page|paged|pg|p|phan|part)"
_PARAMETER = re.compile(
    rf"(?:[\w.]*_)?{_WORDS}(?:[-_]?(?:no|num|number|index|so))?|(?:current|cur)[-_]?page", re.IGNORECASE
)
_PUT_IN = re.compile(rf"[-_./,]?{_WORDS}?[-_/=.]?(\d{{1,2}})", re.IGNORECASE)
_AT_END = re.compile(rf"(?:[-_./,]{_WORDS}[-_/=.]?)(\d{{1,2}})(?=(?:\.[a-z]{{2,5}})?$)", re.IGNORECASE)
_EXTENSION = re.compile(r"\.[a-z]{2,5}$", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Sequel:
    """Where an article goes on: the pages after this one by number, and its first page, if this is a later one."""

    pages: tuple[Continuation, ...] = ()
    first: str | None = None


def find_sequel(page: Page, body: Sequence[Line]) -> Sequel:
    """Return the pages that an article with these body lines goes on over."""
    if not body:
        return Sequel()
    links = [*_links(page, body[-1].index), *_declared(page)]
    own = address_key(page.url)
    starts = {address_key(url) for label, url in links if label.strip(" .[]()") == "1"} | {_first_of(own), own}
    for start in sorted(starts, key=lambda key: (key == own, key)):
        here = number_of(own, start)
        if here is None:
            continue
        numbered = [(number, label, url) for label, url in links if (number := number_of(address_key(url), start))]
        numbered = [one for one in numbered if _agrees(one[1], one[0])]
        later = {number: url for number, _, url in reversed(numbered) if here < number <= MAX_PAGES}
        first = next((url for number, _, url in numbered if number == 1), None) if here > 1 else None
        if later or first:
            return Sequel(tuple(Continuation(number, later[number]) for number in sorted(later)), first)
    return Sequel()


def number_of(key: str, start: str) -> int | None:
    """Return which page of the article at `start` an address is (both as keys), None if it is none of its pages."""
    if key == start:
        return 1
    path, _, query = key.partition("?")
    start_path, _, start_query = start.partition("?")
    if path == start_path:
        said, known = (parse_qsl(part, keep_blank_values=True) for part in (query, start_query))
        more = [pair for pair in said if pair not in known]
        if len(more) != 1 or len(said) - 1 != len(known):
            return None
        name, value = more[0]
        return _page(value) if _PARAMETER.fullmatch(name) else None
    if query != start_query:
        return None
    ending = _EXTENSION.search(start_path)
    stem, end = (start_path[: ending.start()], ending[0]) if ending and "/" in start_path else (start_path, "")
    for before, after in ((start_path, ""), (stem, end)):
        if path.startswith(before) and path.endswith(after) and len(path) > len(before) + len(after):
            put_in = _PUT_IN.fullmatch(path[len(before) : len(path) - len(after)])
            if put_in and not put_in[0][0].isalnum():
                return _page(put_in[1])
    return None


def _page(digits: str) -> int | None:
    return int(digits) if digits.isdecimal() and 1 <= int(digits) <= 99 else None


def _first_of(key: str) -> str:
    """The key of the first page, as far as the words in the address of a later one tell it."""
    path, mark, query = key.partition("?")
    kept = [part for part in query.split("&") if not _is_page(part)]
    if mark and len(kept) < len(query.split("&")):
        return path + ("?" + "&".join(kept) if kept else "")
    return _AT_END.sub("", path) + mark + query


def _is_page(parameter: str) -> bool:
    name, _, value = parameter.partition("=")
    return _PARAMETER.fullmatch(name) is not None and _page(value) is not None


def _agrees(label: str, number: int) -> bool:
    """Whether a link says the number of the page that it leads to, or none."""
    printed = re.search(r"\d+", label)
    return printed is None or int(printed[0]) == number


def _links(page: Page, last: int) -> Iterator[tuple[str, str]]:
    """Yield label and address of the links of pagers between the end of the text and what follows the article."""
    own = {page.lines[last].node.el, *page.lines[last].node.el.iterancestors()}
    for line in page.lines[last : last + _AFTER]:
        if line.index > last and (line.says in _FAR or _is_other(line, page.url)):
            return
        for el, text in line.links:
            label = text or el.get("title") or ""
            if _LABEL.fullmatch(label) and not _is_framed(el, own) and (url := resolve(page.url, el.get("href") or "")):
                yield label, url


def _is_other(line: Line, url: str) -> bool:
    return len(line.text) >= 25 and len(line.links) == 1 and is_headline(line) and not attachment_links(line, url)


def _is_framed(el: HtmlElement, own: Collection[HtmlElement]) -> bool:
    """Whether a link stands in a box of other things; what holds the text too, `own`, is none."""
    near = (el, *(above for _, above in zip(range(4), el.iterancestors(), strict=False)))
    return any(_OTHERS.search(class_id(one)) for one in takewhile(lambda one: one not in own, near))


def _declared(page: Page) -> Iterator[tuple[str, str]]:
    for el in page.root.iter("link"):
        if "next" in (el.get("rel") or "").lower().split() and (url := resolve(page.url, el.get("href") or "")):
            yield "", url
